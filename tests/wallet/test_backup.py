"""Moving to another computer: what comes along, what stays, and what goes on working."""

import dataclasses
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.canary import findings
from support.wallet_world import World
from support.wallets import new_store

from credential import base64url, pbes2, strictjson
from credential.log import migration
from credential.rights import Right
from wallet import clock, keyfile, log
from wallet.errors import NotReady, Usage, WalletError
from wallet.events import Kind
from wallet.service import awaited, backup, rights, sync
from wallet.service.lookback import look_back
from wallet.service.wallet import Wallet
from wallet.store import Filter, carrying, schema
from wallet.store.values import Case, PartyCase

PHRASE = "een wachtwoord voor het bestand"
OWN = "vijf nieuwe woorden op papier"
HOUR = 3600


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


@dataclass
class Move:
    """An old wallet with a life behind it, its backup, and the wallet made from that."""

    town: World
    file: Path
    new: Wallet
    activity: str

    @property
    def old(self) -> Wallet:
        return self.town.wallet


@pytest.fixture
def moved(town: World, tmp_path: Path) -> Iterator[Move]:
    posed = town.receive()
    town.share(posed)
    town.now = town.verifier.now = town.now + HOUR
    store = town.wallet.store
    case = Case("oin", "CASE", "card", "urgentie", "in_progress", None, {}, store.new_activity())
    store.open_case(case, {"kind": "urgentie"}, at=town.now, texts={"explanation": b"waarom"})
    store.keep_party_case(
        PartyCase(posed.id, "oin", "Party", "12", "received", town.now, None, town.now, {})
    )
    file = tmp_path / "regie.backup"
    backup.backup(town.wallet, file, PHRASE, now=town.now)
    new = restored(town, file, tmp_path / "new")
    yield Move(town, file, new, posed.id)
    new.close()


def restored(town: World, file: Path, home: Path) -> Wallet:
    opened = backup.open_file(file, PHRASE)
    return backup.restore(home, opened, OWN, now=town.now, entropy=clock.random_bytes)


# ---- what comes along


@pytest.mark.spec("Regie formats", "2", "a restored log goes on: same chain, same key, whole")
def test_the_log_goes_on(moved: Move) -> None:
    old, new = moved.old.store, moved.new.store
    rows = "SELECT n, entry, blind, c, h FROM entries ORDER BY n"
    before, after = list(old.database.tuples(rows)), list(new.database.tuples(rows))
    assert after[: len(before)] == before
    last = new.events(new.find_activity(next(iter(new.activities(Filter()))).id))[-1]
    assert last.kind == Kind.WALLET_RESTORED
    assert [one["kind"] for one in last.body["cards"]]  # type: ignore[union-attr, index]
    assert new.chain.log_id == old.chain.log_id
    report = log.verify(new)
    assert (report.ok, report.faults, report.mended) == (True, (), False)
    assert log.head_words(new)[0] == len(after)
    # And it grows under the same key.
    new.append(new.new_activity(), Kind.SETTINGS_CHANGED, {}, at=moved.town.now)
    assert log.verify(new).ok


def test_everything_that_hangs_on_the_log(moved: Move) -> None:
    old, new = moved.old.store, moved.new.store
    names = set(carrying.CARRIED) - {"entries", "heads", "settings"}
    for name in sorted(names):
        query = f"SELECT * FROM {name} ORDER BY rowid"
        assert list(new.database.tuples(query)) == list(old.database.tuples(query)), name
    before, after = (look_back(one, moved.activity) for one in (moved.old, moved.new))
    assert after.sent == before.sent
    assert after.sent
    assert after.activity == before.activity
    assert after.kept == before.kept
    assert after.can_ask
    assert new.cases() == old.cases()
    assert new.cases()
    assert new.texts(new.cases()[0].activity) == {"explanation": b"waarom"}
    assert new.party_cases() == old.party_cases()
    assert new.party_cases()


@pytest.mark.spec("Regie formats", "8", "the sequence seen goes along: no way back to an older one")
def test_settings(moved: Move) -> None:
    assert moved.new.config == dataclasses.replace(moved.old.config, allow_networks=())
    assert moved.new.store.setting("scheme.sequence") == moved.old.store.setting("scheme.sequence")
    assert moved.new.store.setting("refresh.at") is None


@pytest.mark.spec("EUDI TS10", "3.18", "device-bound credentials are listed, never carried")
def test_no_card_comes_along(moved: Move) -> None:
    new = moved.new.store
    assert new.cards() == ()
    for table in carrying.LEFT:
        assert list(new.database.tuples(f"SELECT * FROM {table}")) == []
    listed = {(one.kind, one.issuer_oin) for one in moved.old.store.cards()}
    found = awaited.awaited(moved.new, now=moved.town.now)
    assert {(one.kind, one.issuer_oin) for one in found} == listed
    [again] = awaited.again(moved.new, now=moved.town.now)
    assert set(again.kinds) == {kind for kind, _ in listed}
    assert awaited.again(moved.old, now=moved.town.now) == ()


@pytest.mark.spec("EUDI TS10", "3.18", "the plaintext is MigrationData, of TS10's own members")
def test_the_migration_object(moved: Move) -> None:
    plain = pbes2.decrypt_with_passphrase(moved.file.read_text("ascii"), PHRASE)
    data: Any = strictjson.loads(plain, max_bytes=len(plain), max_depth=32)
    assert set(data) == {
        "transactionLog",
        "listOfCredentials",
        "nonDeviceBoundCredentials",
        "nl_regie",
    }
    assert data["nonDeviceBoundCredentials"] == []
    assert {"Presentation", "CredentialIssuance"} <= {
        one["transactionType"] for one in data["transactionLog"]
    }
    for one in data["listOfCredentials"]:
        assert one["format"] == "dc+sd-jwt"
        assert one["issuerType"] == "PubEEAProvider"
        assert one["issuerIdentifier"][0]["identifier"] == moved.town.issuer.party.oin
        assert re.match("https://", one["supplyPointURL"])


@pytest.mark.spec("EUDI TS10", "1.1", "no key of a card, no token of an issuer is in the file")
def test_no_keys_of_cards(moved: Move) -> None:
    found = migration.unseal(moved.file.read_text("ascii"), passphrase=PHRASE)
    plain = strictjson.dumps(found.own).replace(b"\\n", b"")
    rows = moved.old.store.database.tuples("SELECT private_key FROM copies")
    keys = [key for (key,) in rows]
    assert keys
    for key in keys:
        assert b"".join(key.splitlines()[1:-1]) not in plain
    [(key,)] = moved.old.store.database.tuples("SELECT private_key FROM rights_keys LIMIT 1")
    assert b"".join(key.splitlines()[1:-1]) in plain


@pytest.mark.spec("House rules", "8", "a backup is encrypted: no value of a card in its bytes")
def test_nothing_shows_in_the_file(moved: Move) -> None:
    assert moved.file.stat().st_mode & 0o077 == 0
    assert findings(moved.file.read_bytes(), ("Zwaantje", "Klaverblad")) == set()


def test_every_table_is_named(tmp_path: Path) -> None:
    """A new table is in the backup, left behind, or made anew: somebody has to say which."""
    named = [*carrying.CARRIED, *carrying.LEFT, *carrying.ANEW]
    store = new_store(tmp_path)
    rows = store.database.tuples(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    tables = {name for (name,) in rows}
    store.close()
    shadows = {name for name in tables if re.search(r"_words_\w+$", name)}
    assert sorted(tables - shadows) == sorted(named)


# ---- what goes on working


@pytest.mark.spec("Regie formats", "4", "rights keys survive: a right is asked from the new wallet")
def test_a_right_from_the_restored_wallet(moved: Move) -> None:
    town = moved.town
    sync.sync(moved.new, town.network, now=town.now)
    done = rights.ask(moved.new, town.network, moved.activity, Right.ERASURE, now=town.now)
    kinds = [entry.kind for entry in moved.new.store.events(moved.activity)]
    assert kinds[-2:] == [Kind.RIGHT_ASKED, Kind.RIGHT_ANSWERED], done
    assert log.verify(moved.new.store).ok


def test_cards_come_again(moved: Move) -> None:
    town, old = moved.town, moved.old
    sync.sync(moved.new, town.network, now=town.now)
    town.wallet = moved.new
    try:
        town.add()
    finally:
        town.wallet = old
    assert {one.kind for one in moved.new.store.cards()} == {one.kind for one in old.store.cards()}
    assert awaited.awaited(moved.new, now=town.now) == ()


def test_a_backup_of_a_restored_wallet_still_lists_what_did_not_come(
    moved: Move, tmp_path: Path
) -> None:
    file = tmp_path / "again"
    made = backup.backup(moved.new, file, PHRASE, now=moved.town.now)
    assert made.cards == len(moved.old.store.cards())


def test_the_new_wallet_opens_with_its_own_passphrase(moved: Move) -> None:
    home, now = moved.new.home, moved.town.now
    moved.new.close()
    with pytest.raises(NotReady, match=r"passphrase\.wrong"):
        Wallet.open(home, PHRASE, write=False, at=now, entropy=clock.random_bytes)
    with Wallet.open(home, OWN, write=True, at=now, entropy=clock.random_bytes) as again:
        assert again.notices == ()
        assert log.verify(again.store).ok


# ---- what is refused


def test_only_into_an_empty_folder(moved: Move, tmp_path: Path) -> None:
    with pytest.raises(Usage, match=r"restore\.not-empty"):
        restored(moved.town, moved.file, moved.new.home)
    busy = tmp_path / "busy"
    busy.mkdir()
    (busy / "notes.txt").write_text("mine")
    with pytest.raises(Usage, match=r"restore\.not-empty"):
        restored(moved.town, moved.file, busy)
    assert [one.name for one in busy.iterdir()] == ["notes.txt"]


@pytest.mark.spec("Regie formats", "2", "the passphrase of a file has at least twelve characters")
def test_a_short_passphrase_leaves_no_trace(town: World, tmp_path: Path) -> None:
    before = log.head_words(town.wallet.store)
    with pytest.raises(Usage, match=r"export\.passphrase-short"):
        backup.backup(town.wallet, tmp_path / "x", "kort", now=town.now)
    assert log.head_words(town.wallet.store) == before
    assert not (tmp_path / "x").exists()


def test_refusals(moved: Move, tmp_path: Path) -> None:
    with pytest.raises(Usage, match=r"export\.exists"):
        backup.backup(moved.old, moved.file, PHRASE, now=moved.town.now)
    with pytest.raises(Usage, match=r"export\.no-folder"):
        backup.backup(moved.old, tmp_path / "no" / "x", PHRASE, now=moved.town.now)
    with pytest.raises(Usage, match=r"export\.passphrase"):
        backup.open_file(moved.file, "een ander wachtwoord")
    with pytest.raises(Usage, match=r"restore\.unreadable"):
        backup.open_file(tmp_path / "nothing", PHRASE)
    other = tmp_path / "other"
    theirs = {"transactionLog": [], "listOfCredentials": [], "nonDeviceBoundCredentials": []}
    other.write_text(pbes2.encrypt_with_passphrase(strictjson.dumps({**theirs}), PHRASE))
    with pytest.raises(Usage, match=r"restore\.foreign"):
        backup.open_file(other, PHRASE)


@pytest.mark.parametrize(
    ("packed", "rule"),
    [
        (zlib.compress(b"{}")[:-2], "migration.size"),
        (zlib.compress(b" " * 4096), "migration.size"),
        (zlib.compress(b"{}") + b"more", "migration.size"),
        (b"not deflated", "migration.form"),
    ],
)
def test_what_was_deflated_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bytes, rule: str
) -> None:
    monkeypatch.setattr(migration, "MAX_OWN", 1024)
    data = {
        "transactionLog": [],
        "listOfCredentials": [],
        "nonDeviceBoundCredentials": [],
        "nl_regie": {"deflate": base64url.encode(packed)},
    }
    file = tmp_path / "bomb"
    file.write_text(pbes2.encrypt_with_passphrase(strictjson.dumps({**data}), PHRASE))
    with pytest.raises(WalletError) as caught:
        backup.open_file(file, PHRASE)
    assert caught.value.params["rule"] == rule


def rewritten(moved: Move, file: Path, **change: Any) -> Path:
    found = migration.unseal(moved.file.read_text("ascii"), passphrase=PHRASE)
    own = {**found.own, **change}
    file.write_text(migration.seal([], found.credentials, own, passphrase=PHRASE))
    return file


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 2}, "restore.newer"),
        ({"schema": schema.VERSION + 1}, "restore.newer"),
        ({"tables": {}}, "restore.damaged"),
        ({"tables": []}, "message.not-trusted"),
        ({"log": "AAAA"}, "restore.damaged"),
        ({"log_key": "no key"}, "restore.damaged"),
    ],
)
def test_a_file_that_holds_something_else(
    moved: Move, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    file = rewritten(moved, tmp_path / "changed", **change)
    home = tmp_path / "third"
    with pytest.raises(Exception) as caught:
        restored(moved.town, file, home)
    assert getattr(caught.value, "code", "") in (code, "restore.damaged", "message.not-trusted")
    # Nothing half made stands in the way of the next attempt.
    assert not (home / keyfile.FILE).exists()
    restored(moved.town, moved.file, home).close()


def test_rows_that_the_tables_do_not_take(moved: Move, tmp_path: Path) -> None:
    found = migration.unseal(moved.file.read_text("ascii"), passphrase=PHRASE)
    tables: Any = found.own["tables"]
    rows = tables["settings"]["rows"]
    changed = {**tables, "settings": {**tables["settings"], "rows": [*rows, *rows]}}
    file = rewritten(moved, tmp_path / "changed", tables=changed)
    with pytest.raises(Usage, match=r"restore\.damaged"):
        restored(moved.town, file, tmp_path / "third")


def test_settings_of_another_computer(moved: Move, tmp_path: Path) -> None:
    found = migration.unseal(moved.file.read_text("ascii"), passphrase=PHRASE)
    config = {**found.own["config"], "scheme_url": "/nowhere", "later": True}  # type: ignore[dict-item]
    opened = backup.open_file(rewritten(moved, tmp_path / "changed", config=config), PHRASE)
    assert opened.dropped == ("allow_networks", "scheme_url")
    assert opened.config.scheme_url == ""


@pytest.mark.spec("Architecture", "Wallet", "whom a wallet trusts is set by its resident alone")
def test_a_file_sets_nobody_to_trust(moved: Move, tmp_path: Path) -> None:
    """Whatever lies on this computer, and whatever the file says about it."""
    found = migration.unseal(moved.file.read_text("ascii"), passphrase=PHRASE)
    pem = tmp_path / "downloaded.pem"
    pem.write_text("x")
    trust = {
        "tls_ca": str(pem),
        "foreign_anchors": str(pem),
        "allow_networks": ["0.0.0.0/0"],
        "provider_url": "https://evil.example",
    }
    config = {**found.own["config"], **trust}  # type: ignore[dict-item]
    opened = backup.open_file(rewritten(moved, tmp_path / "changed", config=config), PHRASE)
    assert set(opened.dropped) == set(trust)
    assert all(not getattr(opened.config, name) for name in trust)


def test_a_log_that_was_tampered_with_stays_so(moved: Move, tmp_path: Path) -> None:
    """A backup is no laundry: what was changed is named after it as well."""
    town = moved.town
    town.wallet.store.database.execute("UPDATE entries SET entry = x'00' WHERE n = 2")
    faults = log.verify(town.wallet.store).faults
    assert faults
    file = tmp_path / "broken"
    backup.backup(town.wallet, file, PHRASE, now=town.now)
    with restored(town, file, tmp_path / "fourth") as found:
        assert not backup.whole(found)
        codes = {(one.code, one.n) for one in log.verify(found.store).faults}
        assert ("log.entry_changed", 2) in codes
