"""The people of a folder, and the searches over them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from credential.strictjson import Json, Object
from issuer.register.questions import AT_DESIGNATION, AT_NUMBER, AT_OBJECT, BY_NUMBER

MAX_AT_ADDRESS: Final = 30

Record = dict[str, Any]


class People:
    """Everyone in `personen.json` with their `verblijfplaatshistorie.json`; read once."""

    def __init__(self, folder: Path) -> None:
        persons = json.loads((folder / "personen.json").read_text("utf-8"))["personen"]
        histories = json.loads((folder / "verblijfplaatshistorie.json").read_text("utf-8"))
        self._persons: dict[str, Record] = {one["burgerservicenummer"]: one for one in persons}
        self._histories: dict[str, Record] = histories["historie"]

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

    def _by_number(self, question: Object) -> Iterable[Record]:
        asked = question["burgerservicenummer"]
        assert isinstance(asked, list)
        wanted = dict.fromkeys(str(bsn) for bsn in asked)
        return [self._persons[bsn] for bsn in wanted if bsn in self._persons]

    def _search(self, kind: str, question: Object) -> Iterable[Record]:
        dead_too = question.get("inclusiefOverledenPersonen") in {True, "true"}
        for one in self._persons.values():
            reason = one.get("opschortingBijhouding", {}).get("reden", {}).get("code")
            if reason == "F" or (reason == "O" and not dead_too):
                continue
            if _lives_there(kind, question, one.get("verblijfplaats", {})):
                yield one


def _municipality(one: Record) -> str | None:
    code: str | None = one.get("gemeenteVanInschrijving", {}).get("code")
    return code


def _lives_there(kind: str, question: Object, residence: Record) -> bool:
    lines = residence.get("verblijfadres", {})
    match kind:
        case _ if kind == AT_OBJECT:
            name = "adresseerbaarObjectIdentificatie"
            return bool(residence.get(name) == question[name])
        case _ if kind == AT_DESIGNATION:
            name = "nummeraanduidingIdentificatie"
            return bool(residence.get(name) == question[name])
        case _ if kind == AT_NUMBER:
            return (
                _same(lines.get("postcode"), str(question["postcode"]).replace(" ", ""))
                and _same(lines.get("huisnummer"), question["huisnummer"])
                and _if_asked(lines, question, "huisletter")
                and _if_asked(lines, question, "huisnummertoevoeging")
            )
        case _:
            return False


def _if_asked(lines: Record, question: Object, name: str) -> bool:
    """Without the parameter every letter or addition matches, as in the real API."""
    return name not in question or _same(lines.get(name), question[name])


def _same(mine: Any, theirs: Json) -> bool:  # noqa: ANN401 - raw register value
    return mine is not None and str(mine).casefold() == str(theirs).casefold()
