"""Applications for who works on them: read whole, on record, moved with words, never twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.permit_desk import COMPANY, PDF, WORDS, at_desk, permit_home, scheme
from support.scheme import TestScheme
from support.staff_desk import StaffDesk

from verifier.permit import State
from verifier.service.permit import casework

LIST = "/medewerkers/aanvragen"


@pytest.fixture(scope="module")
def made() -> TestScheme:
    return scheme()


@pytest.fixture
def desk(tmp_path: Path, made: TestScheme) -> Iterator[StaffDesk]:
    home = permit_home(tmp_path, made)
    found = StaffDesk(home)
    yield found
    home.close()


@pytest.fixture
def number(desk: StaffDesk) -> str:
    return str(at_desk(desk.home, lambda me: me.apply())[1])


def test_list_and_one(desk: StaffDesk, number: str) -> None:
    browser = desk.logged_in("register")
    assert "Aanvragen" in browser.page
    browser.get(LIST)
    assert number in browser.page
    assert WORDS not in browser.page
    assert COMPANY["name"] not in browser.page
    browser.get(f"{LIST}?staat=decided")
    assert number not in browser.page
    browser.get(f"{LIST}/{number}")
    assert browser.status == 200
    for said in (WORDS, str(COMPANY["name"]), "plattegrond.pdf", "Al gecontroleerd. Bron: KVK"):
        assert said in browser.page


@pytest.mark.spec(
    "Regie domain", "2.9", "every look at an application is on record, without values"
)
def test_looking_is_on_record(desk: StaffDesk, number: str) -> None:
    browser = desk.logged_in("register")
    browser.get(f"{LIST}/{number}")
    (line,) = desk.log("application")
    assert (line["reference"], line["reason"]) == (number, "application")
    assert desk.processing("staff_view")
    assert WORDS not in str(line)


@pytest.mark.parametrize("role", ["desk", "privacy", "audit"])
def test_other_roles_have_no_business_here(desk: StaffDesk, number: str, role: str) -> None:
    browser = desk.logged_in(role)
    for path in (LIST, f"{LIST}/{number}", f"{LIST}/{number}/bijlagen/1"):
        browser.get(path)
        assert browser.status == 403
        assert WORDS not in browser.page


def test_nobody_without_logging_in(desk: StaffDesk, number: str) -> None:
    browser = desk.browser()
    browser.get(f"{LIST}/{number}")
    assert browser.status == 403
    assert WORDS not in browser.page


def test_steps_up_to_published(desk: StaffDesk, number: str) -> None:
    browser = desk.logged_in("register")
    browser.get(f"{LIST}/{number}")
    page = f"{LIST}/{number}"
    browser.post(page, {"state": "published"})
    assert browser.status == 422
    browser.post(page, {"state": "in_progress"})
    assert "In behandeling" in browser.page
    browser.post(page, {"state": "information_requested"})
    assert browser.status == 422
    browser.post(page, {"state": "decided", "nl": "Het past.", "en": "It fits."})
    assert browser.status == 422
    browser.post(
        page, {"state": "decided", "ruling": "granted", "nl": "Het past.", "en": "It fits."}
    )
    assert browser.status == 200
    browser.post(page, {"state": "published"})
    file = casework.find(desk.verifier, number)
    assert file.application.state is State.PUBLISHED
    assert [step.state.value for step in file.steps] == [
        "received",
        "in_progress",
        "decided",
        "published",
    ]
    assert len(desk.log("application_step")) == 3
    assert {step.by for step in file.steps[1:]} == {desk.log("application_step")[0]["employee"]}
    browser.get(page)
    assert "Volgende stap" not in browser.page


def test_an_attachment_leaves_as_a_file(desk: StaffDesk, number: str) -> None:
    browser = desk.logged_in("register")
    browser.get(f"{LIST}/{number}/bijlagen/1")
    assert browser.status == 200
    assert PDF.decode() in browser.page
    assert browser.answer.headers["content-disposition"].startswith("attachment;")
    assert browser.answer.headers["x-content-type-options"] == "nosniff"
    browser.get(f"{LIST}/{number}/bijlagen/9")
    assert browser.status == 404


@pytest.mark.spec(
    "WCAG 2.2", "AA", "the pages of the case worker in both languages name every field"
)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_both_languages(desk: StaffDesk, number: str, lang: str) -> None:
    browser = desk.logged_in("register", **{"Accept-Language": lang})
    browser.get(f"{LIST}/{number}")
    browser.post(f"{LIST}/{number}", {"state": ""})
    assert browser.status == 422
    assert 'role="alert"' in browser.page
    assert f'<html lang="{lang}"' in browser.page
