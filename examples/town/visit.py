"""`make demo` with a terminal: who you are, and then the wallet with the town around it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

from examples.town.panel import SWITCH
from examples.town.processes import BIN, StepFailed
from examples.town.town import WORDS, Town

PANEL = str(Path(__file__).parent / "panel.py")

WELCOME = """
Je bent Johan, een verzonnen inwoner van Voorbeeldstad. Je zoekt een huurwoning.
Alles hieronder is een verzonnen voorbeeld en draait op je eigen computer.

  Je wallet openen     {words}
  Inschrijven          {page}
  Map met alles        {folder}

De gemeente, de woonstichting en het register van het stelsel draaien.
In de wallet spelen de toetsen 1 tot en met 4 en x de anderen.
Ctrl-Q sluit de wallet en daarmee de stad.
"""


def panel(town: Town) -> Path:
    """Write which keys the wallet shows at the bottom of its first screen, and what they run."""

    def run(action: str) -> list[str]:
        return [sys.executable, PANEL, str(town.folder), action]

    items = [
        {
            "key": "1",
            "label": "Kaartjes ophalen bij de gemeente",
            "run": run("offer"),
            "number": run("number"),
        },
        {
            "key": "2",
            "label": "Inschrijven bij Voorbeeldwonen",
            "run": run("sign-up"),
            "code": run("code"),
        },
        {"key": "3", "label": "Kijken wie wat heeft", "open": "who"},
        {"key": "4", "label": "Laten wissen", "open": "erase"},
        {"key": "x", "label": "Gemeente uitzetten", "run": run("municipality")},
    ]
    path = town.folder / "panel.json"
    path.write_text(
        json.dumps({"title": "Verzonnen voorbeeld", "items": items}, ensure_ascii=False), "utf-8"
    )
    return path


class Switch(threading.Thread):
    """Switches the municipality off and on as the panel asks, until told to end."""

    def __init__(self, town: Town) -> None:
        super().__init__(daemon=True)
        self.town = town
        self.ended = threading.Event()

    def run(self) -> None:
        """Look twice a second."""
        on = True
        while not self.ended.wait(0.5):
            wanted = not (self.town.folder / SWITCH).exists()
            if wanted != on:
                if wanted:
                    self.town.start_municipality()
                else:
                    self.town.stop_municipality()
                on = wanted


def visit(*, keep: bool) -> int:
    """Build the town, say who you are, open the wallet; end everything afterwards."""
    town = Town.found()
    switch = Switch(town)
    try:
        print("De stad wordt gebouwd ...", flush=True)
        town.build()
        town.make_wallet()
        town.remember()
        switch.start()
        page = f"{town.url('verifier')}/nl/inschrijven"
        print(WELCOME.format(words=WORDS, page=page, folder=town.folder))
        input("Enter opent de wallet. ")
        environment = town.processes.environment("wallet") | {"REGIE_PANEL": str(panel(town))}
        return subprocess.run(
            [str(BIN / "regie-wallet"), "--home", str(town.wallet_home)],
            env=environment,
            check=False,
        ).returncode
    except StepFailed as failure:
        print(f"De stad kon niet gebouwd worden: {failure}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("\nGestopt; alles is afgesloten.", file=sys.stderr)
        return 130
    finally:
        switch.ended.set()
        town.close(keep=keep)
