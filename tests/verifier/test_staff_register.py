"""Registrations for employees: no name without a reason, and everything on record."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from support.asking import ask, sign_up, visit
from support.databases import KINDS, empty_database
from support.staff_desk import Browser, StaffDesk
from support.together import pair, people
from support.verifier_home import make_home, run

from credential.rights import Right, State
from verifier.service import cases
from verifier.tables import REGISTRATIONS

EMAIL, FAMILY = "z@voorbeeld.nl", "Verzonnen-Achternaam"
LIST = "/medewerkers/inschrijvingen"


@pytest.fixture(params=KINDS)
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StaffDesk]:
    with empty_database(request.param) as url:
        home = make_home(tmp_path, database=url)
        yield StaffDesk(home)
        home.close()


def registered(desk: StaffDesk) -> str:
    """The number of somebody who signed up."""
    sign_up(desk.home)
    with desk.verifier.store.reading() as connection:
        standing = REGISTRATIONS.c.ended.is_(None)
        return connection.execute(select(REGISTRATIONS.c.number).where(standing)).scalar_one()


def nothing_of_anyone(browser: Browser) -> None:
    assert EMAIL not in browser.page
    assert FAMILY not in browser.page


def test_the_list_has_no_names(desk: StaffDesk) -> None:
    number = registered(desk)
    browser = desk.logged_in("register")
    browser.get(LIST)
    assert number in browser.text
    assert "ingeschreven" in browser.text
    assert "Inschrijven als woningzoekende" in browser.text
    nothing_of_anyone(browser)
    for query, shown in (("staat=ended", False), ("staat=active", True), ("profiel=x", False)):
        browser.get(f"{LIST}?{query}")
        assert (f"{LIST}/{number}" in browser.page) is shown, query


def test_page_by_page(desk: StaffDesk) -> None:
    with desk.verifier.store.writing() as connection:
        for n in range(60):
            number = f"0000-0000-{n:04d}"
            row = {"id": f"r{n}", "number": number, "profile": "inschrijven", "since": 100 + n // 3}
            row |= {"founded_by": f"d{n}", "person": f"p{n}", "confirmed": 200}
            connection.execute(REGISTRATIONS.insert().values(row))
    browser = desk.logged_in("register")
    browser.get(f"{LIST}?staat=active&profiel=inschrijven")
    seen: list[str] = []
    while True:
        seen += re.findall(r'row"><a href="[^"]+/([0-9-]+)"', browser.page)
        more = re.search(r'href="([^"]+na=[^"]+)"', browser.page)
        if more is None:
            break
        browser.get(more[1].replace("&amp;", "&"))
    assert seen == sorted(seen, key=lambda one: (100 + int(one[-4:]) // 3, f"r{int(one[-4:])}"))
    assert len(seen) == len(set(seen)) == 60
    for nonsense in ("na=x", "na=1.%27", "staat=x%27", "profiel=%22"):
        assert browser.get(f"{LIST}?{nonsense}").status_code == 200


@pytest.mark.spec(
    "AVG", "5", "a look at somebody has a stated reason, in both logs, before the page"
)
def test_values_for_a_reason(desk: StaffDesk) -> None:
    number = registered(desk)
    browser = desk.logged_in("register")
    here = f"{LIST}/{number}"
    assert browser.get(here).status_code == 200
    nothing_of_anyone(browser)
    assert "Goedgekeurd" in browser.text
    assert "Niet teruggenomen: in orde" in browser.text
    assert "bewaard" in browser.text
    for fields, why in (
        ({}, "Kies waarom"),
        ({"reason": "curious"}, "Kies waarom"),
        ({"reason": "desk"}, "Kies waarom"),
        ({"reason": "question", "reference": "999999345"}, "Dit kenmerk kan niet"),
        ({"reason": "question", "reference": "9999 99 345"}, "Dit kenmerk kan niet"),
        ({"reason": "question", "reference": "<b>"}, "Dit kenmerk kan niet"),
        ({"reason": "question", "reference": "a" * 33}, "Dit kenmerk kan niet"),
    ):
        assert browser.post(here, fields).status_code == 422
        assert why in browser.text
        nothing_of_anyone(browser)
    assert desk.log("values") == []
    assert browser.post(here, {"reason": "question", "reference": "2026-14"}).status_code == 200
    assert EMAIL in browser.text
    assert FAMILY in browser.text
    assert "Reden: de persoon heeft een vraag 2026-14" in browser.text
    (line,) = desk.log("values")
    assert (line["reason"], line["role"]) == ("question 2026-14", "register")
    (noted,) = desk.processing("staff_view")
    assert noted["subject"] == desk.verifier.sealer.subject(line["registration"])
    assert noted["role"] == "register"
    # A page made again by GET is the page without values.
    browser.get(here)
    nothing_of_anyone(browser)


def test_nothing_of_a_person_in_the_log(desk: StaffDesk) -> None:
    number = registered(desk)
    browser = desk.logged_in("register", name="naam-van-medewerker")
    browser.get(LIST)
    browser.post(LIST, {"what": EMAIL, "reason": "question"})
    browser.post(f"{LIST}/{number}", {"reason": "check"})
    assert FAMILY in browser.text
    written = json.dumps([{**one, "at": 0} for one in desk.log()])
    for secret in (EMAIL, FAMILY, number, "naam-van-medewerker"):
        assert secret not in written


def test_search(desk: StaffDesk) -> None:
    number = registered(desk)
    browser = desk.logged_in("register")
    browser.get(LIST)
    browser.post(LIST, {"what": number.replace("-", "")})
    assert (browser.status, browser.path) == (200, f"{LIST}/{number}")
    for what, status in (("0000-0000-0000", 404), ("anna", 422), ("", 422), (EMAIL, 422)):
        browser.get(LIST)
        assert browser.post(LIST, {"what": what}).status_code == status, what
    assert "Kies waarom" in browser.text
    assert EMAIL not in browser.page
    assert desk.log("search") == []
    browser.get(LIST)
    browser.post(LIST, {"what": "nobody@voorbeeld.nl", "reason": "question"})
    assert "niemand ingeschreven" in browser.text
    browser.get(LIST)
    browser.post(LIST, {"what": f" {EMAIL.upper()}", "reason": "question"})
    assert browser.path == f"{LIST}/{number}"
    nobody, found = desk.log("search")
    assert nobody["registration"] is None
    assert found["registration"] is not None
    assert EMAIL not in "".join(browser.asked)


@pytest.mark.spec("AVG", "18", "what is restricted is kept and not looked at")
def test_restricted(desk: StaffDesk) -> None:
    answer = sign_up(desk.home)
    ask(desk.home, Right.RESTRICTION, answer)
    with desk.verifier.store.reading() as connection:
        number, restricted = connection.execute(
            select(REGISTRATIONS.c.number, REGISTRATIONS.c.restricted)
        ).one()
    if restricted is None:  # where the profile leaves it to the privacy officer
        (case,) = cases.listed(desk.verifier, state="open")
        cases.decide(desk.verifier, case.id, state=State.DONE, nl="", en="", by="e")
    browser = desk.logged_in("register")
    browser.get(f"{LIST}/{number}")
    assert "Bewaar ze, maar gebruik ze niet" in browser.text
    token = browser.hidden("/medewerkers/uitloggen")["csrf"]
    browser.post(f"{LIST}/{number}", {"reason": "question", "csrf": token})
    assert browser.status == 409
    nothing_of_anyone(browser)
    assert desk.log("values") == []


@pytest.mark.spec("AVG", "18", "nor is what was concluded from a restricted disclosure")
def test_conclusions_of_what_is_restricted(desk: StaffDesk) -> None:
    sign_up(desk.home)
    answer = visit(desk.home, "woonduur", ("persoonsgegevens", "woongeschiedenis"))
    with desk.verifier.store.reading() as connection:
        number = connection.execute(select(REGISTRATIONS.c.number)).scalar_one()
    for told, restrict in ((True, False), (False, True)):
        if restrict:
            assert ask(desk.home, Right.RESTRICTION, answer).state is State.DONE
        browser = desk.logged_in("register")
        browser.get(f"{LIST}/{number}")
        browser.post(f"{LIST}/{number}", {"reason": "allocation"})
        assert ("dagen op dit adres" in browser.text) is told


@pytest.mark.spec(
    "Regie formats", "3", "the end of a registration is said twice, and starts its term"
)
def test_end(desk: StaffDesk) -> None:
    number = registered(desk)
    browser = desk.logged_in("register")
    here = f"{LIST}/{number}/beeindigen"
    browser.get(here)
    for fields in ({}, {"event": "end_of_registration"}, {"event": "x", "sure": "yes"}):
        assert browser.post(here, fields).status_code == 422
    assert desk.log("end") == []
    browser.post(here, {"event": "end_of_registration", "sure": "yes"})
    assert "Vastgelegd" in browser.text
    assert "gewist na" in browser.text
    (line,) = desk.log("end")
    assert line["reference"] == "end_of_registration"
    browser.get(f"{LIST}/{number}")
    assert "gestopt" in browser.text
    browser.get(here)
    token = browser.hidden("/medewerkers/uitloggen")["csrf"]
    again = {"event": "end_of_registration", "sure": "yes", "csrf": token}
    assert browser.post(here, again).status_code == 409
    # The same person may register again: this one no longer recognises them.
    assert registered(desk) != number


def test_english(desk: StaffDesk) -> None:
    number = registered(desk)
    browser = desk.logged_in("register")
    browser.get(f"{LIST}/{number}?lang=en")
    assert '<html lang="en">' in browser.page
    assert f"Registration {number}" in browser.text
    browser.get(LIST)
    assert "What for" in browser.text  # remembered


def test_two_who_look_together(tmp_path: Path) -> None:
    home = make_home(tmp_path)

    async def work() -> None:
        async with people(home, "Anna", "Bram") as (anna, bram):
            await pair(home, anna, bram)

    run(work())
    desk = StaffDesk(home)
    with desk.verifier.store.reading() as connection:
        one, other = connection.execute(select(REGISTRATIONS.c.number)).scalars().all()
    browser = desk.logged_in("register")
    browser.get(f"{LIST}/{one}")
    assert "zij zoeken samen" in browser.text
    assert f'href="{LIST}/{other}"' in browser.page
    assert "(deze inschrijving)" in browser.text
    home.close()


@pytest.mark.spec("Regie domain", "2.7", "a decision is told in a sentence, and only for a reason")
def test_decisions_in_words(desk: StaffDesk) -> None:
    number = registered(desk)
    visit(desk.home, "woonduur", ("persoonsgegevens", "woongeschiedenis"))
    browser = desk.logged_in("register")
    here = f"{LIST}/{number}"
    browser.get(here)
    assert "Woonduur laten meetellen" in browser.text
    assert "Wat wij eruit opmaakten" not in browser.text
    browser.post(here, {"reason": "allocation"})
    assert "Wat wij eruit opmaakten" in browser.text
    assert "dagen" in browser.text.partition("Wat wij eruit opmaakten")[2]
