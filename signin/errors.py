"""What can go wrong: a stable code, the source of the rule, never a value about a person.

Sentences are those of the component whose people read them, under the same codes.
"""


class SigninError(Exception):
    """A rule was not met: `code` is stable, `section` names the rule's source."""

    def __init__(self, code: str, section: str = "", **params: str | int) -> None:
        super().__init__(code, section)
        self.code = code
        self.section = section
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} ({self.section})" if self.section else self.code


class SettingsFault(SigninError):
    """The administrator's: a setting of the provider is unsafe."""


class LoginFault(SigninError):
    """The login did not succeed; nobody is known, and nothing was shared."""
