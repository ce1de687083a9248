"""The corporation killed while it answers: a retry or a question to it finds out (formats.md 2, 3)."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from crash.resident import Resident
from crash.town import Town
from sqlalchemy import func, select

from credential.rights import Right
from verifier.tables import DISCLOSURES
from wallet.events import Kind, Outcome

pytestmark = pytest.mark.crash
PROGRAM = Path(__file__).with_name("corporation_process.py")


@dataclass
class Process:
    """The corporation in a process of its own."""

    town: Town
    program: subprocess.Popen[str]

    def order(self, do: str, **more: str | None) -> bool:
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        home = str(self.town.corporation.home.home)
        self.program.stdin.write(json.dumps({"do": do, "home": home, **more}) + "\n")
        self.program.stdin.flush()
        return bool(json.loads(self.program.stdout.readline())["killed"])

    def close(self) -> None:
        for stream in (self.program.stdin, self.program.stdout):
            assert stream is not None
            stream.close()
        self.program.wait(10)

    def disclosures(self, jkt: str) -> int:
        """How often this rights key is on record."""
        count = select(func.count()).where(DISCLOSURES.c.rights_jkt == jkt)
        with self.town.corporation.home.open().store.reading() as connection:
            return int(connection.execute(count).scalar_one())


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A second town, whose corporation runs as a process."""
    town = Town.found(tmp_path_factory.mktemp("killed"))
    town.corporation.listening.close()
    program = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    made = Process(town, program)
    yield made
    made.close()
    town.close()


@pytest.mark.parametrize(
    ("step", "stored"),
    [
        ("decrypted", False),
        ("recording", False),
        ("stored", True),
        ("answer ready", True),
        ("half answered", True),
    ],
)
@pytest.mark.spec("Regie formats", "3", "a receipt is durable before it is sent")
def test_killed_while_it_answers(other: Process, step: str, stored: bool) -> None:
    first = Resident(other.town, other.town.wallet(10))
    other.order("start", die=step)
    done = first.do("share", link=other.town.corporation.ask().link)
    assert other.order("wait"), f"it was not killed when {step}"
    assert (done["settlement"], done["confirm_code"]) == ("Unknown", None)
    activity = done["activity"]
    [jkt] = first.standing().keys
    assert other.disclosures(jkt) == int(stored)
    other.order("start")
    try:
        for right in (Right.STATUS, Right.RECEIPT):
            twin = first.twin()
            found = twin.do("ask", activity=activity, right=right.value)
            assert found["outcome"] == (Outcome.SHARED if stored else Outcome.UNSENT), right
            if stored and right is Right.RECEIPT:
                assert Kind.RECEIPT_VERIFIED in twin.standing().kinds[activity]
            assert twin.report().ok
        again = first.do("resend", activity=activity)
        assert (again["settlement"], again["receipt"]) == ("Acknowledged", "verified")
        assert again["confirm_code"]
        assert other.disclosures(jkt) == 1
        assert first.standing().outcomes[activity] == Outcome.SHARED
        # What did not know of it a moment ago, and said so, can still be asked.
        assert (
            twin.do("ask", activity=activity, right=Right.STATUS.value)["outcome"] == Outcome.SHARED
        )
        assert first.report().ok
    finally:
        other.order("stop")


@pytest.mark.spec("Regie formats", "4", "what was erased is said again when the answer was lost")
def test_killed_while_it_erases(other: Process) -> None:
    one = Resident(other.town, other.town.wallet(10))
    other.order("start", die="erased")
    activity = one.do("share", link=other.town.corporation.ask().link)["activity"]
    ended = one.run("ask", activity=activity, right=Right.ERASURE.value, confirm=True)
    assert other.order("wait")
    assert ended.ended == "failed", ended
    assert one.standing().open_rights == {Right.ERASURE.value: 2}
    other.order("start")
    try:
        found = one.do("ask", activity=activity, right=Right.ERASURE.value)
        assert found["state"] == "done"
        now = one.standing()
        assert now.erased[activity] >= {"given_name", "family_name", "housing_pseudonym"}
        assert not now.open_rights
        assert one.report().ok
    finally:
        other.order("stop")
