"""Auditing a chain: each way to tamper is named, and removal by the resident is no fault."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.keys import test_signer as signer_of

from credential import base64url, jose, log
from credential.errors import Malformed

LOG_KEY = signer_of("log key")
LOG_ID = b"0123456789abcdef"
START = log.genesis(LOG_ID, base64url.decode(jose.thumbprint(LOG_KEY.public_key)))


class Log:
    """A log in memory, as a wallet's store keeps one."""

    def __init__(self, entries=0):
        self.rows = []
        self.heads = []
        self.file = None
        self.commit()
        for number in range(entries):
            self.append("card.received", {"number": number})

    def append(self, kind, body, *, commit=True):
        n = len(self.rows) + 1
        entry = log.entry_bytes(n, f"a{n}", kind, 1790000000 + n, body)
        blind = hashlib.sha256(b"blind" + bytes([n % 256])).digest()
        c = log.entry_hash(blind, entry)
        self.rows.append((n, c, log.link(n, self.last, c), entry, blind))
        if commit:
            self.commit()

    @property
    def last(self):
        return self.rows[-1][2] if self.rows else START

    def commit(self):
        n = len(self.rows)
        self.heads.append(log.sign_head(LOG_ID, n, self.last, 1790000000 + n, LOG_KEY))
        self.file = self.heads[-1]

    def change(self, n, *, c=None, h=None, **members):
        row = self.rows[n - 1]
        entry, blind = members.get("entry", row[3]), members.get("blind", row[4])
        self.rows[n - 1] = (n, c or row[1], h or row[2], entry, blind)

    def remove(self, *ns):
        for n in ns:
            self.change(n, entry=None, blind=None)
        self.append("removed", log.removed_body(ns))

    def audit(self, kept_words=None):
        return log.verify_chain(
            self.rows,
            log_id=LOG_ID,
            log_key=LOG_KEY.public_key,
            heads=self.heads,
            head_file=self.file,
            kept_words=kept_words,
        )

    def faults(self):
        return [(fault.code, fault.n) for fault in self.audit().faults]


@pytest.mark.spec("Regie formats", "2", "a log that was not touched")
@pytest.mark.parametrize("entries", [0, 1, 2, 50])
def test_sound(entries):
    report = Log(entries).audit()
    assert report.ok
    assert report.entries == entries
    assert report.removed == ()
    assert not report.mend


@pytest.mark.spec("Regie formats", "2", "only the latest heads need be kept")
def test_two_heads_suffice():
    kept = Log(9)
    kept.heads = kept.heads[-2:]
    assert kept.audit().ok


@pytest.mark.spec("Regie formats", "2", "a changed entry is named")
def test_changed_entry():
    touched = Log(5)
    touched.change(3, entry=touched.rows[2][3].replace(b'"number":2', b'"number":9'))
    assert touched.faults() == [("log.entry_changed", 3)]


@pytest.mark.spec("Regie formats", "2", "a changed blind is named")
def test_changed_blind():
    touched = Log(5)
    touched.change(3, blind=bytes(32))
    assert touched.faults() == [("log.entry_changed", 3)]
    touched.change(3, blind=bytes(31))
    assert touched.faults() == [("log.entry_changed", 3)]


@pytest.mark.spec("Regie formats", "2", "an entry rewritten with its own hash breaks the link")
def test_changed_entry_and_hash():
    touched = Log(5)
    entry = touched.rows[2][3].replace(b'"number":2', b'"number":9')
    c = log.entry_hash(touched.rows[2][4], entry)
    touched.change(3, entry=entry, c=c)
    assert touched.faults() == [("log.link", 3)]
    touched.change(3, h=log.link(3, touched.rows[1][2], c))
    # Now row 4 does not follow, and the head that was signed over row 3 differs.
    assert touched.faults() == [("log.head_differs", 3), ("log.link", 4)]


@pytest.mark.spec(
    "Regie formats", "2", "a chain rewritten to its end differs from every signed head"
)
def test_rewritten_to_the_end():
    touched, honest = Log(4), Log(3)
    honest.append("card.received", {"number": "other"})
    touched.rows = honest.rows
    assert touched.faults() == [("log.head_differs", 4), ("log.head_file_differs", 4)]


@pytest.mark.spec("Regie formats", "2", "a row taken out is named")
def test_missing_row():
    touched = Log(5)
    del touched.rows[2]
    assert ("log.row_missing", 3) in touched.faults()


@pytest.mark.spec("Regie formats", "2", "rows in another order are named")
def test_reordered():
    touched = Log(5)
    touched.rows[2], touched.rows[3] = touched.rows[3], touched.rows[2]
    codes = {code for code, _ in touched.faults()}
    assert {"log.row_missing", "log.order", "log.link"} <= codes


@pytest.mark.spec("Regie formats", "2", "contents that changed places are named")
def test_swapped_contents():
    touched = Log(5)
    one, other = touched.rows[2], touched.rows[3]
    touched.rows[2], touched.rows[3] = (3, *other[1:]), (4, *one[1:])
    codes = touched.faults()
    assert ("log.entry_number", 3) in codes
    assert ("log.entry_number", 4) in codes
    assert ("log.link", 3) in codes


@pytest.mark.spec("Regie formats", "2", "a row twice")
def test_repeated_row():
    touched = Log(3)
    touched.rows.insert(1, touched.rows[0])
    assert ("log.order", 1) in touched.faults()


@pytest.mark.spec("Regie formats", "2", "the database behind the head file is cut off")
def test_cut_off():
    touched = Log(5)
    touched.rows = touched.rows[:3]
    touched.heads = touched.heads[:4]
    assert touched.faults() == [("log.cut_off", 4)]
    touched.rows, touched.heads = [], touched.heads[:1]
    assert touched.faults() == [("log.cut_off", 1)]


@pytest.mark.spec("Regie formats", "2", "rows without the head that covers them")
def test_rows_nobody_signed():
    touched = Log(3)
    touched.append("card.received", {}, commit=False)
    assert touched.faults() == [("log.head_missing", 4)]
    touched.heads = []
    assert ("log.head_missing", 4) in touched.faults()


@pytest.mark.spec("Regie formats", "2", "the head file one commit behind: a crash, mended")
def test_head_file_one_behind():
    crashed = Log(5)
    crashed.file = crashed.heads[-2]
    report = crashed.audit()
    assert report.ok
    assert report.mend


def test_one_commit_may_hold_several_entries():
    crashed = Log(5)
    before = crashed.file
    crashed.append("removed", log.removed_body([]), commit=False)
    crashed.append("card.deleted", {})
    crashed.file = before
    assert crashed.audit().ok
    assert crashed.audit().mend


@pytest.mark.spec("Regie formats", "2", "an older head file was put back")
def test_head_file_further_behind():
    touched = Log(5)
    touched.file = touched.heads[2]
    assert touched.faults() == [("log.head_file_old", 2)]


@pytest.mark.spec("Regie formats", "2", "the head file removed, changed, or of another log")
def test_head_file_tampered():
    touched = Log(5)
    good = touched.file
    touched.file = None
    assert touched.faults() == [("log.head_file_missing", 0)]
    touched.file = good[:-4] + "AAAA"
    assert touched.faults() == [("log.head_file_signature", 0)]
    touched.file = "no head"
    assert touched.faults() == [("log.head_file_signature", 0)]
    touched.file = log.sign_head(LOG_ID, 5, touched.last, 0, signer_of("another key"))
    assert touched.faults() == [("log.head_file_signature", 0)]
    touched.file = log.sign_head(bytes(16), 5, touched.last, 0, LOG_KEY)
    assert touched.faults() == [("log.head_file_signature", 0)]
    touched.file = log.sign_head(LOG_ID, 5, bytes(32), 0, LOG_KEY)
    assert touched.faults() == [("log.head_file_differs", 5)]


@pytest.mark.spec("Regie formats", "2", "a stored head changed")
def test_stored_head_tampered():
    touched = Log(5)
    touched.heads[2] = touched.heads[2][:-4] + "AAAA"
    assert touched.faults() == [("log.head_signature", 0)]
    touched.heads[2] = log.sign_head(LOG_ID, 2, bytes(32), 0, LOG_KEY)
    assert touched.faults() == [("log.head_differs", 2)]
    touched.heads[2] = log.sign_head(LOG_ID, 9, bytes(32), 0, LOG_KEY)
    assert ("log.cut_off", 6) in touched.faults()


@pytest.mark.spec("Regie formats", "2", "removal by the resident is reported and is no fault")
def test_removal():
    kept = Log(6)
    kept.remove(2, 4)
    kept.append("card.received", {})
    report = kept.audit()
    assert report.ok
    assert report.removed == (2, 4)
    assert report.entries == 8


@pytest.mark.spec("Regie formats", "2", "a removed entry cannot be confirmed by guessing")
def test_a_removed_entry_cannot_be_guessed():
    kept = Log(6)
    content = kept.rows[1][3]
    kept.remove(2)
    _, c, h, entry, blind = kept.rows[1]
    assert entry is None
    assert blind is None
    # Whoever knows the content exactly still cannot recompute anything that is stored.
    stored = {c, h}
    known = [row[1] for row in kept.rows] + [row[2] for row in kept.rows] + [START, LOG_ID]
    guesses = {hashlib.sha256(b"regie-entry-1" + content).digest()} | {
        hashlib.sha256(b"regie-entry-1" + key.ljust(32, b"\0") + content).digest()
        for key in (*known, bytes(32), LOG_ID)
    }
    assert not stored & guesses
    # Two logs with the same content and other blinds have nothing in common.
    assert log.entry_hash(bytes(32), content) != log.entry_hash(bytes([1] * 32), content)


@pytest.mark.spec(
    "Regie formats", "2", "a removal that leaves the blind is named: a guess could be tested"
)
def test_blind_left():
    touched = Log(4)
    blind = touched.rows[1][4]
    touched.remove(2)
    touched.change(2, blind=blind)
    assert touched.faults() == [("log.blind_left", 2)]


@pytest.mark.spec("Regie formats", "2", "an entry wiped without a `removed` event is named")
def test_wiped_by_somebody_else():
    touched = Log(4)
    touched.change(2, entry=None, blind=None)
    assert touched.faults() == [("log.entry_missing", 2)]
    touched.change(3, blind=None)
    assert touched.faults() == [("log.entry_missing", 2), ("log.blind_missing", 3)]


@pytest.mark.spec("Regie formats", "2", "an entry that should be gone is still there")
def test_removed_entry_still_there():
    touched = Log(4)
    row = touched.rows[1]
    touched.remove(2)
    touched.rows[1] = row
    assert touched.faults() == [("log.removed_present", 2)]


@pytest.mark.spec("Regie formats", "2", "a `removed` event names earlier entries only")
@pytest.mark.parametrize("named", [None, "x", [5], [0], [-1], [True], ["2"], [9]], ids=str)
def test_removal_of_what_cannot_be(named):
    touched = Log(4)
    touched.append("removed", {"entries": named})
    assert touched.faults() == [("log.removal", 5)]


@pytest.mark.spec("Regie formats", "2", "a `removed` event that no wallet wrote")
def test_removal_of_another_form():
    touched = Log(4)
    entry = b'{"activity":"a", "at":1,"body":{"entries":[1]},"kind":"removed","n":5,"v":1}'
    c = log.entry_hash(bytes(32), entry)
    touched.rows.append((5, c, log.link(5, touched.last, c), entry, bytes(32)))
    touched.commit()
    assert touched.faults() == [("log.entry_form", 5)]


def test_removal_of_a_removal_names_its_entries_again():
    kept = Log(3)
    kept.remove(1)
    kept.change(4, entry=None, blind=None)
    kept.append("removed", log.removed_body([1, 4]))
    assert kept.audit().removed == (1, 4)
    assert kept.audit().ok


@pytest.mark.spec("Regie formats", "2", "a head kept elsewhere is found in the chain, or not")
def test_kept_head():
    kept = Log(5)
    words = " ".join(log.head_words(kept.rows[2][2]))
    assert kept.audit(words).kept == 3
    assert kept.audit(" ".join(log.head_words(START))).kept == 0
    # The whole folder rolled back and written on: only the words notice.
    other = Log(2)
    other.append("card.received", {"number": "other"})
    report = other.audit(words)
    assert [(fault.code, fault.n) for fault in report.faults] == [("log.kept_head", 0)]
    with pytest.raises(Malformed):
        kept.audit("aaien aaien")


def test_no_more_faults_than_anyone_reads():
    touched = Log(0)
    touched.rows = [(n, bytes(32), bytes(32), None, None) for n in range(1, 3000)]
    assert len(touched.audit().faults) == 1000


def test_another_log_or_key():
    other = Log(3)
    report = log.verify_chain(
        other.rows,
        log_id=bytes(16),
        log_key=LOG_KEY.public_key,
        heads=other.heads,
        head_file=other.file,
        kept_words=None,
    )
    assert ("log.link", 1) in [(fault.code, fault.n) for fault in report.faults]


@pytest.mark.spec("Regie formats", "2", "whatever somebody put into the database, it is named")
@pytest.mark.parametrize("member", range(5))
@pytest.mark.parametrize("value", [None, "text", -1, 1 << 70, 2.5, b"", b"x"], ids=repr)
def test_values_of_another_type(member, value):
    touched = Log(5)
    row = list(touched.rows[2])
    row[member] = value
    touched.rows[2] = tuple(row)
    faults = touched.faults()
    assert faults
    assert faults[0][1] == 3


SOUND = Log(12)


@given(st.data())
def test_any_change_to_any_byte_is_named(data):
    touched = Log()
    touched.rows, touched.heads, touched.file = list(SOUND.rows), SOUND.heads, SOUND.file
    at = data.draw(st.integers(0, len(SOUND.rows) - 1))
    member = data.draw(st.integers(1, 4))
    row = list(SOUND.rows[at])
    changed = bytearray(row[member])
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    row[member] = bytes(changed)
    touched.rows[at] = tuple(row)
    faults = touched.faults()
    assert faults
    assert faults[0][1] == at + 1


@given(st.lists(st.integers(0, 11), max_size=12, unique=True))
def test_any_other_selection_of_rows_is_named(order):
    touched = Log()
    touched.heads, touched.file = SOUND.heads, SOUND.file
    touched.rows = [SOUND.rows[at] for at in order]
    assert touched.audit().ok is (order == list(range(12)))
