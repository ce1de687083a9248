"""The numbered list of checks, what each found, and the verdict they add up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TypeAlias

from credential.errors import CredentialError, Undetermined


class Check(Enum):
    """What is checked, in this order; the number is stable."""

    SCHEME = (1, "scheme")
    ANSWER = (2, "answer")
    FORM = (3, "form")
    BINDING = (4, "binding")
    RIGHTS_KEY = (5, "rights_key")
    CARD = (6, "card")
    ISSUER = (7, "issuer")
    HOLDER = (8, "holder")
    STATUS = (9, "status")
    QUERY = (10, "query")
    PERSON = (11, "person")
    POLICY = (12, "policy")
    TRANSACTION = (13, "transaction")

    @property
    def number(self) -> int:
        """Its place in the list."""
        return self.value[0]

    @property
    def code(self) -> str:
        """Its stable name; the sentence stands in `texts/`, under `check.<code>`."""
        return self.value[1]


class Found(StrEnum):
    """What a check found."""

    OK = "ok"
    FAILED = "failed"
    UNDETERMINED = "undetermined"
    NOT_DONE = "not_done"


@dataclass(frozen=True)
class Result:
    """One check on one card, or on the whole answer when `query_id` is empty."""

    check: Check
    query_id: str
    found: Found
    rule: str = ""
    section: str = ""
    note: str = ""
    index: int | None = None
    """Which presentation, where a query may be answered by several."""

    def members(self) -> dict[str, str | int | bool | None]:
        """As it is stored and shown: codes and names, never a value."""
        ok = {Found.OK: True, Found.FAILED: False}.get(self.found)
        members: dict[str, str | int | bool | None] = {
            "n": self.check.number,
            "code": self.check.code,
            "ok": ok,
        }
        extra = {
            "query": self.query_id,
            "found": "" if self.found is Found.OK else self.found.value,
            "rule": self.rule,
            "section": self.section,
            "note": self.note,
        }
        members |= {name: value for name, value in extra.items() if value}
        return members if self.index is None else members | {"index": self.index}


@dataclass(frozen=True)
class Accepted:
    """Every check held."""


@dataclass(frozen=True)
class Refused:
    """A check failed; `rule` names it."""

    rule: str
    section: str


@dataclass(frozen=True)
class Unknown:
    """It cannot be decided with what is at hand; by default treated as a refusal."""

    rule: str
    section: str


Verdict: TypeAlias = Accepted | Refused | Unknown


def of_error(
    check: Check, query_id: str, error: CredentialError, index: int | None = None
) -> Result:
    """The result of a check that raised: failed, or not to be decided."""
    unknown = isinstance(error, Undetermined) or error.code.startswith("scheme.")
    found = Found.UNDETERMINED if unknown else Found.FAILED
    return Result(check, query_id, found, error.code, error.section, index=index)


def stopped(results: Sequence[Result]) -> bool:
    """Whether some check did not hold."""
    return any(result.found in (Found.FAILED, Found.UNDETERMINED) for result in results)


def verdict(results: Sequence[Result]) -> Verdict:
    """The first check that failed decides; then the first that could not be decided."""
    for result in results:
        if result.found is Found.FAILED:
            return Refused(result.rule, result.section)
    for result in results:
        if result.found is Found.UNDETERMINED:
            return Unknown(result.rule, result.section)
    return Accepted()
