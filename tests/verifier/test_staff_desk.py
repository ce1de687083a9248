"""At the counter: a request a clerk starts, answered by a wallet, or an extract on paper."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import qrcode
from sqlalchemy import func, select
from support.databases import KINDS, empty_database
from support.staff_counter import (
    EMAIL,
    FAMILY,
    HERE,
    PAPER,
    SEEN,
    answer,
    card,
    check,
    extract,
    make_desk,
    start,
)
from support.staff_desk import StaffDesk

from verifier.service import cases, retention
from verifier.tables import DISCLOSURES, REGISTRATIONS, STAFF_SESSIONS, TRANSACTIONS


@pytest.fixture(params=KINDS)
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StaffDesk]:
    with empty_database(request.param) as url:
        made = make_desk(tmp_path, database=url)
        yield made
        made.home.close()


def count(desk: StaffDesk, table: Any) -> int:
    with desk.verifier.store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def sessions(desk: StaffDesk) -> list[Any]:
    with desk.verifier.store.reading() as connection:
        return list(connection.execute(select(STAFF_SESSIONS.c.work_sealed)).scalars())


@pytest.mark.spec("Regie formats", "5", "at the desk the code from the wallet is typed at the desk")
def test_with_a_wallet(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    start(browser)
    assert "Laat deze code scannen" in browser.text
    assert browser.answer.headers["refresh"].startswith("5; url=/medewerkers/balie/bezig?live=1")
    assert "openid4vp://" in browser.link
    assert 'id="same-device"' not in browser.page
    shared = answer(desk, browser.link)
    browser.get("/medewerkers/balie/bezig?live=1")
    assert "Er is een antwoord binnen" in browser.text
    assert "refresh" not in browser.answer.headers
    wrong = f"{(int(shared.body['confirm_code']) + 1) % 10**6:06d}"
    browser.post("/medewerkers/balie/bezig", {"code": wrong})
    assert "Deze code klopt niet" in browser.text
    assert browser.post("/medewerkers/balie/bezig", {"code": "12"}).status_code == 422
    browser.post("/medewerkers/balie/bezig", {"code": shared.body["confirm_code"]})
    assert browser.path == "/medewerkers/balie/uitkomst"
    assert "Nog één vraag" in browser.text
    assert browser.post("/medewerkers/balie/uitkomst", {"email": "x"}).status_code == 422
    browser.post("/medewerkers/balie/uitkomst", {"email": EMAIL})
    assert "Gelukt" in browser.text
    assert "Verzonnen-Achternaam" not in browser.page
    assert [line["act"] for line in desk.log()] == ["login", "start", "result", "contact"]
    (noted,) = desk.processing("desk_check")
    assert noted["role"] == "desk"
    with desk.verifier.store.reading() as connection:
        asked = connection.execute(select(TRANSACTIONS.c.origin, TRANSACTIONS.c.started_by)).one()
    assert tuple(asked) == ("desk", desk.log()[0]["employee"])
    browser.post("/medewerkers/balie/klaar")
    assert browser.path == "/medewerkers"
    assert sessions(desk) == [None]


def test_without_an_address(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    start(browser)
    shared = answer(desk, browser.link)
    browser.get("/medewerkers/balie/bezig")
    browser.post("/medewerkers/balie/bezig", {"code": shared.body["confirm_code"]})
    browser.post("/medewerkers/balie/uitkomst", {"no_email": "yes"})
    assert "Gelukt" in browser.text
    with desk.verifier.store.reading() as connection:
        row = connection.execute(select(REGISTRATIONS)).one()
    assert row.confirmed is not None
    assert row.contact_sealed is row.contact_hash is None


def test_another_clerk_and_the_resident_see_nothing(desk: StaffDesk) -> None:
    browser, other = desk.logged_in("desk"), desk.logged_in("desk", name="bram")
    start(browser)
    shared = answer(desk, browser.link)
    other.get("/medewerkers")
    start(other)
    other.post("/medewerkers/balie/bezig", {"code": shared.body["confirm_code"]})
    assert "Wij hebben nog niets ontvangen" in other.text
    assert desk.log("result") == []


def test_refused_and_over(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    start(browser)
    young = card(desk, "persoonsgegevens", age_over_18=False)
    shared = answer(desk, browser.link, [young, desk.home.maker.card("verblijfsrecht")])
    browser.get("/medewerkers/balie/bezig")
    browser.post("/medewerkers/balie/bezig", {"code": shared.body["confirm_code"]})
    assert "Dit lukt nu niet" in browser.text
    assert "vanaf 18 jaar" in browser.text
    assert count(desk, REGISTRATIONS) == 0
    start(browser)
    desk.home.clock.at += desk.verifier.config.session_seconds + 1
    browser = desk.logged_in("desk")
    assert "Er staat nog iets open" not in browser.text


def test_only_what_may_be_started_here(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    token = browser.hidden("/medewerkers/balie/start")["csrf"]
    for profile in ("", "onbekend", PAPER, "mede-aanvrager"):
        fields = {"profile": profile, "speaks": "nl", "csrf": token}
        assert browser.post("/medewerkers/balie/start", fields).status_code == 404
    assert count(desk, TRANSACTIONS) == 0


# ---- paper ---------------------------------------------------------------------------------------


@pytest.mark.spec(
    "Regie formats", "11", "registered from paper, once the identity document was seen"
)
@pytest.mark.parametrize("photo", [False, True])
def test_from_paper(desk: StaffDesk, photo: bool) -> None:
    browser = desk.logged_in("desk")
    text, picture = extract(desk), io.BytesIO()
    code = qrcode.make(text, error_correction=qrcode.constants.ERROR_CORRECT_L)
    code.save(picture, "PNG")
    check(browser, "" if photo else text, picture.getvalue() if photo else b"")
    assert browser.status == 200, browser.text
    assert "Dit uittreksel is echt" in browser.text
    assert "papier bewijst niet wie het toont" in browser.text
    assert FAMILY in browser.text
    assert "p" * 43 not in browser.page
    assert count(desk, REGISTRATIONS) == 0
    for missing in SEEN:
        browser.post("/medewerkers/balie/papier-inschrijven", {**SEEN, missing: ""})
        assert browser.status == 422, missing
    assert count(desk, REGISTRATIONS) == 0
    browser.post("/medewerkers/balie/papier-inschrijven", SEEN)
    assert browser.path == "/medewerkers/balie/bewijs"
    assert "Bewijs van inschrijving" in browser.text
    assert "Familienaam" in browser.text or "chternaam" in browser.text
    assert "Uw rechten, zonder wallet" in browser.text
    with desk.verifier.store.reading() as connection:
        row = connection.execute(select(REGISTRATIONS)).one()
        kept = connection.execute(select(DISCLOSURES)).one()
    assert row.number in browser.text
    assert (row.profile, kept.profile, row.founded_by) == ("inschrijven", PAPER, kept.id)
    assert row.confirmed == desk.home.clock.at
    assert {"note": "paper"}.items() <= next(
        one for one in kept.checks if one["code"] == "holder"
    ).items()
    assert kept.receipt_sealed is None
    assert kept.rights_jkt.startswith("paper.")  # no thumbprint of a key has a dot
    assert [one for one in kept.kept if "birthdate" in one[1]] == []
    assert [line["act"] for line in desk.log()][-1] == "paper_register"
    browser.post("/medewerkers/balie/klaar")
    assert sessions(desk) == [None]
    assert FAMILY.encode() not in desk.home.database_bytes()


@pytest.mark.spec("Regie domain", "2.7", "one registration per person, whichever way they came")
def test_one_registration_per_person(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    for again in (False, True):
        check(browser, extract(desk))
        browser.post("/medewerkers/balie/papier-inschrijven", SEEN)
        assert ("was al ingeschreven" in browser.text) is again
    assert (count(desk, REGISTRATIONS), count(desk, DISCLOSURES)) == (1, 1)
    # And with a wallet: the same person, so the same registration.
    start(browser)
    cards = [
        card(desk, kind, housing_pseudonym="p" * 43)
        for kind in ("persoonsgegevens", "verblijfsrecht")
    ]
    shared = answer(desk, browser.link, cards)
    browser.get("/medewerkers/balie/bezig")
    browser.post("/medewerkers/balie/bezig", {"code": shared.body["confirm_code"]})
    assert "was al ingeschreven" in browser.text
    assert count(desk, REGISTRATIONS) == 1


def test_paper_that_does_not_count(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    check(browser, extract(desk, adult=False))
    assert "Dit uittreksel telt hier niet" in browser.text
    assert "Voldoet aan de voorwaarden: niet in orde" in browser.text
    assert "vanaf 18 jaar" in browser.text
    assert "Schrijf deze persoon in" not in browser.text
    token = browser.hidden("/medewerkers/uitloggen")["csrf"]
    browser.post("/medewerkers/balie/papier-inschrijven", {**SEEN, "csrf": token})
    assert browser.path == "/medewerkers"
    for text, picture in (("", b""), ("x" * 16_385, b""), ("nonsense", b""), ("", b"\x89PNG no")):
        check(browser, text, picture)
        assert browser.status in (200, 422)
        assert "Schrijf deze persoon in" not in browser.text
    assert count(desk, REGISTRATIONS) == 0


def test_paper_that_was_taken_back_meanwhile(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    check(browser, extract(desk))
    desk.home.publish(desk.home.maker.status_list(revoked=(100,)))
    desk.home.sync()
    browser.post("/medewerkers/balie/papier-inschrijven", SEEN)
    assert browser.status == 409
    assert "telt inmiddels niet meer" in browser.text
    assert count(desk, REGISTRATIONS) == 0


def test_upload_is_bounded_and_only_for_the_desk(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    browser.get(HERE)
    big = {"file": ("x.png", b"\x89PNG" + b"0" * (9 * 1024 * 1024), "image/png")}
    assert browser.post(HERE, files=big).status_code == 413
    assert "hooguit 8 MB" in browser.text
    stranger = desk.browser()
    stranger.get("/medewerkers")
    assert stranger.post(HERE, files=big).status_code == 403
    assert "U bent niet ingelogd" in stranger.text


def test_term_of_a_registration_from_paper(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    check(browser, extract(desk))
    browser.post("/medewerkers/balie/papier-inschrijven", SEEN)
    with desk.verifier.store.reading() as connection:
        number = connection.execute(select(REGISTRATIONS.c.number)).scalar_one()
    config_, store = desk.verifier.config, desk.verifier.store
    desk.home.clock.at += 40 * 86_400
    retention.purge(config_, store, desk.home.clock.at)
    assert count(desk, REGISTRATIONS) == 1
    until = retention.happened(store, number, "end_of_registration", desk.home.clock.at)
    assert until is not None
    retention.purge(config_, store, until + 1)
    assert count(desk, REGISTRATIONS) == 0


@pytest.mark.spec("AVG", "12(3)", "who has no wallet asks at the desk, and is answered as soon")
def test_rights_without_a_wallet(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    check(browser, extract(desk))
    browser.post("/medewerkers/balie/papier-inschrijven", SEEN)
    with desk.verifier.store.reading() as connection:
        number = connection.execute(select(REGISTRATIONS.c.number)).scalar_one()
    here = "/medewerkers/verzoek-opnemen"
    browser.get(here)
    good = {"number": number, "right": "erasure", "same": "yes"}
    for wrong in (
        {"number": "1"},
        {"number": "0000-0000-0000"},
        {"right": "status"},
        {"right": ""},
        {"same": ""},
    ):
        assert browser.post(here, {**good, **wrong}).status_code == 422, wrong
    browser.post(here, good)
    (case,) = cases.listed(desk.verifier, state="open")
    assert case.id in browser.text
    assert (case.right.value, case.number) == ("erasure", number)
    browser.get(here)
    browser.post(here, good)  # open already: not doubled
    assert len(cases.listed(desk.verifier, state="open")) == 1
    assert desk.log("ask")[0]["reference"] == case.id
    officer = desk.logged_in("privacy", name="olga")
    officer.get(f"/medewerkers/verzoeken/{case.id}")
    assert FAMILY in officer.text
    officer.post(f"/medewerkers/verzoeken/{case.id}/beslissen", {"state": "done"})
    assert count(desk, REGISTRATIONS) == 0
    assert FAMILY.encode() not in desk.home.database_bytes()
    assert desk.logged_in("register").get(here).status_code == 403
