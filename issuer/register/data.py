"""The people of a folder, the searches over them, and what changed while it was served."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from credential.strictjson import Json, Object
from issuer.register.changes import patched, with_move
from issuer.register.questions import AT_DESIGNATION, AT_NUMBER, AT_OBJECT, BY_NAME, BY_NUMBER

MOST_FOUND: Final = {AT_OBJECT: 30, AT_DESIGNATION: 30, AT_NUMBER: 30, BY_NAME: 10}
"""How many people a search may return."""

Record = dict[str, Any]
_Place = tuple[str, str]


class People:
    """Everyone in `personen.json` with their `verblijfplaatshistorie.json`; read once."""

    def __init__(self, folder: Path) -> None:
        persons = json.loads((folder / "personen.json").read_text("utf-8"))["personen"]
        histories = json.loads((folder / "verblijfplaatshistorie.json").read_text("utf-8"))
        self._persons: dict[str, Record] = {one["burgerservicenummer"]: one for one in persons}
        self._histories: dict[str, Record] = histories["historie"]
        self._at: dict[_Place, dict[str, None]] = defaultdict(dict)
        self._changed: list[tuple[date, str]] = []
        for bsn, one in self._persons.items():
            self._index(bsn, one)

    def __len__(self) -> int:
        return len(self._persons)

    def __repr__(self) -> str:
        return f"<People {len(self)}>"

    def find(self, kind: str, question: Object) -> list[Record]:
        """Everyone the question is about, own residents only if it says so."""
        code = question.get("gemeenteVanInschrijving")
        found = self._by_number(question) if kind == BY_NUMBER else self._search(kind, question)
        return [one for one in found if code is None or _municipality(one) == code]

    def history(self, bsn: str) -> Record | None:
        """The residence history of one person."""
        return self._histories.get(bsn) if bsn in self._persons else None

    def changed_since(self, day: date | None) -> list[str]:
        """The numbers of everyone who changed on that day or later, each once."""
        return list(dict.fromkeys(bsn for at, bsn in self._changed if day is None or at >= day))

    def change(self, bsn: str, patch: Record, day: date) -> None:
        """Changes one person by a patch; a move closes the last stay and opens the next."""
        before = self._persons.get(bsn, {"burgerservicenummer": bsn})
        after = patched(before, patch)
        for place in _places(before):
            self._at[place].pop(bsn, None)
        self._persons[bsn] = after
        self._index(bsn, after)
        self._histories[bsn] = with_move(self._histories.get(bsn), before, after)
        self._changed.append((day, bsn))

    def _index(self, bsn: str, one: Record) -> None:
        for place in _places(one):
            self._at[place][bsn] = None

    def _by_number(self, question: Object) -> Iterable[Record]:
        asked = question["burgerservicenummer"]
        assert isinstance(asked, list)
        wanted = dict.fromkeys(str(bsn) for bsn in asked)
        return [self._persons[bsn] for bsn in wanted if bsn in self._persons]

    def _search(self, kind: str, question: Object) -> Iterable[Record]:
        dead_too = question.get("inclusiefOverledenPersonen") in {True, "true"}
        for bsn in self._at.get(_asked_place(kind, question), ()):
            one = self._persons[bsn]
            reason = one.get("opschortingBijhouding", {}).get("reden", {}).get("code")
            if reason == "F" or (reason == "O" and not dead_too):
                continue
            if _answers(kind, question, one):
                yield one


def _municipality(one: Record) -> str | None:
    code: str | None = one.get("gemeenteVanInschrijving", {}).get("code")
    return code


# ---- searching: one index over what every search must name


def _places(one: Record) -> Iterator[_Place]:
    residence = _group(one, "verblijfplaats")
    lines = _group(residence, "verblijfadres")
    if found := residence.get("adresseerbaarObjectIdentificatie"):
        yield AT_OBJECT, found
    if found := residence.get("nummeraanduidingIdentificatie"):
        yield AT_DESIGNATION, found
    if lines.get("postcode") and lines.get("huisnummer") is not None:
        yield AT_NUMBER, _number(lines["postcode"], lines["huisnummer"])
    if born := _group(_group(one, "geboorte"), "datum").get("datum"):
        yield BY_NAME, born


def _group(one: Record, name: str) -> Record:
    """A group of members; a broken record shows when it is asked for, not before."""
    found = one.get(name)
    return found if isinstance(found, dict) else {}


def _asked_place(kind: str, question: Object) -> _Place:
    match kind:
        case _ if kind == AT_OBJECT:
            return kind, str(question["adresseerbaarObjectIdentificatie"])
        case _ if kind == AT_DESIGNATION:
            return kind, str(question["nummeraanduidingIdentificatie"])
        case _ if kind == AT_NUMBER:
            return kind, _number(question["postcode"], question["huisnummer"])
        case _:
            return kind, str(question["geboortedatum"])


def _number(postcode: Json, number: Json) -> str:
    return f"{str(postcode).replace(' ', '').upper()}/{number}"


def _answers(kind: str, question: Object, one: Record) -> bool:
    if kind == AT_NUMBER:
        lines = one["verblijfplaats"]["verblijfadres"]
        return _if_asked(lines, question, "huisletter") and _if_asked(
            lines, question, "huisnummertoevoeging"
        )
    if kind == BY_NAME:
        name = one.get("naam", {})
        sex = one.get("geslacht", {}).get("code")
        return all(
            (
                _like(name.get("geslachtsnaam"), question["geslachtsnaam"]),
                "voornamen" not in question or _like(name.get("voornamen"), question["voornamen"]),
                _if_asked(name, question, "voorvoegsel"),
                "geslacht" not in question or _same(sex, question["geslacht"]),
            )
        )
    return True


def _if_asked(lines: Record, question: Object, name: str) -> bool:
    """Without the parameter every value matches, as in the real API."""
    return name not in question or _same(lines.get(name), question[name])


def _same(mine: Any, theirs: Json) -> bool:  # noqa: ANN401 - raw register value
    return mine is not None and str(mine).casefold() == str(theirs).casefold()


def _like(mine: Any, theirs: Json) -> bool:  # noqa: ANN401 - raw register value
    """The same, or with a `*` at its end the beginning."""
    asked = str(theirs).casefold()
    if not asked.endswith("*"):
        return _same(mine, asked)
    return mine is not None and str(mine).casefold().startswith(asked[:-1])
