"""The modules of the OpenID Foundation's HAIP plan for verifiers (SD-JWT VC), and ours beside them.

Each module is one test of its name; what a module does not look at (which rule, what is kept) is
looked at here too.
"""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support.answering import in_force, lie, listed, person, shown
from support.holder_simulator import Lies
from support.scheme import Credentials
from support.service_door import ARRIVED, NOTHING, UNREAD, Door, Met
from support.verifier_home import Browser, VerifierHome

from credential import jose, strictjson
from credential.jose import KeySigner
from verifier import messages
from verifier.errors import Refused
from verifier.service import handout, sessions
from verifier.store import register
from verifier.transaction import Fetched, Outcome

NOW = 1_767_225_600
HAIP = ("HAIP 1.0", "5")


def met(door: Door, wire: str, rule: str, act: Any) -> None:
    """The wallet reads this, the rule is noted, nobody is registered."""
    found: Met = act(door)
    assert (found.wire, found.rule) == (wire, rule)
    assert found.outcome is not Outcome.ACCEPTED
    assert Door(door.home).registered == 0


@pytest.fixture
def door(home: VerifierHome) -> Door:
    return Door(home)


# ---- the plan


@pytest.mark.spec(*HAIP, "module: happy flow")
def test_happy_flow(door: Door) -> None:
    found = door.lie(Lies())
    assert (found.wire, found.rule, found.outcome) == (ARRIVED, "", Outcome.ACCEPTED)
    assert door.registered == 1


@pytest.mark.spec(*HAIP, "module: request_uri fetched twice")
def test_request_uri_fetched_twice(door: Door) -> None:
    """The second fetch gets nothing, and does not harm the first."""
    request = door.ask()
    transaction = str(request.payload["response_uri"]).rsplit("/", 1)[1]
    with pytest.raises(Refused) as caught:
        handout.hand_out(door.verifier, transaction)
    assert (caught.value.code, caught.value.status) == ("request.gone", 404)
    parts = {n: [one.compact] for n, one in door.shown(request, door.home.cards()).items()}
    assert door.answer(request, parts).outcome is Outcome.ACCEPTED


@pytest.mark.spec(*HAIP, "module: request_uri_method post")
def test_request_uri_method_post(home: VerifierHome) -> None:
    """By POST, with `wallet_nonce`, which comes back inside the signed request."""

    async def story() -> str:
        async with home.client() as http:
            browser = await Browser(http).start()
            link = browser.same_device
            asked = parse_qs(urlsplit(link).query)
            found = await http.post(asked["request_uri"][0], data={"wallet_nonce": "n-1"})
            assert found.status_code == 200
            return found.text

    payload = jose.parse(asyncio.run(story()), typ="oauth-authz-req+jwt").dangerous_payload()
    assert payload["wallet_nonce"] == "n-1"


@pytest.mark.spec(*HAIP, "module: minimal cnf jwk")
def test_minimal_cnf_jwk(door: Door) -> None:
    """Four members are enough; more do no harm."""
    minimal = door.home.maker.card("persoonsgegevens")
    key = jose.public_jwk(minimal.key.public_key())
    assert set(key) == {"kty", "crv", "x", "y"}
    more = {**key, "use": "sig", "alg": "ES256", "kid": "1", "key_ops": ["verify"]}
    for jwk in (key, more):
        one = door.home.maker.card("persoonsgegevens", cnf={"jwk": jwk})
        one.key = minimal.key
        found = door.lie(Lies(), [one, door.home.maker.card("verblijfsrecht")])
        assert (found.rule, found.outcome) == ("", Outcome.ACCEPTED)


@pytest.mark.spec(*HAIP, "module: invalid credential signature")
def test_invalid_credential_signature(door: Door) -> None:
    own = door.home.scheme.issuer().card
    forged = Credentials(KeySigner(jose.generate_key()), own.x5c)
    met(door, ARRIVED, "jose.signature", shown(lambda s: s.issued(by=forged)))


@pytest.mark.spec(*HAIP, "module: invalid KB-JWT aud")
def test_invalid_kb_jwt_aud(door: Door) -> None:
    met(door, NOTHING, "kb.aud", lie(aud="x509_hash:somebody-else"))


@pytest.mark.spec(*HAIP, "module: invalid KB-JWT nonce")
def test_invalid_kb_jwt_nonce(door: Door) -> None:
    met(door, NOTHING, "kb.nonce", lie(nonce="another"))


@pytest.mark.spec(*HAIP, "module: invalid KB-JWT signature")
def test_invalid_kb_jwt_signature(door: Door) -> None:
    met(door, NOTHING, "jose.signature", shown(lambda s: s.compact[:-4] + "AAAA"))


@pytest.mark.spec(*HAIP, "module: invalid sd_hash")
def test_invalid_sd_hash(door: Door) -> None:
    met(door, NOTHING, "kb.sd_hash", shown(lambda s: s.bound(sd_hash="A" * 43)))


@pytest.mark.spec(*HAIP, "module: KB-JWT iat in the past")
def test_kb_jwt_iat_in_past(door: Door) -> None:
    met(door, NOTHING, "kb.iat_old", lie(kb_iat=NOW - 31_536_000))


@pytest.mark.spec(*HAIP, "module: KB-JWT iat in the future")
def test_kb_jwt_iat_in_future(door: Door) -> None:
    met(door, NOTHING, "kb.iat_ahead", lie(kb_iat=NOW + 31_536_000))


# ---- beside the plan


@pytest.mark.spec(*HAIP, "beside the plan: an accepted response, replayed")
def test_replay_of_an_accepted_response(door: Door) -> None:
    request = door.ask()
    parts = {n: [one.compact] for n, one in door.shown(request, door.home.cards()).items()}
    assert door.answer(request, parts).outcome is Outcome.ACCEPTED
    again = door.answer(request, parts)
    assert (again.wire, again.rule) == (UNREAD, "response.answered")
    elsewhere = door.answer(door.ask(), parts)
    assert (elsewhere.wire, elsewhere.rule) == (NOTHING, "kb.nonce")
    assert door.registered == 1


@pytest.mark.spec("HAIP 1.0", "5.1", "beside the plan: nobody comes back by the redirect")
def test_no_redirect_back(door: Door) -> None:
    """The answer alone gives the page that started nothing, and after a while nobody anything."""
    session = sessions.new_session(door.verifier)
    request = door.ask(session=session)
    parts = {n: [one.compact] for n, one in door.shown(request, door.home.cards()).items()}
    body = strictjson.loads_object(door.answer(request, parts).raw)
    assert sessions.result(door.verifier, session, "inschrijven") is None
    door.home.clock.at += door.verifier.config.confirm_seconds + 1
    code = str(body["redirect_uri"]).rsplit("/", 1)[1]
    assert sessions.returned(door.verifier, session, code) is None
    assert sessions.result(door.verifier, session, "inschrijven") is None


@pytest.mark.spec("HAIP 1.0", "5.1", "beside the plan: the redirect in another session")
def test_redirect_in_another_session(door: Door) -> None:
    session, other = (sessions.new_session(door.verifier) for _ in range(2))
    request = door.ask(session=session)
    parts = {n: [one.compact] for n, one in door.shown(request, door.home.cards()).items()}
    body = strictjson.loads_object(door.answer(request, parts).raw)
    code = str(body["redirect_uri"]).rsplit("/", 1)[1]
    assert sessions.returned(door.verifier, other, code) is None
    assert sessions.result(door.verifier, other, "inschrijven") is None


@pytest.mark.spec("OpenID4VP 1.0", "8.6", "beside the plan: a claim nobody asked for is dropped")
def test_extra_claim(door: Door) -> None:
    found = door.lie(Lies(disclose_all=True))
    assert found.outcome is Outcome.ACCEPTED
    (listed_,) = register.registrations(door.verifier.store, door.verifier.sealer)
    kept = {path[0] for _, path, _ in listed_.values or []}
    assert kept == {"given_name", "family_name"}


@pytest.mark.spec("Token Status List", "8.3", "beside the plan: revoked")
def test_revoked(home: VerifierHome) -> None:
    home.publish(home.maker.status_list(revoked=(7,)))
    home.sync()
    met(Door(home), ARRIVED, "status.revoked", person(index=7))


@pytest.mark.spec("Token Status List", "8.3", "beside the plan: a list that a stranger signed")
def test_list_signed_by_stranger(door: Door) -> None:
    def forged(home: VerifierHome) -> bytes:
        own = home.scheme.issuer().status
        return home.maker.status_list(signer=Credentials(KeySigner(jose.generate_key()), own.x5c))[
            1
        ]

    met(door, ARRIVED, "status.missing", listed(forged))


@pytest.mark.spec("Token Status List", "8.3", "beside the plan: an expired list")
def test_list_expired(door: Door) -> None:
    def old(home: VerifierHome) -> bytes:
        return home.maker.status_list(iat=NOW - 8 * 86_400)[1]

    met(door, ARRIVED, "status.missing", listed(old))


@pytest.mark.spec("Regie formats", "7", "beside the plan: a list that could not be fetched")
def test_list_unreachable(door: Door) -> None:
    """Undetermined, and not fetched now."""
    path, _ = door.home.maker.status_list()
    (in_force(door.home) / path).unlink()
    door.home.close()
    found = Door(door.home).lie(Lies())
    assert (found.wire, found.rule) == (ARRIVED, "status.missing")
    assert found.outcome is Outcome.UNDETERMINED


@pytest.mark.spec("RFC 7515", "4.1.11", "beside the plan: `crit` in any header is refused")
def test_crit_present(door: Door) -> None:
    crit = {"crit": ["exp"], "exp": NOW}
    met(door, NOTHING, "jose.crit", shown(lambda s: s.bound(header=crit)))
    met(door, NOTHING, "jose.crit", shown(lambda s: s.issued(header=crit)))


@pytest.mark.spec("OpenID4VP 1.0", "14", "beside the plan: oversized input")
def test_oversized_input(home: VerifierHome) -> None:
    """Cut off at the door; what passes it is bounded part by part; the request stays open."""
    door = Door(home)
    request = door.ask()

    async def post(size: int) -> int:
        async with home.client() as http:
            answer = await http.post(
                str(request.payload["response_uri"]), data={"response": "A" * size}
            )
            return answer.status_code

    assert asyncio.run(post(messages.MAX_RESPONSE)) == 413
    assert asyncio.run(post(messages.MAX_RESPONSE // 2)) == 400
    assert isinstance(door.state(request), Fetched)
    met(
        door,
        NOTHING,
        "sdjwt.too_many_disclosures",
        shown(lambda s: s.bound(s.joined(disclosures=[*s.disclosures, *["QQ"] * 600]))),
    )
    met(door, NOTHING, "sdjwt.size", shown(lambda s: s.joined(disclosures=["A" * 140_000])))
