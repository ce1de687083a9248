"""The log of the wallet: whatever is changed behind its back is named, and removal is no fault."""

import json
import shutil

import pytest
from support.wallets import (
    NOW,
    decrypted,
    disclose,
    give_card,
    intend,
    new_store,
    open_store,
    request_body,
)

from credential import log as chain
from credential.jose import KeySigner, generate_key
from wallet import log
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.store import Filter


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A wallet with three disclosures, one of them removed by the resident."""
    home = tmp_path_factory.mktemp("finished")
    store = new_store(home)
    give_card(store, copies=5)
    gone = disclose(store, secret="Weg")
    disclose(store)
    disclose(store)
    activity = store.new_activity()
    store.append(
        activity,
        Kind.REQUEST_RECEIVED,
        request_body(),
        at=NOW,
        texts={"values": b"text with values"},
    )
    store.forget_activity(gone, at=NOW)
    store.close()
    return home


@pytest.fixture
def home(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "home")
    return tmp_path / "home"


def verdict(home, **more):
    store = open_store(home, write=False)
    try:
        return log.verify(store, **more)
    finally:
        store.close()


def codes(home):
    return {fault.code for fault in verdict(home).faults}


def change(home, *statements):
    database = decrypted(home)
    for statement in statements:
        assert database.execute(statement) != 0, statement
    database.close()


@pytest.mark.spec("Regie formats", "2", "removal by the resident is no fault")
def test_untouched(home):
    report = verdict(home)
    assert report.ok
    assert len(report.removed) == 4
    assert not report.mended
    assert report.entries == 15


@pytest.mark.spec("Regie formats", "2", "a changed entry is named")
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (
            "UPDATE entries SET entry = replace(entry, 'Voorbeeldwonen', 'Voorbeeldwinst') WHERE n = 6",
            "log.entry_changed",
        ),
        ("UPDATE entries SET entry = 'text' WHERE n = 6", "log.entry_changed"),
        ("UPDATE entries SET entry = NULL WHERE n = 6", "log.entry_missing"),
        ("UPDATE entries SET entry = NULL, blind = NULL WHERE n = 6", "log.entry_missing"),
        ("UPDATE entries SET blind = NULL WHERE n = 6", "log.blind_missing"),
        ("UPDATE entries SET blind = zeroblob(32) WHERE n = 6", "log.entry_changed"),
        ("UPDATE entries SET blind = 7 WHERE n = 6", "log.entry_changed"),
        ("UPDATE entries SET c = zeroblob(32) WHERE n = 6", "log.entry_changed"),
        ("UPDATE entries SET c = 'x' WHERE n = 6", "log.link"),
        ("UPDATE entries SET h = zeroblob(32) WHERE n = 6", "log.link"),
        ("UPDATE entries SET h = 12 WHERE n = 15", "log.head_differs"),
        ("UPDATE entries SET n = 99 WHERE n = 6", "log.row_missing"),
        ("UPDATE entries SET blind = zeroblob(32) WHERE n = 3", "log.blind_left"),
        (
            "UPDATE entries SET entry = (SELECT entry FROM entries WHERE n = 6), blind = (SELECT blind FROM entries WHERE n = 6) WHERE n = 3",
            "log.removed_present",
        ),
    ],
)
def test_changed_entry(home, statement, code):
    change(home, statement)
    assert code in codes(home)


@pytest.mark.spec("Regie formats", "2", "a removed row is named")
def test_removed_row(home):
    change(home, "DELETE FROM entries WHERE n = 7")
    assert ("log.row_missing", 7) in {(f.code, f.n) for f in verdict(home).faults}


@pytest.mark.spec("Regie formats", "2", "reordering is named")
def test_reordered(home):
    change(
        home,
        "UPDATE entries SET n = 100 WHERE n = 7",
        "UPDATE entries SET n = 7 WHERE n = 8",
        "UPDATE entries SET n = 8 WHERE n = 100",
    )
    assert {"log.entry_number", "log.link"} <= codes(home)


@pytest.mark.spec("Regie formats", "2", "a cut-off is named, also when the heads go with it")
def test_cut_off(home):
    change(home, "DELETE FROM entries WHERE n > 13")
    assert "log.cut_off" in codes(home)


def test_cut_off_with_older_head_put_back(home, finished):
    # Somebody who also puts the older signed head in the database is named by the head file.
    database = decrypted(home)
    database.execute("DELETE FROM entries WHERE n > 14")
    database.execute("DELETE FROM heads WHERE place = 'now'")
    database.execute("UPDATE heads SET place = 'now'")
    database.close()
    assert "log.cut_off" in codes(home)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM heads", "log.head_missing"),
        ("DELETE FROM heads WHERE place = 'now'", "log.head_missing"),
        ("UPDATE heads SET head = 'x' WHERE place = 'now'", "log.head_signature"),
        ("UPDATE events SET kind = 'share.unsent' WHERE n = 7", "view.event"),
        ("UPDATE events SET activity = 'other' WHERE n = 7", "view.event"),
        ("UPDATE events SET at = at + 1 WHERE n = 7", "view.event"),
        ("UPDATE events SET n = 99 WHERE n = 7", "view.event"),
        ("DELETE FROM events WHERE n = 7", "view.event"),
        ("INSERT INTO events VALUES (3, 'a', 'share.intended', 1)", "view.event"),
        ("DELETE FROM activities WHERE type = 'disclosure'", "view.activity"),
        ("DELETE FROM activity_claims", "view.claim"),
        ("UPDATE activity_claims SET shared = 1 WHERE shared = 0", "view.claim"),
        ("UPDATE activity_claims SET path = 'family_name' WHERE path = 'given_name'", "view.claim"),
        ("UPDATE activity_claims SET asked = 0", "view.claim"),
        ("UPDATE activity_claims SET erased = 1", "view.claim"),
        ("UPDATE activity_claims SET n = n + 1", "view.claim"),
        ("UPDATE activity_words SET words = 'x' WHERE rowid = 6", "view.words"),
        ("DELETE FROM activity_words WHERE rowid = 6", "view.words"),
        ("UPDATE activity_words_data SET block = zeroblob(8) WHERE id > 10", "store.integrity"),
        (
            "UPDATE evidence SET content = x'00' WHERE content = CAST('the request' AS BLOB)",
            "evidence.changed",
        ),
        (
            "UPDATE evidence SET content = 'text' WHERE content = CAST('the scheme' AS BLOB)",
            "evidence.changed",
        ),
        ("DELETE FROM evidence WHERE content = CAST('the scheme' AS BLOB)", "evidence.missing"),
        ("DELETE FROM evidence_links WHERE role = 'receipt'", "evidence.link"),
        ("UPDATE evidence_links SET role = 'scheme' WHERE role = 'receipt'", "evidence.link"),
        ("UPDATE evidence_links SET activity = 'x'", "evidence.link"),
        ("INSERT INTO evidence VALUES ('x', x'00')", "evidence.changed"),
        ("UPDATE erasable SET content = x'00'", "text.changed"),
        ("UPDATE erasable SET blind = x'00'", "text.changed"),
        ("UPDATE erasable SET name = 'other'", "text.changed"),
        ("UPDATE erasable SET activity = 'other'", "text.changed"),
        ("UPDATE spent_copies SET compact = compact || 'WyJhIiwiYiIsMV0~'", "sent.changed"),
        ("UPDATE spent_copies SET activity = 'other'", "sent.changed"),
    ],
)
def test_changed_table(home, statement, code):
    change(home, statement)
    assert code in codes(home)


@pytest.mark.parametrize(
    "column",
    [
        "id", "first_n", "last_n", "started", "updated", "type", "outcome", "reason", "party_oin",
        "party_service", "party_name", "service_name", "purpose_id", "purpose_nl", "purpose_en",
        "card_kind", "receipt", "right_name", "right_state", "retention", "kept_until",
        "others", "reused",
    ],
)  # fmt: skip
def test_every_column_of_the_view(home, column):
    change(home, f"UPDATE activities SET {column} = {column} || '9' WHERE first_n = 6")
    assert "view.activity" in codes(home)


def test_columns_are_all_tested():
    from wallet.store.view import COLUMNS

    marks = next(m for m in test_every_column_of_the_view.pytestmark if m.name == "parametrize")
    assert tuple(marks.args[1]) == COLUMNS


@pytest.mark.spec("Regie formats", "2", "the log id and the log key stand in the chain")
def test_changed_log_id(home):
    change(home, "UPDATE log SET id = zeroblob(16)")
    assert codes(home) >= {"log.link", "log.head_signature"}


def test_changed_log_key(home):
    change(home, "UPDATE log SET key = zeroblob(60)")
    with pytest.raises(WalletError) as caught:
        open_store(home, write=False)
    assert caught.value.exit is ExitCode.LOG_BROKEN


@pytest.mark.spec("Regie formats", "2", "the file's head must be in the chain")
def test_head_file(home, tmp_path):
    file = home / "log.head"
    good = file.read_text()
    file.unlink()
    assert codes(home) == {"log.head_file_missing"}
    file.write_text(good[:-2] + "AA")
    assert codes(home) == {"log.head_file_signature"}
    file.write_text("\x00\xff")
    assert codes(home) == {"log.head_file_signature"}
    store = open_store(home, write=False)
    other = chain.sign_head(store.chain.log_id, 15, bytes(32), NOW, KeySigner(generate_key()))
    ahead = chain.sign_head(store.chain.log_id, 99, bytes(32), NOW, store.chain._signer)
    differs = chain.sign_head(store.chain.log_id, 15, bytes(32), NOW, store.chain._signer)
    h = store.database.row("SELECT h FROM entries WHERE n = 5")["h"]
    old = chain.sign_head(store.chain.log_id, 5, h, NOW, store.chain._signer)
    store.close()
    file.write_text(other)
    assert codes(home) == {"log.head_file_signature"}
    file.write_text(ahead)
    assert codes(home) == {"log.cut_off"}
    file.write_text(differs)
    assert codes(home) == {"log.head_file_differs"}
    file.write_text(old)
    assert codes(home) == {"log.head_file_old"}


@pytest.mark.spec("Regie formats", "2", "one behind is a crash, mended with a notice")
def test_head_file_one_commit_behind(home):
    before = (home / "log.head").read_text()
    store = open_store(home)
    store.append(store.new_activity(), Kind.PIN_CHANGED, {}, at=NOW)
    store.close()
    (home / "log.head").write_text(before)
    report = verdict(home)
    assert report.ok
    assert report.mended
    store = open_store(home, write=False)
    store.close()
    store = open_store(home)
    assert (home / "log.head").read_text() != before
    assert not log.verify(store).mended
    store.close()


def test_mending_tells(home):
    before = (home / "log.head").read_text()
    store = open_store(home)
    store.append(store.new_activity(), Kind.PIN_CHANGED, {}, at=NOW)
    (home / "log.head").write_text(before)
    assert [n.code for n in store.recover(at=NOW)] == ["log.head-mended"]
    assert store.recover(at=NOW) == ()
    store.close()


def test_a_head_file_that_did_not_fit_is_never_forgotten(home):
    (home / "log.head").unlink()
    store = open_store(home)
    store.append(store.new_activity(), Kind.PIN_CHANGED, {}, at=NOW)
    store.close()
    assert codes(home) == {"log.head_disputed"}


@pytest.mark.spec("Regie formats", "2", "a head kept elsewhere is checked")
def test_kept_words(home):
    store = open_store(home)
    n, words = log.head_words(store)
    assert (n, len(words)) == (15, 8)
    store.append(store.new_activity(), Kind.PIN_CHANGED, {}, at=NOW)
    store.close()
    report = verdict(home, kept_words="  ".join(words).upper())
    assert report.ok
    assert report.kept_at == 15
    other = " ".join(reversed(words))
    assert {f.code for f in verdict(home, kept_words=other).faults} == {"log.kept_head"}
    with pytest.raises(WalletError) as caught:
        verdict(home, kept_words="een twee drie")
    assert caught.value.code == "head.words"


@pytest.mark.spec(
    "Regie formats", "2", "a removed entry cannot be confirmed by guessing its content"
)
def test_removed_entry_cannot_be_guessed(home):
    store = open_store(home)
    activity = disclose(store)
    rows = store.database.rows(
        "SELECT n, entry, blind, c FROM entries WHERE n IN (SELECT n FROM events WHERE activity = ?)",
        (activity,),
    )
    store.forget_activity(activity, at=NOW)
    for row in rows:
        left = store.database.row("SELECT entry, blind, c FROM entries WHERE n = ?", (row["n"],))
        assert left == {"entry": None, "blind": None, "c": row["c"]}
        # Who guesses the content right still lacks 32 random bytes.
        assert chain.entry_hash(row["blind"], row["entry"]) == row["c"]
        assert chain.entry_hash(bytes(32), row["entry"]) != row["c"]
    store.close()


@pytest.mark.spec("Regie formats", "2", "removal wipes entry, evidence and index rows")
def test_removal_refusals(home):
    store = open_store(home)
    note = next(a.id for a in store.activities(Filter(type="log")))
    give_card(store)
    busy = store.new_activity()
    intend(store, busy)
    for activity, code in (
        (note, "activity.removal-note"),
        (busy, "activity.open"),
        ("x", "activity.none"),
    ):
        with pytest.raises(WalletError) as caught:
            store.forget_activity(activity, at=NOW)
        assert caught.value.code == code
    store.close()


def test_removal_keeps_shared_evidence(home):
    store = open_store(home)
    first, second = [a.id for a in store.activities(Filter(outcome="shared"))]
    store.forget_activity(first, at=NOW)
    assert {e.content for e in store.evidence(second)} >= {b"the request", b"the scheme"}
    assert store.evidence(first) == ()
    assert log.verify(store).ok
    store.close()


def test_entries_hold_no_values(home):
    store = open_store(home, write=False)
    for row in store.database.rows("SELECT entry FROM entries WHERE entry IS NOT NULL"):
        assert b"Jans" not in row["entry"]
        assert b"text with values" not in row["entry"]
        assert json.loads(row["entry"])["v"] == 1
    store.close()
