"""The scheme operator's keys: one root, one authority per role, and the signers of files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509

from credential import rootchain
from credential.jose import PublicKey, generate_key
from credential.rootchain import Root
from credential.snapshot import SNAPSHOT_PURPOSE_OID
from credential.trust import Role
from registrar import certificates
from registrar.certificates import Anchor, Entropy, LeafPlan, Pair, Places, Subject
from registrar.config import Scheme
from registrar.own import (
    LIST_SIGNER,
    REGISTRATION_SIGNER,
    REGISTRATION_STATUS_SIGNER,
    ROOT,
    SIGNERS,
    SNAPSHOT_SIGNER,
    generation,
    name_of,
)

__all__ = [
    "LIST_SIGNER",
    "REGISTRATION_SIGNER",
    "REGISTRATION_STATUS_SIGNER",
    "ROOT",
    "SIGNERS",
    "SNAPSHOT_SIGNER",
    "Authority",
    "certify_signer",
    "create",
    "renew_signer",
    "subject_of",
]

_NAMES: Final[Mapping[str, str]] = {
    ROOT: "hoofdsleutel",
    Role.CARD.value: "uitgifte van kaarten",
    Role.STATUS.value: "statuslijsten",
    Role.VERIFIER_ACCESS.value: "toegang van ontvangers",
    Role.ISSUER_ACCESS.value: "toegang van uitgevers",
    Role.REGISTRATION.value: "registratiecertificaten",
    Role.REGISTRATION_STATUS.value: "status van registraties",
    Role.WALLET_PROVIDER.value: "walletaanbieders",
    SNAPSHOT_SIGNER: "stelselopgave",
    LIST_SIGNER: "vertrouwenslijsten",
    REGISTRATION_SIGNER: "registraties",
    REGISTRATION_STATUS_SIGNER: "ingetrokken registraties",
}


@dataclass(frozen=True)
class Authority:
    """Everything the operator signs with at one moment, by place; `root` signs nothing here."""

    scheme: Scheme
    pairs: Mapping[str, Pair]
    root: Anchor
    """The root of the scheme; its fingerprint is what fresh installs are given."""
    roots: tuple[Root, ...] = ()
    """Every root there was, the oldest first, each signed by the one before (`roots.json`)."""
    root_crls: Mapping[str, bytes] = field(default_factory=dict)
    generations: Mapping[str, tuple[tuple[str, Pair], ...]] = field(default_factory=dict)
    """Of each place all that readers are to believe, by name, the signing one first."""

    def role(self, role: Role) -> Pair:
        """The authority of a role."""
        return self.pairs[role.value]

    def named(self, role: Role) -> tuple[tuple[str, Pair], ...]:
        """Every authority of a role that readers still believe by name, the signing one first."""
        return self._generations(role.value)

    def listed(self, role: Role) -> tuple[Pair, ...]:
        """Every authority of a role that readers still believe, the one that signs first."""
        return tuple(pair for _, pair in self.named(role))

    def name_of(self, role: Role) -> str:
        """The name of the authority of a role that signs."""
        return self.named(role)[0][0]

    @property
    def root_name(self) -> str:
        """The name of the root of today: `root`, and after a change of root `root-2`."""
        return name_of(ROOT, max(1, len(self.roots)))

    def places(self, name: str) -> Places:
        """Where the authority of this name publishes its certificate and its revocations."""
        base = self.scheme.registry_uri
        return Places(f"{base}/ca/{name}.cer", f"{base}/crl/{name}.crl", self.scheme.policy_uri)

    def pins(self) -> dict[str, bytes]:
        """The signers of lists as published: who signs now, and who will (Regie trust 4.6)."""
        (_, now), *later = self._generations(LIST_SIGNER)
        found = {f"signers/{name}.cer": pair.der for name, pair in later}
        return {"signers/lists.cer": now.der, **found}

    def root_files(self) -> dict[str, bytes]:
        """What the ceremony made and every publication carries: roots and their revocations."""
        found = {f"crl/{name}.crl": data for name, data in self.root_crls.items()}
        for number, one in enumerate(self.roots or (Root(self.root.der, None),), start=1):
            found[f"ca/{name_of(ROOT, number)}.cer"] = one.certificate
        if len(self.roots) > 1:
            found[rootchain.FILE] = rootchain.write(self.roots)
        return found

    def issue(
        self, plan: LeafPlan, key: PublicKey, role: Role, now: int, entropy: Entropy
    ) -> x509.Certificate:
        """An end certificate of this role for a party's key."""
        return certificates.make_leaf(
            plan,
            key,
            self.role(role),
            self.places(self.name_of(role)),
            development=self.scheme.development,
            now=now,
            entropy=entropy,
        )

    def _generations(self, slot: str) -> tuple[tuple[str, Pair], ...]:
        return self.generations.get(slot) or ((slot, self.pairs[slot]),)


def create(scheme: Scheme, *, now: int, entropy: Entropy) -> Authority:
    """A new operator with fresh keys for everything, the root's among them: in memory."""
    marked = scheme.development
    root = certificates.make_root(
        subject_of(scheme, ROOT), development=marked, now=now, entropy=entropy
    )
    pairs = {ROOT: root}
    for role in Role:
        pairs[role.value] = certificates.make_authority(
            subject_of(scheme, role.value), root, development=marked, now=now, entropy=entropy
        )
    crl = certificates.make_crl(root, [], number=1, now=now, until=now + certificates.ROOT_CRL_LIFE)
    whole = Authority(scheme, pairs, root, root_crls={ROOT: crl})
    for name in SIGNERS:
        pairs[name] = renew_signer(whole, name, now=now, entropy=entropy)
    return whole


def renew_signer(authority: Authority, name: str, *, now: int, entropy: Entropy) -> Pair:
    """A fresh key and certificate for one of the operator's own signers."""
    key = generate_key()
    above = authority.pairs[SIGNERS[name]]
    certificate = certify_signer(
        authority.scheme,
        name,
        key.public_key(),
        above,
        authority.places(SIGNERS[name]),
        now=now,
        entropy=entropy,
    )
    return Pair(certificate, key)


def certify_signer(
    scheme: Scheme,
    name: str,
    key: PublicKey,
    above: Pair,
    places: Places,
    *,
    now: int,
    entropy: Entropy,
) -> x509.Certificate:
    """The certificate of one of the operator's own signers, below this authority."""
    slot, _ = generation(name)
    plan = LeafPlan(
        subject=subject_of(scheme, name),
        life=certificates.SIGNER_LIFE,
        purpose_oid=SNAPSHOT_PURPOSE_OID if slot == SNAPSHOT_SIGNER else None,
    )
    return certificates.make_leaf(
        plan, key, above, places, development=scheme.development, now=now, entropy=entropy
    )


def subject_of(scheme: Scheme, name: str) -> Subject:
    """What the certificate of this name says; a later generation says which it is."""
    slot, number = generation(name)
    return Subject(
        country=scheme.country,
        organization=scheme.operator,
        organization_identifier=scheme.organization_identifier,
        oin=scheme.oin,
        common_name=f"{scheme.operator}: {_NAMES[slot]}" + (f" {number}" if number > 1 else ""),
    )
