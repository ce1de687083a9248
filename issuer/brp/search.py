"""Finding a resident: by number, or by surname and birth date; protocolled like every question.

Only what tells people apart is asked: name, birth date and number and, where one name may be of
several people, the address as it stands on an envelope (domain.md 1.1).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from issuer.brp.client import BrpClient
from issuer.brp.dates import text
from issuer.brp.errors import BrpError, NotABsn, Unreadable
from issuer.brp.number import is_bsn
from issuer.brp.types import Person
from issuer.sources import ByName, ByNumber, Candidate, Occasion, QueryEntry, QueryLog

_NAME: Final = (
    "burgerservicenummer",
    "geboorte.datum",
    "naam.geslachtsnaam",
    "naam.voornamen",
    "naam.voorvoegsel",
)
_BY_NAME: Final = ("adressering.adresregel1", "adressering.adresregel2", *_NAME)
_NO_KINDS: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, repr=False)
class Search:
    """One question of a clerk to the register."""

    client: BrpClient
    log: QueryLog
    now: int
    occasion: Occasion

    def people(self, question: ByNumber | ByName) -> tuple[Candidate, ...]:
        """Who answers to it; protocolled under the number of everyone found."""
        match question:
            case ByNumber(bsn):
                return tuple(_candidate(one) for one in self._by_number(bsn))
            case ByName():
                return tuple(_candidate(one) for one in self._by_name(question))

    def _by_number(self, bsn: str) -> tuple[Person, ...]:
        if not is_bsn(bsn):
            raise NotABsn("brp.not_a_bsn", "Regie domain 1.1")
        with self._protocolled("personen", bsn, _NAME):
            found = self.client.by_bsn(bsn, _NAME, self.occasion.municipality)
        self._protocol("personen", [bsn], _NAME, found=bool(found))
        if any(one.burgerservicenummer != bsn for one in found):
            raise Unreadable("brp.unreadable", "Regie domain 1.1", why="other person")
        return found

    def _by_name(self, question: ByName) -> tuple[Person, ...]:
        # Nobody's number is known yet: a question that finds no one is protocolled under none.
        with self._protocolled("naam", "", _BY_NAME):
            found = self.client.by_name(
                question.surname,
                question.born,
                question.given_names,
                _BY_NAME,
                self.occasion.municipality,
            )
        numbers = [one.burgerservicenummer for one in found]
        self._protocol("naam", numbers or [""], _BY_NAME, found=bool(found))
        return found

    @contextmanager
    def _protocolled(self, operation: str, bsn: str, fields: tuple[str, ...]) -> Iterator[None]:
        """A question that ends in a fault was asked all the same (see `source`)."""
        try:
            yield
        except BrpError as fault:
            self._protocol(operation, [bsn], fields, found=isinstance(fault, Unreadable))
            raise

    def _protocol(
        self, operation: str, numbers: list[str], fields: tuple[str, ...], *, found: bool
    ) -> None:
        self.log.record(
            [
                QueryEntry(
                    bsn=number,
                    operation=operation,
                    kinds=_NO_KINDS,
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


def _candidate(person: Person) -> Candidate:
    name, lines = person.naam, person.adressering
    parts = (name.voornamen, name.voorvoegsel, name.geslachtsnaam)
    return Candidate(
        bsn=person.burgerservicenummer,
        name=" ".join(part for part in parts if part),
        born=text(person.geboorte.datum) or "",
        address=", ".join(line for line in (lines.adresregel1, lines.adresregel2) if line),
        restricted=person.restricted,
        suspended=person.opschorting_bijhouding is not None,
    )
