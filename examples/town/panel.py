"""What the keys of the demo panel do: play the others in the town.

Usage: panel.py FOLDER offer | number | sign-up | code | municipality
`number` and `code` read six digits from standard input. Each prints one line of JSON:
`link` and `tx_code` go into the wallet's normal door, `say` is shown to the person.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from examples.town.browser import Browser  # noqa: E402
from examples.town.processes import StepFailed  # noqa: E402
from examples.town.town import Town  # noqa: E402

PAGE = "page.json"
CASE = "case.json"
SWITCH = "municipality.switch"


def offer(town: Town) -> dict[str, Any]:
    """Let the desk offer all cards."""
    made = town.offer()
    (town.folder / CASE).write_text(json.dumps(made["offer"]), "utf-8")
    code = str(made["code"])
    return {
        "link": made["link"],
        "tx_code": code,
        "say": f"De balie heeft je paspoort gezien en zegt: {code[:3]} {code[3:]}",
    }


def number(town: Town) -> dict[str, Any]:
    """Read the wallet's number to the desk clerk, who compares it."""
    case = json.loads((town.folder / CASE).read_text("utf-8"))
    town.confirm(case, sys.stdin.read().strip())
    return {"say": "De balie typt het nummer over: het klopt. Je kaartjes liggen klaar."}


def sign_up(town: Town) -> dict[str, Any]:
    """Open the sign-up page and hand over the link that it shows."""
    browser = town.browser()
    link = town.sign_up_link(browser)
    browser.save(town.folder / PAGE)
    return {"link": link, "say": "De pagina van Voorbeeldwonen toont deze link."}


def code(town: Town) -> dict[str, Any]:
    """Type the wallet's code on the page, leave an e-mail address, read the result."""
    browser = Browser.restore(town.tls_ca, town.folder / PAGE)
    text = town.finish_sign_up(browser, {"confirm_code": sys.stdin.read().strip()})
    return {"say": f"De pagina zegt: {text[:240]}"}


def municipality(town: Town) -> dict[str, Any]:
    """Ask the town to switch the municipality off, or on again."""
    switch = town.folder / SWITCH
    if switch.exists():
        switch.unlink()
        return {"say": "De gemeente gaat weer aan.", "label": "Gemeente uitzetten"}
    switch.touch()
    return {
        "say": "De gemeente staat uit. Delen en inschrijven werkt gewoon door.",
        "label": "Gemeente aanzetten",
    }


ACTIONS = {
    "offer": offer,
    "number": number,
    "sign-up": sign_up,
    "code": code,
    "municipality": municipality,
}


def main() -> int:
    """Do one thing; say in a sentence why it did not work."""
    folder, action = sys.argv[1:3]
    try:
        told = ACTIONS[action](Town.of(Path(folder)))
    except StepFailed as failure:
        print(json.dumps({"say": f"Dat lukte niet: {failure}"}))
        return 1
    print(json.dumps(told, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
