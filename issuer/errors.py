"""The issuer's error tree: a stable code, whose fault it is, and never a value about a person.

Sentences for people live in `texts/`, under the code. What goes over the wire is only the
protocol's own error name (`WalletFault.error`); code and section are for the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from signin import errors as signin


class Exit(IntEnum):
    """Exit codes of every command (docs/exit-codes.md); never renumbered."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    DECLINED = 3
    NOT_READY = 4
    NOT_TRUSTED = 5
    NETWORK = 6
    NOTHING = 7
    PENDING = 8
    INTERRUPTED = 130


class IssuerError(Exception):
    """A rule was not met: `code` is stable, `section` names the rule's source."""

    exit = Exit.UNEXPECTED

    def __init__(self, code: str, section: str = "", **params: str | int) -> None:
        super().__init__(code, section)
        self.code = code
        self.section = section
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} ({self.section})" if self.section else self.code


class SettingsFault(IssuerError):
    """The administrator's: a setting, a key or a certificate is missing or unsafe."""

    exit = Exit.NOT_READY


class NetworkFault(IssuerError):
    """The registrar's mirror could not be reached, or broke off."""

    exit = Exit.NETWORK


class Busy(IssuerError):
    """The same work is being done by another process."""

    exit = Exit.NOT_READY


class DeskFault(IssuerError):
    """The clerk's: an unknown case, a wrong number, a request the rules do not allow."""

    exit = Exit.USAGE


class FieldFault(DeskFault):
    """One field of what was declared or decided does not fit; `params` name it, nothing else."""


class NothingFound(DeskFault):
    """There is no such case, or nothing to do."""

    exit = Exit.NOTHING


class NumberWrong(DeskFault):
    """The number is not that of the wallet that redeemed the offer."""

    exit = Exit.NOT_TRUSTED


class WalletFault(IssuerError):
    """The wallet's: `error` and `status` go over the wire, code and section into the log."""

    def __init__(
        self, error: str, code: str, section: str, *, status: int = 400, **params: str | int
    ) -> None:
        super().__init__(code, section, **params)
        self.error = error
        self.status = status


class NonceWanted(WalletFault):
    """A DPoP nonce of ours is missing or stale: here is one (RFC 9449 8, 9)."""

    def __init__(self, code: str, nonce: str, *, status: int) -> None:
        super().__init__("use_dpop_nonce", code, "RFC 9449 8", status=status)
        self.nonce = nonce


class ChallengeWanted(WalletFault):
    """An attestation's proof lacks a challenge of ours, or has an old one: here is one (ABCA)."""

    def __init__(self, code: str, challenge: str) -> None:
        super().__init__("use_attestation_challenge", code, "ABCA 6.2")
        self.challenge = challenge


class TokenFault(WalletFault):
    """The access token does not allow this (RFC 6750 3.1)."""


class PageFault(IssuerError):
    """The browser's: a page that does not exist, a form that is not ours."""

    def __init__(self, code: str, section: str, *, status: int, **params: str | int) -> None:
        super().__init__(code, section, **params)
        self.status = status


class LoginFault(IssuerError):
    """The login did not succeed; nobody is known, and nothing was shared."""

    exit = Exit.NETWORK


@contextmanager
def ours() -> Iterator[None]:
    """What goes wrong at a login provider is told as ours: the same code, the same section."""
    try:
        yield
    except signin.SettingsFault as fault:
        raise SettingsFault(fault.code, fault.section, **fault.params) from None
    except signin.LoginFault as fault:
        raise LoginFault(fault.code, fault.section, **fault.params) from None


class Pending(Exception):
    """The card is not ready: 202 with this transaction (OpenID4VCI 1.0, 8.3)."""

    def __init__(self, transaction: str, interval: int) -> None:
        super().__init__("pending")
        self.transaction = transaction
        self.interval = interval
