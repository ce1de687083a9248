"""What a card said, kept as keyed hashes: enough to see later that it no longer holds.

At issue every claim leaves a hash under the issuer's key, bound to person and kind. Whoever lacks
the key learns nothing from them, and nobody can read a claim back (ARCHITECTURE.md, Issuer).
"""

import hashlib
import hmac
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

import msgspec

from credential import base64url, strictjson
from credential.strictjson import Json, Object
from issuer.brp.codes import pension_day
from issuer.brp.dates import Full, anniversary
from issuer.cards.draft import RESTRICTED
from issuer.cards.persoonsgegevens import AGES
from issuer.sealing import derive

AGE_FLAGS: Final = (*(f"age_over_{age}" for age in AGES), "aow_age_reached")
"""They only go from false to true: an old `false` is renewed, not revoked (Regie formats 1)."""

_OF_THE_MOMENT: Final = frozenset(
    {"source", "reference_moment", "years_at_address", "housing_pseudonym_previous"}
)
"""Right at the moment the card names, whatever came after it."""

_FOR_THE_HOLDER: Final = frozenset({RESTRICTED})
"""Told to the resident's own wallet alone: a change is worth a new card, not a revocation."""

PSEUDONYM: Final = "housing_pseudonym"
"""Computed from a number that does not change: only its disappearing says something."""

_CODE: Final = "municipality_code"
_OF_THE_MUNICIPALITY: Final = frozenset({_CODE, "municipality", "stays", "region_since"})
"""What a merger alone changes: names and codes, a row in the history, whose region it is."""

_TOLD: Final = "+"
"""Before the name of a claim that is not on the card, of which the resident was told."""

_HASH_BYTES: Final = 16
_YEAR: Final = 4
_YEAR_AND_MONTH: Final = 7


@dataclass(frozen=True, repr=False)
class Kept:
    """What stays of the claims of one batch."""

    facts: str
    """Claim to keyed hash, as JSON."""
    true_until: int | None = None
    """When it stops being true by itself: the end of a title."""
    renew_at: int | None = None
    """When an age flag turns true: the card is still good, a new one is better."""


@dataclass(frozen=True)
class Difference:
    """How a card differs from what the register says now; names of claims, never values."""

    lost: frozenset[str]
    """No longer true, or no longer certain."""
    gained: frozenset[str]
    """Not on the card, and the register can say it now."""
    grown: frozenset[str]
    """An age that was reached."""


def keep(
    key: bytes, subject: str, kind: str, claims: Object, *, ask_again_at: int | None = None
) -> Kept:
    """What to keep of a card with these claims.

    `ask_again_at` says when time alone may change them, where the card has no whole birth date.
    """
    facts = facts_of(key, subject, kind, claims)
    return Kept(facts, _ends_at(claims), _renew_at(claims, ask_again_at))


def facts_of(key: bytes, subject: str, kind: str, claims: Object) -> str:
    """The keyed hash of every claim that may stop being true, as JSON."""
    hashes: Object = dict(_hashes(key, subject, kind, claims))
    return strictjson.dumps(hashes).decode()


def compare(
    key: bytes, subject: str, kind: str, held: str, claims: Object, *, ground: Collection[str] = ()
) -> Difference:
    """How the card that left `held` differs from these claims.

    `ground`: the codes of municipalities that became the present one. A card that names one of
    them is not untrue by that (Regie trust 4.5).
    """
    kept = msgspec.json.decode(held, type=dict[str, str])
    before = {name: value for name, value in kept.items() if not name.startswith(_TOLD)}
    now = dict(_hashes(key, subject, kind, claims))
    changed = {name for name in before if before[name] != now.get(name)}
    if (
        any(before.get(_CODE) == _hash(key, subject, kind, _CODE, code) for code in ground)
        and _CODE in changed
    ):
        changed -= _OF_THE_MUNICIPALITY
    grown = {
        name
        for name in changed & set(AGE_FLAGS)
        if claims.get(name) is True and before[name] == _hash(key, subject, kind, name, False)
    }
    hints = changed & _FOR_THE_HOLDER
    better = {
        name
        for name in (now.keys() - before.keys()) | hints
        if kept.get(_TOLD + name) != now.get(name, "")
    }
    return Difference(
        lost=frozenset(changed - grown - hints), gained=frozenset(better), grown=frozenset(grown)
    )


def told(
    key: bytes, subject: str, kind: str, held: str, claims: Object, gained: Collection[str]
) -> str:
    """What is kept once the resident was told of these claims: they are not told again."""
    now = dict(_hashes(key, subject, kind, claims))
    kept: Object = dict(msgspec.json.decode(held, type=dict[str, str]))
    kept |= {_TOLD + name: now.get(name, "") for name in gained}
    return strictjson.dumps(kept).decode()


def _hashes(key: bytes, subject: str, kind: str, claims: Object) -> Iterator[tuple[str, str]]:
    for name, value in sorted(claims.items()):
        if name not in _OF_THE_MOMENT:
            yield name, _hash(key, subject, kind, name, None if name == PSEUDONYM else value)


def _hash(key: bytes, subject: str, kind: str, name: str, value: Json) -> str:
    text = strictjson.dumps([subject, kind, name, value])
    digest = hmac.digest(derive(key, "facts"), text, hashlib.sha256)
    return base64url.encode(digest[:_HASH_BYTES])


def _ends_at(claims: Object) -> int | None:
    """The first moment at which the title may have ended: incomplete dates end early."""
    until = claims.get("residence_right_until")
    if not isinstance(until, str):
        return None
    if len(until) == _YEAR:
        until += "-01"
    if len(until) == _YEAR_AND_MONTH:
        until += "-01"
    return _midnight(date.fromisoformat(until))


def _renew_at(claims: Object, ask_again_at: int | None) -> int | None:
    """The first birthday that turns a flag of this card; none when all are true or absent."""
    waiting = [name for name in AGE_FLAGS if claims.get(name) is False]
    if not waiting:
        return None
    born = claims.get("birthdate")
    if not isinstance(born, str):
        return ask_again_at
    birth = Full(datum=date.fromisoformat(born))
    days = {f"age_over_{age}": anniversary(birth.datum, age) for age in AGES}
    pension = pension_day(birth)
    assert pension is not None
    days["aow_age_reached"] = pension
    return min(_midnight(days[name]) for name in waiting)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
