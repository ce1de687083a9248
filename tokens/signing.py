"""A key in a token as the X.509 builders take one: it signs requests, certificates and CRLs."""

from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from tokens.hardware import HardwareSigner

_HALF: Final = 32


class TokenKey(ec.EllipticCurvePrivateKey):
    """What the builders see of a key in the token: it can sign with SHA-256, no more."""

    def __init__(self, signer: HardwareSigner) -> None:
        self._signer = signer

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:  # noqa: ANN401
        """A DER signature (RFC 3279, 2.2.3)."""
        algorithm = signature_algorithm.algorithm
        if isinstance(algorithm, Prehashed) or not isinstance(algorithm, hashes.SHA256):
            raise self._signer.refuse("hsm.sign_only")
        raw = self._signer.sign(bytes(data))
        return encode_dss_signature(int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Its public half."""
        return self._signer.public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        """P-256."""
        return self.public_key().curve

    @property
    def key_size(self) -> int:
        """256."""
        return self.curve.key_size

    def exchange(
        self,
        algorithm: ec.ECDH,  # noqa: ARG002
        peer_public_key: ec.EllipticCurvePublicKey,  # noqa: ARG002
    ) -> bytes:
        """Not of this key."""
        raise self._signer.refuse("hsm.sign_only")

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        """Not of this key."""
        raise self._signer.refuse("hsm.sign_only")

    def private_bytes(
        self,
        encoding: serialization.Encoding,  # noqa: ARG002
        format: serialization.PrivateFormat,  # noqa: A002, ARG002
        encryption_algorithm: serialization.KeySerializationEncryption,  # noqa: ARG002
    ) -> bytes:
        """Not of this key."""
        raise self._signer.refuse("hsm.sign_only")

    def __copy__(self) -> "TokenKey":
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> "TokenKey":
        return self
