"""The story of a merger: one municipality goes up in another, and nobody loses a card or a year."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from examples.town.later import DAY, day_text, next_midnight
from examples.town.mergertown import OLD_RESIDENT, WESTHOVE, MergerTown
from examples.town.narrator import Narrator
from examples.town.network import moment
from examples.town.story import KINDS, Told, require

TITLE = "Het verhaal van een herindeling. Iedereen hier is verzonnen. Niets gaat naar internet."
OLD, NEW = "Gemeente Westhove", "Gemeente Voorbeeldstad"
SINCE = {
    "woonadres": ("resident_since",),
    "woongeschiedenis": ("residence_current_since", "municipality_since", "region_since"),
}
# The corporation knows people by this code alone (formats.md 1).
PSEUDONYM = "housing_pseudonym"


@dataclass
class Merger:
    """What the steps tell each other."""

    town: MergerTown
    day: int = 0
    number: str = ""
    pseudonym: str = field(default="", repr=False)
    years: dict[str, Any] = field(default_factory=dict)
    expires: int = 0
    left_behind: Path | None = None

    def make_town(self) -> Told:
        """Make keys, certificates and lists for everybody and start the servers."""
        facts = self.town.build()
        return f"twee gemeenten, een corporatie en een spiegel staan in {self.town.folder}", facts

    def make_wallet(self) -> Told:
        """Make a wallet that trusts this scheme by its fingerprint."""
        return "een wallet die alleen dit stelsel vertrouwt", self.town.make_wallet()

    def old_cards(self) -> Told:
        """Fetch cards at the desk of the municipality that will end."""
        kinds = self.town.receive(OLD_RESIDENT, "0518")
        require(kinds == sorted(KINDS), f"received {kinds}")
        self.years, self.pseudonym = self._years(OLD)
        return f"vijf kaartjes van {OLD}", {"kinds": kinds, "since": self.years}

    def signed_up(self) -> Told:
        """Sign up with the corporation."""
        done = self.town.sign_up()
        require(done["verdict"]["verdict"] == "accepted", f"verdict {done['verdict']}")
        self.number = str(done["verdict"]["number"])
        return f"ingeschreven bij de corporatie onder nummer {self.number}", {"number": self.number}

    # --- before the day ---------------------------------------------------------------------

    def announced(self) -> Told:
        """The operator writes the merger in the register; until the day nothing changes."""
        self.day = next_midnight(self.town.now, 6)
        self.town.announce(self.day)
        self.town.registrar("lint")
        allowed = self.town.registrar("diff").lines()
        done = self.town.publish()
        self.town.issuer("sync")
        require(self.town.offer_to(OLD_RESIDENT, "0518").code == 0, "no offer before the day")
        return (
            f"op {day_text(self.day)} gaat {OLD} op in {NEW}; tot die dag verandert er niets",
            {"day": day_text(self.day), "sequence": done["sequence"], "diff": allowed},
        )

    # --- the day ----------------------------------------------------------------------------

    def merged(self) -> Told:
        """The day itself, before anybody did anything: the list that was read already says it."""
        self.town.until(self.day + 3_600)
        refused = self.town.offer_to(OLD_RESIDENT, "0518", expect=7)
        return (
            f"de dag zelf: {OLD} geeft niets meer uit, ook zonder nieuwe lijst",
            {"said": refused.err.strip()},
        )

    def taken_over(self) -> Told:
        """The heir's server carries the old lists on, and the BRP knows the new municipality."""
        self.town.stop_municipality()
        self.town.take_over(self.day)
        self.town.register_says(self.day)
        self.town.start_municipality()
        self.town.publish()
        self.town.sync()
        self.town.wallet("sync")
        synced = self.town.issuer("sync-brp").json()
        require(not synced["revoked"], f"sync-brp {synced}")
        signers = self._list_signers("0518")
        require(signers == {NEW}, f"old lists signed by {signers}")
        return f"{NEW} ondertekent de oude statuslijsten; niemand verliest een kaartje", {
            "signers": sorted(signers),
            "revoked": synced["revoked"],
        }

    def still_good(self) -> Told:
        """The old card is shared, and the wallet says whose it is now."""
        self.left_behind = self.town.copy_wallet("left-behind")
        held = self.town.held(OLD)["persoonsgegevens"]
        require(held["now"] == [NEW], f"card {held['now']}")
        self.expires = _seconds(held["expires"])
        since = moment()
        done = self.town.sign_up()
        self.town.network.require(
            since,
            {"wallet": {self.town.ports["verifier"]}, "verifier": set()},
        )
        require(done["verdict"]["verdict"] == "accepted", f"verdict {done['verdict']}")
        require(self.number in done["page"], f"page {done['page'][:300]}")
        return (
            f"het oude kaartje blijft goed en zegt: {OLD} (nu {NEW}); u bent al ingeschreven",
            {"now": held["now"], "expires": held["expires"], "number": self.number},
        )

    def nothing_new(self) -> Told:
        """The wallet asks the old municipality for more, and hears who to turn to."""
        refused = self.town.wallet("get", OLD, expect=5)
        found = self.town.wallet("refresh", "--yes").json()
        (told,) = [one for one in found["issuers"] if one["issuer"] == OLD]
        require(told["state"] == "withdrawn", f"told {told}")
        require(told["successors"] == [NEW], f"told {told}")
        return f"{OLD} geeft niets nieuws; de wallet zegt wie dat nu doet", {
            "said": refused.err.strip(),
            "successors": told["successors"],
        }

    def new_cards(self) -> Told:
        """The heir's desk gives new cards: another issuer, the same years."""
        kinds = self.town.receive(OLD_RESIDENT, "0599")
        require(kinds == sorted(KINDS), f"received {kinds}")
        years, pseudonym = self._years(NEW)
        require(years == self.years, f"years {years}, before {self.years}")
        require(pseudonym == self.pseudonym, "another person to the corporation")
        done = self.town.sign_up()
        require(self.number in done["page"], f"page {done['page'][:300]}")
        return (
            "nieuwe kaartjes van de nieuwe gemeente; 'woont hier sinds' begint niet opnieuw",
            {"kinds": kinds, "since": years, "number": self.number},
        )

    # --- afterwards -------------------------------------------------------------------------

    def history(self) -> Told:
        """Ask the register who was allowed what on which day."""
        days = {
            day_text(self.day - DAY): True,
            day_text(self.day): False,
        }
        found = {day: self._allowed(day) for day in days}
        require(found == days, f"history {found}")
        return "de geschiedenis zegt wie wat mocht uitgeven, op elke dag", {"allowed": found}

    def to_the_last_day(self) -> Told:
        """A wallet that never came back shares its old card in the last hour of it."""
        self.town.until(self.expires - 3_600)
        self._a_year_on()
        self.town.wallet("sync", home=self.left_behind)
        done = self.town.sign_up(self.left_behind)
        require(done["verdict"]["verdict"] == "accepted", f"verdict {done['verdict']}")
        return "bijna een jaar later, in het laatste uur: het oude kaartje wordt aangenomen", {
            "day": day_text(self.town.now)
        }

    def over(self) -> Told:
        """An hour later it is over."""
        self.town.until(self.expires + 60)
        cards = self.town.wallet("cards", home=self.left_behind).lines()
        states = {one["kind"]: one["state"] for one in cards}
        require(states["persoonsgegevens"] == "expired", f"states {states}")
        link = self.town.sign_up_link(self.town.browser())
        shown = self.town.wallet("share", link, "--show", home=self.left_behind).json()
        lacks = {one["lack"] for one in shown["missing"]}
        require((shown["sets"], lacks) == ([], {"expired"}), f"still {shown['sets']}, {lacks}")
        return "een uur later is het verlopen, en is er niets meer om te delen", {"states": states}

    # --- parts ------------------------------------------------------------------------------

    def _years(self, issuer: str) -> tuple[dict[str, str], str]:
        """Since when the cards of this issuer say, and by what code the corporation knows her."""
        found: dict[str, str] = {}
        codes = set()
        for kind, claims in self.town.claims(issuer, tuple(SINCE)).items():
            found |= {name: claims[name] for name in SINCE[kind]}
            codes.add(claims[PSEUDONYM])
        require(len(codes) == 1, f"{len(codes)} codes on cards of one person")
        return found, codes.pop()

    def _list_signers(self, code: str) -> set[str]:
        """Who signed the lists of this code that the mirror serves, read from the files alone."""
        found = set()
        for file in (self.town.mirror_folder / "status").rglob("*.jwt"):
            header, payload = (_json(part) for part in file.read_text("ascii").split(".")[:2])
            if f"/{code}/status/" in payload["sub"]:
                leaf = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
                name = leaf.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
                found.add(str(name[0].value))
        return found

    def _allowed(self, day: str) -> bool:
        asked = ("history", WESTHOVE, "--kind", "woonadres", "--on", day)
        return bool(self.town.registrar(*asked).json()["allowed"])

    def _a_year_on(self) -> None:
        """What the operator and the parties do every week: publish, renew, fetch."""
        self.town.publish()
        self.town.renew()

    def play(self, narrator: Narrator) -> None:
        """Play all steps in order."""
        narrator.step("town", self.make_town)
        narrator.step("wallet", self.make_wallet)
        narrator.step("old-cards", self.old_cards)
        narrator.step("signed-up", self.signed_up)
        narrator.step("announced", self.announced)
        narrator.step("merged", self.merged)
        narrator.step("taken-over", self.taken_over)
        narrator.step("still-good", self.still_good)
        narrator.step("nothing-new", self.nothing_new)
        narrator.step("new-cards", self.new_cards)
        narrator.step("history", self.history)
        narrator.step("last-day", self.to_the_last_day)
        narrator.step("over", self.over)


def _json(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())
