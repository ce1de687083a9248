"""The receipt against what was sent and registered: each rule it can break, and that it is kept."""

import dataclasses
from typing import Any

import pytest
from support.keys import test_signer
from support.wallet_world import World

from credential.receipt import Disclosed, Retention
from wallet.events import Kind
from wallet.sharing import Acknowledged

SECTION = ("Regie formats", "3")


def rule(what: str, code: str, **members: Any) -> Any:
    return pytest.param(members, code, id=what, marks=pytest.mark.spec(*SECTION, what))


CASES = [
    rule("iss is the client_id", "receipt.iss", client_id="x509_hash:other"),
    rule("nonce of the request", "receipt.nonce", nonce="another-nonce-of-enough-letters"),
    rule("request_hash", "receipt.request_hash", request_hash="A" * 43),
    rule("registration_hash", "receipt.registration_hash", registration_hash="A" * 43),
    rule("jkt of the rights key", "receipt.jkt", rights_jkt="A" * 43),
    rule(
        "retention as registered",
        "receipt.retention",
        retention=Retention("P9Y", "end_of_registration"),
    ),
    rule(
        "rights endpoint as registered",
        "receipt.rights_endpoint",
        rights_endpoint="https://localhost:8442/other",
    ),
    rule("iat in the window", "receipt.iat", iat=1),
]


@pytest.mark.parametrize(("members", "code"), CASES)
def test_a_receipt_that_is_not_right(town: World, members: dict, code: str) -> None:
    town.verifier.receipt_change = lambda made: dataclasses.replace(made, **members)
    done = town.share()
    assert isinstance(done.settlement, Acknowledged)
    assert town.kinds(done.id)[-1] == "receipt.invalid"
    assert town.body(done.id, Kind.RECEIPT_INVALID)["reason"] == code
    kept = {one.role: one.content.decode() for one in town.wallet.store.evidence(done.id)}
    assert kept["receipt"] == town.verifier.stored_receipt
    # The redirect is followed all the same.
    assert done.redirect_uri is not None
    assert done.confirm_code == "123456"


@pytest.mark.spec(*SECTION, "disclosed is what was sent, no more and no less")
@pytest.mark.parametrize("how", ["less", "more", "other digest"])
def test_disclosed(town: World, how: str) -> None:
    def change(made: Any) -> Any:
        first, *rest = made.disclosed
        claims = first.claims
        if how == "less":
            claims = claims[1:]
        elif how == "more":
            claims = (*claims, (("birthdate",), ("A" * 43,)))
        else:
            claims = ((claims[0][0], ("A" * 43,)), *claims[1:])
        changed = Disclosed(first.query_id, first.vct, claims)
        return dataclasses.replace(made, disclosed=(changed, *rest))

    town.verifier.receipt_change = change
    done = town.share()
    assert town.body(done.id, Kind.RECEIPT_INVALID)["reason"] == "receipt.disclosed"


@pytest.mark.spec(*SECTION, "signed by the key of the request")
def test_a_foreign_signature(town: World) -> None:
    honest = town.verifier.make_receipt

    def forged() -> str:
        party = town.verifier.party
        access = dataclasses.replace(party.access, signer=test_signer("stranger"))
        town.verifier.party = dataclasses.replace(party, access=access)
        try:
            return honest()
        finally:
            town.verifier.party = party

    town.verifier.make_receipt = forged  # type: ignore[method-assign]
    done = town.share()
    assert town.body(done.id, Kind.RECEIPT_INVALID)["reason"] == "jose.signature"


@pytest.mark.spec(*SECTION, "the leaf is that of the request")
def test_another_certificate_of_the_scheme(town: World) -> None:
    from support.scheme import GRIJPGRAAG

    other = town.scheme.verifier(GRIJPGRAAG)
    honest = town.verifier.make_receipt

    def forged() -> str:
        party = town.verifier.party
        town.verifier.party = dataclasses.replace(party, access=other.access)
        try:
            return honest()
        finally:
            town.verifier.party = party

    town.verifier.make_receipt = forged  # type: ignore[method-assign]
    done = town.share()
    assert town.kinds(done.id)[-1] == "receipt.invalid"


@pytest.mark.parametrize("token", ["", "not a jws", "a.b.c", "x" * 60_000])
def test_garbage(town: World, token: str) -> None:
    town.verifier.answer = lambda honest: {**honest, "receipt": token}
    done = town.share()
    assert town.kinds(done.id)[-1] in ("receipt.invalid", "receipt.absent")


def test_delete_by_stands_in_the_log(town: World) -> None:
    town.verifier.use = "profiel-aanvullen"
    done = town.share()
    assert town.kinds(done.id)[-1] == "receipt.verified"
    assert town.body(done.id, Kind.RECEIPT_VERIFIED)["delete_by"] == "2027-01-01"
