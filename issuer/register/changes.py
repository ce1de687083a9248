"""Changes to people while the register is served: one JSON object a line, applied in order.

`{"burgerservicenummer": "…", "datum": "2026-01-02", "persoon": {…}}`: `persoon` is a merge patch
(RFC 7396) on the person as `personen.json` has them, but an object that says its `type` (a date, a
residence) is a whole value. Without `datum` it is today's. So whatever can stand in the register
can happen in it: moving, dying, another name, nationality or title, a value that is under
investigation or no longer is.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

Record = dict[str, Any]

_STAYS: Final = "verblijfplaatsen"
_OWN: Final = "gemeenteVanInschrijving"


@dataclass(frozen=True, repr=False)
class Change:
    """One line."""

    bsn: str
    patch: Record
    day: date | None


@dataclass
class ChangesFile:
    """A file that grows; each whole line is read once."""

    path: Path
    _read: int = 0

    def new(self) -> Iterator[Change]:
        """What was added since the last time; a line without its end is not there yet."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._read)
                lines = file.read()
        except FileNotFoundError:
            return
        for line in lines[: lines.rfind(b"\n") + 1].splitlines(keepends=True):
            self._read += len(line)
            if line.strip():
                yield _change(json.loads(line))


def _change(line: Record) -> Change:
    day = line.get("datum")
    patch = line["persoon"]
    if not isinstance(patch, dict):
        raise TypeError("persoon")
    return Change(
        str(line["burgerservicenummer"]), patch, None if day is None else date.fromisoformat(day)
    )


def patched(value: Any, patch: Any) -> Any:  # noqa: ANN401 - raw register values
    """Null takes away, an object goes deeper, the rest replaces."""
    if not isinstance(patch, dict):
        return patch
    found = dict(value) if isinstance(value, dict) and "type" not in patch else {}
    for name, inner in patch.items():
        if inner is None:
            found.pop(name, None)
        else:
            found[name] = patched(found.get(name), inner)
    return found


def with_move(history: Record | None, before: Record, after: Record) -> Record:
    """The history after this change: another beginning is another stay, the rest a correction."""
    stays = list((history or {}).get(_STAYS, []))
    residence = after.get("verblijfplaats")
    if residence is None or residence == before.get("verblijfplaats"):
        return {**(history or {}), _STAYS: stays}
    row = {**residence, _OWN: after.get(_OWN, {})}
    if stays and stays[0].get("datumVan") == residence.get("datumVan"):
        stays[0] = row
    else:
        if stays:
            stays[0] = {**stays[0], "datumTot": residence.get("datumVan")}
        stays.insert(0, row)
    return {**(history or {}), _STAYS: stays}
