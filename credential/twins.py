"""The twin of an ECDSA signature: from (r, s) anyone makes (r, n - s), and it verifies as well.

So the hash of a signed text does not name what was signed: what is taken back by its hash has to
be refused under the hash of its twin too, or whoever holds it shows the twin instead.
"""

from collections.abc import Mapping
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from credential import base64url

# The order n of each curve an authority may have (SEC 2, 2.4.2, 2.5.1 and 2.6.1).
_P256: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ORDERS: Final[Mapping[str, int]] = {
    "secp256r1": _P256,
    "secp384r1": int(
        "ffffffffffffffffffffffffffffffffffffffffffffffff"
        "c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        16,
    ),
    "secp521r1": int(
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa"
        "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        16,
    ),
}
_COORDINATE: Final = 32
_SEQUENCE: Final = 0x30
_BIT_STRING: Final = 0x03
_SHORT: Final = 0x80


def of_jws(compact: str) -> str:
    """The same ES256 JWS with the twin of its signature, which must be one that verified."""
    signed, _, encoded = compact.rpartition(".")
    signature = base64url.decode(encoded)
    s = _P256 - int.from_bytes(signature[_COORDINATE:], "big")
    twin = signature[:_COORDINATE] + s.to_bytes(_COORDINATE, "big")
    return f"{signed}.{base64url.encode(twin)}"


def of_certificate(certificate: x509.Certificate, der: bytes, issuer: x509.Certificate) -> bytes:
    """The same certificate with the twin of its verified signature; itself where there is none."""
    key = issuer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in _ORDERS:
        return der
    r, s = decode_dss_signature(certificate.signature)
    twin = encode_dss_signature(r, _ORDERS[key.curve.name] - s)
    start = 2 if der[1] < _SHORT else 2 + (der[1] & ~_SHORT)
    content = der[start : len(der) - len(_bit_string(certificate.signature))]
    return _tlv(_SEQUENCE, content + _bit_string(twin))


def _bit_string(octets: bytes) -> bytes:
    return _tlv(_BIT_STRING, b"\x00" + octets)


def _tlv(tag: int, content: bytes) -> bytes:
    """One element in DER: the length in as few octets as it takes (X.690, 10.1)."""
    if len(content) < _SHORT:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, _SHORT | len(length))) + length + content
