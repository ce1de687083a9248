"""Rights requests and answers: the order of refusals, terms of the law, and who may answer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import scheme
from support.keys import test_key as key_of
from support.keys import test_signer as signer_of

from credential import base64url, jose, rights, strictjson
from credential.errors import CredentialError, Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.names import TYP_DPOP, TYP_RECEIPT, TYP_RIGHTS_ANSWER, TYP_RIGHTS_REQUEST
from credential.rights import Reason, Right, RightsQuestion, State

NOW = scheme.NOW
SHARED = scheme.shared()
VERIFIER = SHARED.verifier()
ENDPOINT = "https://localhost:8442/rights"
KEY = signer_of("rights key")
JKT = jose.thumbprint(KEY.public_key)
JTI = "j" * 22
RECEIPT = "r" * 22
DAY = 86_400
REASON = Reason("legal_duty", "Wij moeten dit bewaren.", "We must keep this.")


def question(right=Right.ERASURE, **members):
    members = {"receipt": RECEIPT, "nonce": None, **members}
    return RightsQuestion(right=right, **members)


def request(asked=None, **changes):
    members = {
        "endpoint": ENDPOINT,
        "oin": VERIFIER.oin,
        "iat": NOW,
        "jti": JTI,
        "signer": KEY,
        **changes,
    }
    return rights.build_request(asked or question(), **members)


def opened(token, **changes):
    members = {
        "endpoint": ENDPOINT,
        "oin": VERIFIER.oin,
        "now": NOW + 1,
        "key_known": lambda jkt: jkt == JKT,
        **changes,
    }
    return rights.open_request(token, **members)


def refused(token, **changes):
    with pytest.raises(CredentialError) as fault:
        opened(token, **changes)
    return fault.value.code


def resigned(change, typ=TYP_RIGHTS_REQUEST, signer=KEY, jwk=None):
    payload = dict(jose.parse(request(), typ=TYP_RIGHTS_REQUEST).dangerous_payload())
    payload.update(change)
    payload = {name: value for name, value in payload.items() if value is not ...}
    header = {"jwk": jwk or jose.public_jwk(KEY.public_key)}
    return jose.sign(payload, typ=typ, signer=signer, header=header)


class TestRequest:
    @pytest.mark.spec("Regie formats", "4", "what is asked is what is read")
    @pytest.mark.parametrize("right", Right)
    def test_round_trip(self, right):
        extra = (
            {"enc_jwk": jose.public_jwk(key_of("enc").public_key())} if right == "access" else {}
        )
        asked = question(
            right, claims=(("given_name",), ("stays", 0)), text="graag", confirm="c1", **extra
        )
        token = request(asked)
        read = opened(token)
        assert read.question == asked
        assert (read.jkt, read.jti, read.iat, read.exp) == (JKT, JTI, NOW, NOW + 300)
        assert read.request_hash == base64url.sha256(token)
        assert read.raw == token

    @pytest.mark.spec("Regie formats", "4", "the wire form of a request")
    def test_members(self):
        unverified = jose.parse(request(), typ=TYP_RIGHTS_REQUEST)
        assert unverified.header == {
            "alg": "ES256",
            "typ": "data-rights-request+jwt",
            "jwk": jose.public_jwk(KEY.public_key),
        }
        assert unverified.dangerous_payload() == {
            "aud": ENDPOINT,
            "org": VERIFIER.oin,
            "iat": NOW,
            "exp": NOW + 300,
            "jti": JTI,
            "right": "erasure",
            "receipt": RECEIPT,
        }

    @pytest.mark.spec("Regie formats", "4", "by the request's nonce when no receipt arrived")
    def test_by_nonce(self):
        assert (
            opened(request(question(Right.RECEIPT, receipt=None, nonce="n"))).question.nonce == "n"
        )

    @pytest.mark.spec("Regie formats", "4", "too large, before anything else")
    def test_size(self):
        assert refused(request() + "A" * 16_384) == "jose.size"
        with pytest.raises(Malformed, match=r"rights\.size"):
            request(question(claims=tuple((f"claim{n}" * 20,) for n in range(200))))

    @pytest.mark.spec("Regie formats", "4", "`typ` and `alg`")
    def test_typ_and_alg(self):
        assert refused(resigned({}, typ=TYP_DPOP)) == "jose.typ"
        head, rest = request().split(".", 1)
        none = strictjson.loads_object(base64url.decode(head)) | {"alg": "none"}
        assert refused(f"{base64url.encode(strictjson.dumps(none))}.{rest}") == "jose.alg"

    @pytest.mark.spec(
        "Regie formats", "4", "an unknown key is refused before its signature is looked at"
    )
    def test_unknown_key(self):
        asked = []
        broken = request(signer=signer_of("a stranger"))[:-4] + "AAAA"
        with pytest.raises(NotAllowed, match=r"rights\.unknown"):
            opened(broken, key_known=lambda jkt: bool(asked.append(jkt)))
        assert asked == [jose.thumbprint(signer_of("a stranger").public_key)]

    @pytest.mark.spec("Regie formats", "4", "the signature of the key in the header")
    def test_signature(self):
        forged = resigned({}, signer=signer_of("a stranger"))
        with pytest.raises(NotTrusted, match=r"jose\.signature"):
            opened(forged)

    def test_no_key(self):
        token = jose.sign({}, typ=TYP_RIGHTS_REQUEST, signer=KEY)
        assert refused(token) == "jose.jwk"
        private = {**jose.public_jwk(KEY.public_key), "d": "AAAA"}
        assert refused(resigned({}, jwk=private)) == "jose.jwk_private"

    @pytest.mark.spec(
        "Regie formats", "4", "at most 300 seconds, not yet over, not from the future"
    )
    def test_times(self):
        assert refused(request(life=301)) == "rights.life"
        assert refused(resigned({"exp": NOW})) == "rights.life"
        assert refused(request(), now=NOW - 61) == "rights.iat"
        opened(request(), now=NOW - 60)
        opened(request(), now=NOW + 360)
        assert refused(request(), now=NOW + 361) == "rights.exp"

    @pytest.mark.spec("Regie formats", "4", "meant for this endpoint of this organisation")
    def test_audience(self):
        assert refused(request(endpoint=ENDPOINT + "/")) == "rights.aud"
        assert refused(request(oin="00000099000000009999")) == "rights.org"

    @pytest.mark.spec("Regie formats", "4", "a request id nobody can guess")
    def test_jti(self):
        assert refused(request(jti="short")) == "rights.jti"

    @pytest.mark.spec("Regie formats", "4", "a right that exists, about one disclosure")
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"right": "everything"}, "rights.right"),
            ({"right": ...}, "json.member"),
            ({"receipt": ...}, "rights.about"),
            ({"nonce": "n"}, "rights.about"),
            ({"text": "x" * 1001}, "rights.text"),
            ({"text": 1}, "json.member"),
            ({"proposed": "x"}, "rights.proposed"),
            ({"right": "access"}, "rights.enc_jwk"),
            ({"enc_jwk": {}}, "rights.enc_jwk"),
            ({"right": "access", "enc_jwk": {"kty": "EC"}}, "jose.jwk"),
            ({"claims": "x"}, "json.member"),
            ({"claims": [[-1]]}, "dcql.path"),
            ({"confirm": 1}, "json.member"),
        ],
        ids=str,
    )
    def test_malformed(self, change, code):
        assert refused(resigned(change)) == code

    def test_rectification_proposes(self):
        asked = question(Right.RECTIFICATION, proposed="Jansen", text="zo heet ik")
        assert opened(request(asked)).question == asked
        assert "Jansen" not in repr(opened(request(asked)))
        assert "zo heet ik" not in repr(asked)

    def test_what_cannot_be_asked_is_not_built(self):
        for asked in (
            question(receipt=None),
            question(nonce="n"),
            question(text="x" * 1001),
            question(proposed="x"),
            question(Right.ACCESS),
        ):
            with pytest.raises(Malformed):
                request(asked)


REQUEST = request()
ANSWER = rights.RightsAnswer(
    client_id=VERIFIER.client_id,
    oin=VERIFIER.oin,
    jkt=JKT,
    iat=NOW + 5,
    request_hash=base64url.sha256(REQUEST),
    received_at=NOW + 1,
    right=Right.ERASURE,
    state=State.DONE,
    erased=(("given_name",), ("stays", 0)),
)


def answer(access=VERIFIER.access, **changes):
    return rights.build_answer(replace(ANSWER, **changes), signer=access.signer, x5c=access.x5c)


def verified(token, **changes):
    members = {
        "trust": SHARED.trust,
        "oin": VERIFIER.oin,
        "request": REQUEST,
        "jkt": JKT,
        "now": NOW + 6,
        **changes,
    }
    return rights.verify_answer(token, **members)


def answer_refused(token, **changes):
    with pytest.raises(CredentialError) as fault:
        verified(token, **changes)
    return fault.value.code


def answer_resigned(change, access=VERIFIER.access):
    payload = dict(jose.parse(answer(), typ=TYP_RIGHTS_ANSWER).dangerous_payload())
    payload.update(change)
    return jose.sign(payload, typ=TYP_RIGHTS_ANSWER, signer=access.signer, header=access.header)


class TestAnswer:
    @pytest.mark.spec("Regie formats", "4", "what is answered is what is read")
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"state": State.PARTLY, "kept": ((("family_name",), REASON),)},
            {"state": State.PARTLY, "reason": REASON},
            {"state": State.REFUSED, "reason": REASON, "erased": ()},
            {
                "state": State.IN_PROGRESS,
                "due": NOW + 30 * DAY,
                "retry_after": NOW + DAY,
                "erased": (),
            },
            {"state": State.EXTENDED, "due": NOW + 80 * DAY, "reason": REASON, "erased": ()},
            {
                "state": State.NEEDS_CONFIRMATION,
                "consequence": rights.Consequence("c1", "Je inschrijving stopt.", "It ends."),
                "erased": (),
            },
            {"erased": (), "reason": Reason("already_erased", "Al gewist.", "Already erased.")},
        ],
        ids=["done", "kept", "partly", "refused", "in progress", "extended", "confirm", "already"],
    )
    def test_round_trip(self, changes):
        assert verified(answer(**changes)) == replace(ANSWER, **changes)

    @pytest.mark.spec(
        "Regie formats", "4", "signed by an access certificate of the same organisation"
    )
    def test_organisation(self):
        other = SHARED.verifier(scheme.GRIJPGRAAG)
        token = answer(other.access, client_id=other.client_id, oin=other.oin)
        assert answer_refused(token) == "rights.organisation"
        forged = rights.build_answer(ANSWER, signer=other.access.signer, x5c=VERIFIER.access.x5c)
        assert answer_refused(forged) == "jose.signature"
        issuer = SHARED.issuer()
        card = rights.build_answer(ANSWER, signer=issuer.card.signer, x5c=issuer.card.x5c)
        with pytest.raises(CredentialError):
            verified(card)

    @pytest.mark.spec(
        "Regie formats", "4", "another, newer certificate of the organisation will do"
    )
    def test_renewed_certificate(self):
        renewed = scheme.build(NOW)
        before = renewed.verifier()
        renewed.keys[scheme.VOORBEELDWONEN].clear()
        renewed.files.pop(scheme.VOORBEELDWONEN)
        renewed.add(scheme.example_party(scheme.VOORBEELDWONEN))
        trust = renewed.publish()
        after = renewed.verifier()
        assert before.client_id != after.client_id
        token = answer(after.access, client_id=after.client_id)
        assert verified(token, trust=trust).client_id == after.client_id

    @pytest.mark.spec("Regie formats", "4", "or of its listed successor, and of nobody else")
    def test_successor(self):
        heir = SHARED.verifier(scheme.GRIJPGRAAG)
        token = answer(heir.access, client_id=heir.client_id, oin=heir.oin)
        trust = _WithHeir(SHARED.trust, {VERIFIER.oin: heir.oin})
        assert verified(token, trust=trust).oin == heir.oin
        elsewhere = _WithHeir(SHARED.trust, {VERIFIER.oin: "00000099000000009999"})
        assert answer_refused(token, trust=elsewhere) == "rights.organisation"

    @pytest.mark.spec("Regie formats", "4", "each member must be what the wallet asked")
    @pytest.mark.parametrize(
        ("code", "change"),
        [
            ("rights.iss", {"client_id": "x509_hash:other"}),
            ("rights.org", {"oin": "00000099000000009999"}),
            ("rights.aud", {"jkt": base64url.sha256("x")}),
            ("rights.request_hash", {"request_hash": base64url.sha256("x")}),
            ("rights.right", {"right": Right.OBJECTION}),
            ("rights.iat", {"iat": NOW - 61, "received_at": NOW - 61}),
            ("rights.iat", {"iat": NOW + 67}),
            ("rights.iat", {"received_at": NOW + 67}),
        ],
        ids=["iss", "org", "aud", "request_hash", "right", "old", "ahead", "received"],
    )
    def test_refused(self, code, change):
        assert answer_refused(answer(**change)) == code

    @pytest.mark.parametrize("at", [-(10**12), -(10**18), -(10**40)])
    def test_received_before_the_calendar(self, at):
        token = answer_resigned({"received_at": at, "state": "in_progress", "due": 1, "erased": []})
        assert answer_refused(token) == "period.day"

    def test_words_are_text_for_a_terminal(self):
        reason = {"code": "x", "nl": "Nee\x1b[2J\u202e", "en": "No\nsir"}
        token = answer_resigned({"state": "refused", "erased": [], "reason": reason})
        assert verified(token).reason == Reason("x", "Nee", "No sir")

    @pytest.mark.spec("Regie formats", "4", "a `status` request is answered about the open right")
    def test_status(self):
        asked = request(question(Right.STATUS))
        token = answer(request_hash=base64url.sha256(asked))
        assert verified(token, request=asked).right is Right.ERASURE

    @pytest.mark.spec("Regie formats", "4", "a JWS of another type")
    def test_typ(self):
        access = VERIFIER.access
        token = jose.sign({}, typ=TYP_RECEIPT, signer=access.signer, header=access.header)
        assert answer_refused(token) == "jose.typ"

    @pytest.mark.spec("AVG", "12(3)", "one month, once extended by two, counted from receipt")
    @pytest.mark.parametrize(
        ("state", "days", "held"),
        [
            (State.IN_PROGRESS, 31, True),
            (State.IN_PROGRESS, 32, False),
            (State.IN_PROGRESS, -1, False),
            (State.EXTENDED, 90, True),
            (State.EXTENDED, 91, False),
        ],
        ids=["month", "longer", "past", "extended", "too long"],
    )
    def test_due(self, state, days, held):
        changes = {"state": state, "due": NOW + 1 + days * DAY, "erased": (), "reason": REASON}
        if held:
            assert verified(answer(**changes)).due == NOW + 1 + days * DAY
        else:
            with pytest.raises(NotAllowed, match=r"rights\.due"):
                answer(**changes)

    @pytest.mark.spec("Regie formats", "4", "each state says what it must")
    @pytest.mark.parametrize(
        ("code", "changes"),
        [
            ("rights.reason", {"state": State.REFUSED, "erased": ()}),
            ("rights.reason", {"state": State.PARTLY}),
            ("rights.reason", {"state": State.EXTENDED, "due": NOW + DAY, "erased": ()}),
            ("rights.consequence", {"state": State.NEEDS_CONFIRMATION, "erased": ()}),
            ("rights.consequence", {"consequence": rights.Consequence("c", "x", "y")}),
            ("rights.erased", {"erased": ()}),
            ("rights.erased", {"kept": ((("a",), REASON),)}),
            ("rights.erased", {"state": State.REFUSED, "reason": REASON}),
            ("rights.due", {"state": State.IN_PROGRESS, "erased": ()}),
        ],
        ids=lambda value: None,
    )
    def test_states(self, code, changes):
        with pytest.raises(NotAllowed) as fault:
            answer(**changes)
        assert fault.value.code == code
        # The other side may not check itself.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rights, "_check_answer", lambda _: None)
            token = answer(**changes)
        assert answer_refused(token) == code

    @pytest.mark.parametrize(
        "change",
        [
            {"state": "finished"},
            {"right": "everything"},
            {"due": "soon"},
            {"erased": [["a"], []]},
            {"kept": [1]},
            {"kept": [{"path": ["a"], "reason": "x"}]},
            {"reason": {"code": "x"}},
            {"consequence": {"id": "x"}},
            {"iat": None},
        ],
        ids=str,
    )
    def test_malformed(self, change):
        with pytest.raises(Malformed):
            verified(answer_resigned(change))

    def test_an_expired_certificate_answers_nothing(self):
        with pytest.raises((NotValidNow, NotTrusted)):
            verified(answer(), now=NOW + 20 * 365 * DAY)


class _WithHeir:
    """The scheme's trust, with one organisation succeeded by another."""

    def __init__(self, trust, heirs):
        self._trust = trust
        self._heirs = heirs

    def verifier_leaf(self, x5c, now):
        return self._trust.verifier_leaf(x5c, now)

    def issuer_by_oin(self, oin):
        heir = self._heirs.get(oin)
        return heir and _Listed((_Succession(heir),))


class _Listed:
    def __init__(self, successors):
        self.successors = successors


class _Succession:
    def __init__(self, oin):
        self.oin = oin


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{0,60}(\.[A-Za-z0-9_-]{0,60}){2}"))
def test_garbage_raises_only_our_errors(token):
    with pytest.raises(CredentialError):
        opened(token)
    with pytest.raises(CredentialError):
        verified(token)
