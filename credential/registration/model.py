"""What a registration certificate says, as values; "not stated" is `None`, never a default."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from credential.names import Path
from credential.strictjson import Json


@dataclass(frozen=True)
class Localised:
    """One text in Dutch and in English; a language that is missing shows the other."""

    nl: str
    en: str

    def text(self, lang: str) -> str:
        """The text for a reader of this language."""
        return self.en if lang == "en" else self.nl


@dataclass(frozen=True)
class LegalBasis:
    """A ground of the GDPR (`6.1.b`), and the law behind it; an empty text is none."""

    gdpr: str
    law: Localised
    uri: str | None


@dataclass(frozen=True)
class Retention:
    """How long (ISO 8601), counted from which event, and in words."""

    duration: str
    starts: str
    text: Localised


@dataclass(frozen=True)
class RightsContact:
    """Where rights are exercised: the endpoint of Regie formats 4, mail, telephone."""

    uri: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True)
class Intermediary:
    """The party that asks on behalf of the one registered."""

    identifier: str
    name: str

    def __str__(self) -> str:
        return self.name or self.identifier


@dataclass(frozen=True)
class ClaimGrant:
    """One path that may be asked, with the only values that may be matched, if any."""

    path: Path
    values: tuple[Json, ...] | None = field(repr=False)


@dataclass(frozen=True)
class CredentialGrant:
    """What may be asked of credentials of one format and type."""

    format: str
    types: frozenset[str]
    claims: tuple[ClaimGrant, ...]


@dataclass(frozen=True)
class AttestationGrant:
    """Which types a party may issue in one format."""

    format: str
    types: frozenset[str]


@dataclass(frozen=True)
class Registration:
    """A registration certificate that was verified and belongs to the party that showed it."""

    raw: str = field(repr=False)
    sha256: str
    name: str
    legal_name: str
    oin: str
    organization_identifier: str
    country: str
    service_id: str
    intended_use_id: str
    purpose: Localised
    privacy_policy: str
    support_uri: str
    info_uri: str | None
    authority: Mapping[str, str]
    legal_basis: tuple[LegalBasis, ...] | None
    retention: Retention | None
    recipients: tuple[str, ...] | None
    rights: RightsContact | None
    intermediary: Intermediary | None
    public_body: bool
    entitlements: frozenset[str]
    credentials: tuple[CredentialGrant, ...]
    provides: tuple[AttestationGrant, ...]
    required: frozenset[tuple[str, Path]]
    """Type and path of the claims the party states it cannot do without."""
    registry_uri: str
    iat: int
    exp: int
