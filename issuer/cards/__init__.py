"""What each kind of card says about a resident: one file per kind, claims of domain.md 2.6."""

from typing import Final, Protocol

from issuer.brp.dates import day_of
from issuer.cards import (
    huishouden,
    persoonsgegevens,
    verblijfsrecht,
    woonadres,
    woongeschiedenis,
)
from issuer.cards.draft import Draft, Rules
from issuer.eligibility import eligible
from issuer.sources import Cards, Decision, PersonRecord, Refused

__all__ = ["KINDS", "Rules", "decide"]


class _Kind(Protocol):
    def __call__(self, record: PersonRecord, draft: Draft, /) -> Refused | None: ...


KINDS: Final[dict[str, _Kind]] = {
    "persoonsgegevens": persoonsgegevens.fill,
    "woonadres": woonadres.fill,
    "huishouden": huishouden.fill,
    "woongeschiedenis": woongeschiedenis.fill,
    "verblijfsrecht": verblijfsrecht.fill,
}

_NO_RULES: Final = Rules()


def decide(record: PersonRecord, kind: str, now: int, rules: Rules = _NO_RULES) -> Decision:
    """Whether this resident gets this card, and what it says; never more than was asked for."""
    route = eligible(record, now)
    if not isinstance(route, Cards):
        return Refused(route.code)
    if kind not in KINDS:
        return Refused("kind_not_offered", {"kind": kind})
    if kind not in record.kinds:
        # The register was not asked for what this card needs.
        return Refused("not_fetched", {"kind": kind})
    draft = Draft(record, day_of(now), rules)
    return KINDS[kind](record, draft) or draft.granted()
