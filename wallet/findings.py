"""What a check-up found, one line each; the sentences are `doctor.<code>.what` and `.then`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from wallet.errors import ExitCode, WalletError

if TYPE_CHECKING:
    from credential.trust.walk import Walk


class Verdict(StrEnum):
    """How one thing stands: in order, something to know, or something to do."""

    GOOD = "good"
    MIND = "mind"
    BAD = "bad"


class Repair(StrEnum):
    """What the wallet can put right by itself; none of it touches the log."""

    PERMISSIONS = "permissions"
    LEFTOVERS = "leftovers"
    REQUESTS = "requests"
    VIEW = "view"
    SYNC = "sync"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; no parameter holds a value of a card."""

    code: str
    verdict: Verdict
    params: Mapping[str, str | int] = field(default_factory=dict)
    repair: Repair | None = None
    exit: ExitCode = ExitCode.NOT_READY
    error: str = ""
    """The code of the refusal behind it, whose sentence says what is the matter."""
    chain: "Walk | None" = None
    """The chain of certificates that was walked, where it is about one."""


def good(code: str, **params: str | int) -> Finding:
    """It is in order."""
    return Finding(code, Verdict.GOOD, params)


def mind(code: str, *, repair: Repair | None = None, **params: str | int) -> Finding:
    """Good to know, and perhaps to do something about."""
    return Finding(code, Verdict.MIND, params, repair)


def bad(
    code: str,
    *,
    repair: Repair | None = None,
    exit: ExitCode = ExitCode.NOT_READY,  # noqa: A002 - the field's word
    **params: str | int,
) -> Finding:
    """It is not in order."""
    return Finding(code, Verdict.BAD, params, repair, exit)


def refused(
    code: str,
    error: WalletError,
    *,
    repair: Repair | None = None,
) -> Finding:
    """Something was refused; its own sentence says what is the matter."""
    return Finding(code, Verdict.BAD, error.params, repair, error.exit, error.code)


_WORST: Final = (ExitCode.LOG_BROKEN, ExitCode.NOT_TRUSTED, ExitCode.NOT_READY)


def exit_code(findings: tuple[Finding, ...]) -> ExitCode:
    """0 when nothing is wrong; else the log before trust before the rest."""
    wrong = {one.exit for one in findings if one.verdict is Verdict.BAD}
    return next((code for code in _WORST if code in wrong), ExitCode.OK)
