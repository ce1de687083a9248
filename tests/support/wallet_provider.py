"""A wallet provider of the scheme, honest unless a knob makes it something else."""

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from support.scheme import TestScheme

from credential import jose
from credential.jose import KeySigner, PrivateKey
from credential.names import TYP_KEY_ATTESTATION
from credential.trust import Role
from registrar.certificates import SIGNER_LIFE, LeafPlan, Subject

SUBJECT = Subject(
    country="NL",
    organization="Proefwallet",
    organization_identifier="NTRNL-99000001",
    oin="00000099000000009000",
    common_name="Proefwallet: verklaringen",
)


@dataclass(frozen=True)
class WalletProvider:
    """Signs that keys, or an instance, are of its wallet."""

    signer: KeySigner
    x5c: tuple[bytes, ...]

    @classmethod
    def of(
        cls, scheme: TestScheme, role: Role = Role.WALLET_PROVIDER, life: int = SIGNER_LIFE
    ) -> "WalletProvider":
        """One whose certificate stands under this role's authority."""
        key = jose.generate_key()
        leaf = scheme.authority.issue(
            LeafPlan(subject=SUBJECT, life=life), key.public_key(), role, scheme.now, scheme.entropy
        )
        return cls(KeySigner(key), (leaf.public_bytes(Encoding.DER),))

    def sign(self, typ: str, claims: dict, header: dict | None = None) -> str:
        head = {**jose.x5c_header(self.x5c), **(header or {})}
        head = {name: value for name, value in head.items() if value is not None}
        body = {name: value for name, value in claims.items() if value is not None}
        return jose.sign(body, typ=head.pop("typ", typ), signer=self.signer, header=head)

    def key_attestation(
        self,
        keys: list[PrivateKey],
        *,
        nonce: str | None,
        now: int,
        header: dict | None = None,
        **claims: Any,
    ) -> str:
        """An attestation of these keys; a claim of `None` is left out."""
        jwks = [dict(jose.public_jwk(key.public_key())) for key in keys]
        made = {"iat": now, "exp": now + 3_600, "nonce": nonce, "attested_keys": jwks}
        return self.sign(TYP_KEY_ATTESTATION, {**made, **claims}, header)
