"""DCQL: what a verifier asks, which cards answer it, and whether an answer is complete.

OpenID4VP 1.0 section 6 and 7. With `multiple` an answer may hold several cards, each complete; our
wallet gives one. Of `trusted_authorities` only `aki` is evaluated.
"""

from credential.dcql.answer import (
    check_answer,
    check_authorities,
    is_requested,
    requested_paths,
    satisfies,
    sets_satisfied,
)
from credential.dcql.evaluate import (
    Answer,
    Candidate,
    ClaimSelection,
    Evaluation,
    Lack,
    Missing,
    evaluate,
)
from credential.dcql.parse import parse
from credential.dcql.paths import covers, parse_path, resolve, resolve_or_empty, select
from credential.dcql.query import (
    ClaimQuery,
    CredentialQuery,
    CredentialSet,
    Query,
    TrustedAuthority,
)

__all__ = [
    "Answer",
    "Candidate",
    "ClaimQuery",
    "ClaimSelection",
    "CredentialQuery",
    "CredentialSet",
    "Evaluation",
    "Lack",
    "Missing",
    "Query",
    "TrustedAuthority",
    "check_answer",
    "check_authorities",
    "covers",
    "evaluate",
    "is_requested",
    "parse",
    "parse_path",
    "requested_paths",
    "resolve",
    "resolve_or_empty",
    "satisfies",
    "select",
    "sets_satisfied",
]
