"""A DCQL query as values: the names are those of OpenID4VP 1.0 section 6."""

from dataclasses import dataclass, field
from typing import TypeAlias

from credential.names import Path
from credential.strictjson import Object

ClaimValue: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True)
class ClaimQuery:
    """One claim asked for; `values` is `None` when any value will do."""

    id: str | None
    path: Path
    values: tuple[ClaimValue, ...] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class TrustedAuthority:
    """A hint about whose signature the verifier will accept; combined with OR."""

    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialQuery:
    """One credential asked for; `claims` is `None` when nothing need be disclosed."""

    id: str
    format: str
    vct_values: tuple[str, ...]
    claims: tuple[ClaimQuery, ...] | None
    claim_sets: tuple[tuple[str, ...], ...] | None
    require_binding: bool
    multiple: bool
    trusted_authorities: tuple[TrustedAuthority, ...] | None

    def alternatives(self) -> tuple[tuple[ClaimQuery, ...], ...]:
        """The claims of each claim set in the verifier's order; one set if none are named."""
        claims = self.claims or ()
        if self.claim_sets is None:
            return (claims,)
        by_id = {claim.id: claim for claim in claims}
        return tuple(tuple(by_id[name] for name in names) for names in self.claim_sets)


@dataclass(frozen=True, slots=True)
class CredentialSet:
    """Alternatives of credentials, the verifier's preference first."""

    options: tuple[frozenset[str], ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; `raw` is what was received, unknown members included."""

    credentials: tuple[CredentialQuery, ...]
    credential_sets: tuple[CredentialSet, ...] | None
    raw: Object = field(repr=False)

    def credential(self, query_id: str) -> CredentialQuery | None:
        """The credential query of this id."""
        return next((asked for asked in self.credentials if asked.id == query_id), None)
