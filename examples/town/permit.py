"""The story of a permit: an entrepreneur applies, the municipality asks, decides and publishes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from examples.town.browser import Browser
from examples.town.narrator import Narrator
from examples.town.network import moment
from examples.town.permittown import PermitTown
from examples.town.processes import StepFailed
from examples.town.story import Told, require

TITLE = "Het verhaal van een vergunning. Iedereen hier is verzonnen. Niets gaat naar internet."
KINDS = {"kvk-inschrijving", "bag-object"}
COMPANY = {"kvk_number": "68750110"}
SHIELDED = {"kvk_number": "90001354"}
BUILDING = {"nummeraanduiding": "0599200099990031"}
CLERK = ("--clerk", "balie-1")
WORDS = "Een terras met zes tafels op de stoep, van april tot en met oktober."
PLAN = b"%PDF-1.7\n1 0 obj\n<< /Title (Plattegrond terras Donald) >>\nendobj\n%%EOF\n"
OTHER_PLAN = b"%PDF-1.7\n1 0 obj\n<< /Title (Veel groter terras Donald) >>\nendobj\n%%EOF\n"
# A picture as telephones make them, with a place in its metadata.
PHOTO = b"\xff\xd8\xff\xe1\x00\x1cExif\x00\x00GPS 51.5904 5.3253 \xff\xdb\x00\x03\x00\xff\xd9"
QUESTION = ("Hoe breed is de stoep voor de deur?", "How wide is the pavement at the door?")
ANSWER = "De stoep is vier meter breed, zie de plattegrond."
DECISION = (
    "Het terras past op de stoep en er blijft ruimte om te lopen.",
    "The terrace fits on the pavement and there is room left to walk.",
)


@dataclass
class Permit:
    """What the steps tell each other."""

    town: PermitTown
    since: float = 0.0
    number: str = ""
    shown: dict[str, Any] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    _browser: Browser | None = None

    @property
    def browser(self) -> Browser:
        """The entrepreneur's browser, opened when first needed."""
        if self._browser is None:
            self._browser = self.town.browser()
        return self._browser

    # --- the cards --------------------------------------------------------------------------

    def make_town(self) -> Told:
        """Make keys, certificates and lists for everybody and start the servers."""
        facts = self.town.build()
        return (
            f"gemeente, registers, vergunningenloket en spiegel staan in {self.town.folder}",
            facts,
        )

    def make_wallet(self) -> Told:
        """Make a wallet that trusts this scheme by its fingerprint."""
        return "een wallet die alleen dit stelsel vertrouwt", self.town.make_wallet()

    def cards(self) -> Told:
        """The clerk looks in the business register who may sign, and offers two cards."""
        self._receive({**COMPANY, "bag": BUILDING}, authorised=True)
        held = self.town.wallet("cards").lines()
        require({card["kind"] for card in held} == KINDS, f"cards {held}")
        return (
            "aan de balie: kaartje van het bedrijf en van het pand, uit KVK en BAG",
            {"kinds": sorted(KINDS)},
        )

    # --- the application --------------------------------------------------------------------

    def filled_in(self) -> Told:
        """Write down what it is about, and add a plan and a photo."""
        self._fill()
        self._attach("plattegrond.pdf", PLAN)
        self._attach("gevel.jpg", PHOTO)
        require("meer gegevens dan u ziet" in self.browser.text, "nothing about the photo")
        return (
            "ingevuld, met plattegrond en foto; de pagina waarschuwt dat in de foto meer staat",
            {"attachments": 2},
        )

    def asked(self) -> Told:
        """Open the request in the wallet: who asks what, and what would be signed."""
        self.shown = self.town.wallet("share", self._sign(), "--show").json()
        text = json.dumps(self.shown, ensure_ascii=False)
        require("plattegrond.pdf" in text and "gevel.jpg" in text, "no attachments in the question")
        require("Een terras plaatsen" in text, "no title in the question")
        return (
            "het loket vraagt twee kaartjes; de wallet toont welke aanvraag je ondertekent",
            {"asker": self.shown["asker"], "sets": self.shown["sets"]},
        )

    def signed(self) -> Told:
        """Share and sign exactly this application."""
        self.since = moment()
        self.shared = self._yes(self.shown)
        require(self.shared["receipt"] == "verified", f"receipt {self.shared['receipt']}")
        return "gedeeld en ondertekend; het ontvangstbewijs bindt de aanvraag", {
            "receipt": self.shared["receipt"],
            "claims": len(self.shown["sets"][0]),
        }

    def network_step(self) -> Told:
        """Look at what the network did while data was shared and checked."""
        self._code()
        asker = self.town.ports["verifier"]
        contacts = self.town.network.require(self.since, {"wallet": {asker}, "verifier": set()})
        peers = sorted({(one.process, one.port) for one in contacts if one.port})
        require(peers == [("wallet", asker)], f"contacts while sharing: {peers}")
        return (
            "bij het delen sprak de wallet alleen het loket; het loket sprak niemand",
            {"contacts": [{"process": name, "port": port} for name, port in peers]},
        )

    def checked(self) -> Told:
        """The form is filled in: company and place marked as checked, own words as one's own."""
        text = self.browser.text
        require(text.count("Al gecontroleerd. Bron:") == len(KINDS), f"page {text[:400]}")
        require("Test BV Donald" in text and "Stadhuisplein 12A" in text, f"page {text[:600]}")
        require("Niemand heeft die gecontroleerd" in text and WORDS in text, "no own words")
        return (
            "het formulier is ingevuld: bedrijf en pand al gecontroleerd, eigen woorden niet",
            {"checked": sorted(KINDS)},
        )

    def submitted(self) -> Told:
        """Hand it in: a number, the day it came, the last day of the term."""
        self._press("indienen")
        (found,) = self.town.permits("applications").lines()
        self.number = str(found["number"])
        require(self.number in self.browser.text, "the page does not show the number")
        require(found["state"] == "received", f"state {found['state']}")
        return (
            f"ingediend onder nummer {self.number}, met de dag waarop uiterlijk is besloten",
            {"number": self.number, "submitted": found["submitted"], "due": found["due"]},
        )

    # --- what became of it ------------------------------------------------------------------

    def followed(self) -> Told:
        """The wallet asks how it stands: received."""
        found = self._requests()
        require(found["state"] == "received" and found["due"] is not None, f"case {found}")
        require(found["request"] == self.number, f"case {found}")
        return "in de wallet onder verzoeken: ontvangen, met de termijn", found

    def question(self) -> Told:
        """A case worker takes it up and asks something; the entrepreneur answers on the page."""
        self._step("in_progress")
        self._step("information_requested", words=QUESTION)
        asked = self._requests()
        require(asked["state"] == "information_requested", f"case {asked}")
        require(QUESTION[0] in str(asked["reason"]), f"case {asked}")
        self.browser.open(f"{self._page}/mijn-aanvraag")
        require(QUESTION[0] in self.browser.text, "no question on the page")
        self.browser.upload(self._form("aanvulling"), {"text": ANSWER}, {})
        answered = self._requests()
        require(answered["state"] == "in_progress", f"case {answered}")
        return "de gemeente vraagt iets, in de wallet te lezen; beantwoord op de pagina", {
            "states": [asked["state"], answered["state"]]
        }

    def decided(self) -> Told:
        """Decide, with a reason in plain words."""
        self._step("decided", words=DECISION, ruling="granted")
        found = self._requests()
        require(
            found["state"] == "decided" and DECISION[0] in str(found["reason"]), f"case {found}"
        )
        require("bezwaar" in str(found["reason"]), f"no legal remedy: {found}")
        return "besluit genomen, met de reden en hoe je bezwaar maakt", {"state": found["state"]}

    def published(self) -> Told:
        """Publish it: everything that happened stands in the wallet, under one number."""
        self._step("published")
        found = self._requests()
        states = [step["phase"] for step in found["history"]]
        require(found["state"] == "published", f"case {found}")
        require(states[0] == "received" and states[-2:] == ["decided", "published"], f"{states}")
        activity = self.town.wallet("activity", self.shared["activity"]).json()
        kinds = [event["kind"] for event in activity["events"]]
        require("receipt.verified" in kinds and "right.answered" in kinds, f"events {kinds}")
        kept = self.town.permits("application", self.number).json()
        require(kept["delete_by"] is not None, "no day on which it is deleted")
        return "bekendgemaakt; alle stappen staan in de wallet, ondertekend door de gemeente", {
            "states": states,
            "delete_by": kept["delete_by"],
        }

    # --- what does not go -------------------------------------------------------------------

    def changed(self) -> Told:
        """Another attachment after signing: what was signed is not what is there, so refused."""
        self._browser = None
        self._fill()
        self._attach("plattegrond.pdf", PLAN)
        link = self._sign()
        shown = self.town.wallet("share", link, "--show").json()
        # Between the question and the yes somebody puts another plan in its place.
        share = self.browser.address
        self.browser.open(f"{self._page}/bijlagen")
        self.browser.submit(self._form("bijlagen/weg"))
        self._attach("plattegrond.pdf", OTHER_PLAN)
        self.shared = self._yes(shown)
        self.browser.open(share)
        self._code(expect=409)
        require("niet wat u ondertekende" in self.browser.text, f"page {self.browser.text[:300]}")
        found = self.town.permits("applications").lines()
        require([str(one["number"]) for one in found] == [self.number], f"applications {found}")
        return "een andere bijlage dan is ondertekend: geweigerd, niets ingediend", {
            "page": self.browser.text[:120]
        }

    def not_authorised(self) -> Told:
        """Somebody of whom nobody looked up whether they may sign: refused, with a next step."""
        self._receive(SHIELDED, authorised=False)
        self._browser = None
        self._fill()
        shown = self.town.wallet("share", self._sign(), "--show").json()
        claims = [one for one in shown["sets"] if not any("representative" in name for name in one)]
        require(bool(claims), f"sets {shown['sets']}")
        self.shared = self._yes(shown, claims[0])
        self._code()
        text = self.browser.text
        require("niet dat u voor dit bedrijf mag tekenen" in text, f"page {text[:400]}")
        require("balie van de gemeente" in text, "no next step")
        return (
            "niet bevoegd volgens het kaartje: geweigerd, met de reden en de weg naar de balie",
            {
                "rule": "policy.representative",
                "page": text[:160],
            },
        )

    # --- parts ------------------------------------------------------------------------------

    @property
    def _page(self) -> str:
        return f"{self.town.url('verifier')}/nl/vergunning"

    def _receive(self, entries: dict[str, Any], *, authorised: bool) -> None:
        """Cards for a company, a building or both: offer, spoken code, number, collect."""
        file = self.town.secret_file("entries", json.dumps(entries))
        seen = ("--authorised",) if authorised else ()
        made = self.town.issuer(
            "offer", "--entry-file", str(file), *seen, "--municipality", "0599", *CLERK
        ).json()
        code = self.town.secret_file("spoken-code", made["code"])
        pending = self.town.wallet(
            "add", made["link"], "--tx-code-file", str(code), "--yes", expect=8
        ).json()
        self.town.confirm(str(made["offer"]), str(pending["number"]))
        self.town.wallet("requests", expect=(0, 8))

    def _fill(self) -> None:
        self.browser.open(self._page)
        self.browser.submit(self.browser.post_form())
        form = self.browser.form_with("description")
        self.browser.submit(form, activity="terras", description=WORDS, start=self.town.start_day)

    def _attach(self, name: str, data: bytes) -> None:
        self.browser.upload(self._form("bijlagen"), {}, {"file": (name, data)})

    def _sign(self) -> str:
        """Ask for the cards and the signature; the link for a wallet on another device."""
        self._press("delen")
        links = [link for link in self.browser.page_links if link.startswith("openid4vp:")]
        if not links:
            raise StepFailed(f"no link for the wallet on the page: {self.browser.text[:200]}")
        return links[-1]

    def _yes(self, shown: dict[str, Any], claims: list[str] | None = None) -> dict[str, Any]:
        accepted = [flag for warning in shown["warnings"] for flag in ("--accept", warning)]
        chosen = ",".join(claims or shown["sets"][0])
        done = self.town.wallet(
            "share", shown["request"], "--yes", "--claims", chosen, *accepted
        ).json()
        require(done["outcome"] == "shared", f"outcome {done['outcome']}")
        return done

    def _code(self, expect: int = 200) -> None:
        """Type the code that the wallet shows."""
        form = self.browser.form_with("code")
        self.browser.submit(form, expect=expect, code=str(self.shared["confirm_code"]))

    def _form(self, place: str) -> Any:  # noqa: ANN401 - a form of the page
        for form in self.browser.forms:
            if form.action.endswith(f"/{place}"):
                return form
        raise StepFailed(f"no form {place} on {self.browser.address}: {self.browser.text[:300]}")

    def _press(self, place: str) -> None:
        self.browser.submit(self._form(place))

    def _step(self, state: str, words: tuple[str, str] | None = None, ruling: str = "") -> None:
        """What the case worker does at the desk's own computer."""
        said: list[str] = []
        for lang, text in zip(("nl", "en"), words or (), strict=False):
            said += [f"--text-{lang}-file", str(self.town.secret_file(f"said-{lang}", text))]
        ruled = ("--ruling", ruling) if ruling else ()
        self.town.permits("application", self.number, "--state", state, *said, *ruled)

    def _requests(self) -> dict[str, Any]:
        """What the wallet says of the application after asking the municipality."""
        self.town.wait_to_ask()
        lines = self.town.wallet("requests", "--refresh", expect=(0, 8)).lines()
        found = [line for line in lines if line.get("case_type") == "application"]
        require(len(found) == 1, f"applications in the wallet: {lines}")
        self.seen.append(str(found[0]["state"]))
        return found[0]

    def play(self, narrator: Narrator) -> None:
        """Play all steps in order."""
        narrator.step("town", self.make_town)
        narrator.step("wallet", self.make_wallet)
        narrator.step("cards", self.cards)
        narrator.step("filled-in", self.filled_in)
        narrator.step("asked", self.asked)
        narrator.step("signed", self.signed)
        narrator.step("network", self.network_step)
        narrator.step("checked", self.checked)
        narrator.step("submitted", self.submitted)
        narrator.step("followed", self.followed)
        narrator.step("question", self.question)
        narrator.step("decided", self.decided)
        narrator.step("published", self.published)
        narrator.step("changed", self.changed)
        narrator.step("not-authorised", self.not_authorised)
