"""Why something was refused: one root, five causes, a stable code and never a value."""


class CredentialError(Exception):
    """A rule was not met; `code` is stable, `section` names the rule's source.

    Parameters hold names, counts and paths, never the value of a claim (house rule 8).
    """

    def __init__(self, code: str, section: str = "", **params: str | int) -> None:
        super().__init__(code, section)
        self.code = code
        self.section = section
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} ({self.section})" if self.section else self.code


class Malformed(CredentialError):
    """The message does not have the shape its specification gives it."""


class NotTrusted(CredentialError):
    """A signature, a chain, a role or a list does not vouch for it."""


class NotValidNow(CredentialError):
    """Too early, expired, stale, or older than what was seen before."""


class NotAllowed(CredentialError):
    """Genuine, but against a rule: over-asking, a binding, a kind, a status."""


class Undetermined(CredentialError):
    """It cannot be decided with what is at hand."""
