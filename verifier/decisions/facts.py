"""What a rule is given, and what it finds: types that every rule shares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias

from verifier.decisions.amounts import Amount, Amounts
from verifier.texts import Language

INPUT: Final = "decision.input"
SHAPE: Final = "decision.shape"
NO_AMOUNT: Final = "amount.none"
_TYPES: Final[dict[str, type]] = {
    **dict.fromkeys(("age_over_18", "aow_age_reached", "housing_residence_right"), bool),
    **dict.fromkeys(("persons_at_address", "years_at_address"), int),
    "stays": list,
}


@dataclass(frozen=True)
class Parameters:
    """What a profile sets for one decision."""

    region: frozenset[str] = frozenset()
    """The codes of every year whose ground lies in the region."""
    limit: str = ""
    """The amounts an income is held against: the part of their names before `_single`."""


@dataclass(frozen=True)
class Facts:
    """The claims that arrived, by name, with the amounts and the one day that count."""

    claims: Mapping[str, Any] = field(repr=False)
    parameters: Parameters
    amounts: Amounts
    today: date

    @property
    def malformed(self) -> bool:
        """Whether a claim came that is not of its own type; dates and codes are text."""
        return any(type(value) is not _TYPES.get(name, str) for name, value in self.claims.items())


@dataclass(frozen=True)
class Finding:
    """An outcome, the sentence that tells it, and the amounts it rests on."""

    outcome: bool | int | str | None = field(repr=False)
    says: str
    count: int | None = field(default=None, repr=False)
    cents: int | None = field(default=None, repr=False)
    amounts: tuple[Amount, ...] = field(default=(), repr=False)
    code: str = ""

    def words(self, language: Language) -> dict[str, str]:
        """The numbers of the sentence, written as this language does."""
        found = {}
        if self.count is not None:
            found["count"] = _grouped(self.count, language)
        if self.cents is not None:
            found["money"] = _money(self.cents, language)
        return found


@dataclass(frozen=True)
class Rule:
    """One rule: how it finds, which claims it understands, what must be set, what comes out."""

    find: "Find"
    claims: frozenset[str]
    outcome: type
    requires: frozenset[str] = frozenset()
    allows: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    """The outcomes of a rule that comes to a word: a condition on another never holds."""


Find: TypeAlias = Callable[[Facts], Finding]


def missing(facts: Facts) -> Finding:
    """What is needed did not come; what came in another shape than its own is never a yes."""
    return Finding(None, "missing", code=SHAPE if facts.malformed else INPUT)


def no_amount() -> Finding:
    """No amount is configured that covers today."""
    return Finding(None, "no_amount", code=NO_AMOUNT)


def _grouped(number: int, language: Language) -> str:
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if language == "nl" else grouped


def _money(cents: int, language: Language) -> str:
    """Whole euros without decimals: € 51.537 and €51,537."""
    euros, rest = divmod(cents, 100)
    text = _grouped(euros, language)
    if rest:
        text += ("," if language == "nl" else ".") + f"{rest:02d}"
    return f"€ {text}" if language == "nl" else f"€{text}"
