"""Applications and corrections on the pages of the desk: from the list to the decision."""

import pytest
from support.clerk_desk import (
    BASE,
    PDF,
    Browser,
    ClerkDesk,
    apply,
    correct,
    four_eyes,
    subject_of,
    with_applications,
)

from issuer.application import Closed, Decided, InformationRequested, InProgress, Outcome
from issuer.errors import DeskFault
from issuer.service import applications, deciding

GRANTED = {
    "claim-urgency_granted": "yes",
    "claim-category": "medisch",
    "claim-valid_until": "2026-06-01",
}


@pytest.fixture
def desk(town) -> ClerkDesk:
    with_applications(town)
    return ClerkDesk(town)


def state(desk: ClerkDesk, case: str):
    return deciding.find(desk.town.office, case, desk.town.now)


def view(desk: ClerkDesk, case: str):
    office = desk.town.office
    municipality = office.municipality("0599")
    return applications.find_own(office, municipality, subject_of(desk.town), case, desk.town.now)


def opened(desk: ClerkDesk, case: str, *roles: str, name: str = "anna") -> Browser:
    """A clerk at the page of an application."""
    browser = desk.logged_in(*(roles or ("desk", "decision")), name=name)
    assert browser.get(f"/desk/aanvragen/{case}").status_code == 200, browser.text
    return browser


def step(browser: Browser, case: str, name: str, **fields: object) -> int:
    return browser.post(f"/desk/aanvragen/{case}/{name}", fields).status_code


def test_the_list_begins_with_what_is_late(desk):
    first = apply(desk.town)
    desk.town.now += 40 * 86_400
    second = correct(desk.town)
    desk.town.now += 20 * 86_400
    browser = desk.logged_in("desk")
    browser.get("/desk/aanvragen")
    late, other = browser.text.index(first), browser.text.index(second)
    assert late < other
    assert browser.text.count("te laat") == 2  # the word in the lead, and the row
    assert "Aanvraag Urgentie" in browser.text
    assert "Correctie Woonadres" in browser.text


def test_everything_a_resident_wrote_is_there_as_text(desk):
    case = correct(desk.town)
    browser = opened(desk, case)
    assert "Adres: Huisnummer" in browser.text
    assert "&lt;b&gt;651&lt;/b&gt;" in browser.page
    assert "<b>651" not in browser.page
    case = apply(desk.town, story="<script>alert(1)</script>")
    browser = opened(desk, case)
    assert "Waarom is het dringend?" in browser.text
    assert "<script" not in browser.page
    assert [one["case_id"] for one in desk.actions("open")][-1] == case


@pytest.mark.spec(
    "Architecture", "Issuer", "what a resident sent is a file to keep, never our page"
)
def test_an_attachment_is_only_a_file(desk):
    case = apply(desk.town)
    browser = opened(desk, case)
    answer = browser.get(f"/desk/aanvragen/{case}/bijlage/1")
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{case}-1.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert [one["case_id"] for one in desk.actions("attachment")] == [case]
    assert browser.get(f"/desk/aanvragen/{case}/bijlage/2").status_code == 404


def test_taking_asking_and_taking_over(desk):
    case = apply(desk.town)
    browser = opened(desk, case, "desk")
    assert f"/desk/aanvragen/{case}/vragen" not in browser.page
    assert step(browser, case, "nemen") == 200
    assert isinstance(state(desk, case), InProgress)
    assert step(browser, case, "vragen", question=" ") == 422
    assert step(browser, case, "vragen", question="Welke arts?") == 200
    found = state(desk, case)
    assert isinstance(found, InformationRequested)
    assert "staat de termijn stil" in browser.text
    other = opened(desk, case, "desk", name="bram")
    assert "anna behandelt deze aanvraag" in other.text
    assert step(other, case, "nemen") == 422  # not without saying so
    other.get(f"/desk/aanvragen/{case}")
    assert step(other, case, "nemen", over="yes") == 200
    assert state(desk, case).taken_by == "bram"
    assert [one["action"] for one in desk.actions() if one["action"] in ("take", "ask")] == [
        "take",
        "ask",
        "take",
    ]
    assert [said.text for said in view(desk, case).dossier.questions] == ["Welke arts?"]


def test_granting_says_what_the_card_says(desk):
    case = apply(desk.town)
    browser = opened(desk, case)
    step(browser, case, "nemen")
    assert 'value="medical"' in browser.page  # as the resident declared it
    whole = {"outcome": "granted", "sure": "yes", **GRANTED}
    for missing, field in (
        ("outcome", "outcome"),
        ("sure", "sure"),
        ("claim-category", "claim-category"),
        ("claim-valid_until", "claim-valid_until"),
    ):
        some = {name: value for name, value in whole.items() if name != missing}
        assert step(browser, case, "besluiten", **some) == 422
        assert f'href="#{field}"' in browser.page
    assert step(browser, case, "besluiten", **{**whole, "claim-valid_until": "soon"}) == 422
    assert 'value="medisch"' in browser.page  # what was typed stays
    assert step(browser, case, "besluiten", **whole) == 200
    found = state(desk, case)
    assert isinstance(found, Decided)
    assert (found.outcome, found.decided_by) == (Outcome.GRANTED, "anna")
    assert view(desk, case).dossier.decided == {
        "urgency_granted": True,
        "category": "medisch",
        "valid_until": "2026-06-01",
    }
    assert "toegekend" in browser.text


@pytest.mark.spec("Awb", "3:46", "a refusal has a reason")
def test_a_refusal_has_a_reason(desk):
    case = apply(desk.town)
    browser = opened(desk, case)
    step(browser, case, "nemen")
    assert step(browser, case, "besluiten", outcome="refused", sure="yes") == 422
    assert 'href="#reason"' in browser.page
    reason = {"reason": "Er is geen medische noodzaak.", "reason_en": "No medical need."}
    assert step(browser, case, "besluiten", outcome="refused", sure="yes", **reason) == 200
    assert state(desk, case).outcome is Outcome.REFUSED
    said = view(desk, case).dossier.reason
    assert said is not None
    assert (said.nl, said.en) == tuple(reason.values())


def test_a_decision_is_on_what_the_clerk_saw(desk):
    case = apply(desk.town)
    browser = opened(desk, case)
    step(browser, case, "nemen")
    town = desk.town
    municipality = town.office.municipality("0599")
    applications.supplement(
        town.office, municipality, subject_of(town), case, "Nog een brief.", [], town.now
    )
    refuse = {"outcome": "refused", "sure": "yes", "reason": "Nee."}
    assert step(browser, case, "besluiten", **refuse) == 422
    assert isinstance(state(desk, case), InProgress)
    assert "Nog een brief." in browser.text
    assert step(browser, case, "besluiten", **refuse) == 200


def test_only_the_decision_role_decides(desk):
    case, wrong = apply(desk.town), correct(desk.town)
    decider = opened(desk, case)
    step(decider, case, "nemen")
    browser = opened(desk, case, "desk", name="bram")
    assert "rol voor besluiten" in browser.text
    hidden = browser.hidden("/desk/uitloggen")
    for here, name in (
        (case, "besluiten"),
        (case, "verlengen"),
        (case, "beeindigen"),
        (wrong, "gecorrigeerd"),
    ):
        browser.send(
            "POST",
            f"/desk/aanvragen/{here}/{name}",
            data={**hidden, "outcome": "granted", "sure": "yes", "extension": "x", **GRANTED},
            headers={"Origin": BASE},
        )
        assert browser.answer.status_code == 403, name
    assert isinstance(state(desk, case), InProgress)


@pytest.mark.spec("Regie formats", "6", "four eyes: who handles an application does not decide it")
def test_four_eyes(town):
    with_applications(town)
    desk = four_eyes(town)
    case = apply(town)
    browser = opened(desk, case)
    step(browser, case, "nemen")
    assert "Een collega moet het besluit nemen" in browser.text
    hidden = {**browser.hidden("/desk/uitloggen"), "version": str(view(desk, case).version)}
    browser.send(
        "POST",
        f"/desk/aanvragen/{case}/besluiten",
        data={**hidden, "outcome": "refused", "reason": "Nee.", "sure": "yes"},
        headers={"Origin": BASE},
    )
    assert browser.answer.status_code == 422
    other = opened(desk, case, name="bram")
    assert step(other, case, "besluiten", outcome="granted", sure="yes", **GRANTED) == 200


def test_a_term_is_extended_once_with_a_reason(desk):
    case = apply(desk.town)
    browser = opened(desk, case)
    step(browser, case, "nemen")
    before = state(desk, case).file.due_at
    assert step(browser, case, "verlengen", extension="") == 422
    assert step(browser, case, "verlengen", extension="Er zijn veel aanvragen.") == 200
    assert state(desk, case).file.due_at == before + 42 * 86_400
    assert "(verlengd)" in browser.text
    assert f"/desk/aanvragen/{case}/verlengen" not in browser.page


@pytest.mark.spec("Wet BRP", "2.58", "a correction: decided, made in the register, then the cards")
def test_a_correction_to_the_end(desk):
    case = correct(desk.town)
    browser = opened(desk, case)
    assert f"/desk/aanvragen/{case}/besluiten" not in browser.page
    step(browser, case, "nemen")
    assert step(browser, case, "besluiten", outcome="granted", sure="yes") == 200
    assert "Correctie in de BRP" in browser.text
    assert step(browser, case, "gecorrigeerd", kind="woonadres") == 422
    assert step(browser, case, "gecorrigeerd", sure="yes") == 422
    both = ["woonadres", "huishouden"]
    assert step(browser, case, "gecorrigeerd", kind=both, sure="yes") == 200
    assert isinstance(state(desk, case), Closed)
    assert desk.actions("corrected")
    browser.get("/desk/aanvragen")
    assert case not in browser.text
    browser.get("/desk/aanvragen?alles=1")
    assert case in browser.text


@pytest.mark.spec("Wet BRP", "3.23", "recipients are told if the resident wants that")
def test_recipients_are_told(desk):
    case = correct(desk.town)
    browser = opened(desk, case)
    step(browser, case, "nemen")
    step(browser, case, "besluiten", outcome="granted", sure="yes")
    assert "Ontvangers inlichten" not in browser.text
    town = desk.town
    municipality = town.office.municipality("0599")
    applications.tell_recipients(town.office, municipality, subject_of(town), case, True, town.now)
    browser.get(f"/desk/aanvragen/{case}")
    assert step(browser, case, "ingelicht") == 200
    assert "Ontvangers inlichten" not in browser.text
    assert desk.actions("told")


def test_what_was_granted_can_be_taken_back(desk):
    case = apply(desk.town)
    browser = opened(desk, case)
    step(browser, case, "nemen")
    step(browser, case, "besluiten", outcome="granted", sure="yes", **GRANTED)
    assert step(browser, case, "beeindigen", ending="Het klopt niet meer.") == 422
    assert step(browser, case, "beeindigen", sure="yes") == 422
    assert step(browser, case, "beeindigen", ending="Het klopt niet meer.", sure="yes") == 200
    assert isinstance(state(desk, case), Closed)
    assert "Het klopt niet meer." in browser.text


def test_an_application_of_another_municipality_is_not_there(tmp_path):
    from support import issuer_home

    town = issuer_home.make(tmp_path, westhove=True)
    try:
        with_applications(town)
        desk = ClerkDesk(town)
        case = apply(town)
        browser = desk.browser()
        browser.log_in("bram", ("desk", "decision"), municipality="0518")
        hidden = browser.hidden("/desk/uitloggen")
        here = f"/desk/aanvragen/{case}"
        assert browser.get(here).status_code == 404
        assert browser.get(f"{here}/bijlage/1").status_code == 404
        for name in ("nemen", "vragen", "verlengen", "besluiten", "beeindigen"):
            fields = {**hidden, "outcome": "refused", "sure": "yes", "question": "?"}
            browser.send("POST", f"{here}/{name}", data=fields, headers={"Origin": BASE})
            assert browser.answer.status_code == 404, name
        browser.get("/desk/aanvragen?alles=1")
        assert case not in browser.text
        with pytest.raises(DeskFault):
            deciding.find(town.office, case, town.now, municipality="0518")
    finally:
        town.office.close()


def test_a_step_that_does_not_exist(desk):
    case = apply(desk.town)
    browser = opened(desk, case)
    hidden = browser.hidden("/desk/uitloggen")
    browser.send("POST", f"/desk/aanvragen/{case}/weggooien", data=hidden, headers={"Origin": BASE})
    assert browser.answer.status_code == 404


def test_the_history_of_a_resident_lists_their_applications(desk):
    case = apply(desk.town)
    browser = desk.logged_in("desk")
    browser.search("999999345")
    browser.get("/desk/geschiedenis")
    assert case in browser.text
    assert "medical" not in browser.text
