"""The privacy officer decides, the auditor looks back; both leave a trace and neither does the other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.asking import ask, data_of, sign_up
from support.databases import KINDS, empty_database
from support.holder_simulator import Answer
from support.staff_desk import Browser, StaffDesk
from support.verifier_home import make_home

from credential.rights import Right, State
from verifier.service import cases

LIST, LOG = "/medewerkers/verzoeken", "/medewerkers/controle"
FAMILY, TEXT = "Verzonnen-Achternaam", "Mijn naam is verkeerd gespeld"
DAY = 86_400


@pytest.fixture(params=KINDS)
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StaffDesk]:
    with empty_database(request.param) as url:
        home = make_home(tmp_path, database=url)
        yield StaffDesk(home)
        home.close()


def asked(
    desk: StaffDesk, right: Right = Right.RECTIFICATION, **members: Any
) -> tuple[Answer, str]:
    """Somebody signed up and asked something a machine may not decide."""
    answer = sign_up(desk.home)
    given = {"claims": (("family_name",),), "proposed": "Goed", "text": TEXT} if not members else {}
    ask(desk.home, right, answer, **given, **members)
    (case,) = cases.listed(desk.verifier, state="open")
    return answer, case.id


def opened(desk: StaffDesk, case: str) -> Browser:
    browser = desk.logged_in("privacy")
    assert browser.get(f"{LIST}/{case}").status_code == 200
    return browser


@pytest.mark.spec("AVG", "12(3)", "what is late stands on top, with the days that are left")
def test_clock(desk: StaffDesk) -> None:
    _, case = asked(desk)
    browser = desk.logged_in("privacy")
    assert "Open verzoeken: 1." in browser.text
    browser.get(LIST)
    assert case in browser.text
    assert "nog 31 dagen" in browser.text
    for secret in (FAMILY, TEXT, "Goed"):
        assert secret not in browser.page
    desk.home.clock.at += 33 * DAY
    browser = desk.logged_in("privacy")
    assert "Te laat: 1." in browser.text
    browser.get(LIST)
    assert "te laat" in browser.text


def test_one_case_is_on_record(desk: StaffDesk) -> None:
    _, case = asked(desk)
    browser = opened(desk, case)
    for shown in (FAMILY, TEXT, "Goed", "Verbetering", "z@voorbeeld.nl"):
        assert shown in browser.text
    (line,) = desk.log("case")
    assert (line["reference"], line["reason"], line["role"]) == (case, "rights", "privacy")
    assert len(desk.processing("staff_view")) == 1
    assert FAMILY not in json.dumps([{**one, "at": 0} for one in desk.log()])


@pytest.mark.spec(
    "AVG", "16", "the corrected value is typed here and the resident hears it, signed"
)
def test_rectification(desk: StaffDesk) -> None:
    answer, case = asked(desk)
    browser = opened(desk, case)
    here = f"{LIST}/{case}/beslissen"
    for fields, why in (
        ({}, "Kies wat u besluit"),
        ({"state": "needs_confirmation"}, "Kies wat u besluit"),
        ({"state": "done"}, "Pas minstens één gegeven aan"),
        ({"state": "refused"}, "Schrijf de reden in het Nederlands"),
        ({"state": "refused", "nl": "Nee."}, "Schrijf de reden ook in het Engels"),
    ):
        assert browser.post(here, fields).status_code == 422, fields
        assert why in browser.text
    assert desk.log("decide") == []
    values = {"value-0": "Zita", "value-1": "Verbeterde-Naam"}
    assert browser.post(here, {"state": "done", **values}).status_code == 200, browser.text
    assert "gedaan" in browser.text
    assert len(desk.log("decide")) == 1
    told = ask(desk.home, Right.STATUS, answer)
    assert (told.right, told.state) == (Right.RECTIFICATION, State.DONE)
    assert "Verbeterde-Naam" in json.dumps(data_of(desk.home, answer))
    # Decided once: a second window comes too late.
    late = {"state": "refused", "nl": "Nee.", "en": "No."}
    token = browser.hidden("/medewerkers/uitloggen")["csrf"]
    assert browser.post(here, {**late, "csrf": token}).status_code in (404, 409, 422)
    assert ask(desk.home, Right.STATUS, answer).state is State.DONE


def test_refusal_with_reasons(desk: StaffDesk) -> None:
    answer, case = asked(desk)
    browser = opened(desk, case)
    words = {"nl": "De gemeente heeft dit zo vastgesteld.", "en": "The municipality says so."}
    browser.post(f"{LIST}/{case}/beslissen", {"state": "refused", **words})
    assert "afgewezen" in browser.text
    told = ask(desk.home, Right.STATUS, answer)
    assert told.state is State.REFUSED
    assert told.reason is not None
    assert (told.reason.nl, told.reason.en) == (words["nl"], words["en"])
    browser.get(LIST)
    assert case not in browser.text
    browser.get(f"{LIST}?alles=1")
    assert case in browser.text


@pytest.mark.spec("AVG", "12(3)", "more time once, and the resident reads why")
def test_extension(desk: StaffDesk) -> None:
    answer, case = asked(desk)
    browser = opened(desk, case)
    here = f"{LIST}/{case}/verlengen"
    assert browser.post(here, {"more_nl": "Ziek."}).status_code == 422
    browser.post(here, {"more_nl": "Wij zoeken het uit.", "more_en": "We look into it."})
    assert "termijn verlengd" in browser.text
    assert "Meer tijd nemen" not in browser.text
    assert ask(desk.home, Right.STATUS, answer).state is State.EXTENDED
    token = browser.hidden("/medewerkers/uitloggen")["csrf"]
    again = {"more_nl": "Nog eens.", "more_en": "Once more.", "csrf": token}
    assert browser.post(here, again).status_code == 422
    assert len(desk.log("extend")) == 2  # that it was tried stands on record too


@pytest.mark.spec("AVG", "18(3)", "a restriction is lifted after notice")
def test_lift(desk: StaffDesk) -> None:
    answer, case = asked(desk, Right.OBJECTION, text="Ik wil dit niet")
    browser = opened(desk, case)
    browser.post(f"{LIST}/{case}/beslissen", {"state": "done"})
    assert "De gegevens rusten sinds" in browser.text
    words = {"lift_nl": "Het is uitgezocht.", "lift_en": "It was looked into."}
    browser.post(f"{LIST}/{case}/opheffen", words)
    assert "De gegevens rusten tot" in browser.text
    told = ask(desk.home, Right.STATUS, answer)
    assert told.reason is not None
    assert "Het is uitgezocht." in told.reason.nl


# ---- the auditor ---------------------------------------------------------------------------------


def test_audit(desk: StaffDesk) -> None:
    _, case = asked(desk)
    opened(desk, case)
    number = cases.find(desk.verifier, case).number
    assert number is not None
    register = desk.logged_in("register", name="bram")
    register.get(f"/medewerkers/inschrijvingen/{number}")
    register.post(f"/medewerkers/inschrijvingen/{number}", {"reason": "complaint"})
    browser = desk.logged_in("audit", name="els")
    browser.get(LOG)
    browser.post(LOG)
    for shown in ("gegevens bekeken", "een klacht behandelen", number, "ingelogd"):
        assert shown in browser.text
    for secret in (FAMILY, TEXT, "z@voorbeeld.nl", "bram"):
        assert secret not in browser.page
    browser.post(LOG, {"number": number})
    assert "verzoek over privacy geopend" in browser.text
    assert "ingelogd (" not in browser.text
    employee = desk.log("values")[0]["employee"]
    browser.post(LOG, {"number": "", "employee": employee[:8]})
    assert "gegevens bekeken (1)" in browser.text
    assert "verzoek over privacy geopend" not in browser.text
    assert [one["act"] for one in desk.log()][-3:] == ["audit"] * 3


def test_audit_fields(desk: StaffDesk) -> None:
    browser = desk.logged_in("audit")
    browser.get(LOG)
    for fields in (
        {"since": "31-1-2026"},
        {"until": "x"},
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"number": "0000-0000-0000"},
        {"number": "x"},
        {"employee": "anna"},
    ):
        assert browser.post(LOG, fields).status_code == 422, fields
    assert desk.log("audit") == []
    browser.get(LOG)
    browser.post(LOG, {"since": "2025-01-01", "until": "2025-01-02"})
    assert "staat er niets in het logboek" in browser.text


def test_pages_of_the_log_and_export(desk: StaffDesk) -> None:
    for n in range(60):
        desk.home.clock.at += 1
        desk.logged_in("desk", name=f"clerk {n}")
    browser = desk.logged_in("audit", name="els")
    browser.get(LOG)
    browser.post(LOG)
    first = browser.page.count('scope="row"')
    more = browser.page.split('name="before" value="')[1].split('"')[0]
    browser.post(LOG, {"before": more})
    # What was looked at stands on record too, above the lines of the first page.
    assert (first, browser.page.count('scope="row"')) == (50, 12)
    answer = browser.post(f"{LOG}/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert len(lines) == len(desk.log())
    assert {"version", "at", "employee", "role", "act", "registration", "reason"} <= set(lines[0])
    assert "clerk" not in answer.text
