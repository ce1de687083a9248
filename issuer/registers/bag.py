"""`bag-object` from the BAG API Individuele Bevragingen v2 (domain.md 2.6): a building or unit.

Asked for the number designation of an address (`adressenuitgebreid`), of which the API gives what
stands now. What is under investigation is left out; doubt about which object it is, is no card.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from credential.strictjson import Json
from issuer.brp.dates import day_of
from issuer.brp.errors import BrpError, NotFound, Unreadable
from issuer.brp.link import Link
from issuer.cards.draft import UNDER_INVESTIGATION
from issuer.errors import DeskFault
from issuer.registers import Entry
from issuer.registers.asking import ask, certain
from issuer.sources import Decision, Granted, LeftOut, Refused

PATH: Final = "/adressenuitgebreid/"
HEADER: Final = "X-Api-Key"

_HEADERS: Final = {"Accept-Crs": "epsg:28992"}
_DESIGNATION: Final = re.compile(r"[0-9]{4}20[0-9]{10}\Z")
_ENDED: Final = ("ingetrokken", "niet gerealiseerd", "ten onrechte opgevoerd")
_NOT_FOUND: Final = 404
_WHICH_OBJECT: Final = frozenset(
    {
        "typeAdresseerbaarObject",
        "adresseerbaarObjectheeftAlsHoofdadres",
        "adresseerbaarObjectheeftAlsNevenadres",
    }
)
_OF_ADDRESS: Final = (
    "openbareRuimteNaam",
    "korteNaam",
    "huisnummer",
    "huisletter",
    "huisnummertoevoeging",
    "postcode",
    "woonplaatsNaam",
    "openbareRuimteLigtIn",
    "openbareRuimteStatus",
    "nummeraanduidingLigtIn",
    "nummeraanduidingligtAan",
    "nummeraanduidingStatus",
)
_DOUBTED_BY: Final[dict[str, tuple[str, ...]]] = {
    "address": _OF_ADDRESS,
    "purposes_of_use": ("gebruiksdoelen",),
    "floor_area": ("oppervlakte",),
    "construction_year": ("oorspronkelijkBouwjaar", "maaktDeelUitVan"),
    "object_status": ("adresseerbaarObjectStatus",),
    "building_ids": ("maaktDeelUitVan",),
}
"""Claim to the marks of `inonderzoek` that make it doubtful; a wrong letter is another address."""


class _Address(msgspec.Struct, frozen=True, rename="camel"):
    nummeraanduiding_identificatie: str
    openbare_ruimte_naam: str
    huisnummer: int
    woonplaats_naam: str
    huisletter: str | None = None
    huisnummertoevoeging: str | None = None
    postcode: str | None = None
    adresseerbaar_object_identificatie: str | None = None
    adresseerbaar_object_status: str | None = None
    pand_identificaties: tuple[str, ...] | None = None
    gebruiksdoelen: tuple[str, ...] | None = None
    oppervlakte: int | None = None
    oorspronkelijk_bouwjaar: tuple[str, ...] | None = None
    inonderzoek: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return "_Address()"


class _Problem(msgspec.Struct, frozen=True):
    code: str = ""


class BagRegister:
    """The register of addresses and buildings; fulfils `Register`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def check(self, key: str) -> None:
        """Sixteen digits, of which the fifth and sixth say: a number designation."""
        if not _DESIGNATION.match(key):
            raise DeskFault("desk.not_a_bag_number", "Regie domain 2.6")

    def fetch(self, entry: Entry, now: int) -> Decision:
        """The object at this address, unless it is unknown, ended, or uncertain which it is."""
        self.check(entry.key)
        found = ask(self._link, PATH + entry.key, _Address, _HEADERS)
        if found is None:
            return Refused("building_unknown")
        if found.nummeraanduiding_identificatie != entry.key:
            raise Unreadable("brp.unreadable", "Regie domain 2.6", why="other address")
        doubts = {name for name, mark in (found.inonderzoek or {}).items() if mark is True}
        if doubts & _WHICH_OBJECT:
            return Refused("building_under_investigation")
        status = (found.adresseerbaar_object_status or "").lower()
        if any(word in status for word in _ENDED) and "adresseerbaarObjectStatus" not in doubts:
            return Refused("building_ended")
        return _card(found, doubts, now)

    def close(self) -> None:
        """Closes every connection."""
        self._link.close()


def meaning(status: int, body: bytes) -> BrpError | None:
    """Only the API's own words say that there is no such address: a wrong path gives 404 too."""
    try:
        code = msgspec.json.decode(body, type=_Problem).code
    except msgspec.MsgspecError:
        return None
    if status == _NOT_FOUND and code == "notFound":
        return NotFound("register.unknown", "Regie domain 2.6")
    return None


def _card(found: _Address, doubts: set[str], now: int) -> Granted:
    claims: dict[str, Json] = {
        "bag_nummeraanduiding": found.nummeraanduiding_identificatie,
        "bag_adresseerbaar_object": found.adresseerbaar_object_identificatie,
        "address": certain(
            {
                "street_address": found.openbare_ruimte_naam,
                "house_number": str(found.huisnummer),
                "house_letter": found.huisletter,
                "house_number_addition": found.huisnummertoevoeging,
                "postal_code": found.postcode,
                "locality": found.woonplaats_naam,
            }
        ),
        "purposes_of_use": [*(found.gebruiksdoelen or ())],
        "floor_area": found.oppervlakte,
        "construction_year": _year(found),
        "object_status": found.adresseerbaar_object_status,
        "building_ids": [*(found.pand_identificaties or ())],
        "source": "BAG",
        "reference_moment": day_of(now).isoformat(),
    }
    left_out = tuple(_left_out(found, doubts))
    for one in left_out:
        del claims[one.claim]
    return Granted(certain(claims), left_out, with_pseudonym=False)


def _left_out(found: _Address, doubts: set[str]) -> Iterator[LeftOut]:
    for claim, marks in _DOUBTED_BY.items():
        if doubts.intersection(marks):
            yield LeftOut(claim, UNDER_INVESTIGATION)
        elif claim == "construction_year" and len(set(found.oorspronkelijk_bouwjaar or ())) > 1:
            # A unit in buildings of several years has no year of its own.
            yield LeftOut(claim, "construction_years_differ")


def _year(found: _Address) -> int | None:
    years = [one for one in found.oorspronkelijk_bouwjaar or () if one.isascii() and one.isdigit()]
    return int(years[0]) if years else None
