"""What a walk along chains of certificates finds: one link, one chain, and how bad it is.

These are values; `credential.trust.walk` finds them and `credential.trust.walkwords` tells them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

OTHER_ROLE: Final = "trust.wrong_role"
_MISSING: Final = frozenset(
    {
        "scheme.missing",
        "walk.unread",
        "walk.certificate_missing",
        "walk.registration_missing",
        "walk.other_key",
    }
)
DECIDED: Final = frozenset(
    {
        "trust.certificate_revoked",
        "trust.certificate_suspended",
        "trust.issuer_unknown",
        "trust.issuer_not_yet",
        "trust.issuer_suspended",
        "trust.issuer_withdrawn",
        "trust.issuer_compromised",
        "trust.kind_not_listed",
        "trust.kind_withdrawn",
        "registration.attestation",
        "registration.revoked",
        "registration.suspended",
    }
)
"""What the scheme decided about a party, rather than a chain that broke."""


class Level(StrEnum):
    """How bad it is: in order, works but not for long, or refused."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Use(StrEnum):
    """What a chain is for."""

    SCHEME = "scheme"
    LIST = "list"
    CARD = "card"
    STATUS = "status"
    ASKING = "asking"
    ISSUING = "issuing"
    REGISTRATION = "registration"
    REGISTRATION_STATUS = "registration_status"
    VOUCHING = "vouching"
    SIGNING = "signing"


class Place(StrEnum):
    """Where a link stands in its chain."""

    DOCUMENT = "document"
    LEAF = "leaf"
    BETWEEN = "between"
    AUTHORITY = "authority"
    LIST = "list"
    SIGNER = "signer"
    ROOT = "root"


@dataclass(frozen=True)
class Link:
    """One step of a chain; without times where nothing could be read."""

    place: Place
    name: str
    fingerprint: str = ""
    """The first sixteen figures of the SHA-256, as the registrar's files show it."""
    since: int | None = None
    until: int | None = None
    signer: str = ""
    code: str = ""
    """What is wrong with this very link; empty where it holds."""
    level: Level = Level.OK

    def marked(self, code: str, level: Level) -> "Link":
        """The same link, with what is to be said of it."""
        return replace(self, code=code, level=level)


@dataclass(frozen=True)
class Walk:
    """One chain from what was signed up to the list: the verdict, and every link."""

    use: Use
    whose: str
    what: str
    links: tuple[Link, ...]
    code: str = ""
    """Why it is refused, or that it soon will be; empty where it is in order."""
    level: Level = Level.OK
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def until(self) -> int | None:
        """When the first of its links ends; lists are renewed all the time, and count for lists."""
        lasting = [one for one in self.links if self.use is Use.LIST or one.place is not Place.LIST]
        return min((one.until for one in lasting if one.until is not None), default=None)

    @property
    def holds(self) -> bool:
        """Whether a reader accepts it now."""
        return self.level is not Level.FAULT

    @property
    def distrusted(self) -> bool:
        """Whether something is there that is not trusted, rather than something that is missing."""
        return not self.holds and self.code not in _MISSING

    @property
    def broken(self) -> bool:
        """Whether it is a fault of the chain itself, and not a decision of the scheme."""
        return not self.holds and self.code not in DECIDED

    @property
    def cause(self) -> str:
        """The code to explain it by: a link may know better than the verdict why."""
        if self.code == "x5c.no_anchor" and any(one.code == OTHER_ROLE for one in self.links):
            return OTHER_ROLE
        return self.code


def told_once(walks: Iterable[Walk]) -> list[Walk]:
    """The walks, without those that only repeat what is the matter with the scheme itself."""
    found = list(walks)
    scheme = {one.code for one in found if one.use is Use.SCHEME and one.code}
    return [one for one in found if one.use is Use.SCHEME or not _repeats(one, scheme)]


def _repeats(walk: Walk, codes: set[str]) -> bool:
    own = [one for one in walk.links if one.place is not Place.LIST]
    return walk.code in codes and all(one.level is Level.OK for one in own)


def worst(walks: Sequence[Walk]) -> Level:
    """The verdict on all of them."""
    levels = {one.level for one in walks}
    return next((one for one in (Level.FAULT, Level.WARNING) if one in levels), Level.OK)
