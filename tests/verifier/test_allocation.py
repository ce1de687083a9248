"""Length of residence and allocation from wallet to register: what is decided, kept and said."""

import json
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner
from support.asking import data_of, sign_up
from support.holder_simulator import PERSON, Answer, Card
from support.verifier_home import Browser, VerifierHome, run

from credential import receipt
from verifier.cli.main import cli
from verifier.decisions import amounts
from verifier.service.amounts import missing
from verifier.store import decisions, register

ALLOCATION = ("persoonsgegevens", "verblijfsrecht", "woonadres", "huishouden", "woongeschiedenis")
DAY = 86_400


def changed(home: VerifierHome, kind: str, **claims: Any) -> list[Card]:
    """The cards of an allocation, one of them saying something else; `None` leaves a claim out."""
    said = {name: value for name, value in (PERSON[kind] | claims).items() if value is not None}
    return [
        home.maker.card(one, said) if one == kind else home.maker.card(one) for one in ALLOCATION
    ]


def share(home: VerifierHome, profile: str, cards: list[Card]) -> tuple[Answer, str]:
    async def work() -> tuple[Answer, str]:
        async with home.client() as http:
            browser = await Browser(http).start(profile)
            holder = home.holder(http, cards)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            return answer, unescape(browser.page)

    return run(work())


def outcomes(home: VerifierHome) -> dict[str, Any]:
    verifier = home.open()
    (listed,) = register.registrations(verifier.store, None)
    found = decisions.of_registration(verifier.store, verifier.sealer, listed.registration.id)
    return {one["name"]: one["outcome"] for one in found}  # type: ignore[call-overload, index]


def row(home: VerifierHome, profile: str) -> Any:
    with home.open().store.reading() as connection:
        return connection.exec_driver_sql(
            "SELECT outcome, rule, kept, values_sealed, decisions_sealed FROM disclosures"
            f" WHERE profile='{profile}'"
        ).one()


@pytest.mark.spec("Regie domain", "2.7", "woonduur claims days, and keeps no date")
def test_length_of_residence(home: VerifierHome) -> None:
    sign_up(home)
    answer, page = share(home, "woonduur", home.cards(("woongeschiedenis",)))
    assert "Uw woonduur telt vanaf nu mee." in page
    assert "U woont zeker 5.694 dagen op dit adres." in page
    assert "Alleen wat wij eruit opmaakten" in page
    # Since May 2010 without a day: from 31 May 2010 to 1 January 2026.
    assert outcomes(home) == {"residence_days": 5694}
    kept = row(home, "woonduur")
    assert (kept.outcome, kept.values_sealed) == ("accepted", None)
    stated = receipt.dangerous_read(answer.body["receipt"])
    assert set(stated.kept) == {
        ("woongeschiedenis", ("residence_current_since",)),
        ("woongeschiedenis", ("years_at_address",)),
    }


def test_length_of_residence_by_years_alone(home: VerifierHome) -> None:
    sign_up(home)
    said = {
        name: PERSON["woongeschiedenis"][name] for name in ("years_at_address", "housing_pseudonym")
    }
    share(home, "woonduur", [home.maker.card("woongeschiedenis", said)])
    assert outcomes(home) == {"residence_days": 15 * 365}


def test_length_of_residence_needs_a_registration(home: VerifierHome) -> None:
    answer, page = share(home, "woonduur", home.cards(("woongeschiedenis",)))
    assert "U bent hier nog niet ingeschreven" in page
    assert receipt.dangerous_read(answer.body["receipt"]).kept == ()
    assert row(home, "woonduur").decisions_sealed is None


@pytest.mark.spec("Regie domain", "2.7", "an allocation is decided by class of age and household")
def test_an_allocation(home: VerifierHome) -> None:
    sign_up(home)
    _, page = share(home, "toewijzing", home.cards(ALLOCATION))
    assert "MijnOverheid" in page
    assert "kans op deze woning" in page
    assert outcomes(home) == {
        "age_class": "adult",
        "household_size": 5,
        "daeb_income": 5_691_000,
        "suitable_income": 3_992_500,
        "municipality_days": 10_227,
    }
    kept = row(home, "toewijzing")
    assert kept.outcome == "accepted"
    # The address is kept; of age and household only what was concluded, sealed.
    assert home.database_bytes().count(b"Geheimestraat") == 0
    assert home.database_bytes().count(b"inkomensgrens") == 0


def test_an_allocation_without_history(home: VerifierHome) -> None:
    sign_up(home)
    share(home, "toewijzing", home.cards(ALLOCATION[:4]))
    assert row(home, "toewijzing").outcome == "accepted"
    assert outcomes(home)["municipality_days"] is None


@pytest.mark.spec("Regie domain", "2.2", "who reached the AOW age has a limit of their own")
def test_an_allocation_to_a_pensioner_alone(home: VerifierHome) -> None:
    sign_up(home)
    cards = changed(home, "persoonsgegevens", aow_age_reached=True)
    cards[3] = home.maker.card("huishouden", PERSON["huishouden"] | {"persons_at_address": 1})
    share(home, "toewijzing", cards)
    found = outcomes(home)
    assert (found["age_class"], found["suitable_income"]) == ("aow", 2_877_500)


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("persoonsgegevens", {"age_over_18": False}, "policy.age", "vanaf 18 jaar"),
    ("verblijfsrecht", {"housing_residence_right": False}, "policy.residence_right", "gemeente"),
    ("huishouden", {"persons_at_address": "5"}, "policy.amounts", "Neem contact met ons op"),
]


@pytest.mark.spec("Architecture", "Verifier", "the first rule not met refuses, and says what next")
@pytest.mark.parametrize(("kind", "claims", "rule", "says"), REFUSED)
def test_a_refusal_says_what_to_do_next(
    home: VerifierHome, kind: str, claims: dict[str, Any], rule: str, says: str
) -> None:
    sign_up(home)
    answer, page = share(home, "toewijzing", changed(home, kind, **claims))
    found = row(home, "toewijzing")
    assert (found.outcome, found.rule) == ("refused", rule)
    assert says in page
    assert (found.kept, found.values_sealed, found.decisions_sealed) == ("[]", None, None)
    assert receipt.dangerous_read(answer.body["receipt"]).kept == ()


def test_the_first_rule_decides_when_several_are_not_met(home: VerifierHome) -> None:
    sign_up(home)
    cards = changed(home, "persoonsgegevens", age_over_18=False)
    said = PERSON["verblijfsrecht"] | {"housing_residence_right": False}
    cards[1] = home.maker.card("verblijfsrecht", said)
    share(home, "toewijzing", cards)
    assert row(home, "toewijzing").rule == "policy.age"


@pytest.mark.spec("Regie domain", "2.2", "amounts that nobody entered decide nothing")
def test_without_amounts_of_today_nothing_is_allocated(home: VerifierHome) -> None:
    sign_up(home)
    verifier = home.open()
    home._opened = replace(verifier, amounts=amounts.NONE)
    _, page = share(home, "toewijzing", home.cards(ALLOCATION))
    found = row(home, "toewijzing")
    assert (found.outcome, found.rule) == ("undetermined", "amount.none")
    assert "Dat ligt aan ons, niet aan u" in page
    assert found.decisions_sealed is None


def test_what_certainly_fails_is_not_hidden_by_what_is_unknown(home: VerifierHome) -> None:
    sign_up(home)
    home._opened = replace(home.open(), amounts=amounts.NONE)
    share(home, "toewijzing", changed(home, "verblijfsrecht", housing_residence_right=False))
    assert row(home, "toewijzing").rule == "policy.residence_right"


@pytest.mark.spec("Regie formats", "7", "an allocation takes status lists of a day at most")
@pytest.mark.parametrize(("hours", "outcome"), [(24, "accepted"), (25, "undetermined")])
def test_an_allocation_wants_fresh_lists(home: VerifierHome, hours: int, outcome: str) -> None:
    sign_up(home)
    home.clock.at += hours * 3600
    share(home, "toewijzing", home.cards(ALLOCATION))
    assert row(home, "toewijzing").outcome == outcome


def test_a_decision_is_shown_to_its_person_and_to_who_may_see_values(home: VerifierHome) -> None:
    sign_up(home)
    answer, _ = share(home, "woonduur", home.cards(("woongeschiedenis",)))
    (told,) = data_of(home, answer)["decisions"]  # type: ignore[misc, union-attr]
    assert told["nl"] == "U woont zeker 5.694 dagen op dit adres."  # type: ignore[index, call-overload]
    assert told["en"] == "You have lived at this address for at least 5,694 days."  # type: ignore[index, call-overload]
    runner = CliRunner()
    plain = runner.invoke(cli, ["--home", str(home.home), "--json", "registrations"])
    assert "residence_days" not in plain.output
    shown = runner.invoke(cli, ["--home", str(home.home), "--json", "registrations", "--values"])
    (listed,) = [json.loads(line) for line in shown.output.splitlines()]
    assert [one["name"] for one in listed["decisions"]] == ["residence_days"]


def test_an_erasure_takes_the_decisions_along(home: VerifierHome) -> None:
    from support.asking import ask

    from credential.rights import Right

    sign_up(home)
    answer, _ = share(home, "woonduur", home.cards(("woongeschiedenis",)))
    ask(home, Right.ERASURE, answer)
    verifier = home.open()
    (listed,) = register.registrations(verifier.store, verifier.sealer)
    assert listed.decisions == []
    with verifier.store.reading() as connection:
        sealed = connection.exec_driver_sql("SELECT decisions_sealed FROM disclosures").scalars()
        assert not any(sealed)


def test_it_is_told_beforehand_which_amounts_are_missing(home: VerifierHome) -> None:
    from datetime import date

    bound = [one.profile for one in home.open().profiles.values()]
    assert missing(bound, amounts.SHIPPED, date(2026, 6, 1)) == ()
    assert missing(bound, amounts.SHIPPED, date(2027, 1, 1)) == (
        "daeb_income_household",
        "daeb_income_single",
        "suitable_income_household",
        "suitable_income_household_aow",
        "suitable_income_single",
        "suitable_income_single_aow",
    )
