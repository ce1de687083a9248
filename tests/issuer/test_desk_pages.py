"""The desk from the preview to the card in the wallet."""

import sqlite3

import pytest
from support.clerk_desk import (
    BASE,
    CHILD,
    SECRET_ONE,
    WARD,
    ClerkDesk,
    four_eyes,
    offered,
    redeemed,
)
from support.issuer_home import FIVE, RESIDENT
from support.wallet_simulator import new_key

from credential.desk import confirmation_number
from issuer.service.deskwork import PREVIEW_SECONDS
from issuer.web import server

DEAD = "999990147"
LETTERBOX = "999991929"  # a correspondence address, which is no home


@pytest.fixture
def desk(town) -> ClerkDesk:
    return ClerkDesk(town)


def asked(desk: ClerkDesk) -> int:
    return desk.town.office.store.accounts.query_count()


# ---- what would be issued ----------------------------------------------------------------------


def test_the_preview_shows_every_value_and_what_is_left_out(desk):
    browser = desk.logged_in("desk")
    browser.search(RESIDENT)
    browser.preview("persoonsgegevens", "woonadres")
    for said in ("Johan", "Groot Esselink", "27-05-1985", "Hofdijk 651, 3032CG", "Almelo"):
        assert said in browser.text
    assert "Huishouden" not in browser.text  # not asked, so not looked up
    assert [one["action"] for one in desk.actions()][-1] == "preview"


def test_what_is_offered_is_what_was_shown_and_the_register_is_asked_once(desk):
    browser = desk.logged_in("desk")
    browser.search(RESIDENT)
    browser.preview(*FIVE)
    before = asked(desk)
    browser.offer()
    assert asked(desk) == before
    wallet = redeemed(desk, browser)
    number = confirmation_number(wallet.jkt)
    browser.get(browser.path)
    browser.post(f"{browser.path}/getal", {"number": number})
    assert "De wallet haalt de kaartjes op" in browser.text
    answer = wallet.ask_cards("persoonsgegevens", [new_key()])
    assert answer.status_code == 200
    card = answer.json()["credentials"][0]["credential"]
    import base64

    disclosed = b"".join(
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in card.split("~")[1:-1]
    )
    assert b"Groot Esselink" in disclosed


def test_a_kind_that_is_refused_says_why(desk):
    browser = desk.logged_in("desk")
    browser.search(LETTERBOX)
    browser.preview("persoonsgegevens", "woonadres")
    assert "Deze kaartjes worden niet uitgegeven" in browser.text
    assert "briefadres" in browser.text
    browser.offer()
    assert "Kaartjes: Persoonsgegevens." in browser.text


def test_restricted_disclosure_is_said(desk):
    browser = desk.logged_in("desk")
    browser.search(SECRET_ONE)
    assert "vroeg de gemeente om gegevens niet aan anderen te geven" in browser.text
    browser.preview("persoonsgegevens")
    assert "Kaartjes mogen wel" in browser.text
    assert browser.offer().status_code == 200


def test_a_preview_is_old_after_ten_minutes(desk):
    browser = desk.logged_in("desk")
    browser.search(RESIDENT)
    browser.preview()
    desk.town.now += PREVIEW_SECONDS + 1
    assert browser.post("/desk/aanbod").status_code == 409
    browser.get("/desk/voorbeeld")
    assert "ouder dan 10 minuten" in browser.text
    assert desk.actions("offer") == []


def test_of_two_clicks_one_makes_an_offer(desk):
    browser = desk.logged_in("desk")
    browser.search(RESIDENT)
    browser.preview()
    form = browser.hidden("/desk/aanbod")
    for status in (200, 409):
        browser.send("POST", "/desk/aanbod", data=form, headers={"Origin": BASE})
        assert browser.answer.status_code == status
    assert len(desk.actions("offer")) == 1
    browser.get("/desk/voorbeeld")
    assert browser.path == "/desk/persoon"  # what was looked at is used up


def test_an_old_page_does_nothing_to_the_resident_who_came_after(desk):
    browser = desk.logged_in("desk", "decision")
    browser.search(RESIDENT)
    browser.preview()
    old = browser.hidden("/desk/aanbod")
    browser.search(SECRET_ONE)
    browser.preview()
    for path, more in (
        ("/desk/aanbod", {}),
        ("/desk/persoon", {"kind": "woonadres", "relation": "self"}),
        ("/desk/terugnemen", {"kind": "woonadres", "reason": "request", "sure": "yes"}),
    ):
        browser.send("POST", path, data={**old, **more}, headers={"Origin": BASE})
        assert browser.answer.status_code == 409, path
    assert desk.actions("offer") == desk.actions("revoke") == []


def test_who_is_done_leaves_nothing_behind(desk):
    browser = desk.logged_in("desk")
    browser.search(RESIDENT)
    browser.preview()
    browser.post("/desk/persoon/klaar")
    for path in ("/desk/persoon", "/desk/voorbeeld", "/desk/geschiedenis", "/desk/gevonden"):
        browser.get(path)
        assert browser.path == "/desk/zoeken"
        assert RESIDENT not in browser.page
    assert browser.post("/desk/aanbod").status_code == 403


# ---- who speaks for whom -----------------------------------------------------------------------


@pytest.mark.spec("Wet BRP", "2.55(5)", "under 16 and under curatorship another asks, and shows it")
@pytest.mark.parametrize(
    ("bsn", "relation", "seen", "given"),
    [
        (CHILD, "self", "", False),
        (CHILD, "curator", "court_decision", False),
        (CHILD, "parent", "birth_record", True),
        (CHILD, "guardian", "court_decision", True),
        (WARD, "self", "", False),
        (WARD, "parent", "birth_record", False),
        (WARD, "curator", "curatorship_register", True),
        (RESIDENT, "parent", "birth_record", False),
        (RESIDENT, "self", "", True),
        (DEAD, "curator", "court_decision", False),
    ],
)
def test_who_may_ask(desk, bsn, relation, seen, given):
    browser = desk.logged_in("desk")
    browser.search(bsn)
    browser.preview(relation=relation, seen=seen)
    assert browser.path == ("/desk/voorbeeld" if given else "/desk/persoon")
    if not given:
        assert "Geen kaartjes mogelijk" in browser.text
        assert browser.post("/desk/aanbod").status_code == 403


@pytest.mark.parametrize(
    ("relation", "seen"),
    [("parent", ""), ("", ""), ("parent", "curatorship_register"), ("friend", "birth_record")],
)
def test_a_representation_needs_a_document_that_shows_it(desk, relation, seen):
    browser = desk.logged_in("desk")
    browser.search(CHILD)
    before = asked(desk)
    assert browser.preview(relation=relation, seen=seen).status_code == 422
    assert asked(desk) == before


def test_a_representation_is_on_record_and_goes_along_in_the_case(desk):
    from issuer.service.batches import open_sealed

    browser = desk.logged_in("desk")
    browser.search(CHILD)
    browser.preview(relation="parent", seen="birth_record")
    assert "Een ouder met gezag" in browser.text
    browser.offer()
    for action in ("preview", "offer"):
        (line,) = desk.actions(action)
        assert line["purpose"] == "card-issuance (parent: birth_record)"
    stored = desk.town.office.store.cases.find(browser.case)
    box = open_sealed(desk.town.office, stored)
    assert box.represented is not None
    assert (box.represented.relation, box.represented.seen) == ("parent", "birth_record")


# ---- from the offer to the wallet --------------------------------------------------------------


def test_the_code_is_for_the_clerk_who_made_the_offer(desk):
    browser = offered(desk)
    page = browser.path
    assert 'class="qr"' in browser.page
    code = browser.code()
    assert code not in browser.page.replace(" ", "")  # beside the QR code it is not
    other = offered(desk, "huishouden", name="bram")  # who has an offer of his own to show
    for address in (page, f"{page}?code=1"):
        other.get(address)
        assert code not in other.page.replace(" ", "")
        assert 'class="qr"' not in other.page
    assert "ziet alleen anna" in other.text


@pytest.mark.spec("WCAG 2.2", "2.2.2", "a page that renews itself can be told not to")
def test_a_page_renews_itself_while_there_is_something_to_wait_for(desk):
    browser = offered(desk)
    page = browser.path
    assert browser.answer.headers["refresh"] == f"5; url={page}?scan=1&live=1"
    browser.get(f"{page}?code=1")
    assert browser.answer.headers["refresh"] == f"5; url={page}?code=1&live=1"
    browser.get(f"{page}?scan=1&stil=1")
    assert "refresh" not in browser.answer.headers
    browser.get(page)
    wallet = redeemed(desk, browser)
    browser.get(page)
    assert "refresh" not in browser.answer.headers  # a number is typed here
    browser.post(f"{page}/getal", {"number": confirmation_number(wallet.jkt)})
    assert "refresh" in browser.answer.headers
    browser.post(f"{page}/stoppen")
    assert "refresh" not in browser.answer.headers


def test_wrong_numbers_count_and_a_slip_does_not(desk):
    browser = offered(desk)
    page = browser.path
    wallet = redeemed(desk, browser)
    browser.get(page)
    number = confirmation_number(wallet.jkt)
    wrong = f"{(int(number) + 1) % 1_000_000:06d}"
    browser.post(f"{page}/getal", {"number": "12345"})
    assert browser.answer.status_code == 422
    assert "Nog 3 poging(en)" in browser.text
    for left in (2, 1):
        browser.post(f"{page}/getal", {"number": wrong})
        assert browser.answer.status_code == 422
        assert f"Nog {left} poging(en)" in browser.text
    browser.post(f"{page}/getal", {"number": wrong})
    assert "te vaak een verkeerd getal" in browser.text
    assert len(desk.actions("confirm")) == 4
    assert wallet.ask_cards("huishouden", [new_key()]).status_code == 400


def test_a_case_is_stopped(desk):
    browser = offered(desk)
    page = browser.path
    wallet = desk.town.wallet()
    link = browser.link
    assert wallet.get(link).status_code == 200
    browser.post(f"{page}/stoppen")
    assert "geweigerd aan de balie" in browser.text
    assert wallet.get(link).status_code == 404
    assert [one["case_id"] for one in desk.actions("refuse")] == [browser.case]


@pytest.mark.spec("Regie formats", "6", "four eyes: who offers does not confirm")
def test_four_eyes(town):
    desk = four_eyes(town)
    browser = offered(desk)
    page = browser.path
    wallet = redeemed(desk, browser)
    number = {"number": confirmation_number(wallet.jkt)}
    browser.get(page)
    assert "Een collega moet het getal bevestigen" in browser.text
    assert f'action="{page}/getal"' not in browser.page
    browser.post(f"{page}/getal", {**browser.hidden(f"{page}/stoppen"), **number})
    assert browser.answer.status_code == 422
    other = desk.logged_in("desk", name="bram")
    other.get(page)
    other.post(f"{page}/getal", number)
    assert "bevestigd door bram" in other.text
    assert [one["clerk"] for one in desk.actions("confirm")] == ["anna", "bram"]


def test_the_list_of_cases_shows_what_runs_and_what_ended_today(desk):
    browser = offered(desk)
    case = browser.case
    browser.get("/desk/zaken")
    assert case in browser.text
    assert "Lopend" in browser.text
    desk.town.now += 601
    server.maintain(desk.town.office, desk.town.now, None)
    browser.get("/desk/zaken")
    assert "verlopen" in browser.text
    assert "Er loopt nu niets" in browser.text
    desk.town.now += 86_400
    browser.log_in("anna", ("desk",))
    browser.get("/desk/zaken")
    assert case not in browser.text


def test_a_case_that_is_not_there(desk):
    browser = desk.logged_in("desk")
    assert browser.get("/desk/zaken/ABCDEFGH").status_code == 404
    assert "Deze zaak bestaat niet" in browser.text


def test_a_case_of_another_municipality_is_not_there(tmp_path):
    from support import issuer_home

    town = issuer_home.make(tmp_path, westhove=True)
    try:
        desk = ClerkDesk(town)
        browser = desk.browser()
        browser.log_in("anna", ("desk",), municipality="0599")
        browser.search(RESIDENT)
        browser.preview()
        browser.offer()
        page = browser.path
        other = desk.browser()
        other.log_in("bram", ("desk",), municipality="0518")
        other.get("/desk/zaken")
        csrf = other.hidden("/desk/uitloggen")
        for method, path in (
            ("GET", page),
            ("POST", f"{page}/getal"),
            ("POST", f"{page}/stoppen"),
        ):
            data = {**csrf, "number": "123456"} if method == "POST" else None
            answer = other.send(method, path, data=data, headers={"Origin": BASE})
            assert answer.status_code == 404, (method, path)
        other.get("/desk/zaken")
        assert browser.case not in other.text
    finally:
        town.office.close()


def test_the_log_is_written_before_the_effect(desk, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError

    browser = desk.logged_in("desk")
    browser.search(RESIDENT)
    browser.preview()
    monkeypatch.setattr("issuer.store.cases.Cases.add", broken)
    assert browser.offer().status_code == 503
    assert len(desk.actions("offer")) == 1
    rows = sqlite3.connect(desk.town.home / "issuer.db")
    assert rows.execute("select count(*) from cases").fetchone() == (0,)
    rows.close()
