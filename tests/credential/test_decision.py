"""The signed decision of a municipality: whose it is, about which case, and that it says enough."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import scheme
from support.keys import test_signer as signer_of

from credential import decision, jose
from credential.decision import Decision, Words
from credential.errors import CredentialError, Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.names import TYP_DECISION, TYP_RECEIPT

NOW = scheme.NOW
SHARED = scheme.shared()
ISSUER = SHARED.issuer()
OTHER = SHARED.issuer(scheme.WESTHOVE)
MADE = Decision(
    issuer=ISSUER.identifier,
    oin=ISSUER.oin,
    case="ABCDEFGHIJ",
    type="correction",
    kind="woonadres",
    outcome="refused",
    at=NOW - 60,
    iat=NOW,
    remedy=Words("U kunt bezwaar maken.", "You can object."),
    reason=Words("De akte zegt iets anders."),
)


def signed(made=MADE, party=ISSUER, **knobs):
    return decision.build(made, **{"signer": party.access.signer, "x5c": party.access.x5c, **knobs})


def forged(**members):
    """Signed by the right key, whatever it says; `None` leaves a member out."""
    said = dict(jose.parse(signed(), typ=TYP_DECISION).dangerous_payload())
    payload = {name: one for name, one in {**said, **members}.items() if one is not None}
    header = jose.x5c_header(ISSUER.access.x5c)
    return jose.sign(payload, typ=TYP_DECISION, signer=ISSUER.access.signer, header=header)


def verify(token, **expected):
    known = {"trust": SHARED.trust, "oin": ISSUER.oin, "now": NOW, "case": MADE.case, **expected}
    return decision.verify(token, **known)


def code(token, **expected):
    with pytest.raises(CredentialError) as refused:
        verify(token, **expected)
    return refused.value.code


@pytest.mark.spec("Regie formats", "12", "a decision is signed with the access certificate")
def test_a_decision_is_read_as_it_was_made():
    assert verify(signed()) == MADE
    assert verify(signed(), case=None) == MADE
    granted = replace(MADE, outcome="granted", reason=None)
    assert verify(signed(granted)) == granted


@pytest.mark.spec("Regie formats", "12", "of the municipality that was asked, about this case")
def test_whose_and_about_what():
    assert code(signed(party=OTHER)) == "decision.organisation"
    assert code(signed(), oin=OTHER.oin) == "decision.organisation"
    assert code(signed(replace(MADE, oin=OTHER.oin))) == "decision.org"
    assert code(signed(), case="KLMNOPQRST") == "decision.case"


def test_only_an_issuer_signs_decisions():
    verifier = SHARED.verifier()
    with pytest.raises(NotTrusted):
        verify(signed(replace(MADE, oin=verifier.oin), party=verifier), oin=verifier.oin)
    with pytest.raises(NotTrusted):
        verify(signed(signer=signer_of("a stranger")))
    header = jose.x5c_header(ISSUER.access.x5c)
    payload = jose.parse(signed(), typ=TYP_DECISION).dangerous_payload()
    other = jose.sign(payload, typ=TYP_RECEIPT, signer=ISSUER.access.signer, header=header)
    with pytest.raises(NotTrusted):
        verify(other)


@pytest.mark.spec("Awb", "3:46", "a refusal, whole or in part, has a reason")
@pytest.mark.parametrize("outcome", ["refused", "partly"])
def test_a_refusal_without_a_reason_is_none(outcome):
    made = replace(MADE, outcome=outcome, reason=None)
    with pytest.raises(NotAllowed) as refused:
        signed(made)
    assert refused.value.code == "decision.reason"
    assert code(forged(outcome=outcome, reason=None)) == "decision.reason"
    assert code(forged(outcome=outcome, reason={"nl": ""})) == "decision.reason"


@pytest.mark.spec("Awb", "3:45", "a decision says how to object")
def test_a_decision_without_a_remedy_is_none():
    with pytest.raises(NotAllowed):
        signed(replace(MADE, remedy=Words("")))
    assert code(forged(remedy={"nl": "", "en": "Object."})) == "decision.remedy"
    with pytest.raises(Malformed):
        verify(forged(remedy=None))


@pytest.mark.parametrize(
    "members",
    [
        {"type": "offer"},
        {"outcome": "done"},
        {"case": ""},
        {"at": NOW + 1},
        {"at": "yesterday"},
        {"reason": "no"},
        {"reason": {"en": "No."}},
        {"kind": None},
        {"iat": True},
    ],
)
def test_what_is_no_decision(members):
    with pytest.raises(Malformed):
        verify(forged(**members), case=None)


def test_not_from_the_future():
    late = replace(MADE, iat=NOW + decision.CLOCK_SKEW)
    assert verify(signed(late)).iat == late.iat
    with pytest.raises(NotValidNow):
        verify(signed(replace(MADE, iat=NOW + decision.CLOCK_SKEW + 1)))


def test_words_of_others_cannot_write_on_the_screen():
    made = replace(MADE, reason=Words("\x1b[2JGoed\u202e nieuws"))
    assert verify(signed(made)).reason.nl == "Goed nieuws"


def test_it_says_nothing_in_a_log():
    assert "akte" not in repr(MADE)
    assert "bezwaar" not in repr(MADE)


@given(st.text(max_size=200))
def test_garbage_is_refused_by_us(text):
    with pytest.raises(CredentialError):
        verify(text)
