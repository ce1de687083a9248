"""`check`: signed files and exported logs, looked at offline; what is tampered with leaves by 5."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.presenting import showing
from support.scheme import shared
from support.verifier_home import Browser, VerifierHome, attempt, make_home, run
from support.wallet_world import world

from credential import jose, log, pbes2, strictjson
from credential.jose import KeySigner
from credential.log.export import Segment, seal, unseal
from credential.log.rendering import render
from credential.rights import Reason, Right, RightsAnswer, State, build_answer
from verifier import clock, statement
from verifier.cli.main import cli
from verifier.statement import Statement
from wallet.service import exporting, rights

YEAR = 365 * 86_400
PHRASE = "een wachtwoord voor het bestand"
NAME = "Woonstichting Voorbeeldwonen"
ANSWER = "data-rights-answer+jwt"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


@pytest.fixture
def desk(home: VerifierHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Desk":
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    return Desk(home, tmp_path)


class Desk:
    """Somebody with a file and the command."""

    def __init__(self, home: VerifierHome, folder: Path) -> None:
        self.home = home
        self.folder = folder

    def check(self, content: str, *options: str, expect: int = 0) -> dict[str, Any]:
        file = self.folder / "file"
        file.write_text(content)
        arguments = ["--home", str(self.home.home), "--json", "check", str(file), *options]
        done = CliRunner().invoke(cli, arguments)
        assert done.exit_code == expect, done.output
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[0])
        return found

    def said(self, content: str, *options: str, lang: str = "nl") -> str:
        file = self.folder / "file"
        file.write_text(content)
        arguments = ["--home", str(self.home.home), "--lang", lang, "check", str(file), *options]
        return CliRunner().invoke(cli, arguments).stdout

    def phrase(self, text: str = PHRASE) -> tuple[str, str]:
        secret = self.folder / "phrase"
        secret.write_text(text)
        secret.chmod(0o600)
        return "--passphrase-file", str(secret)

    def answer(self, state: State, **members: Any) -> str:
        """An answer of this corporation about an erasure."""
        verifier = self.home.open()
        now = self.home.clock.at
        return build_answer(
            RightsAnswer(
                client_id=verifier.client_id,
                oin=verifier.leaf.oin,
                jkt="k" * 43,
                iat=now,
                request_hash="h" * 43,
                received_at=now,
                right=Right.ERASURE,
                state=state,
                **members,
            ),
            signer=verifier.signer,
            x5c=verifier.chain,
        )


# ---- signed documents


@pytest.mark.spec("Regie formats", "4", "proof of an erasure: who erased which paths, offline")
def test_erasure_proof(desk: Desk) -> None:
    token = desk.answer(State.DONE, erased=(("given_name",), ("address", "postal_code")))
    found = desk.check(token)
    assert (found["signed_by"], found["erasure_proof"]) == (NAME, True)
    assert found["erased"] == ["given_name", "address.postal_code"]
    assert found["at"] == desk.home.clock.at
    assert f"{NAME} verklaart" in desk.said(token)
    assert "given_name" in desk.said(token, lang="en").splitlines()[0]
    wrapped = json.dumps({"answer": token, "data": "x"})
    assert desk.check(wrapped)["erasure_proof"] is True


def test_answer_that_erases_nothing_is_no_proof(desk: Desk) -> None:
    why = Reason("law", "De wet vraagt het.", "The law asks it.")
    token = desk.answer(State.REFUSED, reason=why)
    found = desk.check(token)
    assert (found["erasure_proof"], found["erased"]) == (False, [])
    assert "niet bij dat er iets is gewist" in desk.said(token)


@pytest.mark.spec("Regie formats", "2", "evidence: a certificate that expired since does no harm")
def test_certificate_expired_since(desk: Desk) -> None:
    """The scheme of two years later still names the authority; the signature was of its time."""
    token = desk.answer(State.DONE, erased=(("given_name",),))
    home = desk.home
    later = home.scheme.now + 2 * YEAR
    home.scheme.publish(later)
    home.clock.at = later
    home.publish(home.maker.status_list(iat=later))
    home.close()
    home.sync()
    found = desk.check(token)
    assert found["erasure_proof"] is True
    assert found["certificate_expired"] < "2028"
    assert "verlopen" in desk.said(token)


@pytest.mark.spec("Regie formats", "8", "until: kept evidence from before a revocation holds")
@pytest.mark.parametrize("reason", ["superseded", "compromised"])
def test_certificate_taken_back_since(desk: Desk, reason: str) -> None:
    token = desk.answer(State.DONE, erased=(("given_name",),))
    home = desk.home
    later = home.clock.at + 60
    gone = [hashlib.sha256(one).hexdigest() for one in jose.parse(token, typ=ANSWER).x5c()]
    home.scheme.ledger = home.scheme.ledger.with_revoked(gone, later, reason)
    home.scheme.publish(later)
    home.clock.at = later
    home.publish(home.maker.status_list(iat=later))
    home.close()
    home.sync()
    if reason == "compromised":
        assert desk.check(token, expect=5)["error"] == "trust.certificate_revoked"
        return
    found = desk.check(token)
    assert found["erasure_proof"] is True
    assert found["certificate_revoked"]
    assert "ingetrokken" in desk.said(token)
    assert "leaked" in desk.said(token, lang="en")


@pytest.mark.spec("Regie formats", "3", "a document signed for another's name proves nothing")
@pytest.mark.parametrize("fault", ["iss", "org", "signature", "stranger", "future"])
def test_forged_answer(desk: Desk, fault: str) -> None:
    verifier = desk.home.open()
    token = desk.answer(State.DONE, erased=(("given_name",),))
    payload = dict(jose.parse(token, typ="data-rights-answer+jwt").dangerous_payload())
    signer: jose.Signer = verifier.signer
    match fault:
        case "iss":
            payload["iss"] = "x509_hash:somebody-else"
        case "org":
            payload["org"] = "00000099000000009999"
        case "future":
            payload["iat"] = desk.home.clock.at + 3600
        case _:
            signer = KeySigner(jose.generate_key())
    header = jose.x5c_header(verifier.chain)
    if fault == "stranger":
        header = {"jwk": jose.public_jwk(signer.public_key)}
    forged = jose.sign(payload, typ="data-rights-answer+jwt", signer=signer, header=header)
    desk.check(forged, expect=5)


def test_receipt(desk: Desk) -> None:
    answer, _ = attempt(desk.home)
    found = desk.check(str(answer.body["receipt"]))
    assert (found["type"], found["signed_by"]) == ("disclosure-receipt+jwt", NAME)
    assert f"{NAME} verklaart" in desk.said(answer.body["receipt"])


def test_presentation(desk: Desk) -> None:
    """The issuer's part of what a wallet sends, and that its holder signed it."""

    async def story() -> str:
        async with desk.home.client() as http:
            holder = desk.home.holder(http)
            request = await holder.fetch((await Browser(http).start()).other_device)
            query = request.payload["dcql_query"]["credentials"][0]
            card = holder.cards["persoonsgegevens"]
            return showing(desk.home, holder, card, query, request).compact

    found = desk.check(run(story()))
    assert (found["kind"], found["key_binding"]) == ("persoonsgegevens", True)


@pytest.mark.spec(
    "House rules", "7", "the statement of a purge, looked at by whoever has a receipt"
)
def test_purge_statement(desk: Desk) -> None:
    verifier = desk.home.open()
    stated = Statement(
        "purge-1", desk.home.clock.at, {"disclosures": 2}, ("receipt-1", "receipt-2")
    )
    token = statement.build(stated, signer=verifier.signer, x5c=verifier.chain)
    found = desk.check(token)
    assert (found["signed_by"], found["receipts"]) == (NAME, ["receipt-1", "receipt-2"])
    assert found["removed"] == {"disclosures": 2}
    assert "2 ontvangstbewijzen" in desk.said(token)


def test_status_list(desk: Desk) -> None:
    _, data = desk.home.maker.status_list()
    found = desk.check(data.decode())
    assert (found["type"], found["entries"]) == ("statuslist+jwt", 4096)


def test_garbage(desk: Desk) -> None:
    for content in ("", "x", "a.b.c", "a.b.c.d.e", "{}", '{"answer": "x"}', "é", "~", "a.b.c~"):
        arguments = ["--home", str(desk.home.home), "check", str(desk.folder / "file")]
        (desk.folder / "file").write_text(content)
        done = CliRunner().invoke(cli, [*arguments, *desk.phrase()])
        assert done.exit_code in (2, 5), (content, done.output)


# ---- exported logs


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """A verifier, and the log of a resident of the same scheme."""
    scheme = shared()
    for name in ("corporation", "resident"):
        (tmp_path / name).mkdir()
    verifier = make_home(tmp_path / "corporation", build_scheme=scheme)
    town = world(tmp_path / "resident", scheme=scheme)
    posed = town.receive()
    town.share(posed)
    rights.ask(town.wallet, town.network, posed.id, Right.ERASURE, now=town.now)
    file = tmp_path / "log.jwe"
    exporting.export(town.wallet, file, PHRASE, activities=None, now=town.now)
    yield verifier, town, file.read_text("ascii")
    town.wallet.close()
    verifier.close()


@pytest.mark.spec("Regie formats", "2", "export: the verifier says of each statement whose it is")
def test_log_export(told: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home, _, token = told
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    desk = Desk(home, tmp_path)
    found = desk.check(token, *desk.phrase())
    assert (found["type"], found["ok"], found["faults"]) == ("log-export", True, [])
    by = {one["kind"]: one["signed_by"] for one in found["statements"]}
    assert by["receipt.verified"] == by["right.answered"] == by["request.received"] == NAME
    assert by["share.intended"] is None
    assert {one["type"] for one in found["documents"]} >= {
        "disclosure-receipt+jwt",
        "data-rights-answer+jwt",
        "oauth-authz-req+jwt",
        "rc-wrp+jwt",
    }
    text = desk.said(token, *desk.phrase())
    assert f"[ondertekend door {NAME}]" in text
    assert "[eigen verklaring van de bewoner]" in text
    assert "zegt alleen de bewoner" in text


def _segment(token: str) -> Segment:
    return unseal(token, render, passphrase=PHRASE).segment


TAMPERED = {
    "a line dropped": (lambda rows: rows[:3] + rows[4:], "log.row_missing"),
    "cut off": (lambda rows: rows[:-1], "log.head_differs"),
    "two lines swapped": (
        lambda rows: (rows[0], (2, *rows[2][1:]), (3, *rows[1][1:]), *rows[3:]),
        "log.head_differs",
    ),
    "a line changed": (lambda rows: tuple(map(_altered, rows)), "log.entry_changed"),
}


def _altered(row: Any) -> Any:
    n, c, stored, blind = row
    if stored is None:
        return row
    entry = log.read_entry(stored)
    other = {**entry.body, "peers": ["somewhere.else"]}
    return n, c, log.entry_bytes(n, entry.activity, entry.kind, entry.at, other), blind


@pytest.mark.spec("Regie formats", "2", "export: what was tampered with is named, and exit is 5")
@pytest.mark.parametrize("name", TAMPERED)
def test_log_tampered(
    told: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    home, town, token = told
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    change, code = TAMPERED[name]
    whole = _segment(token)
    rows = change(whole.rows)
    changed = Segment(whole.log_id, whole.log_key, rows, whole.heads, whole.evidence, whole.lists)
    desk = Desk(home, tmp_path)
    sealed = seal(changed, render, at=town.now, passphrase=PHRASE)
    found = desk.check(sealed, *desk.phrase(), expect=5)
    assert code in {fault["code"] for fault in found["faults"]}
    assert "Het bestand klopt niet." in desk.said(sealed, *desk.phrase())


def test_log_rendering_altered(told: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home, _, token = told
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    plain = pbes2.decrypt_with_passphrase(token, PHRASE)
    array: Any = strictjson.loads(plain, max_bytes=len(plain), max_depth=32)
    array[0]["time"] = "2020-01-01T00:00:00"
    desk = Desk(home, tmp_path)
    other = pbes2.encrypt_with_passphrase(strictjson.dumps(array), PHRASE)
    found = desk.check(other, *desk.phrase(), expect=5)
    assert found["faults"] == [{"code": "log.rendering", "n": 0}]


def test_log_without_its_passphrase(
    told: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home, _, token = told
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    desk = Desk(home, tmp_path)
    assert desk.check(token, expect=2)["error"] == "check.passphrase"
    wrong = desk.check(token, *desk.phrase("een ander wachtwoord"), expect=2)
    assert wrong["error"] == "check.passphrase_wrong"
