"""The wallet killed while it is made, and while it takes in a newer scheme."""

import dataclasses
from collections.abc import Callable

import pytest
from crash.resident import Resident
from crash.town import Town

from wallet import keyfile

pytestmark = pytest.mark.crash
STEPS = (
    "create: about to commit",
    "create: committed",
    "create: wallet.head drafted",
    "create: wallet.head in place",
    "create: scheme in place",
    "append: committed",
)


def test_killed_at_every_step_of_init(town: Town) -> None:
    settings = dataclasses.asdict(town.settings)
    whole = Resident(town, town.empty()).run("init", settings=settings)
    assert whole.ended == "done", whole.error
    assert set(STEPS) <= set(whole.passed)
    for last in STEPS:
        one = Resident(town, town.empty())
        one.run("init", last=last, settings=settings)
        if (one.home / keyfile.FILE).exists():
            # It is a wallet: it opens, and what was not fetched can be.
            one.reopen()
            one.do("sync")
        else:
            # It is none, and can be made.
            one.do("init", settings=settings)
        assert one.do("open") == {"notices": [], "again": []}, last
        assert one.report().ok, last


@pytest.mark.spec("Regie formats", "8", "mixed files are refused; the next sync mends")
def test_killed_while_it_syncs(resident: Callable[..., Resident]) -> None:
    first = resident()
    whole = first.run("sync")
    steps = [name for name in whole.passed if "scheme" in name]
    # Named after the last verb of the store before it.
    assert any(name.endswith("scheme.old in place") for name in steps), steps
    for last in steps:
        one = resident()
        one.run("sync", last=last)
        one.do("sync")
        one.share_whole()
