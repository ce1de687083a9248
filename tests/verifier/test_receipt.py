"""The receipt: what arrived, what is kept, how long; the same for a yes and a no (formats.md 3)."""

from dataclasses import replace

import pytest
from support.holder_simulator import PERSON, Answer, Lies
from support.verifier_home import VerifierHome, attempt

from credential import jose, receipt, sdjwt
from credential.errors import CredentialError
from credential.receipt import Disclosed, ReceiptExpectation, Retention
from verifier.transaction import Outcome


def expectation(home: VerifierHome, answer: Answer, **members: object) -> ReceiptExpectation:
    """What a wallet knows, from the request alone."""
    payload = answer.request.payload
    info = {item["format"]: item["data"] for item in payload["verifier_info"]}
    leaf = jose.parse(answer.request.token, typ="oauth-authz-req+jwt").x5c()[0]
    stated = receipt.dangerous_read(answer.body["receipt"])
    expected = ReceiptExpectation(
        leaf=leaf,
        client_id=payload["client_id"],
        nonce=payload["nonce"],
        request_hash=answer.request.hash,
        registration_hash=jose.base64url.sha256(info["registration_cert"]),
        disclosed=stated.disclosed,
        retention=Retention("P2Y", "end_of_registration"),
        rights_endpoint="https://localhost:8442/rights",
        rights_jkt=jose.thumbprint(answer.rights_key.public_key()),
        transaction_data_hashes=(),
        sent_at=home.clock.at,
        now=home.clock.at,
    )
    return replace(expected, **members)


@pytest.mark.spec("Regie formats", "3", "receipt: verifies against what the wallet knows itself")
def test_receipt_verifies(home: VerifierHome) -> None:
    answer, _ = attempt(home)
    stated = receipt.verify(answer.body["receipt"], expectation(home, answer))
    assert stated.org.oin == home.open().leaf.oin
    assert {(query, path) for query, path in stated.kept} == {
        ("persoonsgegevens", ("given_name",)),
        ("persoonsgegevens", ("family_name",)),
        ("persoonsgegevens", ("housing_pseudonym",)),
        ("verblijfsrecht", ("housing_pseudonym",)),
    }
    for wrong in ({"nonce": "x"}, {"request_hash": "A" * 43}, {"rights_jkt": None}):
        with pytest.raises(CredentialError):
            receipt.verify(answer.body["receipt"], expectation(home, answer, **wrong))


@pytest.mark.spec(
    "Regie formats", "3", "receipt: disclosed is exactly what arrived, digest by digest"
)
@pytest.mark.parametrize("everything", [False, True])
def test_disclosed_is_what_arrived(home: VerifierHome, everything: bool) -> None:
    seen: dict[str, list[str]] = {}

    def watch(token: dict[str, list[str]]) -> dict[str, list[str]]:
        seen.update(token)
        return token

    answer, found = attempt(home, Lies(vp_token=watch, disclose_all=everything))
    assert found.outcome is Outcome.ACCEPTED
    sent = []
    for query_id, (compact,) in seen.items():
        opened = sdjwt.dangerous_reopen(sdjwt.parse(compact, typ="dc+sd-jwt"))
        sent.append(Disclosed(query_id, str(opened.payload["vct"]), opened.disclosed()))
    stated = receipt.verify(
        answer.body["receipt"], expectation(home, answer, disclosed=tuple(sent))
    )
    paths = {path for one in stated.disclosed for path, _ in one.claims}
    assert (("birthdate",) in paths) is everything


@pytest.mark.spec("Regie formats", "3", "receipt: its presence and shape do not tell the verdict")
def test_refused_looks_the_same(home: VerifierHome) -> None:
    minor = home.maker.card("persoonsgegevens", PERSON["persoonsgegevens"] | {"age_over_18": False})
    refused, found = attempt(home, cards=[minor, home.maker.card("verblijfsrecht")])
    assert found.outcome is Outcome.REFUSED
    accepted, _ = attempt(home)
    assert refused.body.keys() == accepted.body.keys()
    stated = receipt.verify(refused.body["receipt"], expectation(home, refused))
    assert stated.kept == ()


@pytest.mark.spec("Regie formats", "3", "receipt: holds no value")
def test_no_values(home: VerifierHome) -> None:
    answer, _ = attempt(home, Lies(disclose_all=True))
    payload = jose.parse(answer.body["receipt"], typ="disclosure-receipt+jwt").dangerous_payload()
    for value in ("Zwaantje", "Verzonnen-Achternaam", "1981", "pseudonym-of-zwaantje"):
        assert value not in str(payload)
