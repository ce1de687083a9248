"""What we believe at one moment: the opened snapshot, and the decisions it supports.

Every decision takes its own `now` and refuses on a snapshot that is no longer fresh: there is no
grace period (Regie formats 8). Nothing is fetched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from credential.errors import NotAllowed, NotTrusted, NotValidNow
from credential.jose import HeaderCache
from credential.trust.access import ACCESS
from credential.trust.chains import SIGNER, Chain, ChainCache, Profile, Role, trace
from credential.trust.entities import Issuance, Issuer
from credential.trust.leaf import Leaf
from credential.typemetadata import TypeMetadata

CLOCK_AHEAD: Final = 300
_ORDERLY: Final = frozenset({"merged", "ceased"})


@dataclass(frozen=True)
class Trust:
    """The scheme as of one snapshot; a value, with its own cache of chains that held."""

    sequence: int
    issued: int
    next_update: int
    operator: str
    issuers: tuple[Issuer, ...]
    types: Mapping[str, TypeMetadata] = field(repr=False)
    revoked_certificates: frozenset[str] = field(repr=False)
    revoked_registrations: frozenset[str] = field(repr=False)
    scheme_jws: str = field(repr=False)
    role_anchors: Mapping[Role, tuple[bytes, ...]] = field(repr=False)
    cache: ChainCache = field(default_factory=ChainCache, repr=False, compare=False)
    headers: HeaderCache = field(default_factory=HeaderCache, repr=False, compare=False)

    def anchors(self, role: Role) -> tuple[bytes, ...]:
        """The authorities that vouch for this role, as DER."""
        return self.role_anchors.get(role, ())

    def require_fresh(self, now: int) -> None:
        """Refuses a snapshot from the future or past its `next_update`."""
        if now < self.issued - CLOCK_AHEAD:
            raise NotValidNow("scheme.not_yet_valid", "Regie formats 8")
        if now >= self.next_update:
            raise NotValidNow("scheme.expired", "Regie formats 8")

    def verifier_leaf(self, x5c: Sequence[bytes], now: int) -> Leaf:
        """Who asks: the holder of a verifier's access certificate (TS 119 411-8)."""
        return self._chain(Role.VERIFIER_ACCESS, x5c, now, ACCESS).leaf

    def issuer_leaf(self, x5c: Sequence[bytes], now: int) -> Leaf:
        """Who issues: the holder of an issuer's access certificate (TS 119 411-8)."""
        return self._chain(Role.ISSUER_ACCESS, x5c, now, ACCESS).leaf

    def registration_signer(self, x5c: Sequence[bytes], now: int) -> Leaf:
        """Who registered them: a signer of registration certificates (TS 119 475)."""
        return self._chain(Role.REGISTRATION, x5c, now, SIGNER).leaf

    def registration_path(self, x5c: Sequence[bytes], now: int) -> tuple[bytes, ...]:
        """The certificates that carry a registration, from its signer up to the authority."""
        chain = self._chain(Role.REGISTRATION, x5c, now, SIGNER)
        return (*x5c, chain.anchor)

    def wallet_provider_leaf(self, x5c: Sequence[bytes], now: int) -> Leaf:
        """Who vouches for a wallet: a signer of wallet attestations."""
        return self._chain(Role.WALLET_PROVIDER, x5c, now, SIGNER).leaf

    def kept_signer(self, role: Role, x5c: Sequence[bytes], *, signed_at: int, now: int) -> Leaf:
        """Who signed what was kept: the chain as of then, by the lists and revocations of now.

        When it was signed is the signer's word: never for something that is new.
        """
        profile = ACCESS if role in (Role.VERIFIER_ACCESS, Role.ISSUER_ACCESS) else SIGNER
        self.require_fresh(now)
        return self._traced(role, x5c, signed_at, profile).leaf

    def card_signer(
        self, x5c: Sequence[bytes], *, vct: str, issued_at: int, now: int
    ) -> tuple[Leaf, Issuer]:
        """The signer of a card and its issuer, if the issuer may sign this type at that time."""
        chain = self._chain(Role.CARD, x5c, now, SIGNER)
        issuer = self.issuer_by_oin(chain.leaf.oin)
        if issuer is None:
            raise NotTrusted("trust.issuer_unknown", "TS 119 602 PuB-EAA")
        services = [one for one in issuer.services if chain.anchor in one.anchors]
        if not services:
            raise NotTrusted("trust.issuer_authority", "TS 119 602 PuB-EAA")
        allowed = [one for one in services if vct in one.vcts]
        if not allowed:
            raise NotAllowed("trust.kind_not_listed", "TS 119 602 PuB-EAA")
        if not chain.leaf.not_before <= issued_at <= chain.leaf.not_after:
            raise NotValidNow("trust.signed_outside_validity", "Regie formats 1")
        if not any(_was_in_force(one, issuer, issued_at) for one in allowed):
            raise NotTrusted("trust.issuer_withdrawn", "Regie trust 4.5")
        return chain.leaf, issuer

    def status_signer(self, x5c: Sequence[bytes], *, issuer: Issuer, now: int) -> Leaf:
        """The signer of a status list of this issuer, or of the successor the list names."""
        chain = self._chain(Role.STATUS, x5c, now, SIGNER)
        if chain.leaf.oin == issuer.oin:
            signer: Issuer | None = issuer
        elif issuer.status_successor is not None and chain.leaf.oin == issuer.status_successor:
            signer = self.issuer_by_oin(issuer.status_successor)
        else:
            signer = None
        if signer is None or chain.anchor not in signer.status_anchors:
            raise NotTrusted("trust.status_signer", "Regie formats 7")
        return chain.leaf

    def issuing_party(self, leaf: Leaf) -> Issuer:
        """The issuer behind an issuer's access certificate, if it may issue now."""
        issuer = self.issuer_by_oin(leaf.oin)
        if issuer is None:
            raise NotTrusted("trust.issuer_unknown", "TS 119 602 PuB-EAA")
        if issuer.state != "notified":
            raise NotTrusted("trust.issuer_withdrawn", "Regie trust 4.5")
        return issuer

    def issuer_by_oin(self, oin: str) -> Issuer | None:
        """The issuer with this OIN, in whatever state."""
        return self._by_oin.get(oin)

    def issuer_for_host(self, host: str) -> Issuer | None:
        """The first listed issuer of this host; several may share one, the signer tells which."""
        return next((one for one in self.issuers if host.lower() in one.issuer_hosts), None)

    @cached_property
    def _by_oin(self) -> Mapping[str, Issuer]:
        return {issuer.oin: issuer for issuer in self.issuers}

    def _chain(self, role: Role, x5c: Sequence[bytes], now: int, profile: Profile) -> Chain:
        self.require_fresh(now)
        return self._traced(role, x5c, now, profile)

    def _traced(self, role: Role, x5c: Sequence[bytes], now: int, profile: Profile) -> Chain:
        chain = trace(x5c, self.anchors(role), now=now, cache=self.cache, profile=profile)
        if not chain.fingerprints.isdisjoint(self.revoked_certificates):
            raise NotTrusted("trust.certificate_revoked", "Regie formats 8")
        return chain


def _was_in_force(service: Issuance, issuer: Issuer, issued_at: int) -> bool:
    """Whether this service could sign at that time (Regie trust 4.5).

    After an orderly end what was signed before stays good; after a compromise nothing does,
    since a stolen key writes any date.
    """
    if service.state == "notified":
        return True
    return issuer.withdrawal_reason in _ORDERLY and issued_at < service.since
