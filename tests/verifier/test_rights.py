"""The rights endpoint: order of refusals, erasure, status, receipt, access (formats.md 4)."""

import pytest
from support.asking import ENDPOINT, ask, make, oin, post, sign_up
from support.verifier_home import VerifierHome, attempt

from credential import jose, jwe, receipt, rights, strictjson
from credential.jose import KeySigner
from credential.rights import Right, RightsQuestion, State
from verifier.service import cases, retention
from verifier.store import register


@pytest.mark.spec(
    "Regie formats", "4", "erasure: ending a registration is asked back first, then done"
)
def test_erasure(home: VerifierHome) -> None:
    answer = sign_up(home)
    first = ask(home, Right.ERASURE, answer)
    assert first.state is State.NEEDS_CONFIRMATION
    assert first.consequence is not None
    assert "Uw inschrijving stopt" in first.consequence.nl
    assert "1 januari 2026" in first.consequence.nl
    assert len(register.registrations(home.open().store, None)) == 1
    wrong = ask(home, Right.ERASURE, answer, confirm="another")
    assert wrong.state is State.NEEDS_CONFIRMATION
    done = ask(home, Right.ERASURE, answer, confirm=first.consequence.id)
    assert done.state is State.DONE
    assert set(done.erased) == {("given_name",), ("family_name",), ("housing_pseudonym",)}
    assert register.registrations(home.open().store, None) == []
    again = ask(home, Right.ERASURE, answer)
    assert (again.state, again.reason and again.reason.code) == (State.DONE, "nothing_held")
    assert again.erased == done.erased


@pytest.mark.spec("Regie formats", "3", "erasure: only jti, rights_jkt and the answer remain")
def test_what_remains_after_erasure(home: VerifierHome) -> None:
    answer = sign_up(home)
    first = ask(home, Right.ERASURE, answer)
    assert first.consequence is not None
    ask(home, Right.ERASURE, answer, confirm=first.consequence.id)
    with home.open().store.reading() as connection:
        row = connection.exec_driver_sql("SELECT * FROM disclosures").mappings().one()
    left = {name for name, value in row.items() if value not in (None, "null")}
    assert left == {"id", "jti", "rights_jkt", "erased", "remove_after"}
    assert b"z@voorbeeld.nl" not in home.database_bytes()


def test_may_sign_up_again_after_erasure(home: VerifierHome) -> None:
    answer = sign_up(home)
    first = ask(home, Right.ERASURE, answer)
    assert first.consequence is not None
    ask(home, Right.ERASURE, answer, confirm=first.consequence.id)
    sign_up(home)
    assert len(register.registrations(home.open().store, None)) == 1


@pytest.mark.spec(
    "Regie formats", "4", "scope: a later visit's erasure does not end the registration"
)
def test_erasure_of_second_visit(home: VerifierHome) -> None:
    sign_up(home)
    second, _ = attempt(home)
    stated = receipt.dangerous_read(second.body["receipt"])
    assert stated.kept == ()
    done = ask(home, Right.ERASURE, second)
    assert done.state is State.DONE
    assert len(register.registrations(home.open().store, None)) == 1


def test_status(home: VerifierHome) -> None:
    answer = sign_up(home)
    held = ask(home, Right.STATUS, answer)
    assert (held.right, held.state) == (Right.STATUS, State.DONE)
    assert ("given_name",) in {path for path, _ in held.kept}
    first = ask(home, Right.ERASURE, answer)
    assert first.consequence is not None
    ask(home, Right.ERASURE, answer, confirm=first.consequence.id)
    after = ask(home, Right.STATUS, answer)
    assert (after.right, after.state) == (Right.ERASURE, State.DONE)


@pytest.mark.spec(
    "Regie formats", "4", "receipt: 'possibly shared' is settled: the very same receipt"
)
def test_receipt_by_nonce(home: VerifierHome) -> None:
    answer, _ = attempt(home)
    question = make(home, Right.RECEIPT, answer, by_nonce=True)
    for _ in range(2):
        response = post(home, question)
        assert response.json()["receipt"] == answer.body["receipt"]
    later = post(home, make(home, Right.RECEIPT, answer))
    assert later.headers["content-type"] == "application/jwt"
    home.clock.at += 32 * 86_400
    done = retention.purge(home.open().config, home.open().store, home.clock.at)
    assert done.registrations == 1  # never completed, so it went as a whole
    gone = post(home, make(home, Right.RECEIPT, answer, by_nonce=True))
    assert gone.headers["content-type"] == "application/jwt"


def test_wrong_nonce_is_refused(home: VerifierHome) -> None:
    answer, _ = attempt(home)
    answer.request.payload["nonce"] = "of-another-request-entirely"
    assert post(home, make(home, Right.STATUS, answer, by_nonce=True)).status_code == 400


def test_access_is_encrypted_to_the_person(home: VerifierHome) -> None:
    answer = sign_up(home)
    key = jose.generate_key()
    jwk = {**jose.public_jwk(key.public_key()), "kid": "k", "alg": "ECDH-ES"}
    response = post(home, make(home, Right.ACCESS, answer, enc_jwk=jwk))
    body = response.json()
    for value in (b"Zwaantje", b"z@voorbeeld.nl"):
        assert value not in response.content
    plain = jwe.decrypt(body["data"], key=key, kid="k", enc_allowed=("A256GCM",), max_bytes=65_536)
    data = strictjson.loads_object(plain)
    assert "Zwaantje" in str(data["values"])
    assert data["registration"]["contact"] == {"email": "z@voorbeeld.nl"}  # type: ignore[index, call-overload]


@pytest.mark.spec("AVG", "12(3)", "what a person must decide is due within a month")
def test_objection_goes_to_a_person(home: VerifierHome) -> None:
    answer = sign_up(home)
    asked = ask(home, Right.OBJECTION, answer, text="Liever niet: Geheime Reden")
    assert asked.state is State.IN_PROGRESS
    assert asked.due is not None
    assert asked.due - home.clock.at <= 32 * 86_400
    assert b"Geheime Reden" not in home.database_bytes()
    (request,) = cases.listed(home.open())
    cases.decide(home.open(), request.id, state=State.REFUSED, nl="Nee.", en="No.", by="e")
    told = ask(home, Right.STATUS, answer)
    assert (told.right, told.state) == (Right.OBJECTION, State.REFUSED)
    assert told.reason is not None
    assert told.reason.nl == "Nee."


@pytest.mark.spec("Regie formats", "4", "404: an unknown key and nonsense get one constant answer")
def test_constant_404(home: VerifierHome) -> None:
    answer, _ = attempt(home)
    stranger = RightsQuestion(right=Right.STATUS, receipt="r" * 32, nonce=None)
    unknown = rights.build_request(
        stranger,
        endpoint=ENDPOINT,
        oin=oin(home),
        iat=home.clock.at,
        jti="j" * 32,
        signer=KeySigner(jose.generate_key()),
    )
    honest = make(home, Right.STATUS, answer)
    card_typed = jose.sign({"right": "status"}, typ="kb+jwt", signer=KeySigner(answer.rights_key))
    replies = [post(home, body) for body in (unknown, "x", b"\xff\x00", card_typed, "a.b.c")]
    assert {(r.status_code, r.text, r.headers["content-type"]) for r in replies} == {
        (404, replies[0].text, "application/problem+json")
    }
    assert post(home, honest).status_code == 200


@pytest.mark.spec(
    "Regie formats", "4", "order: signature, times, aud and org are checked after the key"
)
def test_refused_after_the_key(home: VerifierHome) -> None:
    answer, _ = attempt(home)
    honest = make(home, Right.STATUS, answer)
    head, payload, _ = honest.split(".")
    signature = make(home, Right.STATUS, answer).rsplit(".", 1)[1]
    assert post(home, f"{head}.{payload}.{signature}").status_code == 400
    assert (
        post(home, make(home, Right.STATUS, answer, endpoint="https://x/rights")).status_code == 400
    )
    assert post(home, make(home, Right.STATUS, answer, oin="0000")).status_code == 400
    home.clock.at += 600
    assert post(home, honest).status_code == 400
    assert post(home, "x" * 20_000).status_code == 413


@pytest.mark.spec(
    "Regie formats", "4", "jti: identical bytes get the stored answer; another use is refused"
)
def test_jti_once(home: VerifierHome) -> None:
    answer = sign_up(home)
    first = make(home, Right.ERASURE, answer, jti="j" * 32)
    one, two = post(home, first), post(home, first)
    assert (one.status_code, one.content) == (200, two.content)
    other = make(home, Right.STATUS, answer, jti="j" * 32)
    assert post(home, other).status_code == 400


def test_asking_too_often(home: VerifierHome) -> None:
    answer, _ = attempt(home)
    codes = [post(home, make(home, Right.STATUS, answer)).status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]
    assert answer.body["receipt"]


@pytest.mark.spec(
    "Regie formats", "3", "erasure: what was written with an earlier request goes too"
)
def test_texts_of_requests_are_erased(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.OBJECTION, answer, text="Geheime Reden")
    first = ask(home, Right.ERASURE, answer)
    assert first.consequence is not None
    ask(home, Right.ERASURE, answer, confirm=first.consequence.id)
    with home.open().store.reading() as connection:
        left = connection.exec_driver_sql(
            "SELECT count(*) FROM rights_requests WHERE body_sealed IS NOT NULL"
        ).scalar_one()
    assert left == 0


@pytest.mark.spec(
    "Regie formats", "4", "about: another disclosure's receipt number is not this key's"
)
def test_receipt_of_somebody_else(home: VerifierHome) -> None:
    answer, other = sign_up(home), attempt(home)[0]
    answer.body["receipt"], mine = other.body["receipt"], answer.body["receipt"]
    assert post(home, make(home, Right.STATUS, answer)).status_code == 400
    answer.body["receipt"] = mine
    assert post(home, make(home, Right.STATUS, answer)).status_code == 200


def test_answers_that_only_tell_are_not_kept_for_months(home: VerifierHome) -> None:
    answer = sign_up(home)
    for right in (Right.STATUS, Right.RECEIPT, Right.OBJECTION):
        post(home, make(home, right, answer, by_nonce=right is Right.RECEIPT))
    home.clock.at += 2 * 86_400
    done = retention.purge(home.open().config, home.open().store, home.clock.at)
    assert done.answers == 2
