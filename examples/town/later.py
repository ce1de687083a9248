"""A town through the years: its clocks are set ahead, and its scheme changes by its files.

What the operator does is what docs/scheme.md says: edit a file of the register, look at what it
allows whom, publish, and let every reader fetch it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from examples.town.processes import Result
from examples.town.town import Town

DAY = 86_400
WEEK = 7 * DAY
CORPORATION = "woonstichting-voorbeeldwonen"


@dataclass
class LaterTown(Town):
    """A town whose every process, but the one that tells the story, lives by a clock of its own."""

    @classmethod
    def found(cls) -> Self:
        """Choose a fresh folder and free ports; the clocks are right."""
        made = super().found()
        made.set_ahead(0)
        made.processes.extra["REGIE_TOWN_CLOCK"] = str(made.clock)
        return made

    # --- time ------------------------------------------------------------------------------

    @property
    def clock(self) -> Path:
        """The file with the seconds by which every clock of the town is ahead."""
        return self.folder / "clock"

    @property
    def now(self) -> int:
        """The moment it is in the town."""
        return int(time.time()) + int(self.clock.read_text("ascii"))

    def set_ahead(self, seconds: int) -> None:
        """Put every clock of the town this far ahead, all at once."""
        fresh = self.folder / "clock.new"
        fresh.write_text(str(seconds), "ascii")
        fresh.replace(self.clock)

    def until(self, moment: int) -> None:
        """Let time pass until this moment."""
        self.set_ahead(moment - int(time.time()))

    # --- the register ----------------------------------------------------------------------

    def party_file(self, party: str) -> Path:
        """The party's file in the register, as the operator edits it."""
        return self.folder / "registrar" / "parties" / f"{party}.toml"

    def edit(self, party: str, *changes: tuple[str, str], more: str = "") -> None:
        """Change the file of a party: what stands there for something else, and more at the end."""
        file = self.party_file(party)
        text = file.read_text("utf-8")
        for before, after in changes:
            if text.count(before) != 1:
                raise AssertionError(f"{before!r} stands {text.count(before)} times")
            text = text.replace(before, after)
        file.write_text(text + more, "utf-8")

    def publish(self) -> dict[str, Any]:
        """Publish the register; what `lint` refuses is not published."""
        return self.registrar("publish", "--late", "--to", str(self.mirror_folder)).json()

    def sync(self) -> None:
        """Let the municipality and the corporation fetch what is new, as their timers do."""
        self.issuer("sync")
        self.issuer("publish-status")
        self.verifier("sync")

    def add_again(self, command: str, party: str, requests: Path) -> None:
        """Bring a party's new requests to the register; its file stays as it is."""
        self.registrar(command, str(self.party_file(party)), "--csr", str(requests))

    def renew(self) -> None:
        """Install what the last publication renewed, fetch it, and start the servers again."""
        given = self.folder / "registrar" / "certificates"
        self._install("regie-issuer", "issuer", str(given))
        self._install("regie-verifier", "verifier", str(given / CORPORATION))
        self.sync()
        self.start_municipality()
        self.start_verifier()

    # --- at the desk -----------------------------------------------------------------------

    def offer_to(
        self, person: str, municipality: str, kinds: str = "all", expect: int = 0
    ) -> Result:
        """Let a clerk of this municipality offer cards to this person."""
        file = self.secret_file("person", person)
        who = ("--person-file", str(file), "--municipality", municipality, "--clerk", "balie-1")
        return self._run(
            "regie-issuer",
            "issuer",
            *("offer", *who, "--kinds", kinds),
            name="issuer-cli",
            expect=expect,
        )

    def receive(self, person: str, municipality: str, kinds: str = "all") -> list[str]:
        """Offer cards and take them in, as at any desk; the kinds that came."""
        made = self.offer_to(person, municipality, kinds).json()
        code = self.secret_file("spoken-code", made["code"])
        pending = self.wallet(
            "add", made["link"], "--tx-code-file", str(code), "--yes", expect=8
        ).json()
        self.confirm(str(made["offer"]), str(pending["number"]))
        lines = self.wallet("requests", expect=(0, 8)).lines()
        return sorted({kind for line in lines for kind in line.get("kinds", [])})

    def sign_up(self, home: Path | None = None) -> dict[str, Any]:
        """Share for a sign-up and read the page; what the wallet and the page said."""
        browser = self.browser()
        link = self.sign_up_link(browser)
        shown = self.wallet("share", link, "--show", home=home).json()
        accepted = [flag for warning in shown["warnings"] for flag in ("--accept", warning)]
        answer = self.wallet(
            *("share", shown["request"], "--yes", "--claims", ",".join(shown["sets"][0])),
            *accepted,
            home=home,
        ).json()
        form = browser.form_with("code")
        browser.submit(form, code=str(answer["confirm_code"]))
        if browser.has_field("email"):
            browser.submit(browser.form_with("email"), email="bewoner@voorbeeld.example")
        newest = self.verifier("registrations", "--all").lines()[-1]
        return {"shown": shown, "answer": answer, "page": browser.text, "verdict": newest}


def day_text(moment: int) -> str:
    """The day of this moment (UTC), as files of the register write it."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def next_midnight(moment: int, days: int) -> int:
    """Midnight (UTC) that many days after the day of this moment."""
    return moment - moment % DAY + days * DAY
