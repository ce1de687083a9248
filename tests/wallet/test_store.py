"""The store: one method is one transaction, and what is spent is gone."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.wallets import (
    MASTER,
    NOW,
    decrypted,
    disclose,
    give_card,
    intend,
    new_store,
    open_store,
    request_body,
)

from wallet import clock, log
from wallet.errors import Shared, WalletError
from wallet.events import Kind, Outcome
from wallet.keyfile import MasterKey
from wallet.store import Filter, Store, schema
from wallet.store.values import CopyUse, Evidence, Pending, RightsCase


@pytest.fixture
def store(tmp_path):
    with_home = new_store(tmp_path)
    yield with_home
    with_home.close()


def code(caught):
    return caught.value.code


def test_pragmas(store):
    read = {
        name: next(iter(store.database.row(f"PRAGMA {name}").values()))
        for name in ("synchronous", "secure_delete", "journal_mode", "foreign_keys")
    }
    assert read == {"synchronous": 2, "secure_delete": 1, "journal_mode": "wal", "foreign_keys": 1}


def test_wrong_key_is_quiet(store, tmp_path, capfd):
    with pytest.raises(WalletError) as caught:
        Store.open(tmp_path, MasterKey(bytes(32)), write=False, entropy=bytes)
    assert code(caught) == "store.unreadable"
    assert capfd.readouterr() == ("", "")


def test_reader_cannot_write(store, tmp_path):
    reader = open_store(tmp_path, write=False)
    with pytest.raises(Exception, match="readonly"):
        reader.set_setting("x", 1)
    reader.close()


def test_card_and_copies(store):
    card = give_card(store)
    assert store.copies_left(card.id) == card.copies == 3
    assert store.card(card.id) == store.card(card.id[:6]) == card
    assert store.card("") is None
    assert [copy.card for copy in store.candidates()] == [card.id]
    assert [
        e.kind for e in store.events(store.find_activity(next(store.activities(Filter())).id))
    ] == ["card.received"]


def test_renewing_takes_the_place(store):
    old = give_card(store, secret="old")
    new = give_card(store, secret="new")
    assert len(store.cards()) == 2
    store.delete_card(new.id, activity=store.new_activity(), body={"kind": "x"}, at=NOW)
    assert store.cards() == (old,)
    assert store.candidates()[0].card == old.id


@pytest.mark.spec(
    "Regie formats", "2", "share.intended and spending the copies are one transaction"
)
def test_intended_spends(store):
    card = give_card(store)
    activity = store.new_activity()
    intend(store, activity)
    assert store.copies_left(card.id) == 2
    assert store.sent(activity)[0].kind == "persoonsgegevens"
    assert store.outgoing(activity).body.startswith(b"response")
    assert store.rights_key(activity).jkt == f"jkt-{activity}"
    assert {item.role for item in store.evidence(activity)} == {"request", "scheme"}
    assert store.activity(activity).outcome == Outcome.INTENDED


@pytest.mark.spec("Regie formats", "2", "a copy is used once")
def test_spent_copy_is_refused_and_nothing_recorded(store):
    give_card(store)
    copy = store.candidates()[0].id
    disclose(store, copies=[CopyUse(copy)])
    entries = log.verify(store).entries
    activity = store.new_activity()
    with pytest.raises(WalletError) as caught:
        intend(store, activity, copies=[CopyUse(copy)])
    assert (code(caught), caught.value.shared) == ("copy.spent", Shared.NOTHING)
    assert store.sent(activity) == ()
    assert store.rights_key(activity) is None
    report = log.verify(store)
    assert report.ok
    assert report.entries == entries


def test_key_is_destroyed_with_the_copy(store):
    give_card(store, copies=1)
    activity = store.new_activity()
    intend(store, activity)
    assert store.database.row("SELECT count(*) AS n FROM copies")["n"] == 1
    store.settle(activity, Kind.SHARE_REJECTED, {}, at=NOW)
    assert store.database.row("SELECT count(*) AS n FROM copies")["n"] == 0
    assert store.candidates() == ()


def test_reuse_only_when_agreed(store):
    card = give_card(store, copies=1)
    copy = store.candidates()[0].id
    disclose(store, copies=[CopyUse(copy, keep=True)])
    assert store.copies_left(card.id) == 0
    assert store.candidates()[0].uses == 1
    with pytest.raises(WalletError):
        intend(store, store.new_activity(), copies=[CopyUse(copy)])
    disclose(store, copies=[CopyUse(copy, keep=True, again=True)])
    assert store.candidates()[0].uses == 2


@pytest.mark.spec("Regie formats", "2", "a copy returns unspent only when nothing was sent")
def test_unsent_returns_the_copy(store):
    card = give_card(store)
    copy = store.candidates()[0].id
    activity = store.new_activity()
    intend(store, activity, copies=[CopyUse(copy)])
    with pytest.raises(ValueError, match="acknowledged"):
        store.settle(activity, Kind.SHARE_ACKNOWLEDGED, {}, at=NOW, returned_copies=[copy])
    store.settle(activity, Kind.SHARE_UNSENT, {}, at=NOW, returned_copies=[copy])
    assert store.copies_left(card.id) == 3
    assert store.candidates()[0].id == copy
    assert store.rights_key(activity) is None
    assert store.sent(activity) == ()
    assert store.outgoing(activity) is None


def test_settled_once(store):
    give_card(store)
    activity = disclose(store)
    with pytest.raises(WalletError) as caught:
        store.settle(activity, Kind.SHARE_UNKNOWN, {}, at=NOW)
    assert code(caught) == "activity.settled"
    with pytest.raises(WalletError) as caught:
        intend(store, activity)
    assert code(caught) == "activity.settled"


@pytest.mark.spec("Regie formats", "2", "a crash after share.intended reads share.unknown")
def test_interrupted_is_maybe_shared(store, tmp_path):
    give_card(store)
    activity = store.new_activity()
    intend(store, activity)
    store.close()
    again = Store.open(tmp_path, MASTER, write=True, entropy=clock.random_bytes)
    notices = again.recover(at=NOW + 5)
    assert [(n.code, n.activity) for n in notices] == [("share.unknown", activity)]
    assert again.activity(activity).outcome == Outcome.UNKNOWN
    assert again.copies_left(again.cards()[0].id) == 2
    assert again.recover(at=NOW + 6) == ()
    # It can become certain that it arrived, never that it did not.
    with pytest.raises(WalletError):
        again.settle(activity, Kind.SHARE_UNSENT, {}, at=NOW)
    assert again.outgoing(activity) is not None
    again.append(activity, Kind.RECEIPT_VERIFIED, {}, at=NOW, evidence=[Evidence("receipt", b"r")])
    assert again.activity(activity).outcome == Outcome.SHARED
    assert again.outgoing(activity) is None
    assert log.verify(again).ok
    again.close()


@pytest.mark.crash
@pytest.mark.spec("Regie formats", "2", "durable before the first byte of the response leaves")
def test_kill_after_intended_keeps_the_entry(tmp_path):
    home = tmp_path / "home"
    program = (
        "import os, signal, sys; sys.path[:0] = ['.', 'tests']\n"
        "from pathlib import Path\n"
        "from support.wallets import *\n"
        f"store = new_store(Path({str(home)!r})); give_card(store)\n"
        "activity = store.new_activity(); intend(store, activity); print(activity, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == -9, done.stderr
    store = open_store(home)
    assert store.activity(done.stdout.strip()).outcome == Outcome.UNKNOWN
    assert store.copies_left(store.cards()[0].id) == 2
    assert log.verify(store).ok
    store.close()


def test_evidence_is_kept_once_and_bounded(store):
    activity = store.new_activity()
    for _ in range(2):
        store.append(
            activity, Kind.RECEIPT_ABSENT, {}, at=NOW, evidence=[Evidence("scheme", b"same")]
        )
    assert store.database.row("SELECT count(*) AS n FROM evidence")["n"] == 1
    with pytest.raises(WalletError) as caught:
        store.append(
            activity, Kind.RECEIPT_ABSENT, {}, at=NOW, evidence=[Evidence("scheme", bytes(65_537))]
        )
    assert code(caught) == "evidence.size"
    assert len(store.events(activity)) == 2


def test_request_is_taken_once(store):
    activity = store.new_activity()
    pending = Pending("r1", activity, NOW, NOW + 300, {"a": 1})
    store.add_request(pending, request_body(), at=NOW)
    assert store.request("r1") == pending
    assert store.requests() == (pending,)
    store.close_request("r1", Kind.REQUEST_DECLINED, {}, at=NOW)
    assert store.activity(activity).outcome == Outcome.DECLINED
    with pytest.raises(WalletError) as caught:
        store.close_request("r1", Kind.REQUEST_DECLINED, {}, at=NOW)
    assert code(caught) == "share.request_gone"
    give_card(store)
    with pytest.raises(WalletError) as caught:
        intend(store, store.new_activity(), request="r1")
    assert code(caught) == "share.request_gone"
    assert store.copies_left(store.cards()[0].id) == 3
    store.add_request(Pending("r2", activity, NOW, NOW + 300, {}), {}, at=NOW)
    assert store.drop_expired_requests(now=NOW + 301) == 1


def test_issuance_waits_and_closes(store):
    activity = store.new_activity()
    pending = Pending("i1", activity, NOW, NOW + 300, {"key": "k"})
    store.add_issuance(pending, at=NOW, kind=Kind.CARD_OFFERED, body={"kind": "persoonsgegevens"})
    store.update_issuance("i1", {"key": "k2"})
    assert store.issuance("i1").document == {"key": "k2"}
    with pytest.raises(WalletError):
        store.forget_activity(activity, at=NOW)
    store.drop_issuance("i1", at=NOW, kind=Kind.CARD_REFUSED, body={"reason": "denied"})
    assert store.issuances() == ()
    assert store.activity(activity).outcome == Outcome.REFUSED


def test_rights(store):
    give_card(store)
    activity = disclose(store)
    case = RightsCase("c1", activity, "erasure", "asked", NOW, None, None, {"jws": "x"})
    store.open_right(case, {"right": "erasure"}, at=NOW)
    assert store.rights_cases(activity) == (case,)
    assert len(store.holdings()) == 1
    store.answer_right(
        "c1",
        {"right": "erasure", "state": "done", "erased": ["given_name"]},
        state="done",
        due=None,
        retry_after=None,
        document={"jws": "x", "answer": "y"},
        at=NOW,
        evidence=[Evidence("right-answer", b"signed")],
    )
    assert store.rights_case("c1").state == "done"
    assert store.activity(activity).right_state == "done"
    assert store.activity(activity).outcome == Outcome.SHARED
    assert store.holdings() == ()
    assert log.verify(store).ok


def test_settings(store):
    assert store.setting("scheme.sequence", 0) == 0
    store.set_setting("scheme.sequence", 7)
    assert store.setting("scheme.sequence", 0) == 7


def test_failed_transaction_leaves_no_trace(store, tmp_path):
    before = (tmp_path / "log.head").read_text()
    with pytest.raises(Exception, match="log"):
        store.append("a", "no.such.kind", {}, at=NOW)
    assert (tmp_path / "log.head").read_text() == before
    store.append("a", Kind.PIN_CHANGED, {}, at=NOW)
    assert log.verify(store).ok


def test_threads_write_one_after_the_other(store):
    def write(number):
        for _ in range(10):
            store.append(f"thread-{number}", Kind.RECEIPT_ABSENT, {}, at=NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    report = log.verify(store)
    assert report.ok
    assert (report.entries, report.mended) == (40, False)


def test_repr_shows_no_value(store):
    give_card(store, secret="Geheim")
    assert "Geheim" not in repr(store.cards()) + repr(store.candidates())
    activity = disclose(store, secret="Geheim")
    shown = (
        repr(store.sent(activity))
        + repr(store.outgoing(activity))
        + repr(store.rights_key(activity))
    )
    assert "Geheim" not in shown


def test_rebuilding_the_view_changes_nothing(store, tmp_path):
    give_card(store)
    disclose(store)
    rows = list(store.activities(Filter()))
    store.rebuild_view()
    assert list(store.activities(Filter())) == rows
    assert log.verify(store).ok
    store.close()
    assert decrypted(tmp_path).row("PRAGMA user_version") == {"user_version": schema.VERSION}
