"""A list of organisations that ran out: nothing new is trusted, and what was kept can be read."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.terminal import Terminal
from support.wallet_world import World

from credential.errors import CredentialError
from credential.rights import Right
from wallet.errors import WalletError
from wallet.service import evidence, exporting, rights

At = Callable[[World], Terminal]
MONTH = 30 * 86_400


@pytest.fixture(params=["opened again", "left open"])
def old(town: World, request: pytest.FixtureRequest) -> str:
    """A disclosure of a month ago; the registrar was not reached since."""
    done = town.share()
    rights.ask(town.wallet, town.network, done.id, Right.STATUS, now=town.now)
    town.now += MONTH
    if request.param == "opened again":
        town.wallet.forget_trust()
    return done.id


@pytest.mark.spec("Regie formats", "2", "evidence is looked at as of its own day, also much later")
def test_the_documents_can_be_looked_at(town: World, old: str) -> None:
    found = evidence.examine(town.wallet, old, now=town.now)
    assert {"request", "registration", "receipt", "scheme"} <= {one.role for one in found}
    assert all(one.holds for one in found)
    # By what that list said on its last day, and not by what it could know today.
    assert {town.now - MONTH < one.as_of < town.now - MONTH + 8 * 86_400 for one in found} == {True}


def test_a_forged_document_is_found_out_all_the_same(town: World, old: str) -> None:
    town.wallet.store.database.execute(
        "UPDATE evidence SET content = CAST(content || x'41' AS BLOB)"
    )
    assert not any(one.holds for one in evidence.examine(town.wallet, old, now=town.now))


def test_page_and_bundle_can_be_made(town: World, at: At, tmp_path: Path, old: str) -> None:
    page, bundle = tmp_path / "log.html", tmp_path / "report.zip"
    assert at(town).run("activities", "export", str(page), "--readable")[0] == 0
    assert "Die lijst liep af op" in page.read_text()
    assert at(town).run("report", old, "--yes", "--save", str(bundle))[0] == 0
    assert any(name.startswith("bewijs/receipt") for name in zipfile.ZipFile(bundle).namelist())
    code, out = at(town).plain("activity", old, "--evidence")
    terminal = at(town)
    terminal.plain("activity", old, "--evidence")
    assert code == 0
    assert "Klopt. Ondertekend door Woonstichting" in out
    assert "Die lijst liep af op" in terminal.err


@pytest.mark.spec("Regie formats", "8", "nothing new is trusted under a list that ran out")
def test_nothing_new_is_trusted(town: World, at: At, old: str) -> None:
    trust, _ = town.wallet.trust_of_then(town.now)
    with pytest.raises(CredentialError, match=r"scheme\.expired"):
        trust.require_fresh(town.now)
    with pytest.raises(WalletError) as caught:
        exporting.fresh(town.wallet, town.now)
    assert caught.value.params["rule"] == "scheme.expired"
    posts = len(town.network.posts())
    terminal = at(town)
    code, _ = terminal.plain("share", town.verifier.link, "--yes", "--claims", "")
    assert code == 5
    assert "regie-wallet sync" in terminal.err
    assert len(town.network.posts()) == posts
