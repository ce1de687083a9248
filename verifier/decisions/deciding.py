"""Which decisions a profile takes, and what each comes to for one answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from credential import sdjwt
from credential.names import Path
from credential.strictjson import Json, Object
from verifier.decisions.amounts import Amount, Amounts
from verifier.decisions.rules import RULES, Facts, Finding, Parameters
from verifier.texts import sentence


class Claimed(Protocol):
    """Whatever states claims that were verified: a presentation, or a part of an extract."""

    def claim(self, path: Path) -> Json | sdjwt.Missing:
        """The value at a path, or `MISSING`."""
        ...


@dataclass(frozen=True)
class Decision:
    """One decision of a profile: its own name, the rule it follows, where its claims stand."""

    name: str
    rule: str
    sources: tuple[tuple[str, Path], ...]
    parameters: Parameters


class Deciding(Protocol):
    """Whatever takes decisions: a profile."""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """In the order in which they are taken."""
        ...


@dataclass(frozen=True)
class Decided:
    """What a decision came to; `None` is undetermined, and `code` says why.

    Both sentences are for the person it is about, and hold no value that is not needed.
    """

    name: str
    rule: str
    outcome: bool | int | str | None = field(repr=False)
    nl: str = field(repr=False)
    en: str = field(repr=False)
    amounts: tuple[Amount, ...] = field(default=(), repr=False)
    code: str = ""

    def members(self) -> Object:
        """As it is stored, sealed, and shown to who may see it."""
        return {
            "name": self.name,
            "rule": self.rule,
            "outcome": self.outcome,
            "nl": self.nl,
            "en": self.en,
            "amounts": [{**one.members()} for one in self.amounts],
        }


def decide(
    profile: Deciding, cards: Mapping[str, Claimed], amounts: Amounts, today: date
) -> tuple[Decided, ...]:
    """Take every decision of the profile over these claims, as of today."""
    return tuple(_decide(one, cards, amounts, today) for one in profile.decisions)


def _decide(
    decision: Decision, cards: Mapping[str, Claimed], amounts: Amounts, today: date
) -> Decided:
    facts = Facts(_stated(decision.sources, cards), decision.parameters, amounts, today)
    finding: Finding = RULES[decision.rule].find(facts)
    said = f"decision.{finding.says}"
    return Decided(
        name=decision.name,
        rule=decision.rule,
        outcome=finding.outcome,
        nl=sentence("nl", said, **finding.words("nl")),
        en=sentence("en", said, **finding.words("en")),
        amounts=finding.amounts,
        code=finding.code,
    )


def _stated(sources: Sequence[tuple[str, Path]], cards: Mapping[str, Claimed]) -> Mapping[str, Any]:
    """The claims that arrived, by their own name, in the order the profile prefers them."""
    found: dict[str, Any] = {}
    for query_id, path in sources:
        card = cards.get(query_id)
        value = sdjwt.MISSING if card is None else card.claim(path)
        if not isinstance(value, sdjwt.Missing):
            found.setdefault(name_of(path), value)
    return found


def name_of(path: Path) -> str:
    """The name of a claim: the last name in its path."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")
