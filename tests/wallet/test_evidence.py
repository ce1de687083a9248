"""The documents behind an activity: verified on the spot, each as of its own day, in words."""

from pathlib import Path
from typing import Any

import pytest
from support.terminal import Terminal
from support.wallet_world import World

from credential import base64url, jose
from credential.rights import Right
from wallet.errors import ExitCode
from wallet.proofwords import facts_of, name_of, verdict_of
from wallet.service import evidence, rights
from wallet.service.evidence import Examined
from wallet.texts import LANGUAGES, Texts

HOUR, YEAR = 3600, 366 * 86_400


@pytest.fixture
def shared(town: World) -> str:
    """A disclosure with its receipt, and an erasure that was done; the id of its activity."""
    posed = town.receive()
    town.share(posed)
    town.now = town.verifier.now = town.now + HOUR
    rights.ask(town.wallet, town.network, posed.id, Right.ERASURE, now=town.now)
    return posed.id


def look(town: World, activity: str) -> dict[str, Examined]:
    return {one.role: one for one in evidence.examine(town.wallet, activity, now=town.now)}


@pytest.mark.spec("Regie formats", "2", "evidence: each document is verified again, and by whom")
def test_every_document_holds(town: World, shared: str) -> None:
    found = look(town, shared)
    assert list(found) == [
        *("request", "registration", "scheme", "receipt", "right-request", "right-answer")
    ]
    assert {one.verdict for one in found.values()} == {""}
    asker, operator = town.scheme.verifier().party, town.wallet.trust(town.now).operator
    assert {found[role].oin for role in ("request", "receipt", "right-answer")} == {asker.oin}
    assert found["scheme"].signer == operator
    assert found["registration"].signer
    # What the resident's own key signed is nobody's else.
    assert found["right-request"].signer == ""
    assert all(one.entry and one.signed_at and one.as_of == town.now for one in found.values())


def test_what_they_say(town: World, shared: str) -> None:
    found = look(town, shared)
    for lang in LANGUAGES:
        texts = Texts(lang)
        said = {
            role: dict(facts_of(one, texts, str, lambda path: path)) for role, one in found.items()
        }
        get = texts.get
        assert said["request"] == {get("proof.fact.answer-to"): town.verifier.host.split(":")[0]}
        assert "given_name" in said["receipt"][get("proof.fact.arrived")]
        assert said["right-answer"][get("proof.fact.asked")] == get("right.erasure")
        assert said["right-answer"][get("proof.fact.answer")] == get("rights.states.done")
        assert said["registration"][get("proof.fact.purpose")]
        assert said["scheme"][get("proof.fact.sequence")]
        for one in found.values():
            assert name_of(one, texts)
            assert verdict_of(one, texts, str)


def test_as_of_its_own_day(town: World, shared: str) -> None:
    """A certificate that has expired since does not spoil what was signed while it held."""
    kept = look(town, shared)
    assert kept["request"].signed_at is not None
    assert kept["request"].signed_at < town.now
    assert kept["request"].as_of == town.now


def replace_document(town: World, role: str, content: bytes) -> None:
    """As somebody with the database could: other bytes under the same name."""
    database = town.wallet.store.database
    database.execute(
        "UPDATE evidence SET content = ? WHERE sha256 IN"
        " (SELECT sha256 FROM evidence_links WHERE role = ?)",
        (content, role),
    )


def document(town: World, role: str) -> bytes:
    rows = town.wallet.store.database.rows(
        "SELECT content FROM evidence JOIN evidence_links USING (sha256) WHERE role = ?", (role,)
    )
    return bytes(rows[0]["content"])


@pytest.mark.spec("Regie formats", "2", "evidence: other bytes than the log names are found out")
@pytest.mark.parametrize("role", ["request", "receipt", "registration", "scheme", "right-answer"])
def test_changed_bytes(town: World, shared: str, role: str) -> None:
    head, payload, _ = document(town, role).decode().split(".")
    stranger = jose.KeySigner(jose.generate_key())
    signature = base64url.encode(stranger.sign(f"{head}.{payload}".encode()))
    replace_document(town, role, f"{head}.{payload}.{signature}".encode())
    assert look(town, shared)[role].verdict == "evidence.stray"


def test_a_forged_document_in_its_entry_too(town: World, shared: str) -> None:
    """With the hash rewritten in the entry as well, the signature still tells."""
    old = document(town, "receipt")
    head, payload, _ = old.decode().split(".")
    stranger = jose.KeySigner(jose.generate_key())
    signature = base64url.encode(stranger.sign(f"{head}.{payload}".encode()))
    forged = f"{head}.{payload}.{signature}".encode()
    replace_document(town, "receipt", forged)
    town.wallet.store.database.execute(
        "UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), ?, ?) AS BLOB)"
        " WHERE entry IS NOT NULL",
        (base64url.sha256(old), base64url.sha256(forged)),
    )
    assert look(town, shared)["receipt"].verdict == "jose.signature"


def test_an_entry_that_says_other_than_the_document(town: World, shared: str) -> None:
    town.wallet.store.database.execute(
        "UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), ?, ?) AS BLOB)"
        " WHERE entry IS NOT NULL AND instr(CAST(entry AS TEXT), 'right.answered')",
        ('"state":"done"', '"state":"kept"'),
    )
    found = look(town, shared)
    assert found["right-answer"].verdict == "statement.differs"
    assert found["receipt"].holds


def test_a_revoked_certificate(town: World, shared: str, monkeypatch: Any) -> None:
    """By the revocations of now: what a withdrawn key signed is not vouched for."""
    trust = town.wallet.trust(town.now)
    leaf = jose.parse(document(town, "receipt").decode(), typ="disclosure-receipt+jwt").x5c()[0]
    import dataclasses
    import hashlib

    gone = frozenset({hashlib.sha256(leaf).hexdigest()})
    monkeypatch.setattr(
        town.wallet, "_trust", dataclasses.replace(trust, revoked_certificates=gone)
    )
    assert look(town, shared)["receipt"].verdict == "trust.certificate_revoked"


# ---- the command


def test_command(town: World, shared: str, at: Any, tmp_path: Path) -> None:
    terminal: Terminal = at(town)
    code, [line] = terminal.run("activity", shared, "--evidence")
    assert (code, line["ok"]) == (ExitCode.OK, True)
    assert {one["verdict"] for one in line["evidence"]} == {"holds"}
    code, text = terminal.plain("activity", shared, "--evidence")
    assert "Klopt. Ondertekend door" in text
    assert "Zij kregen: " in text
    folder = tmp_path / "bewijs"
    folder.mkdir()
    assert terminal.run("activity", shared, "--save", str(folder))[0] == 0
    kept = {one.content for one in evidence.examine(town.wallet, shared, now=town.now)}
    assert {one.read_bytes() for one in folder.iterdir()} == kept
    assert all(one.stat().st_mode & 0o077 == 0 for one in folder.iterdir())
    assert terminal.run("activity", shared, "--save", str(folder))[0] == ExitCode.USAGE
    replace_document(town, "receipt", b"a.b.c")
    code, [line] = terminal.run("activity", shared, "--evidence")
    assert (code, line["ok"]) == (ExitCode.LOG_BROKEN, False)
