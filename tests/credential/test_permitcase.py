"""How an application stands, as it travels in an answer to `status`."""

from dataclasses import replace

import pytest
from support import scheme
from support.keys import test_signer as signer_of

from credential import jose, permitcase, rights
from credential.errors import CredentialError, Malformed, NotAllowed
from credential.permitcase import Case, Phase, Said, Step
from credential.rights import Right, RightsAnswer, RightsQuestion, State

NOW = scheme.NOW
DAY = 86_400
SHARED = scheme.shared()
VERIFIER = SHARED.verifier()
KEY = signer_of("rights key")
HISTORY = (
    Step(Phase.RECEIVED, NOW - 9 * DAY),
    Step(Phase.IN_PROGRESS, NOW - 8 * DAY),
    Step(Phase.DECIDED, NOW - DAY),
)
CASE = Case("1234-5678-9012", Phase.DECIDED, NOW - DAY, None, HISTORY, Said("U mag.", "You may."))


def asked(right: Right = Right.STATUS) -> str:
    return rights.build_request(
        RightsQuestion(right, receipt="r" * 22, nonce=None),
        endpoint="https://localhost:8442/rights",
        oin=VERIFIER.oin,
        iat=NOW,
        jti="j" * 22,
        signer=KEY,
    )


def answered(request: str, case: Case | None, right: Right = Right.STATUS) -> RightsAnswer:
    """What a wallet reads of an answer with this case."""
    answer = RightsAnswer(
        client_id=VERIFIER.client_id,
        oin=VERIFIER.oin,
        jkt=jose.thumbprint(KEY.public_key),
        iat=NOW,
        request_hash=jose.base64url.sha256(request),
        received_at=NOW,
        right=right,
        state=State.DONE,
        reason=rights.Reason("x", "x", "x"),
        case=case,
    )
    token = rights.build_answer(answer, signer=VERIFIER.access.signer, x5c=VERIFIER.access.x5c)
    return rights.verify_answer(
        token,
        trust=SHARED.trust,
        oin=VERIFIER.oin,
        request=request,
        jkt=answer.jkt,
        now=NOW,
    )


@pytest.mark.spec("Regie formats", "4", "status tells how an application stands, without values")
@pytest.mark.parametrize(
    "case",
    [
        None,
        CASE,
        replace(CASE, reason=None),
        Case("A1", Phase.RECEIVED, NOW, NOW + 28 * DAY, (Step(Phase.RECEIVED, NOW),)),
    ],
    ids=["none", "decided", "no words", "received"],
)
def test_what_is_told_is_what_is_read(case: Case | None) -> None:
    assert answered(asked(), case).case == case


@pytest.mark.spec("Regie formats", "4", "a case only in answer to status")
def test_not_with_another_right() -> None:
    with pytest.raises(NotAllowed) as caught:
        answered(asked(Right.RECEIPT), CASE, Right.RECEIPT)
    assert caught.value.code == "rights.case"


@pytest.mark.spec("Regie formats", "4", "members of a case that are not known are ignored")
def test_more_members() -> None:
    told = permitcase.encode(CASE) | {"colour": "blue"}
    assert permitcase.decode(told) == CASE


@pytest.mark.spec(
    "Regie formats", "4", "a state that is not known, or a history that ends elsewhere"
)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "concept"}, "case.state"),
        ({"state": "received"}, "case.history"),
        ({"at": NOW}, "case.history"),
        ({"history": []}, "case.history"),
        ({"history": ["decided"]}, "case.history"),
        ({"history": [{"state": "decided"}]}, "json.member"),
        ({"number": ""}, "case.number"),
        ({"number": "x" * 33}, "case.number"),
        ({"number": "../1"}, "case.number"),
        ({"due": "soon"}, "json.member"),
        ({"reason": {"nl": "ja"}}, "json.member"),
    ],
)
def test_refused(change: dict, code: str) -> None:
    with pytest.raises(CredentialError) as caught:
        permitcase.decode(permitcase.encode(CASE) | change)
    assert code in ("json.member", caught.value.code)


def test_time_runs_one_way() -> None:
    backwards = replace(CASE, history=(*HISTORY[1::-1], HISTORY[2]))
    with pytest.raises(NotAllowed):
        permitcase.encode(backwards)
    endless = replace(CASE, history=(HISTORY[0],) * 201)
    with pytest.raises(Malformed):
        permitcase.encode(endless)


def test_words_cannot_reach_a_terminal() -> None:
    told = permitcase.encode(replace(CASE, reason=Said("\x1b[2JWeg", "\x1b[2JGone")))
    found = permitcase.decode(told).reason
    assert found is not None
    assert "\x1b" not in found.nl + found.en


def test_which_phases_end_it() -> None:
    assert [phase.value for phase in Phase if phase.over] == ["published", "withdrawn"]
