"""Registration certificates: what one service may ask, or issue, and why (TS 119 475)."""

from credential.registration.carriage import from_verifier_info, to_verifier_info
from credential.registration.model import (
    AttestationGrant,
    ClaimGrant,
    CredentialGrant,
    Intermediary,
    LegalBasis,
    Localised,
    Registration,
    Retention,
    RightsContact,
)
from credential.registration.overask import OverAsk, covers, over_asked
from credential.registration.verify import (
    require_registered,
    verify_issuer_registration,
    verify_published,
    verify_registration,
)

__all__ = [
    "AttestationGrant",
    "ClaimGrant",
    "CredentialGrant",
    "Intermediary",
    "LegalBasis",
    "Localised",
    "OverAsk",
    "Registration",
    "Retention",
    "RightsContact",
    "covers",
    "from_verifier_info",
    "over_asked",
    "require_registered",
    "to_verifier_info",
    "verify_issuer_registration",
    "verify_published",
    "verify_registration",
]
