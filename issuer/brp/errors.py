"""What can go wrong at the register; codes only, never what was asked or answered."""

from issuer.errors import Exit, IssuerError


class BrpError(IssuerError):
    """The register gave no usable answer."""


class NotFound(BrpError):
    """No such resident here: unknown, or of another municipality (domain.md 1.1)."""

    exit = Exit.NOTHING


class NotABsn(BrpError):
    """What was asked about is not a citizen service number; the register was not asked."""

    exit = Exit.USAGE


class Unavailable(BrpError):
    """No connection, no answer in time, too busy or broken, after the allowed attempts."""

    exit = Exit.NETWORK


class Denied(BrpError):
    """The register does not accept our key or our right to these data (401, 403)."""

    exit = Exit.NOT_READY


class Rejected(BrpError):
    """The register calls our question wrong (400 and the rest): a fault in us."""


class TooManyResults(Rejected):
    """The search found more people than the register may return."""


class Unreadable(BrpError):
    """The answer is not of the shape the API promises."""
