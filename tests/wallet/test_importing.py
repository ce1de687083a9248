"""Logs of others: closed, apart, each with its own verdict; and gone when the resident says so."""

from pathlib import Path
from typing import Any

import pytest
from support.terminal import Terminal
from support.wallet_world import World, world

from credential import base64url, pbes2, strictjson
from credential.log.entries import entry_hash
from wallet import log
from wallet.errors import ExitCode, NoMatch, Usage, WalletError
from wallet.events import Kind
from wallet.service import exporting, importing
from wallet.store import Filter

PHRASE = "een wachtwoord voor het bestand"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The log of somebody else, who shared something."""
    folder = tmp_path / "other"
    folder.mkdir()
    other = world(folder)
    other.share()
    found = tmp_path / "hun-log.jwe"
    exporting.export(other.wallet, found, PHRASE, activities=None, now=other.now)
    other.wallet.close()
    return found


def bring(town: World, file: Path) -> importing.Segment:
    content = exporting.open_file(file, PHRASE)
    return importing.bring_in(town.wallet, content, now=town.now)


@pytest.mark.spec("Regie formats", "2", "an import stays a closed, foreign segment, with a verdict")
def test_apart(town: World, file: Path) -> None:
    store = town.wallet.store
    before = [one.id for one in store.activities(Filter())]
    found = bring(town, file)
    assert found.checked.ok
    own = [one.id for one in store.activities(Filter())]
    # One thing happened here: that it was read in.
    assert own == [found.kept.activity, *before]
    assert town.kinds(found.kept.activity) == [Kind.LOG_IMPORTED]
    body = town.body(found.kept.activity, Kind.LOG_IMPORTED)
    assert (body["log"], body["faults"]) == (found.kept.log, 0)
    assert log.verify(store).ok
    assert store.holdings() == ()
    theirs = store.foreign_activities(found.kept.activity)
    assert "disclosure" in {one.type for one in theirs}
    again = importing.one(town.wallet, found.kept.activity[:6], now=town.now)
    assert again.checked.judgement == found.checked.judgement


def test_searched_apart(town: World, file: Path) -> None:
    store, found = town.wallet.store, bring(town, file)
    name = town.scheme.verifier().party.name.split()[0]
    theirs = store.foreign_activities(found.kept.activity, search=name)
    assert [one.type for one in theirs] == ["disclosure"]
    assert list(store.activities(Filter(search=name))) == []
    assert store.foreign_activities(found.kept.activity, search="nergens") == ()
    # What is typed is never an expression of the index.
    assert store.foreign_activities(found.kept.activity, search='" OR *') is not None
    assert len(store.foreign_activities(found.kept.activity, limit=1)) == 1


def test_a_file_that_does_not_hold_is_kept_as_such(town: World, file: Path) -> None:
    plain: Any = strictjson.loads(
        exporting.open_file(file, PHRASE), max_bytes=1 << 24, max_depth=32
    )
    plain[0]["time"] = "2020-01-01T00:00:00"
    file.write_text(pbes2.encrypt_with_passphrase(strictjson.dumps(plain), PHRASE))
    found = bring(town, file)
    assert [one.code for one in found.checked.judgement.faults] == ["log.rendering"]
    [kept] = town.wallet.store.foreign_logs()
    assert kept.faults == 1
    assert log.verify(town.wallet.store).ok


def test_removed_with_its_activity(town: World, file: Path) -> None:
    store, found = town.wallet.store, bring(town, file)
    store.forget_activity(found.kept.activity, at=town.now)
    assert store.foreign_logs() == ()
    for table in ("foreign_logs", "foreign_activities", "foreign_words"):
        assert list(store.database.tuples(f"SELECT * FROM {table}")) == []
    assert log.verify(store).ok
    with pytest.raises(NoMatch, match=r"import\.none"):
        store.foreign_log(found.kept.activity)
    # And it may come again.
    bring(town, file)


def test_refusals(town: World, file: Path, tmp_path: Path) -> None:
    bring(town, file)
    with pytest.raises(Usage, match=r"import\.known"):
        bring(town, file)
    own = tmp_path / "own"
    exporting.export(town.wallet, own, PHRASE, activities=None, now=town.now)
    with pytest.raises(Usage, match=r"import\.own"):
        bring(town, own)
    assert len(town.wallet.store.foreign_logs()) == 1


@pytest.mark.spec("Regie formats", "2", "an import is bounded: times no calendar has are refused")
def test_hostile_times(town: World, file: Path) -> None:
    plain: Any = strictjson.loads(
        exporting.open_file(file, PHRASE), max_bytes=1 << 24, max_depth=32
    )
    rows = plain[-1]["otherTransaction"]["nl_regie"]["rows"]
    for row in rows:
        if "entry" in row:
            start = row["entry"].index('"at":') + 5
            end = row["entry"].index(",", start)
            row["entry"] = f"{row['entry'][:start]}99999999999999{row['entry'][end:]}"
    file.write_text(pbes2.encrypt_with_passphrase(strictjson.dumps(plain), PHRASE))
    found = bring(town, file)
    assert "log.entry_form" in {one.code for one in found.checked.judgement.faults}
    assert town.wallet.store.foreign_activities(found.kept.activity) == ()


def test_commands(town: World, file: Path, at: Any, tmp_path: Path) -> None:
    terminal: Terminal = at(town)
    secret = tmp_path / "phrase"
    secret.write_text(PHRASE)
    secret.chmod(0o600)
    more = ["--file-passphrase-file", str(secret)]
    code, [line] = terminal.run("activities", "import", str(file), *more)
    assert (code, line["ok"], line["withheld"]) == (0, True, 1)
    code, [kept] = terminal.run("activities", "imported")
    assert (code, kept["activity"], kept["ok"]) == (0, line["activity"], True)
    code, found = terminal.run("activities", "imported", kept["activity"][:8])
    assert code == 0
    assert {one["type"] for one in found} >= {"disclosure", "card"}
    name = town.scheme.verifier().party.name.split()[0]
    assert len(terminal.run("activities", "imported", kept["activity"], "--search", name)[1]) == 1
    assert terminal.run("activities", "imported", "nope")[0] == ExitCode.NO_MATCH
    code, text = terminal.plain("activities", "imported")
    assert "klopte bij het inlezen" in text
    assert terminal.run("activities", "forget", kept["activity"], "--yes")[0] == 0
    assert terminal.run("activities", "imported") == (0, [])


def forged(town: World, file: Path, bodies: list[Any]) -> bytes:
    """What a file holds whose log is one activity of these events, each as if it was chosen."""
    plain: Any = strictjson.loads(
        exporting.open_file(file, PHRASE), max_bytes=1 << 24, max_depth=32
    )
    rows = []
    for n, body in enumerate(bodies, start=1):
        event = {"v": 1, "n": n, "activity": "A", "kind": "share.intended", "at": 9, "body": body}
        stored, blind = strictjson.dumps(event), bytes([n]) * 32
        c = base64url.encode(entry_hash(blind, stored))
        rows.append({"n": n, "c": c, "entry": stored.decode(), "blind": base64url.encode(blind)})
    plain[-1]["otherTransaction"]["nl_regie"]["rows"] = rows
    return strictjson.dumps(plain)


def test_more_claims_than_any_log_has(town: World, file: Path) -> None:
    bodies = [
        {"shared": [{"vct": "v", "paths": [[f"p{i}_{j}_" + "x" * 30] for j in range(700)]}]}
        for i in range(50)
    ]
    found = importing.bring_in(town.wallet, forged(town, file, bodies), now=town.now)
    assert not found.checked.ok
    [shown] = town.wallet.store.foreign_activities(found.kept.activity)
    assert 1000 < len(shown.claims) < 35_000


@pytest.mark.parametrize("number", [1, -1, 1 << 63])
def test_numbers_that_are_none(town: World, file: Path, number: int) -> None:
    plain: Any = strictjson.loads(forged(town, file, [{}, {}]), max_bytes=1 << 24, max_depth=32)
    row = plain[-1]["otherTransaction"]["nl_regie"]["rows"][1]
    event: Any = strictjson.loads_object(row["entry"]) | {"n": number, "activity": "B"}
    stored, blind = strictjson.dumps(event), bytes(32)
    row |= {"n": number, "c": base64url.encode(entry_hash(blind, stored))}
    row |= {"entry": stored.decode(), "blind": base64url.encode(blind)}
    with pytest.raises(WalletError) as caught:
        importing.bring_in(town.wallet, strictjson.dumps(plain), now=town.now)
    assert caught.value.params["rule"] == "log.export"
    assert town.wallet.store.foreign_logs() == ()
