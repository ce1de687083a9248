"""Age, right of residence, household and the income limit that goes with them."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from verifier.decisions.dates import Partial, reached, read
from verifier.decisions.facts import Facts, Finding, missing, no_amount

ADULT: Final = 18
AGE_CLASSES: Final = ("under_18", "adult", "aow")
MOST_PERSONS: Final = 30


# ---- age


@dataclass(frozen=True)
class _PensionAge:
    born_from: date
    years: int
    months: int


@cache
def _pension_ages() -> tuple[_PensionAge, ...]:
    table = tomllib.loads((files(__package__) / "aow.toml").read_text("utf-8"))
    ages = [_PensionAge(row["born_from"], row["years"], row["months"]) for row in table["age"]]
    return tuple(sorted(ages, key=lambda age: age.born_from, reverse=True))


def pension_age_reached(birth: Partial, today: date) -> bool:
    """Whether certainly of pension age (AOW 7a): counted for the last possible day of birth."""
    age = next(row for row in _pension_ages() if row.born_from <= birth.latest)
    return reached(birth.latest, today, age.years, age.months)


def _birth(facts: Facts) -> Partial | None:
    """The date of birth, if it came and lies behind us."""
    found = read(facts.claims.get("birthdate"))
    return found if found is not None and found.earliest <= facts.today else None


def age_class(facts: Facts) -> Finding:
    """`under_18`, `adult` or `aow`: the age that counts for housing, and no more than that."""
    found = _age_class(facts)
    return missing(facts) if found is None else Finding(found, f"age_{found}")


def _age_class(facts: Facts) -> str | None:
    pensioner = _flag(facts, "aow_age_reached")
    grown = _flag(facts, "age_over_18")
    birth = _birth(facts)
    if birth is not None:
        pensioner = pension_age_reached(birth, facts.today) if pensioner is None else pensioner
        grown = reached(birth.latest, facts.today, ADULT) if grown is None else grown
    if pensioner:
        return "aow"
    if grown is False:
        return "under_18"
    return "adult" if grown and pensioner is False else None


def adult(facts: Facts) -> Finding:
    """Whether certainly eighteen."""
    grown = _flag(facts, "age_over_18")
    birth = _birth(facts)
    if grown is None and birth is not None:
        grown = reached(birth.latest, facts.today, ADULT)
    if grown is None:
        return missing(facts)
    return Finding(grown, "adult_yes" if grown else "adult_no")


def _flag(facts: Facts, name: str) -> bool | None:
    """A claim that is yes or no; anything else is neither."""
    found: Any = facts.claims.get(name)
    return found if isinstance(found, bool) else None


# ---- residence right


def residence_right(facts: Facts) -> Finding:
    """Whether the municipality states the right of Huisvestingswet 2014, article 10(2)."""
    found = _flag(facts, "housing_residence_right")
    if found is None:
        return missing(facts)
    return Finding(found, "right_yes" if found else "right_no")


# ---- household and income limit


def _persons(facts: Facts) -> int | None:
    found: Any = facts.claims.get("persons_at_address")
    counts = isinstance(found, int) and not isinstance(found, bool)
    return found if counts and 1 <= found <= MOST_PERSONS else None


def household_size(facts: Facts) -> Finding:
    """How many people are registered at the address: not who will move along."""
    found = _persons(facts)
    if found is None:
        return missing(facts)
    return Finding(found, "household_one" if found == 1 else "household_more", count=found)


def income_limit(facts: Facts) -> Finding:
    """Which dated limit holds for this household, in cents; income comes by a route of its own.

    Where the law has another limit for who reached the AOW age, that age is needed; without
    amounts of today there is no limit, and nobody is given last year's.
    """
    persons = _persons(facts)
    if persons is None:
        return missing(facts)
    size = "single" if persons == 1 else "household"
    name = f"{facts.parameters.limit}_{size}"
    if facts.amounts.knows(f"{name}_aow"):
        age = _age_class(facts)
        if age is None:
            return missing(facts)
        name += "_aow" if age == "aow" else ""
    amount = facts.amounts.on(name, facts.today)
    if amount is None:
        return no_amount()
    return Finding(amount.cents, f"income_{size}", cents=amount.cents, amounts=(amount,))
