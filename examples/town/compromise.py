"""The story of a leaked key: first of a corporation, then of a municipality."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from examples.town import asker, grasping
from examples.town.later import CORPORATION, DAY, LaterTown
from examples.town.narrator import Narrator
from examples.town.processes import Result
from examples.town.story import KINDS, Told, require
from examples.town.town import RESIDENT

TITLE = "Het verhaal van een gelekte sleutel. Iedereen hier is verzonnen. Niets gaat naar internet."
MUNICIPALITY = "gemeente-voorbeeldstad"
WEEK = 7 * DAY


@dataclass
class Compromise:
    """What the steps tell each other."""

    town: LaterTown
    number: str = ""
    shared: dict[str, Any] = field(default_factory=dict)
    thief: str = ""
    unsynced: Path | None = None
    believing: Path | None = None

    def make_town(self) -> Told:
        """Make keys, certificates and lists for everybody and start the servers."""
        facts = self.town.build()
        return f"stelsel, gemeente, corporatie en spiegel staan in {self.town.folder}", facts

    def make_wallet(self) -> Told:
        """Make a wallet that trusts this scheme by its fingerprint."""
        return "een wallet die alleen dit stelsel vertrouwt", self.town.make_wallet()

    def cards(self) -> Told:
        """Fetch the cards at the desk."""
        kinds = self.town.receive(RESIDENT, "0599")
        require(kinds == sorted(KINDS), f"received {kinds}")
        return "vijf kaartjes van de gemeente", {"kinds": kinds}

    def signed_up(self) -> Told:
        """Sign up; the receipt is signed with the key that will leak."""
        done = self.town.sign_up()
        require(done["verdict"]["verdict"] == "accepted", f"verdict {done['verdict']}")
        self.shared, self.number = done["answer"], str(done["verdict"]["number"])
        require(self.shared["receipt"] == "verified", f"receipt {self.shared['receipt']}")
        return f"ingeschreven onder nummer {self.number}; het ontvangstbewijs is bewaard", {
            "number": self.number
        }

    # --- the corporation's key ---------------------------------------------------------------

    def leaked(self) -> Told:
        """Somebody has the corporation's access key and asks in its name: wallets cannot know."""
        self.thief = self._start_thief()
        shown = self.town.wallet("share", self.thief, "--show").json()
        require(shown["asker"]["name"] == "Woonstichting Voorbeeldwonen", f"asker {shown['asker']}")
        require("over_asking" in shown["warnings"], f"warnings {shown['warnings']}")
        self.town.wallet("share", shown["request"], "--decline", expect=(0, 3))
        return (
            "een dief vraagt iets met de gestolen sleutel; dat kan de wallet nog niet weten",
            {"asker": shown["asker"]["name"], "warnings": shown["warnings"]},
        )

    def drilled(self) -> Told:
        """Ask beforehand within which time who refuses, and what stays."""
        lines = self.town.registrar("drill", CORPORATION).lines()
        require(bool(lines), "the drill says nothing")
        return "de oefening zegt per lezer binnen welke tijd die weigert", {"drill": lines}

    def revoked(self) -> Told:
        """The operator takes the certificates back and publishes."""
        self.unsynced = self.town.copy_wallet("unsynced")
        done = self.town.registrar("revoke", CORPORATION, "--reason", "compromised").json()
        published = self.town.publish()
        return "ingetrokken en gepubliceerd; de gelekte sleutel krijgt niets nieuws", {
            "revoked": len(done["revoked"]),
            "sequence": published["sequence"],
            "waiting": published["waiting"],
        }

    def wallet_refuses(self) -> Told:
        """The wallet fetches the list; from then on the thief gets nothing."""
        self.town.wallet("sync")
        refused = self.town.wallet("share", self.thief, "--show", expect=5)
        return "na één keer bijwerken weigert de wallet de dief; er is niets gedeeld", {
            "said": refused.err.strip()
        }

    def within(self) -> Told:
        """A wallet that fetches nothing believes the thief until its list is over, no longer."""
        self.town.wallet("share", self.thief, "--show", home=self.unsynced)
        late = self._a_week_later("share", self.thief, "--show")
        return "een wallet die niets ophaalt gelooft de dief nog hoogstens zeven dagen", {
            "said": late.err.strip()
        }

    def corporation_stops(self) -> Told:
        """The corporation itself hears that its certificate is taken back."""
        self.town.verifier("sync")
        home = str(self.town.folder / "verifier")
        found = self.town.processes.run(
            "verifier-cli", "regie-verifier", "--home", home, "--json", "doctor", expect=(4, 5)
        )
        wrong = [one for one in found.lines() if not one["ok"]]
        require(any("revoked" in one["code"] for one in wrong), f"doctor {wrong}")
        self.town.stop("verifier")
        return "de corporatie ziet het zelf ook en stopt", {
            "code": found.code,
            "wrong": [one["code"] for one in wrong],
        }

    def evidence_stays(self) -> Told:
        """What was shared before stays on record: the log holds, and the receipt with it."""
        report = self.town.wallet("activities", "verify").json()
        require(report["ok"] is True, f"verify says {report}")
        activity = self.town.wallet("activity", self.shared["activity"]).json()
        events = [event["kind"] for event in activity["events"]]
        require("receipt.verified" in events, f"events {events}")
        return "het logboek klopt nog, met het ontvangstbewijs van vóór het lek erin", {
            "entries": report["entries"],
            "events": events,
        }

    def corporation_back(self) -> Told:
        """A new key, a new certificate: the sign-up is there, and the thief still gets nothing."""
        self.town.verifier("rotate")
        self.town.add_again("add-verifier", CORPORATION, self.town.folder / "verifier" / "csr")
        given = self.town.publish()["certificates"][CORPORATION]
        home = str(self.town.folder / "verifier")
        self.town.processes.run(
            "verifier-cli", "regie-verifier", "--home", home, "install-certificates", str(given)
        )
        self.town.start_verifier()
        done = self.town.sign_up()
        require(self.number in done["page"], f"page {done['page'][:300]}")
        self.town.wallet("share", self.thief, "--show", expect=5)
        self.town.stop("grasping")
        return (
            "een nieuwe sleutel: de inschrijving staat er nog, de dief krijgt nog steeds niets",
            {"number": self.number},
        )

    # --- the municipality's key --------------------------------------------------------------

    def card_key_leaked(self) -> Told:
        """Days later the key that signs the municipality's cards leaks: it can write any date."""
        self.town.until(self.town.now + 2 * DAY)
        self.town.issuer("publish-status")
        self.believing = self.town.copy_wallet("believing")
        folder = self.town.folder / "registrar" / "certificates" / MUNICIPALITY
        leaf = x509.load_pem_x509_certificate((folder / "card.pem").read_bytes())
        number = hashlib.sha256(leaf.public_bytes(Encoding.DER)).hexdigest()
        done = self.town.registrar("revoke", number, "--reason", "compromised").json()
        require(done["revoked"] == [number], f"revoked {done}")
        self.town.publish()
        self.town.verifier("sync")
        return "de sleutel onder de kaartjes van de gemeente is gelekt, en ingetrokken", {
            "certificate": number
        }

    def old_card_refused(self) -> Told:
        """A wallet that knows nothing shares its card: the corporation refuses it, and says why."""
        done = self.town.sign_up(self.believing)
        failed = [one["code"] for one in done["verdict"]["checks"] if not one["ok"]]
        require(done["verdict"]["verdict"] == "refused", f"verdict {done['verdict']}")
        return "een kaartje met die sleutel wordt geweigerd, hoe oud het ook zegt te zijn", {
            "failed": failed,
            "page": done["page"][:200],
        }

    def wallet_told(self) -> Told:
        """The wallet finds out by itself before it shares in vain."""
        told = self.town.wallet("sync").json()
        require(len(told["distrusted"]) == len(KINDS), f"sync {told}")
        states = {one["state"] for one in self.town.wallet("cards").lines()}
        require(states == {"revoked"}, f"states {states}")
        return "de wallet zegt het zelf: deze kaartjes gelden niet meer", {
            "distrusted": len(told["distrusted"])
        }

    def new_key(self) -> Told:
        """The municipality makes a new key; the registrar signs it; what else it signed stays."""
        self.town.issuer("rotate", "--municipality", MUNICIPALITY, "--role", "card")
        self.town.add_again("add-issuer", MUNICIPALITY, self.town.folder / "issuer" / "csr")
        given = Path(self.town.publish()["certificates"][MUNICIPALITY]).parent
        self.town.issuer("install-certificates", str(given))
        self.town.stop_municipality()
        self.town.start_municipality()
        return "een nieuwe sleutel voor de kaartjes; de statuslijsten gaan gewoon door", {}

    def fetched_again(self) -> Told:
        """The wallet fetches its cards anew, without a visit, and they are good."""
        # Never within the hour after sharing, or the municipality could tell from the moment.
        self.town.until(self.town.now + 2 * 3_600)
        self.town.sync()
        found = self.town.wallet("refresh", "--yes").json()
        states = {one["kind"]: one["state"] for one in self.town.wallet("cards").lines()}
        require(states == dict.fromkeys(KINDS, "valid"), f"states {states}: {found}")
        done = self.town.sign_up()
        require(done["verdict"]["verdict"] == "accepted", f"verdict {done['verdict']}")
        require(self.number in done["page"], f"page {done['page'][:300]}")
        report = self.town.wallet("activities", "verify").json()
        require(report["ok"] is True, f"verify says {report}")
        return "de wallet haalt alles opnieuw op; alles klopt weer, ook het logboek", {
            "cards": states
        }

    # --- parts -------------------------------------------------------------------------------

    def _a_week_later(self, *command: str) -> Result:
        """What the wallet that fetches nothing says then; after this look ahead the clocks go back.

        The server of the thief runs on: it is only the wallet that lives later.
        """
        clock = self.town.folder / "a-week-later"
        clock.write_text(str(WEEK), "ascii")
        right, self.town.processes.extra["REGIE_TOWN_CLOCK"] = (
            self.town.processes.extra["REGIE_TOWN_CLOCK"],
            str(clock),
        )
        try:
            return self.town.wallet(*command, home=self.unsynced, expect=5)
        finally:
            self.town.processes.extra["REGIE_TOWN_CLOCK"] = right

    def _start_thief(self) -> str:
        """A server with the corporation's own key, certificate and registration; its link."""
        folder = self.town.folder / "thief"
        folder.mkdir()
        given = self.town.folder / "registrar" / "certificates" / CORPORATION
        shutil.copy2(self.town.folder / "verifier" / "keys" / "access.key", folder)
        shutil.copy2(given / "access.pem", folder)
        shutil.copy2(given / "registration" / "inschrijven.jwt", folder)
        asker.start(
            self.town,
            key=folder / "access.key",
            certificate=folder / "access.pem",
            registration=folder / "inschrijven.jwt",
            notes=folder / "notes.json",
        )
        return grasping.link(folder, self.town.url("grasping"))

    def play(self, narrator: Narrator) -> None:
        """Play all steps in order."""
        narrator.step("town", self.make_town)
        narrator.step("wallet", self.make_wallet)
        narrator.step("cards", self.cards)
        narrator.step("signed-up", self.signed_up)
        narrator.step("leaked", self.leaked)
        narrator.step("drilled", self.drilled)
        narrator.step("revoked", self.revoked)
        narrator.step("wallet-refuses", self.wallet_refuses)
        narrator.step("within", self.within)
        narrator.step("corporation-stops", self.corporation_stops)
        narrator.step("evidence-stays", self.evidence_stays)
        narrator.step("corporation-back", self.corporation_back)
        narrator.step("card-key-leaked", self.card_key_leaked)
        narrator.step("old-card-refused", self.old_card_refused)
        narrator.step("wallet-told", self.wallet_told)
        narrator.step("new-key", self.new_key)
        narrator.step("fetched-again", self.fetched_again)
