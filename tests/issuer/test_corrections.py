""" "Klopt dit niet?": decided under Wet BRP 2.58; the old cards end and the wallet gets new ones."""

import pytest
from support.settled import settle
from support.wallet_simulator import cards_of, new_key

from credential import base64url
from issuer.application import DAY, Closed, Decided, Outcome, Why
from issuer.dossier import Claimed, Words
from issuer.errors import DeskFault, IssuerError, WalletFault
from issuer.service import applications, deciding, settling
from issuer.service.casewords import decision, message

REASON = Words("De akte noemt een ander huisnummer.")
WRONG = Claimed(path=("address", "house_number"), held="12", is_held=True, claimed="14")


@pytest.fixture
def settled(town):
    return settle(town, ("persoonsgegevens", "woonadres", "huishouden"))


def issuer(settled):
    return settled.town.office.municipality("0599")


def opened(settled, kind="woonadres", claims=(WRONG,), explanation="Vergissing bij inschrijven."):
    town = settled.town
    return applications.open_correction(
        town.office, issuer(settled), settled.subject, kind, claims, explanation, (), town.now
    )


def decided(settled, outcome=Outcome.GRANTED, **more):
    town = settled.town
    case = opened(settled, **more).application.file.case
    deciding.take(town.office, case, clerk="anna", now=town.now)
    reason = None if outcome is Outcome.GRANTED else REASON
    deciding.decide(town.office, case, outcome, reason=reason, clerk="anna", now=town.now)
    return case


def told(settled, case):
    town = settled.town
    found = applications.find_own(town.office, issuer(settled), settled.subject, case, town.now)
    return message(issuer(settled), found, town.now)


def refused(call, *args, fault=IssuerError, **more):
    with pytest.raises(fault) as found:
        call(*args, **more)
    return found.value.code


def revoked(settled):
    rows = settled.town.office.store.audit.cards("0599", settled.subject)
    return {one.kind for one in rows if one.revoked}


@pytest.mark.spec("Wet BRP", "2.58", "a correction is asked by claim, and decided in four weeks")
def test_what_is_wrong_and_what_it_should_be(settled):
    view = opened(settled)
    file = view.application.file
    assert file.about == ("address",)
    assert file.due_at == settled.town.now + 28 * DAY
    assert view.dossier.claims == (WRONG,)
    assert view.dossier.explanation == "Vergissing bij inschrijven."
    told_now = told(settled, file.case)
    assert told_now["phase"] == "received"
    assert told_now["about"] == ["address"]
    assert "14" not in str({**told_now, "received_at": 0, "due": 0, "history": [], "id": ""})


@pytest.mark.parametrize(
    ("kind", "claims", "explanation", "code"),
    [
        ("urgentie", (WRONG,), "", "application.not_ours"),
        ("kvk-inschrijving", (WRONG,), "", "application.not_ours"),
        ("woonadres", (), "", "application.claims"),
        ("woonadres", (WRONG,) * 21, "", "application.claims"),
        ("woonadres", (Claimed(path=(), claimed="x"),), "", "application.claims"),
        ("woonadres", (Claimed(path=(0,), claimed="x"),), "", "application.claims"),
        ("woonadres", (Claimed(path=("Nee!",), claimed="x"),), "", "application.claims"),
        ("woonadres", (Claimed(path=("a",) * 9, claimed="x"),), "", "application.claims"),
        ("woonadres", (Claimed(path=("a",), claimed="x" * 5_000),), "", "application.claims"),
        (
            "woonadres",
            (Claimed(path=("a",), claimed="x", held="x", is_held=True),),
            "",
            "application.claims",
        ),
        ("woonadres", (WRONG,), "a" * 2_001, "application.text"),
    ],
)
def test_what_is_no_correction(settled, kind, claims, explanation, code):
    assert refused(opened, settled, kind, claims, explanation, fault=WalletFault) == code


def test_something_may_be_missing_or_too_much(settled):
    missing = Claimed(path=("address", "house_letter"), claimed="B")
    too_much = Claimed(
        path=("address", "house_number_addition"), held="2", is_held=True, claimed=None
    )
    assert opened(settled, claims=(missing, too_much)).application.file.about == ("address",)


@pytest.mark.spec("Wet BRP", "2.58", "eight weeks more only for civil status or nationality")
def test_more_time_only_where_the_law_gives_it(settled):
    town = settled.town
    more = {"clerk": "anna", "now": town.now}
    address = opened(settled).application.file.case
    nationality = opened(
        settled, "persoonsgegevens", (Claimed(path=("given_name",), claimed="Jan"),)
    ).application.file.case
    for case in (address, nationality):
        deciding.take(town.office, case, **more)
    assert refused(deciding.extend, town.office, address, REASON, **more) == (
        "application.no_extension"
    )
    view = deciding.extend(town.office, nationality, REASON, **more)
    assert view.application.file.due_at == town.now + 84 * DAY
    found = told(settled, nationality)
    assert found["extended"] is True
    assert found["extension"] == {"nl": REASON.nl}


@pytest.mark.spec("Wet BRP", "2.60", "a refusal is a decision, with its reason and how to object")
def test_a_refusal_tells_why_and_how_to_object(settled):
    town = settled.town
    case = decided(settled, Outcome.REFUSED)
    found = told(settled, case)
    assert (found["phase"], found["outcome"]) == ("decided", "refused")
    assert found["reason"] == {"nl": REASON.nl}
    for language, until in (("nl", "12-2-2026"), ("en", "2026-02-12")):
        assert until in found["remedy"][language]
        assert case in found["remedy"][language]
        assert "Gemeente Voorbeeldstad" in found["remedy"][language]
    assert found["ask_recipients"] is False
    assert revoked(settled) == set()
    # What is refused is carried out by nobody.
    more = {"clerk": "anna", "now": town.now}
    assert refused(deciding.corrected, town.office, case, **more) == "application.decided_already"
    town.now += 42 * DAY
    assert told(settled, case)["phase"] == "closed"


@pytest.mark.spec("Regie domain", "2.9", "granted: the old cards end and the wallet gets new ones")
def test_a_correction_that_is_carried_out(settled):
    town, office = settled.town, settled.town.office
    case = decided(settled)
    assert revoked(settled) == set()
    (reminder,) = settling.reminders(office, town.now)
    assert (reminder.what, reminder.late) == ("correct", False)
    view = deciding.corrected(office, case, clerk="bram", now=town.now)
    assert isinstance(view.application, Closed)
    assert view.application.why is Why.CORRECTED
    # Everything that rests on the address, and nothing else.
    assert revoked(settled) == {"woonadres", "huishouden"}
    notices = office.store.notices.of("0599", settled.subject, town.now + DAY)
    assert {(one.kind, one.event, one.reason) for one in notices} == {
        ("woonadres", "revoked", "corrected"),
        ("huishouden", "revoked", "corrected"),
    }
    # The token at hand gives out nothing that was looked up before.
    answer = settled.wallet.ask_cards("woonadres", [new_key()])
    assert answer.status_code == 401
    before = office.store.accounts.query_count()
    settled.later(3_600)
    assert settled.refresh().status_code == 200
    assert office.store.accounts.query_count() > before
    assert len(cards_of(settled.wallet.ask_cards("woonadres", [new_key()]))) == 1
    assert settling.reminders(office, town.now) == []


def test_a_clerk_may_say_which_cards_are_wrong(settled):
    town = settled.town
    case = decided(settled)
    more = {"clerk": "bram", "now": town.now}
    for kinds in ((), ("rijbewijs",), ("kvk-inschrijving",)):
        code = refused(deciding.corrected, town.office, case, kinds=kinds, **more, fault=DeskFault)
        assert code == "desk.unknown_kind"
    deciding.corrected(town.office, case, kinds=("woonadres",), **more)
    assert revoked(settled) == {"woonadres"}


def test_half_a_confirmation_can_be_done_again(settled, monkeypatch):
    town = settled.town
    case = decided(settled)
    more = {"clerk": "bram", "now": town.now}
    with monkeypatch.context() as broken:
        broken.setattr(deciding, "_act", lambda *_args, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deciding.corrected(town.office, case, **more)
    assert isinstance(deciding.find(town.office, case, town.now), Decided)
    deciding.corrected(town.office, case, **more)
    assert revoked(settled) == {"woonadres", "huishouden"}


@pytest.mark.spec("Wet BRP", "3.23", "the resident is asked whether recipients must be told")
def test_the_resident_says_whether_recipients_are_told(settled):
    town, office = settled.town, settled.town.office
    case = decided(settled, Outcome.PARTLY)
    assert told(settled, case)["ask_recipients"] is True
    deciding.corrected(office, case, clerk="bram", now=town.now)
    found = told(settled, case)
    assert found["ask_recipients"] is True
    assert "tell_recipients" not in found
    applications.tell_recipients(office, issuer(settled), settled.subject, case, True, town.now)
    assert told(settled, case)["tell_recipients"] is True
    (reminder,) = settling.reminders(office, town.now)
    assert (reminder.what, reminder.due) == ("tell", town.now + 56 * DAY)
    (late,) = settling.reminders(office, town.now + 56 * DAY)
    assert late.late
    deciding.told(office, case, clerk="bram", now=town.now)
    assert settling.reminders(office, town.now) == []
    assert told(settled, case)["ask_recipients"] is False
    code = refused(deciding.told, office, case, clerk="bram", now=town.now)
    assert code == "application.nobody_to_tell"


def test_the_decision_holds_no_value(settled):
    town = settled.town
    case = decided(settled, Outcome.REFUSED)
    found = applications.find_own(town.office, issuer(settled), settled.subject, case, town.now)
    token = decision(issuer(settled), found, town.now)
    payload = base64url.decode(token.split(".")[1]).decode()
    assert "Vergissing" not in payload
    assert "house_number" not in payload
