"""Who may sign what: chains, lists and the scheme they make together."""

from credential.trust.access import check_host, host_of
from credential.trust.chains import ChainCache, Role, validate_chain
from credential.trust.entities import Issuance, Issuer, Succession
from credential.trust.leaf import Leaf, authority_key_ids
from credential.trust.scheme import Trust

__all__ = [
    "ChainCache",
    "Issuance",
    "Issuer",
    "Leaf",
    "Role",
    "Succession",
    "Trust",
    "authority_key_ids",
    "check_host",
    "host_of",
    "validate_chain",
]
