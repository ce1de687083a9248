"""The question as a person sees it: order, words and warnings, from that request's registration."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from support.scheme import GRIJPGRAAG
from support.verifier_simulator import SIGN_UP
from support.wallet_world import World, world

from credential.names import vct_of
from wallet.caution import Warn
from wallet.events import Kind
from wallet.service.share import Posed
from wallet.texts import Texts
from wallet.wording import lines

NL, EN = Texts("nl"), Texts("en")


def asking(*claims: Any, kind: str = "persoonsgegevens") -> dict[str, Any]:
    return {
        "credentials": [
            {
                "id": "one",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct_of(kind)]},
                "claims": [
                    {"path": [claim] if isinstance(claim, str) else claim} for claim in claims
                ],
            }
        ]
    }


def again(town: World, query: Any) -> Posed:
    for pending in town.wallet.store.requests():
        town.wallet.store.close_request(pending.id, Kind.REQUEST_DECLINED, {}, at=town.now)
    town.verifier.query = query
    return town.receive()


def stated(town: World) -> str:
    """The purpose as the registrar's file states it."""
    uses = town.verifier.party.party.services[0].intended_uses
    return next(use.purpose.nl for use in uses if use.id == town.verifier.use)


def test_the_order_of_the_question(town: World) -> None:
    posed = town.receive()
    shown = lines(posed.question, posed.question.options[0], NL)
    headings = [
        "Wie",
        "Reden",
        "Welke gegevens",
        "Niet gevraagd",
        "Hoe lang en met wie",
        "Let op",
    ]
    assert [line for line in shown if line in headings] == headings


def test_values_stand_beside_their_labels(town: World) -> None:
    posed = town.receive()
    shown = "\n".join(lines(posed.question, posed.question.options[0], NL))
    assert "    Voornamen: Anna Maria\n" in shown
    assert "18 jaar of ouder: ja" in shown
    assert "Van je kaartje Persoonsgegevens, uitgever Gemeente Voorbeeldstad:" in shown
    assert "Geboortedatum" in shown.split("Niet gevraagd")[1]
    english = town.receive(lang="en")
    shown = "\n".join(lines(english.question, english.question.options[0], EN))
    assert "18 or older: yes" in shown


def test_values_have_no_repr(town: World) -> None:
    posed = town.receive()
    for value in ("Anna Maria", "de Vries", "pseudonym-anna", "1980"):
        assert value not in repr(posed)


@pytest.mark.spec("Regie trust", "2.5", "two registrations, two texts")
def test_two_certificates_two_texts(town: World, tmp_path: Path) -> None:
    other = world(tmp_path / "other", use="toewijzing")
    ours, theirs = town.receive(), other.receive()
    assert ours.question.purpose == stated(town)
    assert theirs.question.purpose == stated(other)
    assert ours.question.purpose != theirs.question.purpose
    assert ours.question.retention != theirs.question.retention
    assert ours.question.recipients == ()
    assert theirs.question.recipients == (
        "Autoriteit woningcorporaties (toezicht op passend toewijzen)",
    )
    text = "\n".join(lines(theirs.question, None, NL))
    assert "Met wie: zij delen dit met Autoriteit woningcorporaties" in text
    assert "na het einde van de huur" in text
    logged = [one.wallet.store.events(p.id)[0].body for one, p in ((town, ours), (other, theirs))]
    for member in ("purpose", "retention", "legal_basis"):
        assert logged[0][member] != logged[1][member]
    other.wallet.close()


def test_what_is_not_stated_is_said_so(tmp_path: Path) -> None:
    town = world(tmp_path, name=GRIJPGRAAG)
    posed = town.receive()
    text = "\n".join(lines(posed.question, posed.question.options[0], NL))
    assert "Hoe lang: niet opgegeven" in text
    assert "Met wie: niet opgegeven" in text
    town.wallet.close()


@pytest.mark.spec("ARF 3.0", "RPRC_21", "over-asking is named and must be accepted")
def test_over_asking(tmp_path: Path) -> None:
    town = world(tmp_path, name=GRIJPGRAAG)
    posed = town.receive()
    assert Warn.OVER_ASKING in posed.question.warnings
    assert "Persoonsgegevens: Voornamen" in posed.question.over_asked
    assert "Persoonsgegevens: 18 jaar of ouder" not in posed.question.over_asked
    assert all(Warn.OVER_ASKING in option.warnings for option in posed.question.options)
    town.wallet.close()


def test_first_time_and_then_known(town: World) -> None:
    assert town.receive().question.warnings == (Warn.FIRST_TIME,)
    town.share()
    assert again(town, SIGN_UP).question.warnings == ()


def test_a_purpose_that_changed(town: World) -> None:
    before = stated(town)
    town.share()
    town.verifier.use = "toewijzing"
    question = again(town, SIGN_UP).question
    assert Warn.PURPOSE_CHANGED in question.warnings
    assert question.since is not None
    assert question.since.purpose == before
    shown = "\n".join(lines(question, question.options[0], NL))
    assert f"De vorige keer was de reden: {before}" in shown


def test_birthdate_where_a_flag_would_do(town: World) -> None:
    question = again(town, asking("birthdate")).question
    assert Warn.BIRTHDATE_FOR_AGE in question.options[0].warnings
    assert (
        Warn.BIRTHDATE_FOR_AGE
        not in again(town, asking("age_over_18")).question.options[0].warnings
    )


@pytest.mark.parametrize("name", ["bsn", "burgerservicenummer", "personal_bsn"])
def test_bsn(town: World, name: str) -> None:
    question = again(town, asking(name)).question
    assert Warn.BSN in question.warnings
    assert question.options == ()


def test_another_host_than_the_request_came_from(town: World) -> None:
    town.verifier.claims = lambda claims: {
        **claims,
        "response_uri": "https://localhost:9999/response/1",
    }
    question = town.receive().question
    assert Warn.WEBSITE_DIFFERS in question.warnings
    assert question.asker.host == "localhost:9999"


def test_restricted_disclosure(empty: World) -> None:
    claims = empty.issuer.claims
    claims["persoonsgegevens"] = {**claims["persoonsgegevens"], "disclosure_restricted": True}
    empty.add()
    question = empty.receive().question
    for one in question.options:
        # Once, however many of the cards say it.
        assert one.warnings.count(Warn.RESTRICTED_DISCLOSURE) == 1
    shown = lines(question, question.options[0], NL)
    sentence = (
        "  ! Je hebt de gemeente gevraagd je gegevens niet aan anderen te geven. "
        "Nu deel je ze zelf."
    )
    assert shown.count(sentence) == 1


@pytest.mark.spec("Regie domain", "2.9", "restricted disclosure is about the card that is shared")
def test_restricted_disclosure_of_another_card_is_not_named(empty: World) -> None:
    claims = empty.issuer.claims
    claims["verblijfsrecht"] = {**claims["verblijfsrecht"], "disclosure_restricted": True}
    empty.add()
    question = again(empty, asking("given_name")).question
    assert Warn.RESTRICTED_DISCLOSURE not in question.options[0].warnings


@pytest.mark.spec("Regie domain", "2.9", "asking whether someone restricted disclosure")
def test_asking_for_the_marker_is_over_asking(empty: World) -> None:
    claims = empty.issuer.claims
    claims["persoonsgegevens"] = {**claims["persoonsgegevens"], "disclosure_restricted": True}
    empty.add()
    question = again(empty, asking("disclosure_restricted", "age_over_18")).question
    assert Warn.OVER_ASKING in question.warnings
    assert question.over_asked == ("Persoonsgegevens: Beperking van verstrekking",)


def test_choices_come_in_the_askers_order(town: World) -> None:
    options = town.receive().question.options
    assert [len(one.names) for one in options] == [6, 5]
    assert "persoonsgegevens:given_name" not in options[1].names
    assert town.receive().question.option(options[1].names) == options[1]
    assert town.receive().question.option(["persoonsgegevens:given_name"]) is None


def test_optional_cards_can_be_left_out(town: World) -> None:
    query = json.loads(json.dumps(SIGN_UP))
    query["credential_sets"] = [
        {"options": [["person"]]},
        {"options": [["residence"]], "required": False},
    ]
    question = again(town, query).question
    counts = sorted({len(option.picks) for option in question.options})
    assert counts == [1, 2]
    assert [one.required for one in question.asked] == [True, False]


def test_what_is_lacking_is_told_to_the_resident_only(town: World) -> None:
    posed = again(town, asking("given_name", kind="huishouden"))
    assert posed.question.options == ()
    text = "\n".join(lines(posed.question, None, NL))
    assert "Je hebt dit kaartje niet." in text
    assert "Er is niets gedeeld." in text
    posed = again(town, asking("place_of_birth"))
    assert "Op jouw kaartje staat dit niet: Geboorteplaats." in "\n".join(
        lines(posed.question, None, NL)
    )


def test_an_expired_card_does_not_answer(town: World) -> None:
    later = dataclasses.replace(town, now=town.now + 53 * 7 * 86_400)
    from wallet import question as built

    posed = town.receive()
    question = built.build(
        posed.request,
        posed.hand,
        built.Before(False),
        town.wallet.trust(town.now),
        lang="nl",
        now=later.now,
    )
    assert question.options == ()
    assert {one.lack.value for one in question.asked if one.lack} == {"expired"}


def test_names_of_strangers_are_made_safe(town: World) -> None:
    posed = again(town, asking("\x1b[2J\x1b]0;x\x07evil"))
    assert "\x1b" not in "\n".join(lines(posed.question, None, NL))


def test_a_whole_object_shows_all_that_would_leave(empty: World) -> None:
    empty.issuer.kinds = ("woonadres",)
    empty.add()
    posed = again(empty, asking("address", kind="woonadres"))
    shown = "\n".join(lines(posed.question, posed.question.options[0], NL))
    assert all(value in shown for value in ("Dorpsstraat", "7, ", "1234AB"))
