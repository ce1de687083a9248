"""The story of the municipality: log in from home, apply, move, correct, look back, on paper."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from examples.town import picture
from examples.town.narrator import Narrator
from examples.town.processes import StepFailed
from examples.town.story import KINDS, Told, require
from examples.town.town import RESIDENT, Town

TITLE = "Het verhaal van de gemeente. Iedereen hier is verzonnen. Niets gaat naar internet."
NAME = "Johan Groot Esselink"
PAPER = "inschrijven-papier"
CORPORATION = "00000099000000003000"
CLERK = ("--clerk", "balie-1")


@dataclass
class FromHome:
    """What the steps tell each other."""

    town: Town
    case: str = ""
    correction: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    paper: str = ""

    def make_town(self) -> Told:
        """Make keys, certificates and lists for everybody and start the servers."""
        facts = self.town.build()
        return f"gemeente, inlogdienst, register en spiegel staan in {self.town.folder}", facts

    def make_wallet(self) -> Told:
        """Make a wallet that trusts this scheme by its fingerprint."""
        return "een wallet die alleen dit stelsel vertrouwt", self.town.make_wallet()

    def log_in(self) -> Told:
        """Fetch cards from home: the wallet opens a browser, the resident logs in there."""
        words = self.town.secret_file("words", "vijf rustige woorden vooraf bedacht")
        waiting = self.town.processes.begin(
            "wallet",
            "regie-wallet",
            "--home",
            str(self.town.wallet_home),
            "--passphrase-file",
            str(words),
            "--json",
            "get",
            "Gemeente Voorbeeldstad",
            "--yes",
            "--no-browser",
        )
        browser = self.town.browser()
        browser.open(waiting.line_with("https://"))
        require("nagemaakte inlogdienst" in browser.text, "the provider does not say what it is")
        require(RESIDENT not in browser.address, "a number in an address")
        browser.press(NAME)
        form = browser.form_with("csrf")
        boxes = [*form.boxes.get("kind", []), "urgentie"]
        about = {"urgentie-reason": "Mijn huis wordt gesloopt."}
        browser.submit(form, kind=boxes, **about)
        result = waiting.end(expect=8).json()
        received = {card["kind"] for card in self.town.wallet("cards").lines()}
        require(received == set(KINDS), f"received {sorted(received)}")
        return (
            "ingelogd in de browser; vijf kaartjes meteen, één aanvraag gaat naar een mens",
            {"received": sorted(received), "outcome": result["outcome"]},
        )

    def applied(self) -> Told:
        """The resident sees how far the application is."""
        found = self._cases("card")
        self.case = str(found["request"])
        require(found["state"] == "received", f"state {found['state']}")
        return "de aanvraag voor urgentie staat in de wallet: ontvangen, met de termijn", found

    def decided(self) -> Told:
        """A clerk takes the application and grants it; the wallet collects the card."""
        self.town.issuer("decide", self.case, "--take", *CLERK)
        claims = self.town.secret_file(
            "claims",
            json.dumps(
                {
                    "urgency_granted": True,
                    "category": "sloop",
                    "valid_until": "2030-01-01",
                }
            ),
        )
        self.town.issuer("decide", self.case, "--grant", "--claims-file", str(claims), *CLERK)
        lines = self.town.wallet("requests").lines()
        cards = {card["kind"] for card in self.town.wallet("cards").lines()}
        require("urgentie" in cards, f"cards {sorted(cards)}: {lines}")
        return "besloten door een medewerker; het kaartje is opgehaald", {"cards": sorted(cards)}

    def moved(self) -> Told:
        """The resident moves: the register tells, the municipality takes back what is untrue."""
        change = {
            "burgerservicenummer": RESIDENT,
            "persoon": {
                "verblijfplaats": {
                    "type": "Adres",
                    "functieAdres": {"code": "W", "omschrijving": "woonadres"},
                    "datumVan": {
                        "type": "Datum",
                        "datum": "2026-01-01",
                        "langFormaat": "1 januari 2026",
                    },
                    "verblijfadres": {
                        "officieleStraatnaam": "Nieuwe Voorbeeldlaan",
                        "korteStraatnaam": "Nieuwe Voorbeeldlaan",
                        "huisnummer": 12,
                        "postcode": "3011AA",
                        "woonplaats": "Voorbeeldstad",
                    },
                }
            },
        }
        with (self.town.folder / "changes.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(change) + "\n")
        synced = self.town.issuer("sync-brp").json()
        self.town.issuer("publish-status")
        # Ten copies each of address, household and history; name and residence right stay true.
        require(synced["revoked"] == {"moved": 30}, f"sync-brp {synced}")
        again = self.town.issuer("sync-brp").json()
        require(not again["revoked"], f"a second time {again}")
        return "verhuisd: alleen wat niet meer klopt is teruggenomen", synced

    def refreshed(self) -> Told:
        """The wallet finds out, says why, and fetches the new card."""
        found = self.town.wallet("refresh", "--yes").json()
        told = {one["kind"]: one for issuer in found["issuers"] for one in issuer["cards"]}
        require(told["woonadres"]["reason"] == "moved", f"told {told}")
        card = self._card("woonadres")
        shown = json.dumps(self.town.wallet("card", card["card"]).json(), ensure_ascii=False)
        require("Nieuwe Voorbeeldlaan" in shown, "the new card has the old address")
        return "de wallet zegt waarom, en heeft het nieuwe kaartje", {"told": sorted(told)}

    def corrected(self) -> Told:
        """Something on a card is wrong: asked, refused with a reason and what one can do then."""
        card = self._card("persoonsgegevens")
        wish = self.town.secret_file(
            "correction",
            json.dumps(
                {
                    "claims": [{"path": ["given_name"], "claimed": "Johannes"}],
                    "explanation": "Zo staat het op mijn geboorteakte.",
                }
            ),
        )
        made = self.town.wallet(
            "correct", card["card"], "--from-file", str(wish), "--yes", expect=8
        ).json()
        self.correction = str(made["request"])
        reason = self.town.secret_file("reason", "De akte in ons archief zegt Johan.")
        self.town.issuer("decide", self.correction, "--take", *CLERK)
        self.town.issuer(
            "decide", self.correction, "--refuse", "--reason-file", str(reason), *CLERK
        )
        self.town.wallet("requests", expect=(0, 8))
        found = self.town.wallet("requests", "show", self.correction).json()
        text = json.dumps(found, ensure_ascii=False)
        require(found["outcome"] == "refused" and "bezwaar" in text, f"decision {found}")
        return (
            "correctie gevraagd; het besluit is ondertekend en zegt hoe je bezwaar maakt",
            {"outcome": found["outcome"], "decision": found["decision"]},
        )

    def processing(self) -> Told:
        """Who received my data: what the municipality did, and why."""
        found = self.town.wallet("processing", "Gemeente Voorbeeldstad").lines()
        require(bool(found), "nothing on record")
        text = json.dumps(found)
        require(RESIDENT not in text and "balie-1" not in text, "a number or a clerk's name")
        return f"{len(found)} regels: wat de gemeente deed, wanneer en waarom", {
            "lines": len(found)
        }

    def on_paper(self) -> Told:
        """For who has no device: an extract on paper for one purpose, checked offline."""
        person = self.town.secret_file("person", RESIDENT)
        target = self.town.folder / "uittreksel.html"
        profile = f"{CORPORATION}/inschrijven"
        self.town.issuer(
            "paper",
            "--person-file",
            str(person),
            "--profile",
            profile,
            "--municipality",
            "0599",
            "--out",
            str(target),
            *CLERK,
        )
        self.town.verifier("sync")
        code = picture.of_page(target)
        checked = self.town.verifier("check", str(code), "--profile", PAPER).json()
        require(checked["verdict"] == "accepted", f"verdict {checked}")
        require(checked["key_binding"] is False, "paper binds nobody")
        return (
            "uittreksel op papier: de corporatie leest de code en kijkt naar het paspoort",
            checked,
        )

    def _card(self, kind: str) -> dict[str, Any]:
        cards = [card for card in self.town.wallet("cards").lines() if card["kind"] == kind]
        require(bool(cards), f"no card {kind}")
        return cards[-1]

    def _cases(self, sort: str) -> dict[str, Any]:
        lines = self.town.wallet("requests", expect=(0, 8)).lines()
        found = [line for line in lines if line.get("case_type") == sort]
        if not found:
            raise StepFailed(f"no case about {sort}: {lines}")
        return found[-1]

    def play(self, narrator: Narrator) -> None:
        """Play all steps in order."""
        narrator.step("town", self.make_town)
        narrator.step("wallet", self.make_wallet)
        narrator.step("log-in", self.log_in)
        narrator.step("applied", self.applied)
        narrator.step("decided", self.decided)
        narrator.step("moved", self.moved)
        narrator.step("refreshed", self.refreshed)
        narrator.step("corrected", self.corrected)
        narrator.step("processing", self.processing)
        narrator.step("paper", self.on_paper)
