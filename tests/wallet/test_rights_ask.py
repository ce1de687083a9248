"""Asking about a disclosure: erasure, status, receipt; and settling what may have been shared."""

import dataclasses
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.keys import test_signer
from support.wallet_world import World

from credential import rights
from credential.rights import Consequence, Right
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.service import rights as service
from wallet.service.rights import Answered
from wallet.store import Filter

CONSEQUENCE = Consequence("c-1", "Je inschrijving stopt.", "Your registration ends.")


def ask(town: World, activity: str, right: Right, confirm: str | None = None) -> Answered:
    return service.ask(town.wallet, town.network, activity, right, now=town.now, confirm=confirm)


def outcome(town: World, activity: str) -> str:
    found = town.wallet.store.activity(activity)
    assert found is not None
    return found.outcome


def lost(town: World) -> str:
    """A disclosure that arrived, and the wallet does not know it."""
    town.network.lose = lambda call: urlsplit(call.url).path == "/response/1"
    done = town.share()
    town.network.lose = lambda _call: False
    assert outcome(town, done.id) == "maybe-shared"
    return done.id


def test_erasure_with_a_signed_proof(town: World) -> None:
    done = town.share()
    found = ask(town, done.id, Right.ERASURE)
    assert (found.state, found.outcome) == ("done", "shared")
    assert town.kinds(done.id)[-2:] == ["right.asked", "right.answered"]
    kept = {one.role for one in town.wallet.store.evidence(done.id)}
    assert {"right-request", "right-answer"} <= kept
    assert town.body(done.id, Kind.RIGHT_ANSWERED)["erased"] == ["age_over_18"]
    activity = town.wallet.store.activity(done.id)
    assert activity is not None
    # What they named is gone, and what they never kept is not there either.
    assert all(claim.erased for claim in activity.claims.values() if claim.shared)
    assert town.body(done.id, Kind.RIGHT_ANSWERED)["gone"] is True
    assert town.wallet.store.holdings() == ()


@pytest.mark.spec("Regie formats", "4", "about the receipt where one arrived, else the nonce")
def test_what_a_question_is_about(town: World) -> None:
    done = town.share()
    ask(town, done.id, Right.STATUS)
    assert town.verifier.asked[-1].question.receipt == "j" * 22
    town.verifier.answer = lambda honest: {k: v for k, v in honest.items() if k != "receipt"}
    for pending in town.wallet.store.requests():
        town.wallet.store.close_request(pending.id, Kind.REQUEST_DECLINED, {}, at=town.now)
    second = town.share(town.receive())
    ask(town, second.id, Right.STATUS)
    assert town.verifier.asked[-1].question.receipt is None
    assert town.verifier.asked[-1].question.nonce


@pytest.mark.spec("Regie formats", "4", "a consequence is asked about again before it happens")
def test_needs_confirmation(town: World) -> None:
    town.verifier.consequence = CONSEQUENCE
    done = town.share()
    found = ask(town, done.id, Right.ERASURE)
    assert found.state == "needs_confirmation"
    assert found.answer is not None
    assert found.answer.consequence == CONSEQUENCE
    confirmed = ask(town, done.id, Right.ERASURE, confirm=CONSEQUENCE.id)
    assert confirmed.state == "done"
    first, second = town.verifier.asked
    assert first.jti != second.jti
    assert second.question.confirm == "c-1"


# Settling.


@pytest.mark.parametrize("right", [Right.RECEIPT, Right.STATUS])
@pytest.mark.spec("Regie formats", "2", "maybe shared is settled by a receipt or status request")
def test_maybe_shared_is_settled(town: World, right: Right) -> None:
    activity = lost(town)
    found = ask(town, activity, right)
    assert found.outcome == "shared"
    assert outcome(town, activity) == "shared"
    if right is Right.RECEIPT:
        assert "receipt.verified" in town.kinds(activity)


def test_an_organisation_that_has_nothing_settles_it_too(town: World) -> None:
    town.network.drop = lambda call: urlsplit(call.url).path == "/response/1"
    activity = town.share().id
    town.network.drop = lambda _call: False
    found = ask(town, activity, Right.STATUS)
    assert (found.state, found.outcome) == ("not_known", "unsent")
    assert outcome(town, activity) == "unsent"
    # Only they say so: the copies do not come back.
    assert {card.copies for card in town.wallet.store.cards()} == {9}


def test_not_known_of_what_was_acknowledged_changes_nothing(town: World) -> None:
    done = town.share()
    town.verifier.knows = False
    found = ask(town, done.id, Right.STATUS)
    assert (found.state, found.outcome) == ("not_known", "shared")


# Refusals.


def test_nothing_to_ask(town: World) -> None:
    posed = town.receive()
    with pytest.raises(WalletError) as caught:
        ask(town, posed.id, Right.ERASURE)
    assert caught.value.exit == ExitCode.NO_MATCH


def changed(**members: Any) -> Any:
    return lambda answer: dataclasses.replace(answer, **members)


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        pytest.param(
            {"jkt": "a" * 43},
            "rights.aud",
            id="another key",
            marks=pytest.mark.spec("Regie formats", "4", "the answer is for this key"),
        ),
        pytest.param(
            {"request_hash": "a" * 43},
            "rights.request_hash",
            id="another request",
            marks=pytest.mark.spec("Regie formats", "4", "the answer is to this request"),
        ),
        pytest.param(
            {"right": Right.OBJECTION},
            "rights.right",
            id="another right",
            marks=pytest.mark.spec("Regie formats", "4", "the answer is about this right"),
        ),
        pytest.param(
            {"iat": 1},
            "rights.iat",
            id="old",
            marks=pytest.mark.spec("Regie formats", "4", "the answer is of now"),
        ),
        pytest.param(
            {"oin": "00000099000000009000"},
            "rights.org",
            id="another party",
            marks=pytest.mark.spec("Regie formats", "4", "the answer is by that organisation"),
        ),
    ],
)
def test_refuses_the_answer(town: World, members: dict, rule: str) -> None:
    done = town.share()
    town.verifier.answer_change = changed(**members)
    with pytest.raises(WalletError) as caught:
        ask(town, done.id, Right.ERASURE)
    assert caught.value.params["rule"] == rule
    assert town.body(done.id, Kind.RIGHT_ANSWERED)["reason"] == rule
    assert town.body(done.id, Kind.RIGHT_ANSWERED)["state"] == "invalid"
    activity = town.wallet.store.activity(done.id)
    assert activity is not None
    assert not any(claim.erased for claim in activity.claims.values())


@pytest.mark.spec("Regie formats", "4", "signed by an access certificate of that organisation")
def test_refuses_a_foreign_signature(town: World) -> None:
    done = town.share()
    access = dataclasses.replace(town.verifier.party.access, signer=test_signer("stranger"))
    town.verifier.party = dataclasses.replace(town.verifier.party, access=access)
    with pytest.raises(WalletError) as caught:
        ask(town, done.id, Right.STATUS)
    assert caught.value.params["rule"] == "jose.signature"


def test_a_server_error_is_no_answer(town: World) -> None:
    done = town.share()
    town.verifier.rights_status = 503
    with pytest.raises(WalletError, match=r"ask\.refused"):
        ask(town, done.id, Right.ERASURE)


@pytest.mark.parametrize(("how", "last"), [("refuse", "right.answered"), ("lose", "right.asked")])
def test_a_broken_line(town: World, how: str, last: str) -> None:
    done = town.share()
    setattr(town.network, how, lambda call: urlsplit(call.url).path == "/rights")
    with pytest.raises(WalletError) as caught:
        ask(town, done.id, Right.ERASURE)
    assert caught.value.exit == ExitCode.NETWORK
    assert caught.value.shared.value == "not-applicable"
    assert town.kinds(done.id)[-1] == last


@pytest.mark.spec("Regie formats", "4", "polling not before retry_after")
def test_not_sooner_than_they_ask(town: World) -> None:
    done = town.share()
    town.verifier.answer_change = lambda answer: dataclasses.replace(
        answer,
        state=rights.State.IN_PROGRESS,
        erased=(),
        due=town.now + 86_400,
        retry_after=town.now + 60,
    )
    found = ask(town, done.id, Right.ERASURE)
    assert found.state == "in_progress"
    with pytest.raises(WalletError, match=r"ask\.too_soon"):
        ask(town, done.id, Right.STATUS)
    assert town.wallet.store.rights_cases(done.id)[0].due == town.now + 86_400


def test_asking_leaves_the_disclosure_as_it_was(town: World) -> None:
    done = town.share()
    ask(town, done.id, Right.STATUS)
    [found] = town.wallet.store.activities(Filter(type="disclosure"))
    assert found.outcome == "shared"
