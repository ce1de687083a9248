"""SD-JWT (RFC 9901): issue, read, verify, and release chosen parts."""

from credential.sdjwt.issuing import Decoys, Disclosable, Issuable, issue
from credential.sdjwt.reading import (
    ProcessedSdJwt,
    UnverifiedSdJwt,
    confirm,
    dangerous_reopen,
    parse,
    process,
    verify,
)
from credential.sdjwt.selecting import (
    MISSING,
    Disclosed,
    Disclosure,
    Missing,
    Selection,
    VerifiedSdJwt,
    value_at,
)

__all__ = [
    "MISSING",
    "Decoys",
    "Disclosable",
    "Disclosed",
    "Disclosure",
    "Issuable",
    "Missing",
    "ProcessedSdJwt",
    "Selection",
    "UnverifiedSdJwt",
    "VerifiedSdJwt",
    "confirm",
    "dangerous_reopen",
    "issue",
    "parse",
    "process",
    "value_at",
    "verify",
]
