"""What the issuer asks of a register, and what it gets back (domain.md 1.4 and 2.8)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from credential.strictjson import Object
from issuer.brp.types import Person, Stay
from issuer.representation import Representation


@dataclass(frozen=True)
class Occasion:
    """Who asks the register, and why: stands in every line of the query protocol."""

    official: str
    """The clerk, or the task system that acts for the resident at a login."""
    purpose: str
    municipality: str | None
    """Register code; only its own residents are found. None: every municipality here."""
    represented: Representation | None = None
    """Who speaks for a resident under 16 or under curatorship; None: the resident asks."""
    handed_out: bool = False
    """Whether cards given earlier still hold: who may ask for them plays no part."""


@dataclass(frozen=True)
class QueryEntry:
    """One line of the 20-year query protocol: one person whose data was in one answer."""

    bsn: str = field(repr=False)
    operation: str
    """`personen`, `adres` (found by the search of `huishouden`) or `historie`."""
    kinds: frozenset[str]
    fields: tuple[str, ...]
    at: int
    official: str
    purpose: str
    municipality: str | None
    found: bool
    """False: the register gave nothing: no such resident, too many, or no answer."""


class QueryLog(Protocol):
    """Where every query is protocolled and kept for 20 years (domain.md 1.4)."""

    def record(self, entries: Sequence[QueryEntry]) -> None:
        """Keep all of them before returning; if it raises, no data is handed on."""


@dataclass(frozen=True, repr=False)
class Household:
    """Everyone registered at the address, the resident included."""

    occupants: tuple[Person, ...]
    """With nothing but a number and a birth date."""


class TooManyOccupants:
    """The register found more people at the address than a search may return (domain.md 2.8)."""


class NotSearchable:
    """No certain home address to search at (see `issuer.brp.home.why_no_home`)."""


@dataclass(frozen=True, repr=False)
class PersonRecord:
    """One resident as the register gave it at one moment, for the kinds asked."""

    bsn: str
    kinds: frozenset[str]
    fetched_at: int
    person: Person
    stays: tuple[Stay, ...] | None
    """Newest first; None: not asked."""
    household: Household | TooManyOccupants | NotSearchable | None
    """None: not asked."""
    represented: Representation | None = None
    """Who spoke for the resident on this occasion; None: they asked themselves."""
    handed_out: bool = False
    """Asked about cards that were given earlier."""

    @property
    def municipality_code(self) -> str:
        """The register code of the resident's own municipality; routes to the issuer."""
        return self.person.municipality_code

    @property
    def restricted(self) -> bool:
        """The resident asked that data is not passed to third parties (Wet BRP 2.59)."""
        return self.person.restricted


@dataclass(frozen=True, repr=False)
class ByNumber:
    """A clerk asks for the resident with this number."""

    bsn: str


@dataclass(frozen=True, repr=False)
class ByName:
    """A clerk asks who has this surname and birth date (`YYYY-MM-DD`)."""

    surname: str
    born: str
    given_names: str = ""


@dataclass(frozen=True, repr=False)
class Candidate:
    """Someone who answers to a clerk's question: enough to tell people apart."""

    bsn: str
    name: str
    born: str
    address: str
    """As on an envelope; empty where the number was known."""
    restricted: bool
    suspended: bool


class Source(Protocol):
    """A register of residents."""

    def fetch(
        self, bsn: str, kinds: frozenset[str], now: int, *, occasion: Occasion
    ) -> PersonRecord:
        """The record with what `kinds` need, protocolled; raises `issuer.brp.errors.BrpError`.

        Raises `NotFound` when no such resident is known here.
        """

    def search(
        self, question: ByNumber | ByName, now: int, *, occasion: Occasion
    ) -> tuple[Candidate, ...]:
        """Who answers to a clerk's question, protocolled; raises `issuer.brp.errors.BrpError`."""

    def close(self) -> None:
        """Lets go of every connection."""


# ---- decisions: issuer/eligibility.py and issuer/cards/


@dataclass(frozen=True)
class Cards:
    """This resident gets cards."""


@dataclass(frozen=True)
class Desk:
    """A person must decide, at the desk; `code` names the sentence in texts [refusal]."""

    code: str


@dataclass(frozen=True)
class NoCards:
    """No card for this resident; `code` names the sentence in texts [refusal]."""

    code: str


Route = Cards | Desk | NoCards
"""`issuer.eligibility.eligible(record: PersonRecord, now: int) -> Route`"""


@dataclass(frozen=True)
class LeftOut:
    """A claim that is not in the card, and why; `code` names the sentence in texts [refusal]."""

    claim: str
    """Top-level claim name, for example `age_over_18`."""
    code: str


@dataclass(frozen=True)
class Granted:
    """The card may be issued with these claims (plain tree; the caller makes them disclosable)."""

    claims: Object = field(repr=False)
    left_out: tuple[LeftOut, ...] = ()
    with_pseudonym: bool = True
    """False: the BSN itself is under investigation, so nothing may be derived from it."""


@dataclass(frozen=True)
class Refused:
    """This kind is not issued; `code` names the sentence in texts [refusal]."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)


Decision = Granted | Refused
"""`issuer.cards.decide(record: PersonRecord, kind: str, now: int, rules: Rules = Rules())`"""
