"""Every rule a profile can name, with the claims it understands and what it needs to be told."""

from typing import Final

from verifier.decisions import persons, residence
from verifier.decisions.facts import Facts, Finding, Parameters, Rule

__all__ = ["RULES", "Facts", "Finding", "Parameters", "Rule"]

_AGE: Final = frozenset({"birthdate", "age_over_18"})
_PENSION: Final = _AGE | {"aow_age_reached"}
_PERSONS: Final = frozenset({"persons_at_address"})

RULES: Final[dict[str, Rule]] = {
    "age_class": Rule(persons.age_class, _PENSION, str, words=frozenset(persons.AGE_CLASSES)),
    "adult": Rule(persons.adult, _AGE, bool),
    "residence_right": Rule(persons.residence_right, frozenset({"housing_residence_right"}), bool),
    "region_member": Rule(
        residence.region_member,
        frozenset({"municipality_code"}),
        bool,
        requires=frozenset({"region"}),
    ),
    "residence_days": Rule(
        residence.residence_days, residence.CLAIMS, int, allows=frozenset({"region"})
    ),
    "household_size": Rule(persons.household_size, _PERSONS, int),
    "income_limit": Rule(
        persons.income_limit, _PERSONS | _PENSION, int, requires=frozenset({"limit"})
    ),
}
