"""Applications at organisations: signed here, and followed with the key of that one disclosure."""

import pytest
from support.applications import DAY, NUMBER, says, signed
from support.wallet_world import World

from credential.permitcase import Phase, Said
from credential.rights import Right
from wallet import casewords
from wallet.errors import WalletError
from wallet.events import Kind
from wallet.service import partycases
from wallet.service import rights as service
from wallet.store.values import PartyCase
from wallet.texts import Texts


def standing(town: World) -> PartyCase:
    (found,) = partycases.held(town.wallet, now=town.now)
    return found


def refresh(town: World) -> tuple[partycases.Unasked, ...]:
    return partycases.refresh(town.wallet, town.network, now=town.now)


def test_what_was_signed_stands_among_what_waits(town: World) -> None:
    activity = signed(town)
    found = standing(town)
    assert (found.activity, found.number, found.phase) == (activity, NUMBER, partycases.SENT)
    assert found.party == "Woonstichting Voorbeeldwonen"
    assert partycases.title(found, "nl") == "Een terras plaatsen"
    assert partycases.title(found, "en") == "Putting up a terrace"


def test_an_ordinary_disclosure_is_no_application(town: World) -> None:
    town.share()
    assert partycases.held(town.wallet, now=town.now) == ()
    assert refresh(town) == ()
    assert town.verifier.asked == []


@pytest.mark.spec("Regie formats", "4", "an application is followed by asking status")
def test_every_phase_until_it_is_published(town: World) -> None:
    activity = signed(town)
    phases: list[Phase] = []
    for phase in (Phase.RECEIVED, Phase.IN_PROGRESS, Phase.DECIDED, Phase.PUBLISHED):
        phases.append(phase)
        says(town, *phases, due=town.now + DAY if len(phases) < 3 else None)
        assert refresh(town) == ()
        assert standing(town).phase == phase.value
    assert [name for name, _ in partycases.history(standing(town))] == [one.value for one in phases]
    assert len(town.verifier.asked) == 4
    assert refresh(town) == ()
    assert len(town.verifier.asked) == 4  # it is over: nobody is asked any more
    answered = [
        entry.body
        for entry in town.wallet.store.events(activity)
        if entry.kind == Kind.RIGHT_ANSWERED
    ]
    assert answered[-1]["case"] == {"number": NUMBER, "phase": "published"}
    assert {one.role for one in town.wallet.store.evidence(activity)} >= {"right-answer"}


@pytest.mark.spec("Regie formats", "4", "asked again not before retry_after")
def test_not_before_the_moment_they_said(town: World) -> None:
    signed(town)
    says(town, Phase.RECEIVED, after=town.now + 3600)
    refresh(town)
    assert refresh(town) == ()
    assert len(town.verifier.asked) == 1
    town.now = town.verifier.now = town.now + 3600
    says(town, Phase.RECEIVED, Phase.IN_PROGRESS)
    refresh(town)
    assert standing(town).phase == "in_progress"


def test_an_organisation_that_says_nothing_of_it(town: World) -> None:
    signed(town)
    refresh(town)
    assert standing(town).phase == partycases.SENT
    town.now += partycases.NEVER
    assert partycases.held(town.wallet, now=town.now) == ()


def test_one_that_cannot_be_asked_is_named(town: World) -> None:
    signed(town)
    town.network.drop = lambda call: call.url.endswith("/rights")
    (missed,) = refresh(town)
    assert missed.party == "Woonstichting Voorbeeldwonen"
    assert isinstance(missed.error, WalletError)
    assert standing(town).phase == partycases.SENT


def test_asking_about_another_right_changes_nothing(town: World) -> None:
    activity = signed(town)
    says(town, Phase.RECEIVED)
    service.ask(town.wallet, town.network, activity, Right.RECEIPT, now=town.now)
    assert standing(town).phase == partycases.SENT


def test_it_can_be_learned_by_asking_status_alone(town: World) -> None:
    """Also where the wallet did not keep that it signed an application."""
    done = town.share()
    says(town, Phase.RECEIVED)
    service.ask(town.wallet, town.network, done.id, Right.STATUS, now=town.now)
    assert standing(town).number == NUMBER


def test_shown_until_it_can_no_longer_be_objected_to(town: World) -> None:
    signed(town)
    says(town, Phase.RECEIVED, Phase.DECIDED, Phase.PUBLISHED)
    refresh(town)
    town.now += 40 * DAY
    assert standing(town).phase == "published"
    town.now += 2 * DAY
    assert partycases.held(town.wallet, now=town.now) == ()


@pytest.mark.spec("Regie formats", "2", "what the resident removes from the log is gone")
def test_it_goes_with_the_activity(town: World) -> None:
    activity = signed(town)
    town.wallet.store.forget_activity(activity, at=town.now)
    assert town.wallet.store.party_cases() == ()


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_in_words(town: World, lang: str) -> None:
    signed(town)
    texts = Texts(lang)
    before = " ".join(casewords.application(standing(town), texts))
    assert "requests --refresh" in before
    reason = Said("Hoe breed is de stoep?\x1b[2J", "How wide is the pavement?")
    says(town, Phase.RECEIVED, Phase.INFORMATION_REQUESTED, due=town.now + 28 * DAY, reason=reason)
    refresh(town)
    said = " ".join(casewords.application(standing(town), texts))
    assert NUMBER in said
    assert "29-01-2026" in said
    assert ("stoep" if lang == "nl" else "pavement") in said
    assert "\x1b" not in said
    assert len(casewords.application_history(standing(town), texts)) == 2


@pytest.mark.parametrize("forgotten", ["the case", "all of it"])
def test_what_the_organisation_no_longer_knows_is_over(town: World, forgotten: str) -> None:
    signed(town)
    says(town, Phase.RECEIVED, Phase.IN_PROGRESS)
    assert refresh(town) == ()
    if forgotten == "the case":
        town.verifier.answer_change = lambda answer: answer
    else:
        town.verifier.knows = False
    assert refresh(town) == ()
    found = standing(town)
    assert (found.phase, found.at) == (partycases.GONE, town.now)
    assert "niet meer bekend" in " ".join(casewords.application(found, Texts("nl")))
    asked = len(town.verifier.asked)
    assert refresh(town) == ()
    assert len(town.verifier.asked) == asked
    town.now += 365 * DAY
    assert partycases.held(town.wallet, now=town.now) == ()
