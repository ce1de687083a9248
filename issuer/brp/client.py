"""The two BRP APIs over https: one question, a decoded answer or a typed error.

No URL holds a number (domain.md 1.1).
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from types import TracebackType
from typing import Final, Self, TypeVar

import msgspec

from issuer.brp.errors import Unreadable
from issuer.brp.link import Link
from issuer.brp.types import AddressLines, History, People, Person, Stay

PERSONEN: Final = "/haalcentraal/api/brp/personen"
HISTORIE: Final = "/haalcentraal/api/brphistorie/verblijfplaatshistorie"

_JSON: Final = "application/json; charset=utf-8"
_HEADERS: Final = {"Accept": _JSON, "Content-Type": _JSON}

T = TypeVar("T")


class BrpClient:
    """Asks the register; safe to share between threads."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._link.close()

    def by_bsn(
        self, bsn: str, fields: tuple[str, ...], municipality: str | None
    ) -> tuple[Person, ...]:
        """The person with this number: one, or none when unknown or of another municipality."""
        question = {"type": "RaadpleegMetBurgerservicenummer", "burgerservicenummer": [bsn]}
        return self._personen(question, fields, municipality)

    def by_name(
        self,
        surname: str,
        born: str,
        given_names: str,
        fields: tuple[str, ...],
        municipality: str | None,
    ) -> tuple[Person, ...]:
        """The living with this surname and birth date; given names narrow it down."""
        question = {
            "type": "ZoekMetGeslachtsnaamEnGeboortedatum",
            "geslachtsnaam": surname,
            "geboortedatum": born,
        }
        if given_names:
            question["voornamen"] = given_names
        return self._personen(question, fields, municipality)

    def at_object(self, identification: str, fields: tuple[str, ...]) -> tuple[Person, ...]:
        """Everyone registered at a BAG addressable object."""
        question = {
            "type": "ZoekMetAdresseerbaarObjectIdentificatie",
            "adresseerbaarObjectIdentificatie": identification,
        }
        return self._personen(question, fields, None)

    def at_number(self, lines: AddressLines, fields: tuple[str, ...]) -> tuple[Person, ...]:
        """Everyone registered at a postcode and house number, with letter and addition if any."""
        question: dict[str, object] = {
            "type": "ZoekMetPostcodeEnHuisnummer",
            "postcode": lines.postcode,
            "huisnummer": lines.huisnummer,
        }
        if lines.huisletter:
            question["huisletter"] = lines.huisletter
        if lines.huisnummertoevoeging:
            question["huisnummertoevoeging"] = lines.huisnummertoevoeging
        return self._personen(question, fields, None)

    def stays_on(self, bsn: str, day: date) -> tuple[Stay, ...]:
        """Where this person was registered on that day."""
        question = {
            "type": "RaadpleegMetPeildatum",
            "burgerservicenummer": bsn,
            "peildatum": day.isoformat(),
        }
        return self._ask(HISTORIE, question, History).verblijfplaatsen

    def stays_between(self, bsn: str, start: date, end: date) -> tuple[Stay, ...]:
        """Where this person was registered in the period, newest first."""
        question = {
            "type": "RaadpleegMetPeriode",
            "burgerservicenummer": bsn,
            "datumVan": start.isoformat(),
            "datumTot": end.isoformat(),
        }
        return self._ask(HISTORIE, question, History).verblijfplaatsen

    def _personen(
        self, question: Mapping[str, object], fields: tuple[str, ...], municipality: str | None
    ) -> tuple[Person, ...]:
        body: dict[str, object] = {**question, "fields": list(fields)}
        if municipality is not None:
            body["gemeenteVanInschrijving"] = municipality
        return self._ask(PERSONEN, body, People).personen

    def _ask(self, path: str, question: object, shape: type[T]) -> T:
        content = msgspec.json.encode(question)
        return _decode(self._link.ask("POST", path, headers=_HEADERS, content=content), shape)


def _decode(body: bytes, shape: type[T]) -> T:
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(body, type=shape)
    # A msgspec message may quote a value; only the fact goes on, not even as context.
    raise Unreadable("brp.unreadable", "Regie domain 1.2", why="shape")
