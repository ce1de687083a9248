"""Invented residents, made member by member in the shape of the register."""

from typing import Any

import msgspec
from support.register import KINDS, NOW

from issuer.brp.types import Person, Stay
from issuer.sources import Household, PersonRecord

BSN = "999990019"
FIRST_NAME = "Zonnebloem"
SURNAME = "Klaverblad"


def day(text: str) -> dict[str, Any]:
    """A date of the register: `2001-05-17`, `2001-05`, `2001` or `?`."""
    match text.split("-"):
        case ["?"]:
            return {"type": "DatumOnbekend", "onbekend": True}
        case [year]:
            return {"type": "JaarDatum", "jaar": int(year)}
        case [year, month]:
            return {"type": "JaarMaandDatum", "jaar": int(year), "maand": int(month)}
        case _:
            return {"type": "Datum", "datum": text}


def address(**members: Any) -> dict[str, Any]:
    """A home address; named members replace or add."""
    lines = {
        "korteStraatnaam": "Perenlaan",
        "huisnummer": 12,
        "postcode": "1234AB",
        "woonplaats": "Voorbeeldstad",
    }
    return {
        "type": "Adres",
        "functieAdres": {"code": "W"},
        "datumVan": day("2015-03-01"),
        "adresseerbaarObjectIdentificatie": "0599010000000001",
        **members,
        "verblijfadres": {**lines, **members.get("verblijfadres", {})},
    }


def stay(start: str, end: str | None = None, code: str = "0599", **members: Any) -> Stay:
    """A row of the history."""
    row = address(datumVan=day(start), gemeenteVanInschrijving={"code": code, "omschrijving": code})
    row.update(members)
    if end is not None:
        row["datumTot"] = day(end)
    return msgspec.convert(row, Stay)


def person(**members: Any) -> Person:
    """An adult with a name, an address and the Dutch nationality."""
    whole = {
        "burgerservicenummer": BSN,
        "naam": {"voornamen": FIRST_NAME, "geslachtsnaam": SURNAME, "voorletters": "Z."},
        "geboorte": {"datum": day("1980-06-15")},
        "geslacht": {"code": "V"},
        "gemeenteVanInschrijving": {"code": "0599", "omschrijving": "Voorbeeldstad"},
        "datumInschrijvingInGemeente": day("2015-03-01"),
        "verblijfplaats": address(),
        "nationaliteiten": [nationality("0001")],
        **members,
    }
    return msgspec.convert(
        {name: value for name, value in whole.items() if value is not None}, Person
    )


def nationality(
    code: str | None = None, kind: str = "Nationaliteit", **members: Any
) -> dict[str, Any]:
    coded = {"nationaliteit": {"code": code}} if code else {}
    return {"type": kind, **coded, **members}


def record(
    *,
    stays: tuple[Stay, ...] | None = None,
    household: Any = None,
    kinds: frozenset[str] = KINDS,
    **members: Any,
) -> PersonRecord:
    """A record with that person, living alone since 2015 unless said otherwise."""
    one = person(**members)
    return PersonRecord(
        bsn=BSN,
        kinds=kinds,
        fetched_at=NOW,
        person=one,
        stays=(stay("2015-03-01"),) if stays is None else stays,
        household=Household((one,)) if household is None else household,
    )
