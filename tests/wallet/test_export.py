"""The log for others: what is exported is checked by anybody, and every change to it is named."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.terminal import Terminal
from support.wallet_world import World

from credential import base64url, jose, log, pbes2, strictjson
from credential.log import Fault, judging
from credential.log.export import Segment, seal, unseal
from credential.log.rendering import render
from credential.rights import Right
from wallet.errors import Usage
from wallet.events import Kind
from wallet.service import exporting, rights

PHRASE = "een wachtwoord voor het bestand"
HOUR = 3600


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


@pytest.fixture
def lived(town: World) -> World:
    """Cards, a disclosure with its receipt, an erasure that was done, and a refusal."""
    posed = town.receive()
    town.share(posed)
    town.now = town.verifier.now = town.now + HOUR
    rights.ask(town.wallet, town.network, posed.id, Right.ERASURE, now=town.now)
    return town


def made(town: World, folder: Path, **choice: Any) -> Path:
    file = folder / "log.jwe"
    exporting.export(town.wallet, file, PHRASE, now=town.now, **{"activities": None, **choice})
    return file


def opened(file: Path) -> Segment:
    return unseal(file.read_text("ascii"), render, passphrase=PHRASE).segment


def judged(town: World, segment: Segment) -> judging.Judgement:
    """The verdict on a segment, sealed anew by whoever changed it."""
    token = seal(segment, render, at=town.now, passphrase=PHRASE)
    found = unseal(token, render, passphrase=PHRASE)
    return judging.judge(found, town.wallet.trust(town.now), now=town.now)


def transactions(file: Path) -> list[dict[str, Any]]:
    plain = pbes2.decrypt_with_passphrase(file.read_text("ascii"), PHRASE)
    found: Any = strictjson.loads(plain, max_bytes=len(plain), max_depth=32)
    return list(found)


# ---- what is in it


@pytest.mark.spec("Regie formats", "2", "export: whole, and each statement is told by whom")
def test_round_trip(lived: World, tmp_path: Path) -> None:
    found = exporting.check(lived.wallet, made(lived, tmp_path), PHRASE, now=lived.now)
    assert found.ok, found.judgement.faults
    by = {one.kind: one.signed_by for one in found.judgement.statements}
    name = lived.scheme.verifier().party.name
    assert {by[kind] for kind in ("request.received", "receipt.verified", "right.answered")} == {
        name
    }
    assert {by[kind] for kind in ("share.intended", "card.received", "right.asked")} == {None}
    assert Kind.LOG_EXPORTED in [e.kind for e in _events(lived)]


def _events(town: World) -> list[Any]:
    store = town.wallet.store
    return [
        log.read_entry(row["entry"])
        for row in store.database.rows("SELECT entry FROM entries ORDER BY n")
        if row["entry"] is not None
    ]


@pytest.mark.spec("EUDI TS10", "3", "the transactions have the classes and members of TS10")
def test_transactions(lived: World, tmp_path: Path) -> None:
    *found, carrier = transactions(made(lived, tmp_path))
    assert set(carrier["otherTransaction"]) == {"description", "nl_regie"}
    kinds = {one["transactionType"] for one in found}
    assert {"Presentation", "CredentialIssuance", "DataDeletionRequest"} <= kinds
    for one in found:
        assert {"transactionIdentifier", "time", "transactionType", "transactionResult"} < set(one)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", one["time"])
        member = one["transactionType"][0].lower() + one["transactionType"][1:]
        assert isinstance(one[member], dict)
    [shown] = [one for one in found if one["transactionType"] == "Presentation"]
    body = shown["presentation"]
    assert shown["transactionResult"] == "Completed"
    assert body["interactingPartyType"] == "ServiceProvider"
    assert body["interactingPartyIdentifier"]["identifier"] == lived.scheme.verifier().oin
    assert body["isIntermediary"] is False
    assert {claim["credentialIdentifier"] for claim in body["listOfClaimsPresented"]} <= {
        claim["credentialIdentifier"] for claim in body["listOfClaimsRequested"]
    }
    [erased] = [one for one in found if one["transactionType"] == "DataDeletionRequest"]
    assert erased["dataDeletionRequest"]["listOfClaims"]


@pytest.mark.spec("House rules", "8", "no value of a card stands in an export")
def test_no_values(lived: World, tmp_path: Path) -> None:
    plain = pbes2.decrypt_with_passphrase(made(lived, tmp_path).read_text("ascii"), PHRASE)
    for value in ("Zwaantje", "Klaverblad", "1981-04-05"):
        assert value.encode() not in plain


@pytest.mark.spec("Regie formats", "2", "export: what is not chosen stands there as a hash alone")
def test_choice(lived: World, tmp_path: Path) -> None:
    [activity] = [
        entry.activity for entry in _events(lived) if entry.kind is log.Event.SHARE_INTENDED
    ]
    file = made(lived, tmp_path, activities={activity})
    found = exporting.check(lived.wallet, file, PHRASE, now=lived.now)
    assert found.ok
    assert {one.activity for one in found.judgement.statements} == {activity}
    assert found.exported.withheld == len(found.exported.segment.rows) - len(
        found.judgement.statements
    )


@pytest.mark.spec(
    "Regie formats", "2", "export: mogelijk gedeeld is not completed, with what was ready"
)
def test_maybe_shared(town: World, tmp_path: Path) -> None:
    town.verifier.answer_status = 500
    town.share()
    [shown] = [
        one
        for one in transactions(made(town, tmp_path))
        if one["transactionType"] == "Presentation"
    ]
    assert shown["transactionResult"] == "NotCompleted"
    assert shown["presentation"]["reasonOfNoncompletion"]
    assert shown["presentation"]["listOfClaimsPresented"]


# ---- every change is named


def rows_with(segment: Segment, change: dict[int, Any]) -> Segment:
    """Rows by number: another row, or `None` to leave it out."""
    found = [change.get(row[0], row) for row in segment.rows]
    return replace(segment, rows=tuple(row for row in found if row is not None))


def selected(segment: Segment, kind: str) -> Any:
    """The row of the first entry of this kind."""
    for row in segment.rows:
        if row[2] is not None and log.read_entry(row[2]).kind == kind:
            return row
    raise AssertionError(kind)


def rewritten(row: Any, **body: Any) -> Any:
    """The row with another body, hashed as whoever knows the blind would."""
    n, _, stored, blind = row
    entry = log.read_entry(stored)
    other = log.entry_bytes(n, entry.activity, entry.kind, entry.at, {**entry.body, **body})
    return n, log.entry_hash(blind, other), other, blind


def codes(town: World, segment: Segment) -> set[str]:
    return {fault.code for fault in judged(town, segment).faults}


@pytest.mark.spec("Regie formats", "2", "export: changed, dropped, swapped or forged, each by name")
def test_tampered(lived: World, tmp_path: Path) -> None:
    whole = opened(made(lived, tmp_path))
    assert judged(lived, whole).faults == ()
    first, second = whole.rows[0], whole.rows[1]
    shared = selected(whole, "share.intended")
    n, c, _, blind = shared
    stranger = jose.KeySigner(jose.generate_key())
    last = len(whole.rows)
    forged = log.sign_head(whole.log_id, last, b"h" * 32, lived.now, stranger)
    cases: dict[str, tuple[Segment, str]] = {
        "entry rewritten, hash kept": (
            rows_with(whole, {n: (n, c, rewritten(shared, outcome="shared")[2], blind)}),
            "log.entry_changed",
        ),
        "entry rewritten, hash too": (
            rows_with(whole, {n: rewritten(shared, peers=[])}),
            "log.head_differs",
        ),
        "row dropped": (rows_with(whole, {n: None}), "log.row_missing"),
        "first row dropped": (rows_with(whole, {first[0]: None}), "log.row_missing"),
        "cut off": (rows_with(whole, {last: None}), "log.head_differs"),
        "rows swapped": (
            rows_with(whole, {1: (1, *second[1:]), 2: (2, *first[1:])}),
            "log.entry_number",
        ),
        "head of another key": (replace(whole, heads=(forged,)), "log.head_signature"),
        "no head of the last row": (replace(whole, heads=whole.heads[:-1]), "log.head_missing"),
        "another log": (replace(whole, log_id=b"0123456789abcdef"), "log.head_differs"),
        "document gone": (replace(whole, evidence=whole.evidence[1:]), "evidence.missing"),
        "document added": (
            replace(whole, evidence=(*whole.evidence, _own_signature(stranger))),
            "evidence.stray",
        ),
    }
    for name, (segment, code) in cases.items():
        if not segment.heads:
            continue
        assert code in codes(lived, segment), name


def _own_signature(signer: jose.Signer) -> str:
    header = {"jwk": jose.public_jwk(signer.public_key)}
    return jose.sign({"iat": 1}, typ="data-rights-request+jwt", signer=signer, header=header)


def _resigned(token: str, signer: jose.Signer) -> str:
    head, payload, _ = token.split(".")
    signature = base64url.encode(signer.sign(f"{head}.{payload}".encode()))
    return f"{head}.{payload}.{signature}"


@pytest.mark.spec(
    "Regie formats", "2", "export: a document that somebody else signed proves nothing"
)
def test_forged_documents(lived: World, tmp_path: Path) -> None:
    """Forged throughout: with the hash in the entry, and a chain and head of one's own."""
    whole = opened(made(lived, tmp_path))
    stranger = jose.KeySigner(jose.generate_key())
    for at, token in enumerate(whole.evidence):
        typ = jose.parse(token, typ=_any_typ(token)).header["typ"]
        if typ == "regie-scheme+jwt":
            continue
        other = _resigned(token, stranger)
        evidence = (*whole.evidence[:at], other, *whole.evidence[at + 1 :])
        forged = _own_log(whole, base64url.sha256(token), base64url.sha256(other), evidence)
        assert any("jose.signature" in code for code in codes(lived, forged)), typ


def _any_typ(token: str) -> str:
    header = strictjson.loads_object(base64url.decode(token.partition(".")[0]))
    return str(header["typ"])


def _own_log(whole: Segment, old: str, new: str, evidence: tuple[str, ...]) -> Segment:
    """A log of one's own that says the same about another document: the chain holds."""
    key = jose.KeySigner(jose.generate_key())
    h = log.genesis(whole.log_id, base64url.decode(jose.thumbprint(key.public_key)))
    rows = []
    for n, c, entry, blind in whole.rows:
        if entry is not None and blind is not None and old.encode() in entry:
            entry = entry.replace(old.encode(), new.encode())  # noqa: PLW2901
            c = log.entry_hash(blind, entry)  # noqa: PLW2901
        h = log.link(n, h, c)
        rows.append((n, c, entry, blind))
    head = log.sign_head(whole.log_id, len(rows), h, 1, key)
    return Segment(whole.log_id, key.public_key, tuple(rows), (head,), evidence, whole.lists)


@pytest.mark.spec(
    "Regie formats", "2", "export: an entry that says other than the document it names"
)
@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("right.answered", b'"state":"done"', b'"state":"kept"'),
        ("right.answered", b'"erased":[', b'"erased":["income",'),
        ("request.received", b'"oin":"', b'"oin":"9'),
        ("share.intended", b'"digests":{', b'"digests":{"a":["%s"],' % (b"A" * 43)),
    ],
)
def test_statement_differs(lived: World, tmp_path: Path, kind: str, old: bytes, new: bytes) -> None:
    """Rewritten by the resident, who holds every key of the log: the signatures of others tell."""
    whole = opened(made(lived, tmp_path))
    n, _, entry, blind = selected(whole, kind)
    assert old in entry
    other = entry.replace(old, new, 1)
    changed = rows_with(whole, {n: (n, log.entry_hash(blind, other), other, blind)})
    forged = _own_log(changed, "-", "-", changed.evidence)
    assert "statement.differs" in codes(lived, forged)


@pytest.mark.spec("Regie formats", "2", "export: the TS10 rendering is held against the entries")
def test_rendering_altered(lived: World, tmp_path: Path) -> None:
    file = made(lived, tmp_path)
    array: Any = transactions(file)
    array[0]["transactionResult"] = "Completed and confirmed"
    token = pbes2.encrypt_with_passphrase(strictjson.dumps(array), PHRASE)
    assert unseal(token, render, passphrase=PHRASE).faults == (Fault("log.rendering", 0),)


# ---- the commands


def test_commands(lived: World, at: Any, tmp_path: Path) -> None:
    terminal: Terminal = at(lived)
    secret = tmp_path / "phrase"
    secret.write_text(PHRASE)
    secret.chmod(0o600)
    file = tmp_path / "mijn-log.jwe"
    more = ["--file-passphrase-file", str(secret)]
    assert terminal.run("activities", "export", str(file), *more)[0] == 0
    assert file.stat().st_mode & 0o077 == 0
    assert terminal.run("activities", "verify", str(file), *more)[0] == 0
    text = file.read_text("ascii")
    file.write_text(text[:-4] + ("AAAA" if not text.endswith("AAAA") else "BBBB"))
    assert terminal.run("activities", "verify", str(file), *more)[0] == 2
    broken: Any = transactions(made(lived, tmp_path))
    broken[0]["time"] = "2020-01-01T00:00:00"
    file.write_text(pbes2.encrypt_with_passphrase(strictjson.dumps(broken), PHRASE))
    assert terminal.run("activities", "verify", str(file), *more)[0] == 9


def test_refusals(lived: World, tmp_path: Path) -> None:
    file = made(lived, tmp_path)
    with pytest.raises(Usage, match=r"export\.exists"):
        exporting.export(lived.wallet, file, PHRASE, activities=None, now=lived.now)
    with pytest.raises(Usage, match=r"export\.passphrase"):
        exporting.check(lived.wallet, file, "een ander wachtwoord", now=lived.now)
    with pytest.raises(Usage, match=r"export\.nothing"):
        exporting.export(lived.wallet, tmp_path / "x", PHRASE, activities={"none"}, now=lived.now)
    with pytest.raises(Usage, match=r"export\.passphrase-short"):
        exporting.export(lived.wallet, tmp_path / "y", "kort", activities=None, now=lived.now)
