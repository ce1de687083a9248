"""A card being filled: claims that are certain, and a note of each that had to stay out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from credential.strictjson import Json, Object
from issuer.brp.codes import merged_into
from issuer.sources import Granted, LeftOut, PersonRecord

UNDER_INVESTIGATION = "under_investigation"
INCOMPLETE = "date_incomplete"
# Only ever true: absent, with decoys in its place, tells no one that it might have been there.
RESTRICTED = "disclosure_restricted"


@dataclass(frozen=True)
class Rules:
    """What the municipality and its housing region decide for themselves."""

    region: frozenset[str] = frozenset()
    """Register codes of the housing region; empty: `region_since` is not issued."""
    mergers: Mapping[str, tuple[frozenset[str], date]] = field(default_factory=dict)
    """Municipalities that ended, where their ground went and on which day, beyond table 33."""

    def merged_into(self, code: str) -> tuple[frozenset[str], date] | None:
        """As these settings say, else as the table does: it comes out later than the day."""
        return self.mergers.get(code) or merged_into(code)


@dataclass(repr=False)
class Draft:
    """Collects claims; a missing value is not a claim, a doubtful one is left out and named."""

    record: PersonRecord
    today: date
    rules: Rules
    claims: Object = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def put(self, claim: str, value: Json) -> None:
        """Add a claim if the register has a value for it."""
        if value is not None and value not in ("", {}, []):
            self.claims[claim] = value

    def put_unless(self, doubtful: bool, claim: str, value: Json) -> None:
        """Add a claim, or leave it out because it is under investigation (Wet BRP 2.26)."""
        if doubtful:
            self.leave_out(claim, UNDER_INVESTIGATION)
        else:
            self.put(claim, value)

    def leave_out(self, claim: str, code: str) -> None:
        """Say that a claim is not in the card, and why."""
        self.left_out.append(LeftOut(claim, code))

    def granted(self) -> Granted:
        """Finish the card, with where its claims come from and of what day they are."""
        person = self.record.person
        facts: Object = {"source": "BRP", "reference_moment": self.today.isoformat()}
        if "gemeenteVanInschrijving" in person.doubts:
            self.leave_out("municipality_code", UNDER_INVESTIGATION)
        else:
            facts["municipality_code"] = person.municipality_code
        if person.restricted:
            # For the resident's own wallet, which then asks once more (Wet BRP 2.59).
            facts[RESTRICTED] = True
        with_pseudonym = "burgerservicenummer" not in person.doubts
        if not with_pseudonym:
            self.leave_out("housing_pseudonym", UNDER_INVESTIGATION)
        return Granted(
            claims={**self.claims, **facts},
            left_out=tuple(self.left_out),
            with_pseudonym=with_pseudonym,
        )
