"""Every page a clerk can meet, in one language, as the server sends it."""

import re
from pathlib import Path

from support.clerk_desk import (
    CHILD,
    SECRET_ONE,
    Browser,
    ClerkDesk,
    apply,
    correct,
    four_eyes,
    with_applications,
)
from support.issuer_home import FIVE, RESIDENT, TestIssuerHome
from support.wallet_simulator import new_key

import issuer
from credential.desk import confirmation_number
from issuer.service import deciding

LETTER = "Kunt u de brief van de arts nog sturen?"


class Walk:
    """A clerk's way through the pages; every page met is kept under a name."""

    def __init__(self, desk: ClerkDesk, lang: str) -> None:
        self.desk = desk
        self.town = desk.town
        self.headers = {"Accept-Language": lang}
        self.pages: dict[str, str] = {}
        self.browser: Browser

    def enter(self, *roles: str, name: str = "anna") -> None:
        self.browser = self.desk.logged_in(*roles, name=name, **self.headers)

    def keep(self, name: str, status: int = 200) -> None:
        assert self.browser.answer.status_code == status, (name, self.browser.text)
        assert name not in self.pages
        self.pages[name] = self.browser.page

    def get(self, path: str, name: str, status: int = 200) -> None:
        self.browser.get(path)
        self.keep(name, status)

    def post(self, path: str, name: str, status: int = 200, **fields: object) -> None:
        self.browser.post(path, fields)
        self.keep(name, status)


def walk(town: TestIssuerHome, lang: str) -> dict[str, str]:
    """All states of all pages."""
    with_applications(town)
    one = Walk(four_eyes(town), lang)
    _outside(one)
    _finding(one)
    _offering(one)
    _looking_back(one)
    _applications(one)
    _auditing(one)
    return one.pages


def _outside(one: Walk) -> None:
    one.browser = one.desk.browser(**one.headers)
    one.get("/desk", "way in")
    one.get("/desk/zoeken", "not logged in", 403)
    one.browser.log_in("nobody", ())
    one.keep("no role", 403)
    one.enter("desk", "decision")
    one.keep("home")
    one.get("/desk/bestaat-niet", "no such page", 404)
    one.get("/desk/controle", "other role", 403)
    one.browser.get("/desk")
    one.post("/desk/uitloggen", "logged out")


def _finding(one: Walk) -> None:
    one.enter("desk", "decision")
    one.get("/desk/zoeken", "search")
    one.post("/desk/zoeken", "search faults", 422, surname="Groot", born="31-2-1985")
    one.browser.search(surname="Groot Esselink", born="27-5-1985")
    one.keep("found")
    one.post("/desk/gevonden", "person", who="0")
    one.post("/desk/persoon", "person faults", 422, relation="parent")
    one.browser.preview(*FIVE)
    one.keep("preview")
    one.browser.search(CHILD)
    one.browser.preview()
    one.keep("child alone")
    one.browser.preview(relation="parent", seen="birth_record")
    one.keep("child with a parent")
    one.browser.search(SECRET_ONE)
    one.keep("restricted person")
    one.browser.preview(*FIVE)
    one.keep("restricted preview")
    one.town.now += 601
    one.get("/desk/voorbeeld", "preview too old")
    one.get("/desk", "home with someone")


def _offering(one: Walk) -> None:
    one.browser.search(RESIDENT)
    one.browser.preview(*FIVE)
    one.browser.offer()
    one.keep("offered")
    one.get(f"{one.browser.path}?code=1", "code to say")
    one.browser.get(one.browser.path)
    page, case = one.browser.path, one.browser.case
    wallet = one.town.wallet()
    assert wallet.redeem(one.browser.link, one.browser.code()).status_code == 200
    one.get(page, "own eyes")
    one.get("/desk/zaken", "cases")
    one.enter("desk", name="bram")
    one.get(page, "number")
    number = confirmation_number(wallet.jkt)
    wrong = f"{(int(number) + 1) % 1_000_000:06d}"
    one.post(f"{page}/getal", "number wrong", number=wrong, status=422)
    one.post(f"{page}/getal", "confirmed", number=number)
    for kind in FIVE:
        wallet.ask_cards(kind, [new_key()])
    one.get(f"{page}?stil=1", "collected, still")
    one.enter("desk")
    one.browser.search(RESIDENT)
    one.browser.preview()
    one.browser.offer()
    other = one.browser.path
    one.enter("desk", name="bram")
    one.get(other, "offer of a colleague")
    one.post(f"{other}/stoppen", "stopped")
    assert case != one.browser.case


def _looking_back(one: Walk) -> None:
    one.enter("desk", "decision")
    one.browser.search(RESIDENT)
    one.get("/desk/geschiedenis", "history")
    one.get("/desk/terugnemen", "revoke")
    one.post("/desk/terugnemen", "revoke faults", 422)
    one.post("/desk/terugnemen", "revoked", kind="woonadres", reason="request", sure="yes")


def _applications(one: Walk) -> None:
    one.get("/desk/aanvragen", "no applications")
    case = apply(one.town, story="Lang verhaal.\nTweede regel.")
    wrong = correct(one.town)
    here = f"/desk/aanvragen/{case}"
    one.get("/desk/aanvragen", "applications")
    one.get(here, "received")
    one.post(f"{here}/nemen", "own application")
    one.enter("desk", "decision", name="bram")
    one.get(here, "application of a colleague")
    one.post(f"{here}/vragen", "question fault", 422)
    one.post(f"{here}/vragen", "question asked", question=LETTER)
    one.post(f"{here}/nemen", "taken over", over="yes")
    one.enter("desk", "decision")
    one.get(here, "to decide")
    one.post(f"{here}/besluiten", "decision faults", 422, outcome="refused", sure="yes")
    one.browser.get(here)
    fields = {
        "claim-urgency_granted": "yes",
        "claim-category": "medical",
        "claim-valid_until": "2026-06-01",
    }
    one.post(f"{here}/besluiten", "granted", outcome="granted", sure="yes", **fields)
    here = f"/desk/aanvragen/{wrong}"
    one.get(here, "correction")
    deciding.take(one.town.office, wrong, clerk="bram", now=one.town.now)
    one.browser.get(here)
    one.post(f"{here}/besluiten", "to correct", outcome="granted", sure="yes")
    one.post(f"{here}/gecorrigeerd", "corrected", kind="woonadres", sure="yes")
    one.get("/desk/aanvragen?alles=1", "all applications")


def _auditing(one: Walk) -> None:
    one.enter("audit", name="carla")
    one.keep("home of an auditor")
    one.get("/desk/controle", "audit")
    one.post("/desk/controle", "audit fault", 422, since="never")
    one.browser.get("/desk/controle")
    one.post("/desk/controle", "audit found")


def by_itself(page: str, style: str) -> str:
    """The page with its style sheet in it, so that it can be looked at without a server."""
    found, number = re.subn(
        r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{style}</style>", page
    )
    assert number == 1
    return found


def style() -> str:
    """The one style sheet."""
    return (Path(issuer.__file__).parent / "pages" / "style.css").read_text("utf-8")
