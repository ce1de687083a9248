"""Every page an employee can meet, in one language, as the server sends it."""

from pathlib import Path

from sqlalchemy import select
from support.asking import ask, sign_up
from support.staff_counter import HERE, SEEN, answer, card, check, extract, make_desk, start
from support.staff_desk import Browser, StaffDesk

from credential.rights import Right
from verifier.service import cases
from verifier.tables import REGISTRATIONS

DAY = 86_400
LIST = "/medewerkers/inschrijvingen"
CASES, ASK = "/medewerkers/verzoeken", "/medewerkers/verzoek-opnemen"


class Walk:
    """An employee's way through the pages; every page met is kept under a name."""

    def __init__(self, desk: StaffDesk, lang: str) -> None:
        self.desk = desk
        self.lang = lang
        self.pages: dict[str, str] = {}
        self.browser: Browser

    def enter(self, *roles: str, name: str = "anna") -> None:
        self.browser = self.desk.logged_in(*roles, name=name, **{"Accept-Language": self.lang})

    def keep(self, name: str, status: int = 200) -> None:
        assert self.browser.status == status, (name, self.browser.text)
        assert name not in self.pages
        self.pages[name] = self.browser.page

    def get(self, path: str, name: str, status: int = 200) -> None:
        self.browser.get(path)
        self.keep(name, status)

    def post(self, path: str, name: str, status: int = 200, **fields: object) -> None:
        self.browser.post(path, fields)
        self.keep(name, status)


def walk(folder: Path, lang: str) -> dict[str, str]:
    """All states of all pages."""
    desk = make_desk(folder)
    one = Walk(desk, lang)
    try:
        _outside(one)
        number = _wallet(one)
        _paper(one)
        _register(one, number)
        _privacy(one)
        _audit(one, number)
    finally:
        desk.home.close()
    return one.pages


def _outside(one: Walk) -> None:
    one.browser = one.desk.browser(**{"Accept-Language": one.lang})
    one.get("/medewerkers", "way in")
    one.get(LIST, "not logged in", 403)
    one.browser.log_in("eve", ())
    one.keep("no role", 403)
    one.enter("privacy", "register")
    one.keep("which role")
    one.enter("desk")
    one.keep("home desk")
    one.get(LIST, "another role", 403)
    one.get("/medewerkers/onbekend", "no such page", 404)
    one.browser.get("/medewerkers")
    one.post("/medewerkers/uitloggen", "logged out")


def _wallet(one: Walk) -> str:
    desk = one.desk
    one.enter("desk")
    start(one.browser)
    one.keep("scan")
    one.get("/medewerkers", "home with something open")
    one.get("/medewerkers/balie/bezig?stil=1", "scan, standing still")
    link = one.browser.link
    shared = answer(desk, link)
    one.get("/medewerkers/balie/bezig", "answered")
    one.post("/medewerkers/balie/bezig", "code wrong", 422, code="12")
    one.post("/medewerkers/balie/bezig", "how to reach", code=shared.body["confirm_code"])
    one.post("/medewerkers/balie/uitkomst", "how to reach, faults", 422, email="x")
    one.post("/medewerkers/balie/uitkomst", "registered", email="anna@voorbeeld.nl")
    for name, age in (("refused", False), ("registered already", True)):
        start(one.browser)
        cards = [card(desk, "persoonsgegevens", age_over_18=age), card(desk, "verblijfsrecht")]
        shared = answer(desk, one.browser.link, cards)
        one.browser.get("/medewerkers/balie/bezig")
        one.post("/medewerkers/balie/bezig", name, code=shared.body["confirm_code"])
    start(one.browser)
    desk.home.clock.at += desk.verifier.config.session_seconds
    one.browser = desk.browser(**{"Accept-Language": one.lang})
    one.enter("desk", name="bram")
    start(one.browser)
    desk.home.clock.at += 20 * 60
    one.browser.get("/medewerkers/balie/bezig")
    desk.home.clock.at += 15 * 60
    one.get("/medewerkers/balie/bezig", "over")
    with desk.verifier.store.reading() as connection:
        return str(connection.execute(select(REGISTRATIONS.c.number)).scalar_one())


def _paper(one: Walk) -> None:
    one.enter("desk")
    one.get(ASK, "take in a request")
    one.post(ASK, "take in a request, faults", 422)
    one.get(HERE, "paper")
    check(one.browser)
    one.keep("paper, nothing given", 422)
    check(one.browser, picture=b"\x89PNG")
    one.keep("paper, no code", 422)
    check(one.browser, extract(one.desk, adult=False))
    one.keep("paper refused")
    check(one.browser, extract(one.desk))
    one.keep("paper accepted")
    one.post("/medewerkers/balie/papier-inschrijven", "paper, faults", 422)
    one.post("/medewerkers/balie/papier-inschrijven", "proof", **SEEN)
    check(one.browser, extract(one.desk))
    one.post("/medewerkers/balie/papier-inschrijven", "proof, again", **SEEN)


def _register(one: Walk, number: str) -> None:
    one.enter("register")
    one.keep("home register")
    one.get(LIST, "registrations")
    one.post(LIST, "search faults", 422, what="anna@voorbeeld.nl")
    one.get(f"{LIST}?staat=ended", "none ended")
    one.get(f"{LIST}/{number}", "registration")
    one.post(f"{LIST}/{number}", "no reason", 422)
    one.post(f"{LIST}/{number}", "values", reason="question", reference="2026-14")
    one.get(f"{LIST}/{number}/beeindigen", "end")
    one.post(f"{LIST}/{number}/beeindigen", "end, faults", 422)
    fields = {"event": "end_of_registration", "sure": "yes"}
    one.post(f"{LIST}/{number}/beeindigen", "ended", **fields)
    one.get(f"{LIST}/{number}", "registration ended")


def _privacy(one: Walk) -> None:
    desk = one.desk
    one.enter("privacy")
    one.get(CASES, "no requests")
    first = sign_up(desk.home)
    about = {"claims": (("family_name",),), "proposed": "Goede-Naam", "text": "Zo heet ik niet."}
    ask(desk.home, Right.RECTIFICATION, first, **about)
    ask(desk.home, Right.OBJECTION, first, text="Ik wil dit niet.")
    one.get(CASES, "requests")
    desk.home.clock.at += 32 * DAY
    one.enter("privacy")
    one.keep("home privacy")
    one.get(CASES, "requests, late")
    found = {case.right: case.id for case in cases.listed(desk.verifier, state="open")}
    rectification, objection = found[Right.RECTIFICATION], found[Right.OBJECTION]
    one.get(f"{CASES}/{rectification}", "request")
    one.post(f"{CASES}/{rectification}/beslissen", "request, faults", 422, state="refused")
    desk.home.clock.at -= 2 * DAY
    one.enter("privacy")
    one.browser.get(f"{CASES}/{rectification}")
    one.post(
        f"{CASES}/{rectification}/verlengen",
        "request extended",
        more_nl="Wij zoeken het uit.",
        more_en="We are looking into it.",
    )
    values = {"state": "done", "value-1": "Goede-Naam"}
    one.post(f"{CASES}/{rectification}/beslissen", "request done", **values)
    one.browser.get(f"{CASES}/{objection}")
    one.post(f"{CASES}/{objection}/beslissen", "restricted", state="done")
    lifted = {"lift_nl": "Uitgezocht.", "lift_en": "Looked into."}
    one.post(f"{CASES}/{objection}/opheffen", "restriction lifted", **lifted)
    one.get(f"{CASES}?alles=1", "all requests")


def _audit(one: Walk, number: str) -> None:
    one.enter("audit", name="els")
    one.keep("home audit")
    one.get("/medewerkers/controle", "log")
    one.post("/medewerkers/controle", "log, faults", 422, since="x", number="x")
    one.get("/medewerkers/controle", "log again")
    one.post("/medewerkers/controle", "log, found", since="2025-12-01", number=number)
