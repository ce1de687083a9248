"""The town of the merger: what the register, the municipalities' server and the BRP say of it.

Gemeente Westhove (0518) ends and Gemeente Voorbeeldstad (0599) goes on with its ground, its
residents and its status lists. No such merger ever was: the names are invented over real codes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from examples.town.later import LaterTown, day_text
from examples.town.town import HERE

WESTHOVE, VOORBEELDSTAD = "gemeente-westhove", "gemeente-voorbeeldstad"
# Somebody who never lived elsewhere, in the same house since 1987 (brp/README.md).
OLD_RESIDENT = "999990500"
_OIN = {WESTHOVE: "00000099000000002000", VOORBEELDSTAD: "00000099000000001000"}
_ID = {WESTHOVE: "NTRNL-90000012", VOORBEELDSTAD: "NTRNL-90000011"}
_CODE = {WESTHOVE: "0518", VOORBEELDSTAD: "0599"}
_KINDS = '["persoonsgegevens", "woonadres", "huishouden", "woongeschiedenis", "verblijfsrecht"]'
_SHORT = "since = 2025-01-01T00:00:00Z\n"

ENDS = """
[[issuing.step]]
on = 2025-01-01
what = "admitted"
kinds = {kinds}

[[issuing.step]]
on = {day}
what = "merged"
"""
SIDE = """
[[issuing.{side}]]
organization_identifier = "{identifier}"
oin = "{oin}"
municipality_codes = ["{code}"]
effective = {day}
"""
TAKES_OVER = """[[municipality.takes_over]]
code = "0518"
withdrawn = {day}
successors = ["0599"]
"""


@dataclass
class MergerTown(LaterTown):
    """Two municipalities on one server, and then one."""

    def announce(self, day: int) -> None:
        """Write the merger in the files of both: each names the other, and who does the lists."""
        text = day_text(day)
        self.edit(
            WESTHOVE,
            (f"kinds = {_KINDS}\n", ""),
            (_SHORT, f'status_successor = "{_OIN[VOORBEELDSTAD]}"\n'),
            more=ENDS.format(kinds=_KINDS, day=text) + _side("successor", VOORBEELDSTAD, text),
        )
        self.edit(VOORBEELDSTAD, more=_side("predecessor", WESTHOVE, text))

    def take_over(self, day: int) -> None:
        """Change the server's settings: the heir carries the lists on, the old one is gone."""
        file = self.folder / "issuer" / "issuer.toml"
        text = file.read_text("utf-8")
        old = text[text.index('[[municipality]]\nid = "gemeente-westhove"') :]
        file.write_text(text.replace(old, TAKES_OVER.format(day=day_text(day))), "utf-8")

    def register_says(self, day: int) -> None:
        """What the BRP says of who lives in Westhove: another municipality, in the same house."""
        people = json.loads((HERE / "brp" / "personen.json").read_text("utf-8"))["personen"]
        one = next(each for each in people if each["burgerservicenummer"] == OLD_RESIDENT)
        begins = {"type": "Datum", "datum": day_text(day)}
        change = {
            "burgerservicenummer": OLD_RESIDENT,
            "persoon": {
                "verblijfplaats": {**one["verblijfplaats"], "datumVan": begins},
                "gemeenteVanInschrijving": {"code": "0599", "omschrijving": "Voorbeeldstad"},
                "datumInschrijvingInGemeente": begins,
            },
        }
        with (self.folder / "changes.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(change) + "\n")

    def held(self, issuer: str) -> dict[str, dict[str, Any]]:
        """The cards of this issuer in the wallet, by kind."""
        lines = self.wallet("cards").lines()
        return {one["kind"]: one for one in lines if one["issuer"] == issuer}

    def claims(self, issuer: str, kinds: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        """What stands on the cards of these kinds from this issuer."""
        held = self.held(issuer)
        return {kind: self.wallet("card", held[kind]["card"]).json()["claims"] for kind in kinds}


def _side(side: str, other: str, day: str) -> str:
    return SIDE.format(
        side=side, identifier=_ID[other], oin=_OIN[other], code=_CODE[other], day=day
    )
