"""Key binding and the shape of an answer: what a verifier must refuse."""

from typing import Any

import pytest
from support.holder_simulator import Lies
from support.verifier_home import Browser, VerifierHome, attempt, nothing_kept, run

from credential import jose
from verifier.store import register
from verifier.transaction import Answered, Outcome


@pytest.mark.spec("OpenID4VP 1.0", "8.6", "an honest answer is accepted")
def test_honest(home: VerifierHome) -> None:
    answer, found = attempt(home)
    assert answer.status == 200
    assert found.outcome is Outcome.ACCEPTED
    (listed,) = register.registrations(home.open().store, None)
    assert [check["ok"] for check in listed.checks] == [True] * len(listed.checks)
    numbers = [check["n"] for check in listed.checks]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, 13))


# The holder's key did not sign this for us: refused, and not even a receipt.
UNBOUND = {
    "no_kb": (Lies(no_kb=True), "kb.missing", "7.3"),
    "typ": (Lies(kb_typ="jwt"), "jose.typ", "4.3"),
    "aud": (Lies(aud="x509_hash:somebody-else"), "kb.aud", "7.3"),
    "nonce": (Lies(nonce="an-older-nonce-of-another-request"), "kb.nonce", "7.3"),
    "stale": (Lies(kb_iat=1_767_225_600 - 400), "kb.iat_old", "7.3"),
    "ahead": (Lies(kb_iat=1_767_225_600 + 400), "kb.iat_ahead", "7.3"),
    "other_key": (Lies(kb_key=jose.generate_key()), "jose.signature", "7.3"),
    "disclosure_added": (Lies(change_after_signing="add"), "kb.sd_hash", "4.3.1"),
    "disclosure_removed": (Lies(change_after_signing="remove"), "kb.sd_hash", "4.3.1"),
}


@pytest.mark.spec("RFC 9901", "7.3", "a key binding that is not for this request is refused")
@pytest.mark.parametrize("lie", UNBOUND)
def test_unbound(home: VerifierHome, lie: str) -> None:
    lies, rule, _ = UNBOUND[lie]
    answer, found = attempt(home, lies)
    assert (answer.status, answer.body) == (200, {})
    assert (found.outcome, found.rule) == (Outcome.REFUSED, rule)
    assert found.disclosure is None
    assert nothing_kept(home)


@pytest.mark.spec("OpenID4VP 1.0", "5.1", "the audience is the full client_id, prefix included")
def test_prefix_stripped(home: VerifierHome) -> None:
    stripped = home.open().client_id.removeprefix("x509_hash:")
    answer, found = attempt(home, Lies(aud=stripped))
    assert answer.body == {}
    assert found.rule == "kb.aud"


def _first(token: dict[str, list[str]]) -> str:
    return next(iter(token.values()))[0]


TOKENS: dict[str, tuple[Any, str]] = {
    "unknown_query": (lambda t: {**t, "more": [_first(t)]}, "dcql.unknown_query"),
    "two_presentations": (lambda t: {k: [v[0], v[0]] for k, v in t.items()}, "dcql.number"),
    "one_card_missing": (lambda t: dict([next(iter(t.items()))]), "dcql.unsatisfied"),
    "cards_swapped": (
        lambda t: dict(zip(t, reversed(list(t.values())), strict=True)),
        "card.vct",
    ),
    "string": (lambda t: {k: v[0] for k, v in t.items()}, "response.presentations"),
    "empty_array": (lambda t: {k: [] for k in t}, "response.presentations"),
    "numbers": (lambda t: {k: [7] for k in t}, "response.presentations"),
    "array": (lambda t: list(t.values()), "response.vp_token"),
    "nothing": (lambda t: {}, "response.vp_token"),
    "text": (lambda t: "vp_token", "response.vp_token"),
}


@pytest.mark.spec("OpenID4VP 1.0", "8.1", "vp_token maps each asked id to one presentation")
@pytest.mark.parametrize("shape", TOKENS)
def test_vp_token(home: VerifierHome, shape: str) -> None:
    change, rule = TOKENS[shape]
    answer, found = attempt(home, Lies(vp_token=change))
    assert answer.status == 200
    assert (found.outcome, found.rule) == (Outcome.REFUSED, rule)
    assert nothing_kept(home)


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "a plain response is refused where encryption is asked")
def test_plain_response(home: VerifierHome) -> None:
    answer, found = attempt(home, Lies(plain=True))
    assert (answer.status, answer.body) == (400, {"error": "invalid_request"})
    assert not isinstance(found, Answered)


@pytest.mark.spec("OpenID4VP 1.0", "8.2", "state is compared")
def test_state(home: VerifierHome) -> None:
    answer, found = attempt(home, Lies(state="another"))
    assert (answer.status, answer.body) == (200, {})
    assert (found.outcome, found.rule) == (Outcome.REFUSED, "response.state")


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "only the key of this request decrypts")
def test_unknown_kid(home: VerifierHome) -> None:
    answer, _ = attempt(home, Lies(kid="of-another-request"))
    assert answer.status == 400


@pytest.mark.spec("HAIP 1.0", "5", "both encryption methods are accepted")
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_both_encryptions(home: VerifierHome, enc: str) -> None:
    answer, found = attempt(home, Lies(enc=enc))
    assert found.outcome is Outcome.ACCEPTED
    assert answer.body["receipt"]


@pytest.mark.spec("Regie formats", "4", "rights key: key and thumbprints must all agree")
def test_rights_key_disagrees(home: VerifierHome) -> None:
    other = jose.public_jwk(jose.generate_key().public_key())
    _, found = attempt(home, Lies(rights_key=other))
    assert (found.outcome, found.rule) == (Outcome.REFUSED, "kb.rights_jkt")
    _, found = attempt(home, Lies(rights_key={"kty": "none"}))
    assert (found.outcome, found.rule) == (Outcome.REFUSED, "kb.rights_jkt")


@pytest.mark.spec(
    "Regie formats", "4", "rights key: a wallet that does not know rights keys can answer"
)
def test_without_rights_key(home: VerifierHome) -> None:
    _, found = attempt(home, Lies(no_rights=True))
    assert found.outcome is Outcome.ACCEPTED


@pytest.mark.spec("OpenID4VP 1.0", "8.4", "transaction data nobody asked for is refused")
def test_unasked_transaction_data(home: VerifierHome) -> None:
    _, found = attempt(home, Lies(kb_extra={"transaction_data_hashes": ["x"]}))
    assert (found.outcome, found.rule) == (Outcome.REFUSED, "kb.transaction_data")


@pytest.mark.spec("OpenID4VP 1.0", "8.5", "an error ends the request; it is answered 200")
def test_declined(home: VerifierHome) -> None:
    async def work() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            payload = {"error": "access_denied", "state": request.payload["state"]}
            form = {"response": holder.encrypt(request, payload)}
            response = await http.post(request.payload["response_uri"], data=form)
            assert (response.status_code, response.json()) == (200, {})
            await browser.get("/nl/inschrijven/delen")
            assert "U hebt niets gedeeld" in browser.page

    run(work())


def test_garbage_is_refused_alike(home: VerifierHome) -> None:
    """Bytes of any kind get the same words, and the request stays open for its wallet."""

    async def work() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            url = request.payload["response_uri"]
            for body in (b"", b"response=", b"response=a.b.c.d.e", b"\xff=\xff", b"x=1&x=2"):
                response = await http.post(
                    url, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
                )
                assert response.status_code == 400
                assert response.json() == {"error": "invalid_request"}
            answer = await holder.answer(request)
            assert answer.body["receipt"]

    run(work())
