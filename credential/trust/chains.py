"""X.509 chains in `x5c`, judged at a given time against the anchors of one role.

RFC 5280 6.1 with the rules HAIP 1.0 adds: no anchor inside `x5c`, no self-signed leaf. Nothing is
fetched: what is not in the chain or among the anchors does not exist.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID

from credential import twins
from credential.errors import Malformed, NotTrusted, NotValidNow
from credential.trust import leaf as leaves
from credential.trust.leaf import Leaf, seconds

MAX_CHAIN: Final = 4
CACHE_ENTRIES: Final = 1024
_CRITICAL_KNOWN: Final = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE}
_SIGNATURE_HASHES: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class Role(StrEnum):
    """What an anchor vouches for; an anchor of one role is nothing in another."""

    CARD = "card"
    STATUS = "status"
    VERIFIER_ACCESS = "verifier-access"
    ISSUER_ACCESS = "issuer-access"
    REGISTRATION = "registration"
    REGISTRATION_STATUS = "registration-status"
    WALLET_PROVIDER = "wallet-provider"


@dataclass(frozen=True)
class Chain:
    """A chain that held: its leaf, the anchor that carries it, and when all of it is valid."""

    leaf: Leaf
    anchor: bytes = field(repr=False)
    fingerprints: frozenset[str] = field(repr=False)
    """Of every certificate below the anchor, and of its twin: what revocation goes by."""
    not_before: int
    not_after: int


class Profile(NamedTuple):
    """What a role demands of the leaf beyond the path itself."""

    name: str
    check: Callable[[x509.Certificate], None]


# The profile, the anchors, and the certificates.
ChainKey: TypeAlias = tuple[str, tuple[bytes, ...], tuple[bytes, ...]]


class ChainCache:
    """Chains that held, by all their bytes; bounded, the oldest leaves first."""

    def __init__(self, entries: int = CACHE_ENTRIES) -> None:
        self._entries = entries
        self._chains: dict[ChainKey, Chain] = {}

    @property
    def size(self) -> int:
        """How many chains are kept."""
        return len(self._chains)

    def get(self, key: ChainKey) -> Chain | None:
        """The chain kept under this key; its times are the caller's to judge."""
        return self._chains.get(key)

    def put(self, key: ChainKey, chain: Chain) -> None:
        """Keep a chain that held."""
        # Another thread may take the oldest at the same moment; then there is room already.
        with suppress(KeyError, RuntimeError, StopIteration):
            while len(self._chains) >= self._entries:
                del self._chains[next(iter(self._chains))]
        self._chains[key] = chain


def check_signer(certificate: x509.Certificate) -> None:
    """The leaf may sign messages, and neither certificates nor revocation lists.

    `digitalSignature` or `nonRepudiation` is set (Regie trust 1.1).
    """
    constraints = leaves.extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise NotTrusted("x5c.leaf_is_ca", "RFC 5280 4.2.1.9")
    usage = leaves.extension(certificate, x509.KeyUsage)
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        raise NotTrusted("x5c.key_usage", "RFC 5280 4.2.1.3")
    if usage.key_cert_sign or usage.crl_sign:
        raise NotTrusted("x5c.key_usage", "RFC 5280 4.2.1.3")


SIGNER: Final = Profile("signer", check_signer)


def validate_chain(
    x5c: Sequence[bytes], anchors: Sequence[bytes], *, now: int, cache: ChainCache
) -> Leaf:
    """The leaf of a chain that leads to one of these anchors and is valid at `now`."""
    return trace(x5c, anchors, now=now, cache=cache, profile=SIGNER).leaf


def trace(
    x5c: Sequence[bytes],
    anchors: Sequence[bytes],
    *,
    now: int,
    cache: ChainCache,
    profile: Profile,
) -> Chain:
    """As `validate_chain`, with the anchor that carries it and the profile of a role."""
    key = profile.name, tuple(anchors), tuple(x5c)
    chain = cache.get(key)
    # A kept chain that is out of its time may have a younger anchor: look once more.
    if chain is None or not chain.not_before <= now <= chain.not_after:
        try:
            chain = _build(x5c, anchors, now, profile)
        except leaves.UNREADABLE:
            # Parts of a certificate are only read when they are looked at.
            raise Malformed("x5c.certificate", "RFC 5280 4.1") from None
        cache.put(key, chain)
    check_times(chain, now)
    return chain


def check_times(chain: Chain | Leaf, now: int) -> None:
    """Every certificate of the chain is inside its validity (RFC 5280 6.1.3)."""
    if now < chain.not_before:
        raise NotValidNow("x5c.not_yet_valid", "RFC 5280 6.1.3")
    if now > chain.not_after:
        raise NotValidNow("x5c.expired", "RFC 5280 6.1.3")


def _build(x5c: Sequence[bytes], anchors: Sequence[bytes], now: int, profile: Profile) -> Chain:
    if not 0 < len(x5c) <= MAX_CHAIN:
        raise Malformed("x5c.length", "RFC 7515 4.1.6", limit=MAX_CHAIN)
    path = [leaves.load(der) for der in x5c]
    for depth, (der, certificate) in enumerate(zip(x5c, path, strict=True)):
        _check_not_anchor(der, certificate, anchors, depth)
        _check_constraints(certificate)
        _check_critical(certificate)
    for depth, (child, parent) in enumerate(pairwise(path)):
        _check_authority(parent, depth)
        if not issued_by(child, parent):
            raise NotTrusted("x5c.broken", "RFC 5280 6.1.3")
    anchor_der, anchor = _find_anchor(path[-1], anchors, now)
    _check_authority(anchor, len(path) - 1)
    _check_constraints(anchor)
    profile.check(path[0])
    whole = [*path, anchor]
    return Chain(
        leaf=leaves.read(path[0], x5c[0]),
        anchor=anchor_der,
        fingerprints=_fingerprints(whole, x5c),
        not_before=max(seconds(one.not_valid_before_utc) for one in whole),
        not_after=min(seconds(one.not_valid_after_utc) for one in whole),
    )


def _fingerprints(whole: Sequence[x509.Certificate], x5c: Sequence[bytes]) -> frozenset[str]:
    found = []
    for der, (child, parent) in zip(x5c, pairwise(whole), strict=True):
        found += [der, twins.of_certificate(child, der, parent)]
    return frozenset(hashlib.sha256(der).hexdigest() for der in found)


def _check_not_anchor(
    der: bytes, certificate: x509.Certificate, anchors: Sequence[bytes], depth: int
) -> None:
    own = certificate.subject == certificate.issuer
    if der in anchors or (own and depth):
        # Also the root above the anchors: what everybody has is not sent along.
        raise NotTrusted("x5c.anchor_inside", "HAIP 1.0 x5c")
    if own:
        raise NotTrusted("x5c.self_signed", "HAIP 1.0 x5c")


def _check_constraints(certificate: x509.Certificate) -> None:
    """No authority of names: what it allows is not worked out here, so it is not believed."""
    if leaves.extension(certificate, x509.NameConstraints) is not None:
        raise NotTrusted("x5c.name_constraints", "RFC 5280 4.2.1.10")


def _check_critical(certificate: x509.Certificate) -> None:
    for one in certificate.extensions:
        if one.critical and one.oid not in _CRITICAL_KNOWN:
            raise NotTrusted("x5c.critical_extension", "RFC 5280 4.2", oid=one.oid.dotted_string)


def _check_authority(certificate: x509.Certificate, below: int) -> None:
    """The certificate may sign certificates, with `below` authorities between it and the leaf."""
    constraints = leaves.extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise NotTrusted("x5c.not_an_authority", "RFC 5280 6.1.4")
    if constraints.path_length is not None and constraints.path_length < below:
        raise NotTrusted("x5c.path_length", "RFC 5280 6.1.4")
    usage = leaves.extension(certificate, x509.KeyUsage)
    if usage is None or not usage.key_cert_sign:
        raise NotTrusted("x5c.not_an_authority", "RFC 5280 6.1.4")


def issued_by(child: x509.Certificate, parent: x509.Certificate) -> bool:
    """Whether names, key identifiers and signature all say that parent issued child."""
    if not isinstance(child.signature_hash_algorithm, _SIGNATURE_HASHES):
        return False
    authority = leaves.extension(child, x509.AuthorityKeyIdentifier)
    own = leaves.extension(parent, x509.SubjectKeyIdentifier)
    if authority and own and authority.key_identifier not in (None, own.digest):
        return False
    try:
        child.verify_directly_issued_by(parent)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _find_anchor(
    last: x509.Certificate, anchors: Sequence[bytes], now: int
) -> tuple[bytes, x509.Certificate]:
    """The anchor that issued the last certificate; one valid now is preferred."""
    found: tuple[bytes, x509.Certificate] | None = None
    for der in anchors:
        anchor = leaves.load(der)
        if not issued_by(last, anchor):
            continue
        found = der, anchor
        if seconds(anchor.not_valid_before_utc) <= now <= seconds(anchor.not_valid_after_utc):
            break
    if found is None:
        raise NotTrusted("x5c.no_anchor", "RFC 5280 6.1")
    return found
