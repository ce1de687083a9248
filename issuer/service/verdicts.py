"""What a change in the register means for cards that were handed out: end, better, or nothing.

Pure: no register and no store. The reasons are those that a wallet is told (`notices.reason`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from credential.strictjson import Object
from issuer import facts
from issuer.cards.draft import UNDER_INVESTIGATION
from issuer.eligibility import eligible
from issuer.facts import Difference
from issuer.sources import Cards, Decision, Desk, Granted, NoCards, PersonRecord, Refused
from issuer.store import Batch

_NAMES: Final = frozenset({"given_name", "family_name", "initials", "name_prefix"})
_NATIONALITY: Final = frozenset({"nationalities", "dutch_nationality"})
_TITLE: Final = frozenset({"housing_residence_right", "residence_right_until"})
_HOUSE: Final = frozenset(
    {"address", "bag_nummeraanduiding", "bag_adresseerbaar_object", "residence_current_since"}
)
_CODE: Final = frozenset({"municipality_code"})
_BY_THE_HOUSE: Final = frozenset({"woonadres", "woongeschiedenis", "huishouden"})
_REFUSED: Final = {
    "address_abroad": "moved",
    "address_unknown": "moved",
    "correspondence_address": "moved",
    "location_only": "moved",
    "address_under_investigation": "investigation",
    "not_at_address": "investigation",
    "person_under_investigation": "investigation",
    "nationality_under_investigation": "investigation",
    "residence_title_under_investigation": "investigation",
    "residence_right_not_shown": "title_ended",
    "residence_title_unclear": "title_ended",
}


@dataclass(frozen=True)
class Gone:
    """Nothing this municipality said about the person holds any more."""

    reason: str
    at_once: bool = False


@dataclass(frozen=True, repr=False)
class Verdict:
    """What becomes of one batch."""

    batch: Batch
    ends: str | None
    """The reason why it is no longer true."""
    better: str | None = None
    """The reason why a new card would say more."""
    facts: str | None = None
    """What is kept of it once the resident was told."""


def gone(record: PersonRecord, now: int, *, keeps: bool) -> Gone | None:
    """Whether the person is no longer a resident here: said by the register, never by silence.

    `keeps`: the municipality of registration is, or became out of, the one that issued.
    """
    match eligible(record, now):
        case NoCards("deceased"):
            return Gone("died", at_once=True)
        case NoCards("emigrated" | "non_resident"):
            return Gone("moved")
        case NoCards():
            return Gone("other")
        case Cards() | Desk():
            pass
    if keeps or "gemeenteVanInschrijving" in record.person.doubts:
        return None
    return Gone("municipality")


@dataclass(frozen=True, repr=False)
class Comparison:
    """Cards of one person beside what the register says now."""

    key: bytes
    subject: str
    decisions: Mapping[str, Decision]
    ground: Collection[str]
    """The codes that became the present one."""

    def verdicts(self, batches: Sequence[Batch]) -> list[Verdict]:
        """What becomes of each batch; those of kinds that no register knows are left alone."""
        compared = [
            (batch, decision, self._difference(batch, decision))
            for batch in batches
            if (decision := self.decisions.get(batch.kind)) is not None
        ]
        moved = any(_moved(decision, found) for _, decision, found in compared)
        return [self._verdict(*one, moved=moved) for one in compared]

    def _difference(self, batch: Batch, decision: Decision) -> Difference | None:
        """None: nothing can be said for this batch any more."""
        if not isinstance(decision, Granted) or batch.facts is None:
            return None
        return facts.compare(
            self.key,
            self.subject,
            batch.kind,
            batch.facts,
            claims_of(decision),
            ground=self.ground,
        )

    def _verdict(
        self, batch: Batch, decision: Decision, found: Difference | None, *, moved: bool
    ) -> Verdict:
        by_moving = "moved" if moved and batch.kind in _BY_THE_HOUSE else None
        match decision:
            case Refused(code):
                return Verdict(batch, _REFUSED.get(code, by_moving or "other"))
            case Granted():
                if found is None:
                    return Verdict(batch, by_moving or "other")
                if found.lost:
                    return Verdict(batch, _reason(found.lost, decision) or by_moving or "other")
                if not found.gained:
                    return Verdict(batch, None)
                assert batch.facts is not None
                kept = facts.told(
                    self.key,
                    self.subject,
                    batch.kind,
                    batch.facts,
                    claims_of(decision),
                    found.gained,
                )
                return Verdict(batch, None, _reason(found.gained, decision) or "other", kept)


def claims_of(decision: Granted) -> Object:
    """The claims as issued; of the recognition code only that there is one."""
    if not decision.with_pseudonym:
        return decision.claims
    return {**decision.claims, facts.PSEUDONYM: None}


def _moved(decision: Decision, found: Difference | None) -> bool:
    if isinstance(decision, Refused):
        return _REFUSED.get(decision.code) == "moved"
    return found is not None and bool(found.lost & _HOUSE) and not _doubtful(found.lost, decision)


def _reason(claims: frozenset[str], decision: Granted) -> str | None:
    """Why these claims differ, if the claims themselves tell; the first that matches."""
    if _doubtful(claims, decision):
        return "investigation"
    if claims & _HOUSE:
        return "moved"
    if claims & _NAMES:
        return "name"
    if claims & _NATIONALITY:
        return "nationality"
    if claims & _TITLE and decision.claims.get("housing_residence_right") is not True:
        return "title_ended"
    if claims & _CODE:
        return "municipality"
    return None


def _doubtful(claims: frozenset[str], decision: Granted) -> bool:
    return any(one.claim in claims and one.code == UNDER_INVESTIGATION for one in decision.left_out)
