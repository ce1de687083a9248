"""Chains to an authority of another scheme that somebody chose to trust: who signed, no more.

Nothing is known of such a party but its certificate: no registration, no list, no revocations
(OpenID4VP 1.0 5.9.3, HAIP 1.0 5).
"""

from collections.abc import Sequence
from typing import Final

from cryptography import x509

from credential.errors import NotTrusted
from credential.trust import leaf as leaves
from credential.trust.chains import ChainCache, Profile, trace
from credential.trust.leaf import Leaf


def check_foreign(certificate: x509.Certificate) -> None:
    """No authority itself, and allowed to sign where it says what it may."""
    constraints = leaves.extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise NotTrusted("x5c.leaf_is_ca", "RFC 5280 4.2.1.9")
    usage = leaves.extension(certificate, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise NotTrusted("x5c.key_usage", "RFC 5280 4.2.1.3")


FOREIGN: Final = Profile("foreign", check_foreign)


def foreign_leaf(
    x5c: Sequence[bytes], anchors: Sequence[bytes], *, now: int, cache: ChainCache
) -> Leaf:
    """The leaf of a chain that leads to one of these chosen authorities and is valid at `now`."""
    return trace(x5c, anchors, now=now, cache=cache, profile=FOREIGN).leaf
