"""Taking cards back, looking back at one resident, and the auditor who looks at everything."""

import pytest
from support.clerk_desk import SECRET_ONE, ClerkDesk, apply, issued, offered, with_applications
from support.issuer_home import RESIDENT


@pytest.fixture
def desk(town) -> ClerkDesk:
    return ClerkDesk(town)


def test_revoking_asks_for_kind_reason_and_a_plain_yes(desk):
    browser = issued(desk, "woonadres", "huishouden")
    browser.get("/desk/terugnemen")
    assert "Woonadres (2 geldige exemplaren)" in browser.text
    assert "Persoonsgegevens" not in browser.text.partition("Welke kaartjes?")[2]
    whole = {"kind": "woonadres", "reason": "compromise", "sure": "yes", "at_once": "yes"}
    for missing in ("kind", "reason", "sure"):
        some = {name: value for name, value in whole.items() if name != missing}
        assert browser.post("/desk/terugnemen", some).status_code == 422
    assert desk.actions("revoke") == []
    browser.post("/desk/terugnemen", whole)
    assert browser.answer.status_code == 200
    assert "Woonadres: 2 exemplaren zijn niet meer geldig" in browser.text
    (line,) = desk.actions("revoke")
    assert line["purpose"] == "card-issuance (compromise: woonadres)"
    assert line["clerk"] == "dora"
    browser.get("/desk/terugnemen")
    assert "Woonadres (" not in browser.text
    assert "Huishouden (2 geldige exemplaren)" in browser.text


def test_a_stolen_wallet_without_copies_left_gets_no_new_ones(desk):
    browser = issued(desk, "woonadres")
    whole = {"kind": "woonadres", "reason": "error", "sure": "yes", "at_once": "yes"}
    browser.get("/desk/terugnemen")
    browser.post("/desk/terugnemen", whole)
    browser.get("/desk/terugnemen")
    assert "Woonadres (geen geldige exemplaren" in browser.text
    browser.post("/desk/terugnemen", whole | {"reason": "compromise"})
    assert browser.answer.status_code == 200
    assert "kan geen nieuwe kaartjes meer ophalen" in browser.text
    browser.get("/desk/terugnemen")
    assert "geen geldige kaartjes" in browser.text


def test_someone_without_cards_has_nothing_to_revoke(desk):
    browser = desk.logged_in("decision")
    browser.search(RESIDENT)
    browser.get("/desk/terugnemen")
    assert "geen geldige kaartjes" in browser.text


def test_the_history_has_kinds_and_actions_and_no_value(desk):
    browser = issued(desk, "woonadres")
    browser.get("/desk/geschiedenis")
    assert browser.answer.status_code == 200
    for said in ("Woonadres", "29-12-2025", "Kaartjes aangeboden", "Getal ingevoerd", "anna"):
        assert said in browser.text
    history = browser.page
    assert "Hofdijk" not in history
    assert desk.actions("history")


def test_the_history_is_of_one_resident(desk):
    browser = issued(desk, "woonadres")
    browser.search(SECRET_ONE)
    browser.get("/desk/geschiedenis")
    assert "Er zijn geen kaartjes" in browser.text
    assert "Kaartjes aangeboden" not in browser.text


def test_an_auditor_sees_who_did_what_and_nothing_of_residents(desk):
    issued(desk, "woonadres")
    browser = desk.logged_in("audit", name="carla")
    browser.get("/desk/controle")
    browser.post("/desk/controle")
    for said in ("Kaartjes aangeboden", "Kaartjes bekeken", "Woongeschiedenis", "anna", "dora"):
        assert said in browser.text, said
    for value in (RESIDENT, "Esselink", "Hofdijk", "1985"):
        assert value not in browser.page
    assert [one["clerk"] for one in desk.actions("audit")] == ["carla"]


def test_an_audit_by_clerk_period_and_case(desk):
    browser = offered(desk)
    case = browser.case
    desk.logged_in("desk", name="bram").search(RESIDENT, reference="Z-77")
    audit = desk.logged_in("audit", name="carla")

    def found(**fields: str) -> str:
        audit.get("/desk/controle")
        audit.post("/desk/controle", fields)
        assert audit.answer.status_code == 200, audit.text
        return audit.text.partition("Aantallen")[2]

    assert "bram" not in found(clerk="anna")
    assert "Kaartjes aangeboden" not in found(clerk="bram")
    by_case = found(reference=case)
    assert case in by_case
    assert "Handelingen: 2." in by_case  # the offer, and this look at it
    assert "Ingelogd" not in by_case
    by_reference = found(reference="Z-77")
    assert "Handelingen: 3." in by_reference
    assert "Opvragingen in de BRP: 1." in by_reference
    assert "Handelingen: 0." in found(since="2020-01-01", until="2020-01-02")
    assert "Handelingen: 1." in found(reference="%")


@pytest.mark.parametrize(
    ("since", "until"), [("x", ""), ("", "2026-13-01"), ("2026-01-02", "2026-01-01")]
)
def test_an_audit_needs_a_period(desk, since, until):
    browser = desk.logged_in("audit")
    browser.get("/desk/controle")
    assert browser.post("/desk/controle", {"since": since, "until": until}).status_code == 422
    assert desk.actions("audit") == []


def test_an_audit_goes_on_page_by_page(desk):
    from issuer.service import desklog
    from issuer.service.desklog import Action

    for number in range(60):
        desk.town.office.store.clerks.act(
            desklog.row(
                desk.town.office,
                "0599",
                Action.SEARCH,
                clerk="anna",
                purpose=f"question N-{number}",
                now=desk.town.now,
            )
        )
    browser = desk.logged_in("audit")
    browser.get("/desk/controle")
    browser.post("/desk/controle", {"clerk": "anna"})
    assert "Vraag van de inwoner N-59" in browser.text
    assert "Vraag van de inwoner N-9 " not in browser.text
    browser.post("/desk/controle", {"clerk": "anna", "page": "1"})
    assert "Vraag van de inwoner N-9 " in browser.text
    assert "Bladzijde 2" in browser.text


def test_the_command_line_leaves_the_same_traces(desk):
    from issuer.service import desk as service

    made = desk.town.offer(("huishouden",))
    wallet = desk.town.wallet()
    wallet.redeem(made.link, made.code)
    desk.town.confirm(made, wallet)
    assert [(one["action"], one["case_id"]) for one in desk.actions()] == [
        ("offer", made.case),
        ("confirm", made.case),
    ]
    service.refuse(desk.town.office, made.case, clerk="anna", now=desk.town.now)
    assert desk.actions()[-1]["action"] == "refuse"


def test_a_home_page_counts_what_waits(town):

    with_applications(town)
    desk = ClerkDesk(town)
    apply(town)
    browser = desk.logged_in("desk")
    assert "Wacht op een besluit: 1." in browser.text
    assert "Te laat" not in browser.text
    desk.town.now += 57 * 86_400
    browser.log_in("anna", ("desk",))
    assert "Te laat: 1." in browser.text
