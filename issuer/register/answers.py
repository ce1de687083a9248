"""Making the answer: the asked members, and those that always come along (domain.md 1.1)."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from issuer.brp.dates import whole_years
from issuer.register.data import Record
from issuer.register.fields import whole

_ALWAYS: Final = ("geheimhoudingPersoonsgegevens", "opschortingBijhouding", "rni", "verificatie")
_MARKS: Final = "inOnderzoek"
_SINCE: Final = "datumIngangOnderzoek"
_GONE: Final = "indicatieVastgesteldVerblijftNietOpAdres"

_AT_HOME: Final = frozenset({"Adres", "Locatie"})

_Wanted = dict[str, Any]


def select(person: Record, fields: Sequence[str], today: date) -> Record:
    """What the question asked of this person; a member without a value is absent."""
    answer = _part(_in_force(person, today), _wanted(person, fields))
    for name in _ALWAYS:
        if name in person:
            answer[name] = person[name]
    return answer


def _wanted(person: Record, fields: Sequence[str]) -> _Wanted:
    """The asked paths as a tree; None: the whole member."""
    wanted: _Wanted = {}
    abroad = person.get("verblijfplaats", {}).get("type") not in _AT_HOME
    for path in fields:
        first, *rest = whole(path)
        if first == "verblijfplaatsBinnenland":
            if abroad:
                continue
            first = "verblijfplaats"
        here = wanted
        *groups, last = (first, *rest)
        for part in groups:
            inner = here.setdefault(part, {})
            if inner is None:
                break
            here = inner
        else:
            here[last] = None
    return wanted


def _in_force(person: Record, today: date) -> Record:
    """A title that ended is not delivered; an age is computed."""
    person = dict(person)
    end = person.get("verblijfstitel", {}).get("datumEinde")
    if end is not None and (ends := _last_day(end)) is not None and ends <= today:
        del person["verblijfstitel"]
    birth = person.get("geboorte", {}).get("datum", {}).get("datum")
    if birth is not None and "opschortingBijhouding" not in person:
        person["leeftijd"] = whole_years(date.fromisoformat(birth), today)
    return person


def _part(group: Record, wanted: _Wanted) -> Record:
    part: Record = {}
    for name, inner in wanted.items():
        value = group.get(name)
        if value is None:
            continue
        if inner is None:
            part[name] = value
        elif isinstance(value, list):
            part[name] = [_with_type(_part(item, inner), item) for item in value]
        else:
            chosen = _with_type(_part(value, inner), value)
            if chosen:
                part[name] = chosen
    marks = _marks(group.get(_MARKS, {}), wanted)
    if marks:
        part[_MARKS] = marks
    return part


def _with_type(part: Record, group: Record) -> Record:
    """A residence or nationality says what it is, and that someone was found gone."""
    for name in ("type", _GONE):
        if name in group:
            part[name] = group[name]
    # What it is may itself be under investigation.
    if group.get(_MARKS, {}).get("type") is True:
        part.setdefault(_MARKS, _marks(group[_MARKS], {}))["type"] = True
    return part


def _marks(marks: Record, wanted: _Wanted) -> Record:
    """The marks on asked members, and since when they are under investigation."""
    found = {name: True for name, value in marks.items() if value is True and name in wanted}
    if found or marks.get("type") is True:
        since = {name: value for name, value in marks.items() if name.startswith(_SINCE)}
        return {**found, **since}
    return {}


# ---- residence history


def stays_between(history: Record, start: date, end: date) -> Record:
    """The stays that (may) overlap `start` up to but not including `end`."""
    stays = [one for one in history["verblijfplaatsen"] if _overlaps(one, start, end)]
    return {**history, "verblijfplaatsen": stays}


def _overlaps(stay: Record, start: date, end: date) -> bool:
    begins = _first_day(stay.get("datumVan"))
    ends = _last_day(stay.get("datumTot"))
    return (begins is None or begins < end) and (ends is None or ends > start)


def _first_day(value: Record | None) -> date | None:
    match value:
        case {"datum": str(day)}:
            return date.fromisoformat(day)
        case {"jaar": int(year), "maand": int(month)}:
            return date(year, month, 1)
        case {"jaar": int(year)}:
            return date(year, 1, 1)
        case _:
            return None


def _last_day(value: Record | None) -> date | None:
    match value:
        case {"datum": str(day)}:
            return date.fromisoformat(day)
        case {"jaar": int(year), "maand": int(month)}:
            return date(year, month, monthrange(year, month)[1])
        case {"jaar": int(year)}:
            return date(year, 12, 31)
        case _:
            return None


def all_of(people: Iterable[Record], fields: Sequence[str], today: date) -> list[Record]:
    """The answer for each person found."""
    return [select(person, fields, today) for person in people]
