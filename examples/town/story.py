"""The story of one sign-up, step by step; the names of the steps are a contract."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import Any

from examples.town.browser import Browser
from examples.town.narrator import Narrator
from examples.town.network import moment
from examples.town.processes import StepFailed, listens
from examples.town.town import Town

KINDS = ("persoonsgegevens", "woonadres", "huishouden", "woongeschiedenis", "verblijfsrecht")
Told = tuple[str, dict[str, Any]]


def require(condition: bool, sentence: str) -> None:
    """Fail the step with `sentence` unless the condition holds."""
    if not condition:
        raise StepFailed(sentence)


@dataclass
class Story:
    """What the steps tell each other."""

    town: Town
    since: float = 0.0
    offer: dict[str, Any] = field(default_factory=dict)
    link: str = ""
    shown: dict[str, Any] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)
    number: str = ""
    _browser: Browser | None = None

    @property
    def browser(self) -> Browser:
        """The resident's browser, opened when first needed."""
        if self._browser is None:
            self._browser = self.town.browser()
        return self._browser

    # --- getting the cards -----------------------------------------------------------------

    def make_town(self) -> Told:
        """Make keys, certificates and lists for everybody and start the servers."""
        facts = self.town.build()
        return (
            f"stelsel, gemeente, corporatie en spiegel staan in {self.town.folder}",
            facts,
        )

    def make_wallet(self) -> Told:
        """Make a wallet that trusts this scheme by its fingerprint."""
        made = self.town.make_wallet()
        return "een wallet met een wachtzin; hij vertrouwt alleen dit stelsel", made

    def make_offer(self) -> Told:
        """Let the desk clerk make an offer."""
        self.offer = self.town.offer()
        require(set(self.offer["kinds"]) == set(KINDS), f"offered {self.offer['kinds']}")
        return (
            f"de balie biedt {len(KINDS)} kaartjes aan: een link en een gesproken code",
            {"kinds": sorted(self.offer["kinds"]), "refused": self.offer.get("refused", [])},
        )

    def receive(self) -> Told:
        """Take the cards in: code, number, confirmation by the clerk, collection."""
        code = self.town.secret_file("spoken-code", self.offer["code"])
        pending = self.town.wallet(
            "add", self.offer["link"], "--tx-code-file", str(code), "--yes", expect=8
        ).json()
        number = str(pending["number"])
        self.town.confirm(str(self.offer["offer"]), number)
        collected = self.town.wallet("requests").lines()
        received = {kind for line in collected for kind in line.get("kinds", [])}
        require(received == set(KINDS), f"received {sorted(received)}")
        return (
            "code ingevuld, nummer vergeleken aan de balie, vijf kaartjes opgehaald",
            {"kinds": sorted(received)},
        )

    def cards(self) -> Told:
        """Show the cards."""
        cards = self.town.wallet("cards").lines()
        copies = {card["kind"]: card["copies"] for card in cards}
        require(set(copies) == set(KINDS), f"cards {sorted(copies)}")
        require(all(count == 10 for count in copies.values()), f"copies {copies}")  # noqa: PLR2004
        return "vijf kaartjes, elk nog 10 keer te gebruiken", {"copies": copies}

    def municipality_off(self) -> Told:
        """Switch the municipality and its register off."""
        self.town.stop_municipality()
        require(
            not listens(self.town.ports["issuer"]) and not listens(self.town.ports["register"]),
            "something still listens on the municipality's ports",
        )
        return "de gemeente staat uit: een verbinding wordt geweigerd", {"issuer": "refused"}

    # --- sharing ---------------------------------------------------------------------------

    def request(self) -> Told:
        """Open the sign-up page and look at the question; nothing is sent."""
        self.link = self.town.sign_up_link(self.browser)
        self.shown = self.town.wallet("share", self.link, "--show").json()
        return (
            f"{self.shown['asker']['name']} vraagt iets; er is niets gedeeld",
            {
                "asker": self.shown["asker"],
                "purpose": self.shown["purpose"],
                "sets": self.shown["sets"],
            },
        )

    def over_asked_declined(self) -> Told:
        """Look at a request for more than was registered, and decline it."""
        link = self.town.start_grasping()
        since = moment()
        shown = self.town.wallet("share", link, "--show").json()
        require("over_asking" in shown["warnings"], f"warnings {shown['warnings']}")
        declined = self.town.wallet("share", shown["request"], "--decline", expect=(0, 3)).json()
        self.town.network.require(since, {"wallet": {self.town.ports["grasping"]}})
        notes = self.town.grasping_notes()
        require(notes["error"] == "access_denied", f"the asker got {notes}")
        self.town.stop("grasping")
        return (
            "een ander vraagt meer dan is geregistreerd: gewaarschuwd, niets gedeeld",
            {"warnings": shown["warnings"], "outcome": declined["outcome"], "asker_got": notes},
        )

    def share(self) -> Told:
        """Answer yes to exactly one allowed set."""
        claims = self.shown["sets"][0]
        accepted = [flag for warning in self.shown["warnings"] for flag in ("--accept", warning)]
        self.since = moment()
        self.shared = self.town.wallet(
            "share", self.shown["request"], "--yes", "--claims", ",".join(claims), *accepted
        ).json()
        require(self.shared["outcome"] == "shared", f"outcome {self.shared['outcome']}")
        return f"{len(claims)} gegevens gedeeld, verder niets", {"claims": claims}

    def verdict(self) -> Told:
        """Type the code on the page, leave an e-mail address, read the result."""
        text = self.town.finish_sign_up(self.browser, self.shared)
        registrations = self.town.verifier("registrations").lines()
        accepted = [line for line in registrations if line["verdict"] == "accepted"]
        require(len(accepted) == 1, f"{len(accepted)} accepted registrations")
        self.number = str(accepted[0]["number"])
        require(self.number in text, "the page does not show the number")
        checks = accepted[0]["checks"]
        require(all(check["ok"] for check in checks), "a check did not hold")
        return (
            f"ingeschreven, nummer {self.number}; {len(checks)} controles, gemeente uit",
            {"number": self.number, "checks": [check["code"] for check in checks]},
        )

    def receipt(self) -> Told:
        """Look at the signed receipt in the wallet."""
        require(self.shared["receipt"] == "verified", f"receipt {self.shared['receipt']}")
        activity = self.town.wallet("activity", self.shared["activity"]).json()
        kinds = [event["kind"] for event in activity["events"]]
        require("receipt.verified" in kinds, f"events {kinds}")
        return "het ondertekende ontvangstbewijs klopt en is bewaard", {"events": kinds}

    def network_step(self) -> Told:
        """Look at what the network did while data was shared and checked."""
        # The corporation is watched until now: through the verdict, the page and the receipt.
        contacts = self.town.network.require(
            self.since, {"wallet": {self.town.ports["verifier"]}, "verifier": set()}
        )
        peers = sorted({(one.process, one.port) for one in contacts if one.port})
        asker = ("wallet", self.town.ports["verifier"])
        require(peers == [asker], f"contacts while sharing: {peers}")
        return (
            "bij het delen sprak de wallet alleen de vrager; de corporatie sprak niemand",
            {"contacts": [{"process": name, "port": port} for name, port in peers]},
        )

    # --- looking back ----------------------------------------------------------------------

    def log(self) -> Told:
        """Look back: what left, to whom, why and for how long."""
        activities = self.town.wallet("activities").lines()
        who = self.town.wallet("who").lines()
        shared = [line for line in activities if line.get("outcome") == "shared"]
        require(len(shared) == 1, f"{len(shared)} shared activities")
        require(bool(who), "who has what is empty")
        return f"{len(activities)} activiteiten; één organisatie heeft iets", {"who": who}

    def log_verified(self) -> Told:
        """Check the chain and take its eight words."""
        report = self.town.wallet("activities", "verify").json()
        require(report["ok"] is True, f"verify says {report}")
        head = self.town.wallet("activities", "head").json()
        require(len(head["words"]) == 8, "the head is not eight words")  # noqa: PLR2004
        return "de keten klopt; de kop is acht woorden om te bewaren", {
            "entries": report["entries"]
        }

    def tamper_found(self) -> Told:
        """Cut the end off a copy of the log and have it found."""
        before = self.town.copy_wallet("before")
        self.town.wallet("activities", "head")
        self.town.wallet("share", self._fresh_link(), "--show")
        after = self.town.copy_wallet("cut")
        for name in ("wallet.db", "wallet.db-wal", "wallet.db-shm"):
            (after / name).unlink(missing_ok=True)
            if (before / name).exists():
                shutil.copy2(before / name, after / name)
        report = self.town.wallet("activities", "verify", home=after, expect=9)
        return (
            "een kopie waar het eind af is, valt door de mand",
            {"exit": report.code, "faults": report.json().get("faults", [])},
        )

    def _fresh_link(self) -> str:
        return self.town.sign_up_link(self.browser)

    def erased(self) -> Told:
        """Ask for deletion, confirm the consequence, keep the signed proof."""
        activity = self.shared["activity"]
        first = self.town.wallet("ask", "erasure", activity, "--yes", expect=8).json()
        require(first["state"] == "needs_confirmation", f"state {first['state']}")
        done = self.town.wallet("ask", "erasure", activity, "--confirm").json()
        require(done["state"] == "done", f"state {done['state']}")
        left = [
            line
            for line in self.town.verifier("registrations").lines()
            if str(line["number"]) == self.number and line["state"] == "active"
        ]
        require(not left, "the registration still stands")
        return "gewist na een tweede vraag; het ondertekende bewijs is bewaard", {
            "erased": done["erased"]
        }

    # --- taken back ------------------------------------------------------------------------

    def municipality_on(self) -> Told:
        """Start the municipality again."""
        self.town.start_municipality()
        return "de gemeente staat weer aan", {}

    def revoked(self) -> Told:
        """Take a card back and publish the status lists."""
        result = self.town.revoke("persoonsgegevens")
        return "de gemeente neemt persoonsgegevens direct terug", result

    def synced(self) -> Told:
        """Fetch the new lists from the mirror."""
        result = self.town.verifier("sync").json()
        return "de corporatie heeft de nieuwe lijsten van de spiegel gehaald", result

    def refused(self) -> Told:
        """Share the card that was taken back; it is refused, and logged."""
        shown = self.town.wallet("share", self._fresh_link(), "--show").json()
        accepted = [flag for warning in shown["warnings"] for flag in ("--accept", warning)]
        answer = self.town.wallet(
            "share", shown["request"], "--yes", "--claims", ",".join(shown["sets"][0]), *accepted
        ).json()
        text = self.town.finish_sign_up(self.browser, answer, contact=False)
        refused = [
            line
            for line in self.town.verifier("registrations", "--all").lines()
            if line["verdict"] == "refused"
        ]
        require(bool(refused), "no refusal on record")
        failed = [c["code"] for c in refused[-1]["checks"] if not c["ok"]]
        return "geweigerd, met de reden op de pagina", {"failed": failed, "page": text[:160]}

    def play(self, narrator: Narrator) -> None:
        """Play every step in order."""
        narrator.step("town", self.make_town)
        narrator.step("wallet", self.make_wallet)
        narrator.step("offer", self.make_offer)
        narrator.step("receive", self.receive)
        narrator.step("cards", self.cards)
        narrator.step("municipality-off", self.municipality_off)
        narrator.step("request", self.request)
        narrator.step("over-asked-declined", self.over_asked_declined)
        narrator.step("share", self.share)
        narrator.step("verdict", self.verdict)
        narrator.step("receipt", self.receipt)
        narrator.step("network", self.network_step)
        narrator.step("log", self.log)
        narrator.step("log-verified", self.log_verified)
        narrator.step("tamper-found", self.tamper_found)
        narrator.step("erased", self.erased)
        narrator.step("municipality-on", self.municipality_on)
        narrator.step("revoked", self.revoked)
        narrator.step("synced", self.synced)
        narrator.step("refused", self.refused)
