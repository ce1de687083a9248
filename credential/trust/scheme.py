"""What we believe at one moment: the opened snapshot, and the decisions it supports.

Every decision takes its own `now` and refuses on a snapshot that is no longer fresh: there is no
grace period (Regie formats 8). Nothing is fetched.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from credential.errors import NotAllowed, NotTrusted, NotValidNow
from credential.jose import HeaderCache
from credential.staleness import SCHEME_CLOCK, SIGNER_CLOCK
from credential.trust import leaf as leaves
from credential.trust import spans
from credential.trust.access import ACCESS
from credential.trust.chains import SIGNER, Chain, ChainCache, Profile, Role, issued_by, trace
from credential.trust.entities import Issuer
from credential.trust.leaf import Leaf
from credential.typeshelf import Shelf

_ISSUING: Final = frozenset({Role.CARD, Role.STATUS, Role.ISSUER_ACCESS})


@dataclass(frozen=True)
class Trust:
    """The scheme as of one snapshot; a value, with its own cache of chains that held."""

    sequence: int
    issued: int
    next_update: int
    operator: str
    issuers: Sequence[Issuer] = field(repr=False)
    types: Shelf = field(repr=False)
    revoked_certificates: frozenset[str] = field(repr=False)
    revoked_registrations: frozenset[str] = field(repr=False)
    scheme_jws: str = field(repr=False)
    role_anchors: Mapping[Role, tuple[bytes, ...]] = field(repr=False)
    suspended: frozenset[str] = field(default=frozenset(), repr=False)
    """Of the revoked: what is held for a time, not taken back for good."""
    until: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Since when a revoked certificate does not count, where its key did not leak."""
    root: bytes = field(default=b"", repr=False)
    """The root it was read under, as DER: by its SHA-256 the scheme is known from now on."""
    cache: ChainCache = field(default_factory=ChainCache, repr=False, compare=False)
    headers: HeaderCache = field(default_factory=HeaderCache, repr=False, compare=False)

    def anchors(self, role: Role) -> tuple[bytes, ...]:
        """The authorities that vouch for this role, as DER."""
        return self.role_anchors.get(role, ())

    def require_fresh(self, now: int) -> None:
        """Refuses a snapshot from the future or past its `next_update`."""
        if now < self.issued - SCHEME_CLOCK:
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

        What was signed before a certificate was taken back holds, unless its key leaked. When it
        was signed is the signer's word: never for something that is new.
        """
        profile = ACCESS if role in (Role.VERIFIER_ACCESS, Role.ISSUER_ACCESS) else SIGNER
        self.require_fresh(now)
        chain = self._built(role, x5c, signed_at, profile)
        found = chain.fingerprints & self.revoked_certificates
        # One of which no day is known never counts.
        late = frozenset(one for one in found if signed_at >= self.until.get(one, signed_at))
        self._require_none(role, chain, late, now)
        return chain.leaf

    def regardless(self) -> "Trust":
        """The same scheme as if nothing was taken back: to read what is our own, not another's."""
        empty: frozenset[str] = frozenset()
        return replace(
            self, revoked_certificates=empty, revoked_registrations=empty, suspended=empty
        )

    def stopped_at(self, x5c: Sequence[bytes]) -> int | None:
        """Since when the first of these that was taken back does not count, if that is known."""
        prints = {hashlib.sha256(one).hexdigest() for one in x5c}
        return min((self.until[one] for one in prints & self.until.keys()), default=None)

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
        refusals = [spans.refusal(one.life, issued_at=issued_at, now=now) for one in allowed]
        if all(refusals):
            raise NotTrusted(str(refusals[-1]), "Regie trust 4.5")
        return chain.leaf, issuer

    def status_signer(self, x5c: Sequence[bytes], *, issuer: Issuer, now: int) -> Leaf:
        """The signer of a status list of this issuer, or of the successor the list names.

        A successor only from the day it takes over, and while what it signs counts. Who is
        compromised signs no list any more: it could give back what was taken back.
        """
        chain = self._chain(Role.STATUS, x5c, now, SIGNER)
        own = chain.leaf.oin == issuer.oin
        signer = issuer if own else self._status_successor(issuer, chain.leaf.oin, now)
        if signer is None or chain.anchor not in signer.status_anchors:
            raise NotTrusted("trust.status_signer", "Regie formats 7")
        refused = signer.distrusted(now)
        if refused is not None and (refused == spans.ISSUER_COMPROMISED or not own):
            raise NotTrusted(refused, "Regie trust 4.5")
        return chain.leaf

    def issuing_party(self, leaf: Leaf, now: int) -> Issuer:
        """The issuer behind an issuer's access certificate, if it may issue now."""
        issuer = self.issuer_by_oin(leaf.oin)
        if issuer is None:
            raise NotTrusted("trust.issuer_unknown", "TS 119 602 PuB-EAA")
        refused = issuer.idle(now)
        if refused is not None:
            raise NotTrusted(refused, "Regie trust 4.5")
        return issuer

    def issuer_by_oin(self, oin: str) -> Issuer | None:
        """The issuer with this OIN, in whatever state."""
        return self._by_oin.get(oin)

    def issuer_for_host(self, host: str) -> Issuer | None:
        """The first listed issuer of this host; several may share one, the signer tells which."""
        return next((one for one in self.issuers if host.lower() in one.issuer_hosts), None)

    @cached_property
    def listed_kinds(self) -> frozenset[str]:
        """Every type any issuer was listed for: the kinds of this scheme."""
        return frozenset().union(*(one.vcts for one in self.issuers))

    @cached_property
    def _by_oin(self) -> Mapping[str, Issuer]:
        return {issuer.oin: issuer for issuer in self.issuers}

    def _status_successor(self, issuer: Issuer, oin: str, now: int) -> Issuer | None:
        """The issuer of this number, if it keeps the lists of `issuer` by now."""
        if issuer.status_successor is None or oin != issuer.status_successor:
            return None
        begun = any(
            one.oin == oin and one.effective <= now + SIGNER_CLOCK for one in issuer.successors
        )
        return self.issuer_by_oin(oin) if begun else None

    def _chain(self, role: Role, x5c: Sequence[bytes], now: int, profile: Profile) -> Chain:
        self.require_fresh(now)
        return self._traced(role, x5c, now, profile)

    def _traced(self, role: Role, x5c: Sequence[bytes], now: int, profile: Profile) -> Chain:
        chain = self._built(role, x5c, now, profile)
        found = chain.fingerprints & self.revoked_certificates
        self._require_none(role, chain, found, now)
        return chain

    def _built(self, role: Role, x5c: Sequence[bytes], now: int, profile: Profile) -> Chain:
        try:
            return trace(x5c, self.anchors(role), now=now, cache=self.cache, profile=profile)
        except NotTrusted as error:
            if error.code == "x5c.no_anchor" and self._elsewhere(role, x5c[-1]):
                # Known here, and not for this: a swapped file looks so, or a thief's best try.
                raise NotTrusted("trust.wrong_role", "Regie trust 4.6") from None
            raise

    def _require_none(self, role: Role, chain: Chain, found: frozenset[str], now: int) -> None:
        if found:
            raise NotTrusted(self._taken_back(role, chain, found, now), "Regie formats 8")

    def _taken_back(self, role: Role, chain: Chain, found: frozenset[str], now: int) -> str:
        """Why, as a stable code: a compromised issuer says more than its certificates do."""
        issuer = self.issuer_by_oin(chain.leaf.oin) if role in _ISSUING else None
        if issuer is not None and issuer.distrusted(now) == spans.ISSUER_COMPROMISED:
            return spans.ISSUER_COMPROMISED
        held = found <= self.suspended
        return "trust.certificate_suspended" if held else "trust.certificate_revoked"

    def _elsewhere(self, role: Role, last: bytes) -> bool:
        """Whether an authority of another role signed this certificate."""
        certificate = leaves.load(last)
        return any(
            issued_by(certificate, leaves.load(anchor))
            for other in Role
            if other is not role
            for anchor in self.anchors(other)
        )

    def require_registered(self, sha256: str) -> None:
        """Refuses a registration certificate, by the SHA-256 of its compact form, taken back."""
        if sha256 in self.revoked_registrations:
            held = sha256 in self.suspended
            code = "registration.suspended" if held else "registration.revoked"
            raise NotTrusted(code, "Regie formats 8")
