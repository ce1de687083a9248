"""What can go wrong at the verifier: a stable code, the rule's source, never a person's data."""

from typing import ClassVar


class VerifierError(Exception):
    """Root of our own errors; sentences stand in `texts/`, under `error.<code>`."""

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, section: str = "", **params: str | int) -> None:
        super().__init__(code, section)
        self.code = code
        self.section = section
        self.params = params

    def __str__(self) -> str:
        named = " ".join(f"{name}={value}" for name, value in self.params.items())
        return " ".join(part for part in (self.code, self.section, named) if part)


class UsageError(VerifierError):
    """A command was given something it cannot use."""

    exit_code = 2


class NotReady(VerifierError):
    """Not initialised, a setting is unsafe, or something needed is not installed."""

    exit_code = 4


class NotTrusted(VerifierError):
    """Another party, or what it sent, is not to be trusted."""

    exit_code = 5


class NetworkFailed(VerifierError):
    """The mirror could not be reached, or broke off."""

    exit_code = 6


class NothingFound(VerifierError):
    """Nothing matches what was asked for."""

    exit_code = 7


class Refused(VerifierError):
    """A message over the wire breaks a rule; the sender reads only `wire` and `status`."""

    exit_code = 5

    def __init__(
        self,
        code: str,
        section: str = "",
        *,
        wire: str = "invalid_request",
        status: int = 400,
        **params: str | int,
    ) -> None:
        super().__init__(code, section, **params)
        self.wire = wire
        self.status = status
