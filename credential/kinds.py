"""The kinds of cards: how long each lives, and from which moment (Regie formats 1).

Times never depend on the person: an expiry at a birthday or at the end of a permit would tell
everyone what was not shared.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from credential.errors import NotAllowed
from credential.names import KINDS

WEEK: Final = 7 * 86_400
_FIRST_MONDAY: Final = 4 * 86_400  # 1970-01-05

WEEKS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "persoonsgegevens": 52,
        "woonadres": 26,
        "huishouden": 13,
        "woongeschiedenis": 13,
        "verblijfsrecht": 52,
        "urgentie": 26,
        "kvk-inschrijving": 13,
        "bag-object": 13,
        "contactgegevens": 26,
        "vertegenwoordiging": 13,
    }
)
LONGEST: Final = max(WEEKS.values()) * WEEK
"""The longest life of a card, which its signer's certificate must outlive (ARCHITECTURE.md)."""

assert tuple(WEEKS) == KINDS


def week_start(now: int) -> int:
    """Monday 00:00:00 UTC of the week of `now`."""
    return now - (now - _FIRST_MONDAY) % WEEK


def times(kind: str, now: int) -> tuple[int, int]:
    """The `iat` (also `nbf`) and `exp` of a card of this kind issued at `now`."""
    weeks = WEEKS.get(kind)
    if weeks is None:
        raise NotAllowed("kind.unknown", "Regie formats 1")
    issued = week_start(now)
    return issued, issued + weeks * WEEK
