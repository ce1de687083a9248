"""Exports: what is selected can be checked, what is not stays a hash, every change is named."""

import hashlib

import pytest
from support.keys import test_signer as signer_of

from credential import base64url, jose, log, pbes2, strictjson
from credential.errors import CredentialError, Malformed
from credential.log import export

LOG_KEY = signer_of("log key")
LOG_ID = b"0123456789abcdef"
PHRASE = "vijf gewone woorden"


def rows(count=5):
    h = log.genesis(LOG_ID, base64url.decode(jose.thumbprint(LOG_KEY.public_key)))
    found = []
    for n in range(1, count + 1):
        entry = log.entry_bytes(n, f"a{n}", "card.received", n, {"kind": "woonadres", "é": n})
        blind = hashlib.sha256(bytes([n])).digest()
        c = log.entry_hash(blind, entry)
        h = log.link(n, h, c)
        found.append((n, c, h, entry, blind))
    return found


def head(n, h=None):
    return log.sign_head(LOG_ID, n, h or rows()[n - 1][2], 9, LOG_KEY)


def segment(chosen=(2, 4), **changes):
    members = {
        "log_id": LOG_ID,
        "log_key": LOG_KEY.public_key,
        "rows": export.select(rows(), chosen),
        "heads": (head(3), head(5)),
        "evidence": ("x.y.z",),
        "lists": ("l.m.n",),
        **changes,
    }
    return export.Segment(**members)


def render(entries):
    return [{"transactionIdentifier": entry.activity, "time": str(entry.at)} for entry in entries]


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


def sealed(made=None, **changes):
    return export.seal(made or segment(**changes), render, at=1_767_225_600, passphrase=PHRASE)


def opened(token):
    return export.unseal(token, render, passphrase=PHRASE)


def faults(**changes):
    named = [(fault.code, fault.n) for fault in opened(sealed(**changes)).faults]
    # A faulty entry stands for nothing, so the rendering no longer fits either.
    return [fault for fault in named if fault != ("log.rendering", 0)]


@pytest.mark.spec("Regie formats", "2", "the TS10 array, last an otherTransaction with `nl_regie`")
def test_the_file():
    array = strictjson.loads(pbes2.decrypt_with_passphrase(sealed(), PHRASE))
    assert [one["transactionIdentifier"] for one in array[:-1]] == ["a2", "a4"]
    last = array[-1]
    assert last["time"] == "2026-01-01T00:00:00"
    assert last["transactionType"] == "OtherTransaction"
    assert last["otherTransaction"]["description"]
    carried = last["otherTransaction"]["nl_regie"]
    assert set(carried) == {"log", "log_jwk", "rows", "heads", "evidence", "lists"}
    assert [set(row) for row in carried["rows"]] == [
        {"n", "c"},
        {"n", "c", "entry", "blind"},
        {"n", "c"},
        {"n", "c", "entry", "blind"},
        {"n", "c"},
    ]


@pytest.mark.spec("Regie formats", "2", "rows not selected carry only `c`")
def test_round_trip():
    made = segment()
    found = opened(sealed(made))
    assert found.faults == ()
    assert [entry.n for entry in found.entries] == [2, 4]
    assert found.withheld == 3
    assert found.segment == made
    assert len(found.transactions) == 2


@pytest.mark.spec("Regie formats", "2", "c, h and heads are recomputed from the rows")
def test_changed_rows():
    broken = list(segment().rows)
    n, c, entry, blind = broken[1]
    other = entry.replace(b"woonadres", b"huishoud!")
    assert faults(rows=(*broken[:1], (n, c, other, blind), *broken[2:])) == [
        ("log.entry_changed", 2)
    ]
    again = log.entry_hash(blind, other)
    assert faults(rows=(*broken[:1], (n, again, other, blind), *broken[2:])) == [
        ("log.head_differs", 3),
        ("log.head_differs", 5),
    ]
    assert ("log.row_missing", 2) in faults(rows=(broken[0], *broken[2:]))
    assert faults(rows=tuple(broken[:3])) == [("log.head_differs", 5)]
    swapped = rows()[3]
    moved = (2, swapped[1], swapped[3], swapped[4])
    assert ("log.entry_number", 2) in faults(rows=(broken[0], moved, *broken[2:]))


@pytest.mark.spec("Regie formats", "2", "heads of another key or log, and rows no head covers")
def test_heads():
    assert faults(heads=(head(3),)) == [("log.head_missing", 5)]
    forged = log.sign_head(LOG_ID, 5, rows()[4][2], 9, signer_of("another key"))
    assert faults(heads=(forged,)) == [("log.head_signature", 0), ("log.head_missing", 5)]
    other = log.sign_head(bytes(16), 5, rows()[4][2], 9, LOG_KEY)
    assert faults(heads=(other,)) == [("log.head_differs", 5)]


@pytest.mark.spec("Regie formats", "2", "the TS10 rendering is compared with the entries")
def test_rendering():
    lying = export.seal(
        segment(),
        lambda entries: [{**one, "time": "never"} for one in render(entries)],
        at=1,
        passphrase=PHRASE,
    )
    assert [fault.code for fault in opened(lying).faults] == ["log.rendering"]


def _resealed(change):
    array = strictjson.loads(pbes2.decrypt_with_passphrase(sealed(), PHRASE))
    change(array)
    return pbes2.encrypt_with_passphrase(strictjson.dumps(array), PHRASE)


def _carried(array):
    return array[-1]["otherTransaction"]["nl_regie"]


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.clear(),
        lambda a: a.append(1),
        lambda a: a.append({}),
        lambda a: a[-1]["otherTransaction"].pop("nl_regie"),
        lambda a: _carried(a).update(log="AAAA"),
        lambda a: _carried(a).update(log_jwk={}),
        lambda a: _carried(a).update(rows=[1]),
        lambda a: _carried(a)["rows"][0].update(c="AAAA"),
        lambda a: _carried(a)["rows"][0].update(n="1"),
        lambda a: _carried(a)["rows"][0].update(n=-1),
        lambda a: _carried(a)["rows"][1].update(n=1),
        lambda a: _carried(a)["rows"][-1].update(n=1 << 63),
        lambda a: _carried(a).update(heads=[1]),
    ],
    ids=map(str, range(13)),
)
def test_malformed(change):
    with pytest.raises(CredentialError):
        opened(_resealed(change))


def test_half_a_row_is_named():
    token = _resealed(lambda a: _carried(a)["rows"][1].pop("blind"))
    assert ("log.blind_missing", 2) in [(f.code, f.n) for f in opened(token).faults]
    token = _resealed(lambda a: _carried(a)["rows"][1].update(entry="{}"))
    assert ("log.entry_form", 2) in [(f.code, f.n) for f in opened(token).faults]


def test_not_an_array():
    with pytest.raises(Malformed, match=r"log\.export"):
        opened(pbes2.encrypt_with_passphrase(b"{}", PHRASE))


def test_nothing_to_export():
    with pytest.raises(Malformed, match=r"log\.export_empty"):
        sealed(rows=())
