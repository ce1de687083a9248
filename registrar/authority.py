"""The scheme operator's keys: one root, one authority per role, and the signers of files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from credential.jose import PublicKey, generate_key
from credential.snapshot import SNAPSHOT_PURPOSE_OID
from credential.trust import Role
from registrar import certificates
from registrar.certificates import Entropy, LeafPlan, Pair, Places, Subject
from registrar.config import Scheme

ROOT: Final = "root"
SNAPSHOT_SIGNER: Final = "snapshot-signer"
LIST_SIGNER: Final = "list-signer"
REGISTRATION_SIGNER: Final = "registration-signer"
REGISTRATION_STATUS_SIGNER: Final = "registration-status-signer"

# Which authority each signer of the operator's own stands under.
SIGNERS: Final[Mapping[str, str]] = {
    SNAPSHOT_SIGNER: ROOT,
    LIST_SIGNER: ROOT,
    REGISTRATION_SIGNER: Role.REGISTRATION.value,
    REGISTRATION_STATUS_SIGNER: Role.REGISTRATION_STATUS.value,
}
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
    """Everything the operator signs with, by name."""

    scheme: Scheme
    pairs: Mapping[str, Pair]

    @property
    def root(self) -> Pair:
        """The root of the scheme; its fingerprint is what fresh installs are given."""
        return self.pairs[ROOT]

    def role(self, role: Role) -> Pair:
        """The authority of a role."""
        return self.pairs[role.value]

    def listed(self, role: Role) -> tuple[Pair, ...]:
        """Every authority of a role that readers still believe, the one that signs first."""
        return (self.role(role),)

    def places(self, name: str) -> Places:
        """Where the authority of this name publishes its certificate and its revocations."""
        base = self.scheme.registry_uri
        return Places(f"{base}/ca/{name}.cer", f"{base}/crl/{name}.crl", self.scheme.policy_uri)

    def issue(
        self, plan: LeafPlan, key: PublicKey, role: Role, now: int, entropy: Entropy
    ) -> x509.Certificate:
        """An end certificate of this role for a party's key."""
        return certificates.make_leaf(
            plan,
            key,
            self.role(role),
            self.places(role.value),
            development=self.scheme.development,
            now=now,
            entropy=entropy,
        )


def create(scheme: Scheme, *, now: int, entropy: Entropy) -> Authority:
    """A new operator with fresh keys for everything."""
    marked = scheme.development
    root = certificates.make_root(
        _subject(scheme, ROOT), development=marked, now=now, entropy=entropy
    )
    pairs = {ROOT: root}
    for role in Role:
        pairs[role.value] = certificates.make_authority(
            _subject(scheme, role.value), root, development=marked, now=now, entropy=entropy
        )
    whole = Authority(scheme, pairs)
    for name in SIGNERS:
        pairs[name] = renew_signer(whole, name, now=now, entropy=entropy)
    return whole


def renew_signer(authority: Authority, name: str, *, now: int, entropy: Entropy) -> Pair:
    """A fresh key and certificate for one of the operator's own signers."""
    above = SIGNERS[name]
    key = generate_key()
    certificate = certificates.make_leaf(
        LeafPlan(
            subject=_subject(authority.scheme, name),
            life=certificates.SIGNER_LIFE,
            purpose_oid=SNAPSHOT_PURPOSE_OID if name == SNAPSHOT_SIGNER else None,
        ),
        key.public_key(),
        authority.pairs[above],
        authority.places(above),
        development=authority.scheme.development,
        now=now,
        entropy=entropy,
    )
    return Pair(certificate, key)


def _subject(scheme: Scheme, name: str) -> Subject:
    return Subject(
        country=scheme.country,
        organization=scheme.operator,
        organization_identifier=scheme.organization_identifier,
        oin=scheme.oin,
        common_name=f"{scheme.operator}: {_NAMES[name]}",
    )
