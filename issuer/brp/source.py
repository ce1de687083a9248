"""A resident's record from the Haal Centraal APIs: only what the kinds need, all of it protocolled.

The protocol is written before an answer is used: no entry, no data (domain.md 1.4).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from issuer.brp.client import BrpClient
from issuer.brp.dates import day_of, full
from issuer.brp.errors import BrpError, NotABsn, NotFound, TooManyResults, Unreadable
from issuer.brp.fields import AT_THE_ADDRESS, fields_for
from issuer.brp.home import follows, same_place, why_no_home
from issuer.brp.number import is_bsn
from issuer.brp.search import Search
from issuer.brp.types import Person, Residence, Stay
from issuer.eligibility import eligible
from issuer.sources import (
    ByName,
    ByNumber,
    Candidate,
    Cards,
    Household,
    NotSearchable,
    Occasion,
    PersonRecord,
    QueryEntry,
    QueryLog,
    TooManyOccupants,
)

_BEGINNING: Final = date(1800, 1, 1)
_MOST_STEPS_BACK: Final = 8
_HOUSEHOLD: Final = frozenset({"huishouden"})
_HISTORY_FIELDS: Final = ("verblijfplaatsen",)


class HaalCentraalSource:
    """The `Source` of an issuer over a `BrpClient`."""

    def __init__(self, client: BrpClient, log: QueryLog) -> None:
        self._client = client
        self._log = log

    def fetch(
        self, bsn: str, kinds: frozenset[str], now: int, *, occasion: Occasion
    ) -> PersonRecord:
        """The record with what `kinds` need; raises a `BrpError`."""
        if not is_bsn(bsn):
            raise NotABsn("brp.not_a_bsn", "Regie domain 1.1")
        session = _Session(self._client, self._log, bsn, kinds, now, occasion)
        person = session.person()
        record = PersonRecord(
            bsn,
            kinds,
            now,
            person,
            stays=None,
            household=None,
            represented=occasion.represented,
            handed_out=occasion.handed_out,
        )
        if not isinstance(eligible(record, now), Cards):
            # No card will follow: nothing more is asked about this person or their housemates.
            return record
        return replace(record, stays=session.stays(person), household=session.household(person))

    def search(
        self, question: ByNumber | ByName, now: int, *, occasion: Occasion
    ) -> tuple[Candidate, ...]:
        """Who answers to a clerk's question; raises a `BrpError`."""
        return Search(self._client, self._log, now, occasion).people(question)

    def close(self) -> None:
        """Closes every connection."""
        self._client.close()


@dataclass(frozen=True, repr=False)
class _Session:
    """The questions about one resident on one occasion."""

    client: BrpClient
    log: QueryLog
    bsn: str
    kinds: frozenset[str]
    now: int
    occasion: Occasion

    def person(self) -> Person:
        fields = fields_for(self.kinds)
        with self._protocolled("personen", self.kinds, fields):
            found = self.client.by_bsn(self.bsn, fields, self.occasion.municipality)
        self._protocol("personen", [self.bsn], self.kinds, fields, found=bool(found))
        match found:
            case ():
                raise NotFound("brp.not_found", "Regie domain 1.1")
            case (person,) if person.burgerservicenummer == self.bsn and person.municipality_code:
                return person
            case _:
                raise Unreadable("brp.unreadable", "Regie domain 1.1", why="other person")

    def stays(self, person: Person) -> tuple[Stay, ...] | None:
        if "woongeschiedenis" in self.kinds:
            end = day_of(self.now) + timedelta(days=1)
            kinds = self.kinds & {"woongeschiedenis", "woonadres"}
            with self._protocolled("historie", kinds, _HISTORY_FIELDS):
                stays = self.client.stays_between(self.bsn, _BEGINNING, end)
            self._historie(kinds, found=bool(stays))
            return stays
        if "woonadres" in self.kinds and why_no_home(person.verblijfplaats) is None:
            return self._stays_in_this_house(person.verblijfplaats)
        return None

    def _stays_in_this_house(self, residence: Residence | None) -> tuple[Stay, ...]:
        """The current row and those before it for the same house: one day each, not the history."""
        assert residence is not None
        newest = _as_stay(residence)
        stays = [newest]
        for _ in range(_MOST_STEPS_BACK):
            start = full(stays[-1].datum_van)
            if start is None:
                break
            kinds = frozenset({"woonadres"})
            with self._protocolled("historie", kinds, _HISTORY_FIELDS):
                before = self.client.stays_on(self.bsn, start - timedelta(days=1))
            self._historie(kinds, found=bool(before))
            if not before:
                break
            older = before[0]
            if not (follows(older, stays[-1]) and same_place(older, stays[-1])):
                break
            stays.append(older)
        return tuple(stays)

    def household(self, person: Person) -> Household | TooManyOccupants | NotSearchable | None:
        if "huishouden" not in self.kinds:
            return None
        residence = person.verblijfplaats
        if why_no_home(residence) is not None or residence is None:
            return NotSearchable()
        found = self._at(residence)
        if found is None:
            return NotSearchable() if not _searchable(residence) else TooManyOccupants()
        # Each person found is protocolled under their own number, the resident among them.
        everyone = [one.burgerservicenummer for one in found]
        self._protocol(
            "adres", everyone or [self.bsn], _HOUSEHOLD, AT_THE_ADDRESS, found=bool(everyone)
        )
        if self.bsn not in everyone:
            raise Unreadable("brp.unreadable", "Regie domain 2.8", why="resident not at address")
        return Household(found)

    def _at(self, residence: Residence) -> tuple[Person, ...] | None:
        # Not limited to own residents: the address is, and everyone there counts.
        if not _searchable(residence):
            return None
        with suppress(TooManyResults), self._protocolled("adres", _HOUSEHOLD, AT_THE_ADDRESS):
            if identification := residence.adresseerbaar_object_identificatie:
                return self.client.at_object(identification, AT_THE_ADDRESS)
            return self.client.at_number(residence.verblijfadres, AT_THE_ADDRESS)
        return None

    @contextmanager
    def _protocolled(
        self, operation: str, kinds: frozenset[str], fields: tuple[str, ...]
    ) -> Iterator[None]:
        """A question that ends in a fault was asked all the same.

        `found` then says whether an answer came that may have held data: one we cannot read.
        """
        try:
            yield
        except BrpError as fault:
            came = isinstance(fault, Unreadable)
            self._protocol(operation, [self.bsn], kinds, fields, found=came)
            raise

    def _historie(self, kinds: frozenset[str], *, found: bool) -> None:
        self._protocol("historie", [self.bsn], kinds, _HISTORY_FIELDS, found=found)

    def _protocol(
        self,
        operation: str,
        numbers: list[str],
        kinds: frozenset[str],
        fields: tuple[str, ...],
        *,
        found: bool,
    ) -> None:
        self.log.record(
            [
                QueryEntry(
                    bsn=number,
                    operation=operation,
                    kinds=kinds,
                    fields=fields,
                    at=self.now,
                    official=self.occasion.official,
                    purpose=self.occasion.purpose,
                    municipality=self.occasion.municipality,
                    found=found,
                )
                for number in numbers
            ]
        )


def _searchable(residence: Residence) -> bool:
    lines = residence.verblijfadres
    return bool(
        residence.adresseerbaar_object_identificatie
        or (lines.postcode and lines.huisnummer is not None)
    )


def _as_stay(residence: Residence) -> Stay:
    return Stay(**{name: getattr(residence, name) for name in residence.__struct_fields__})
