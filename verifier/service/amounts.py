"""Which amounts the profiles need and nobody entered for a day: told before it is too late."""

from collections.abc import Iterable
from datetime import date

from verifier.decisions import Amounts
from verifier.profiles import Profile

SIZES = ("single", "household")


def missing(profiles: Iterable[Profile], amounts: Amounts, day: date) -> tuple[str, ...]:
    """The names without an amount on this day, of every limit that some profile looks up."""
    limits = {
        decision.parameters.limit
        for one in profiles
        for decision in one.decisions
        if decision.parameters.limit
    }
    wanted = {f"{limit}_{size}" for limit in limits for size in SIZES}
    # Where there is ever one for who reached the AOW age, it is needed every year.
    wanted |= {f"{name}_aow" for name in wanted if amounts.knows(f"{name}_aow")}
    return tuple(sorted(name for name in wanted if amounts.on(name, day) is None))
