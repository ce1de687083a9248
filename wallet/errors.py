"""The error tree: a stable code, whose fault it is, the exit code, and whether data left."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from credential.errors import CredentialError, NotValidNow, Undetermined


class ExitCode(IntEnum):
    """Exit codes of docs/exit-codes.md; never renumbered."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    DECLINED = 3
    NOT_READY = 4
    NOT_TRUSTED = 5
    NETWORK = 6
    NO_MATCH = 7
    PENDING = 8
    LOG_BROKEN = 9
    INTERRUPTED = 130
    CUT_OFF = 141


class Fault(StrEnum):
    """Whose fault a refusal is."""

    USER = "user"
    OTHER_PARTY = "other-party"
    NETWORK = "network"
    OURS = "ours"


class Shared(StrEnum):
    """Whether data left this wallet; `NOT_APPLICABLE` where nothing could have."""

    NOT_APPLICABLE = "not-applicable"
    NOTHING = "nothing"
    MAYBE = "maybe"
    DONE = "done"


class WalletError(Exception):
    """A refusal with a sentence `error.<code>.sentence` and a hint `error.<code>.hint`.

    Parameters are codes, names of claims and counts; never personal data (house rule 8).
    """

    def __init__(
        self,
        code: str,
        *,
        exit: ExitCode,  # noqa: A002 - the field's word
        fault: Fault = Fault.USER,
        shared: Shared = Shared.NOT_APPLICABLE,
        **params: str | int,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.exit = exit
        self.fault = fault
        self.shared = shared
        self.params: Mapping[str, str | int] = params


class NotReady(WalletError):
    """The wallet does not exist yet, is locked, or another program is writing in it (exit 4)."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, exit=ExitCode.NOT_READY)
        self.params = params


class Usage(WalletError):
    """What was asked cannot be done as it was asked (exit 2)."""

    def __init__(
        self, code: str, *, shared: Shared = Shared.NOT_APPLICABLE, **params: str | int
    ) -> None:
        super().__init__(code, exit=ExitCode.USAGE, shared=shared)
        self.params = params


class NoMatch(WalletError):
    """Nothing in this wallet answers to what was asked (exit 7)."""

    def __init__(
        self, code: str, *, shared: Shared = Shared.NOT_APPLICABLE, **params: str | int
    ) -> None:
        super().__init__(code, exit=ExitCode.NO_MATCH, shared=shared)
        self.params = params


class Distrusted(WalletError):
    """The other party, or what it sent, cannot be trusted (exit 5); `rule` is what failed."""

    def __init__(
        self, code: str, *, shared: Shared = Shared.NOT_APPLICABLE, **params: str | int
    ) -> None:
        super().__init__(
            code,
            exit=ExitCode.NOT_TRUSTED,
            fault=Fault.OTHER_PARTY,
            shared=shared,
        )
        self.params = params


def from_credential(
    error: CredentialError, *, shared: Shared = Shared.NOT_APPLICABLE
) -> WalletError:
    """What `credential` refused, as a refusal of this wallet; names the rule and its section."""
    match error:
        case NotValidNow():
            code = "message.not-valid-now"
        case Undetermined():
            code = "message.undetermined"
        case _:
            code = "message.not-trusted"
    return Distrusted(code, shared=shared, rule=error.code, section=error.section)
