"""Entries, hashes and links: the exact bytes of formats.md 2."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import log
from credential.errors import CredentialError, Malformed

BLIND = bytes(range(32))


@pytest.mark.spec("Regie formats", "2", "the stored bytes of an event")
def test_entry_bytes():
    stored = log.entry_bytes(
        7, "a1", log.Event.CARD_RECEIVED, 1790000000, {"kind": "woonadres", "é": [1]}
    )
    assert (
        stored
        == (
            '{"activity":"a1","at":1790000000,"body":{"kind":"woonadres","é":[1]},'
            '"kind":"card.received","n":7,"v":1}'
        ).encode()
    )
    entry = log.read_entry(stored)
    assert (entry.n, entry.activity, entry.kind, entry.at) == (7, "a1", "card.received", 1790000000)
    assert entry.body == {"kind": "woonadres", "é": [1]}


@pytest.mark.spec("Regie formats", "2", "c(n), h(0) and h(n), byte for byte")
def test_hashes():
    entry = log.entry_bytes(1, "a", "removed", 0, {})
    assert log.entry_hash(BLIND, entry) == hashlib.sha256(b"regie-entry-1" + BLIND + entry).digest()
    start = log.genesis(b"0123456789abcdef", BLIND)
    assert start == hashlib.sha256(b"regie-log-1" + b"0123456789abcdef" + BLIND).digest()
    linked = hashlib.sha256(b"regie-chain-1" + bytes([0] * 6 + [1, 2]) + start + BLIND).digest()
    assert log.link(258, start, BLIND) == linked


def test_pinned():
    """Computed once with nothing but SHA-256; a change here is a new version of the format."""
    entry = log.entry_bytes(1, "a", "removed", 0, {})
    c = log.entry_hash(BLIND, entry)
    h = log.link(1, log.genesis(bytes(16), bytes(32)), c)
    assert c.hex() == "974cf2e34360523311fbbd88c91b6f3797c84eebd729ad945eaf99eb96b17fc6"
    assert h.hex() == "60af54745c793867f171c21433d2b8b7696e394603fff929a24b5c0b904b318e"


@pytest.mark.spec("Regie formats", "2", "hashes take inputs of one length only")
def test_lengths():
    entry = b"{}"
    for blind in (b"", bytes(31), bytes(33)):
        with pytest.raises(Malformed, match=r"log\.blind"):
            log.entry_hash(blind, entry)
    for log_id, jkt in ((bytes(15), bytes(32)), (bytes(16), bytes(31))):
        with pytest.raises(Malformed, match=r"log\.genesis"):
            log.genesis(log_id, jkt)
    for n, previous, c in ((0, BLIND, BLIND), (1, b"", BLIND), (1, BLIND, bytes(33))):
        with pytest.raises(Malformed, match=r"log\.link"):
            log.link(n, previous, c)


@pytest.mark.spec("Regie formats", "2", "every kind of event, and no other")
def test_kinds():
    assert len(log.Event) == 34
    with pytest.raises(Malformed, match=r"log\.kind"):
        log.entry_bytes(1, "a", "share.invented", 0, {})


@pytest.mark.parametrize(
    ("n", "activity", "at"), [(0, "a", 0), (-1, "a", 0), (1, "", 0), (1, "a", -1)]
)
def test_entries_that_are_none(n, activity, at):
    with pytest.raises(Malformed, match=r"log\.entry"):
        log.entry_bytes(n, activity, "removed", at, {})


def test_an_entry_is_bounded():
    with pytest.raises(Malformed, match=r"log\.entry_size"):
        log.entry_bytes(1, "a", "removed", 0, {"x": "y" * 65_536})


@pytest.mark.spec("Regie formats", "2", "one form: no spaces, names sorted, no other members")
@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b'{"activity":"a","at":0,"body":{},"kind":"removed","n":1,"v":2}',
        b'{"activity":"a","at":0,"body":{},"kind":"removed","n":1}',
        b'{"activity":"a","at":0,"body":{},"kind":"removed","n":1,"v":1,"w":1}',
        b'{"activity":"a","at":0,"body":[],"kind":"removed","n":1,"v":1}',
        b'{"activity":"a","at":0,"body":{},"kind":"nothing","n":1,"v":1}',
        b'{"activity":"a","at":0,"body":{},"kind":"removed","n":true,"v":1}',
        b'{"activity":"a", "at":0,"body":{},"kind":"removed","n":1,"v":1}',
        b'{"v":1,"activity":"a","at":0,"body":{},"kind":"removed","n":1}',
        b'{"activity":"a","at":0,"body":{},"body":{},"kind":"removed","n":1,"v":1}',
    ],
)
def test_read_refuses(stored):
    with pytest.raises(Malformed):
        log.read_entry(stored)


def test_removed_body():
    assert log.removed_body([3, 1, 3]) == {"entries": [1, 3]}


@given(st.binary(max_size=200))
def test_garbage_raises_only_our_errors(stored):
    with pytest.raises(CredentialError):
        log.read_entry(stored)
