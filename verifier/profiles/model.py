"""What a profile is: one purpose, what is asked for it, what is kept and what makes a yes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from credential import dcql
from credential.names import Path
from credential.receipt import Retention
from credential.registration import Registration
from credential.rights import Right
from credential.strictjson import Object
from verifier.decisions import Decision
from verifier.texts import Language

TEXTS: Final = ("lead", "not_asked", "done")


class Action(StrEnum):
    """What a yes leads to."""

    REGISTER = "register"
    SUPPLEMENT = "supplement"
    RESIDENCE = "residence"
    ALLOCATE = "allocate"
    JOIN = "join"
    """A registration of one's own, and after that a dossier with somebody else."""
    RIGHTS = "rights"
    PERMIT = "permit"


ATTACHING: Final = frozenset({Action.SUPPLEMENT, Action.RESIDENCE, Action.ALLOCATE})
REGISTERING: Final = frozenset({Action.REGISTER, Action.JOIN})


class KeyBinding(StrEnum):
    """Whether the person must show that the card is theirs."""

    REQUIRED = "required"
    NONE = "none"
    """For paper extracts alone (formats.md 11): a person looks at the identity document."""


@dataclass(frozen=True)
class ClaimIs:
    """A claim has exactly this value; a value of another type never equals."""

    query_id: str
    path: Path
    equals: bool | int | str


@dataclass(frozen=True)
class DecisionIs:
    """A decision came to this, to this much or more, or to anything at all."""

    name: str
    equals: bool | int | str | None = None
    at_least: int | None = None


Condition: TypeAlias = ClaimIs | DecisionIs


@dataclass(frozen=True)
class Rule:
    """One condition; `rule` is the stable code of the refusal, `says` what to do next."""

    condition: Condition
    rule: str
    says: Mapping[Language, str]


@dataclass(frozen=True)
class RightsPolicy:
    """Which rights are done at once; the others are a case for a person (AVG 16, 18, 21)."""

    automatic: frozenset[Right] = frozenset()


@dataclass(frozen=True)
class Profile:
    """One purpose, as configured; not yet held against the registration."""

    id: str
    path: str
    action: Action
    key_binding: KeyBinding
    intended_use: str
    titles: dict[Language, str]
    reasons: dict[Language, str]
    keeping: dict[Language, str]
    query: dcql.Query = field(repr=False)
    rules: tuple[Rule, ...]
    keep: tuple[tuple[str, Path], ...]
    same_person: str
    status_max_age: int
    status_note_age: int
    basis: str | None = None
    """The ground of the GDPR, as registered; not stated is whatever was registered."""
    retention: Retention | None = None
    """A shorter period than was registered, from the same moment."""
    decisions: tuple[Decision, ...] = ()
    keep_decisions: frozenset[str] = frozenset()
    rights: RightsPolicy = RightsPolicy()
    desk: bool = False
    """Whether an employee may start it for somebody at the desk."""
    api: bool = False
    """Whether another system of the organisation may start it."""
    transaction_data: tuple[str, ...] = ()
    """The types of transaction data a request of this profile may carry."""
    texts: dict[str, dict[Language, str]] = field(default_factory=dict)
    """Sentences of its own, instead of those for its action: `lead`, `not_asked`, `done`."""

    @property
    def raw_query(self) -> Object:
        """The DCQL query exactly as it is sent."""
        return self.query.raw

    @property
    def purpose(self) -> dict[Language, str]:
        """What it is for, in words."""
        return self.reasons

    @property
    def attaches(self) -> bool:
        """Whether what is kept belongs to a registration that stands already."""
        return self.action in ATTACHING

    @property
    def registers(self) -> bool:
        """Whether a yes can found a registration."""
        return self.action in REGISTERING

    def personal(self) -> tuple[str, ...]:
        """The queries that ask the claim by which cards are known to be of one person."""
        if not self.same_person:
            return ()
        return tuple(
            asked.id
            for asked in self.query.credentials
            if (self.same_person,) in [claim.path for claim in asked.claims or ()]
        )

    def says(self, rule: str, language: Language) -> str | None:
        """What a refusal by one of its own rules tells its person to do next."""
        return next((one.says[language] for one in self.rules if one.rule == rule), None)


@dataclass(frozen=True)
class BoundProfile:
    """A profile that asks and keeps no more than its registration certificate grants."""

    profile: Profile
    registration: Registration
    retention: Retention
    """How long is kept: the profile's own period, else the registered one."""

    @property
    def id(self) -> str:
        """The profile's name."""
        return self.profile.id
