"""JWS with ES256 and nothing else: compact form, pinned `typ`, strict encoding.

The bytes that arrived are what is verified and hashed; nothing is written anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from credential import base64url, strictjson
from credential.errors import Malformed, NotTrusted
from credential.strictjson import Json, Object

PublicKey: TypeAlias = ec.EllipticCurvePublicKey
PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey

MAX_BYTES: Final = 65_536
MAX_CHAIN: Final = 4

_ES256: Final = ec.ECDSA(hashes.SHA256())
_REPEATABLE: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_P256: Final = ec.SECP256R1()
_PARTS: Final = 3
_COORDINATE: Final = 32
_SIGNATURE: Final = 64
_KEPT_HEADERS: Final = 256
_WRITTEN_HEADERS: Final = 8
_KEPT_HEADER_BYTES: Final = 8192
# Each lets the sender choose what is verified, or with which key (RFC 8725, 3.1).
_FORBIDDEN: Final = frozenset({"crit", "b64", "jku", "x5u"})
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class Signer(Protocol):
    """A P-256 key that signs, wherever it is kept."""

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies what this one signs."""
        ...

    @property
    def written(self) -> "WrittenHeaders":
        """The headers this key has signed under before."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The ES256 signature of `data`: r and s, 32 bytes each."""
        ...


class WrittenHeaders:
    """Encoded headers of what one key signs: all its cards have the same. Bounded."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[tuple[str, tuple[bytes, ...]], bytes] = {}

    def part(self, typ: str, chain: tuple[bytes, ...]) -> bytes:
        """The encoded header with this type and chain."""
        kept = self._kept.get((typ, chain))
        if kept is None:
            if len(self._kept) >= _WRITTEN_HEADERS:
                self._kept.clear()
            kept = self._kept[typ, chain] = _header_part(typ, x5c_header(chain) if chain else {})
        return kept


class KeySigner:
    """A signer whose private key is in memory.

    A `repeatable` one signs the same bytes the same way every time (RFC 6979).
    """

    __slots__ = ("_algorithm", "_key", "written")

    def __init__(self, key: PrivateKey, *, repeatable: bool = False) -> None:
        self._key = key
        self._algorithm = _REPEATABLE if repeatable else _ES256
        self.written = WrittenHeaders()

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies what this one signs."""
        return self._key.public_key()

    def sign(self, data: bytes) -> bytes:
        """The ES256 signature of `data`: r and s, 32 bytes each (RFC 7518, 3.4)."""
        der = self._key.sign(data, self._algorithm)
        middle = 4 + der[3]
        r, s = der[4:middle], der[middle + 2 :]
        # DER writes a zero before a high bit and leaves other leading zeros out.
        return r[-_COORDINATE:].rjust(_COORDINATE, b"\0") + s[-_COORDINATE:].rjust(
            _COORDINATE, b"\0"
        )


class UnverifiedJws:
    """A JWS of the right shape and type, whose signature nobody has checked."""

    __slots__ = ("_header", "_payload", "_payload_part", "_signature", "_signed", "raw")

    def __init__(
        self, raw: str, header: "_Header", signed: bytes, payload_part: bytes, signature: bytes
    ) -> None:
        self.raw = raw
        self._header = header
        self._signed = signed
        self._payload_part = payload_part
        self._signature = signature
        self._payload: Object | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(typ={self.header['typ']!r})"

    @property
    def header(self) -> Object:
        """The protected header; messages with the same one share it, so it is only read."""
        return self._header.members

    def x5c(self) -> tuple[bytes, ...]:
        """The certificates of the protected header, leaf first, as DER (RFC 7515, 4.1.6)."""
        return self._header.x5c

    def jwk(self) -> PublicKey:
        """The key the header carries; it proves possession, never who the signer is."""
        return key_from_jwk(self.header.get("jwk"))

    def dangerous_payload(self) -> Object:
        """The payload before anyone vouched for it: for cheap refusals and nothing else."""
        if self._payload is None:
            data = base64url.decode(self._payload_part)
            self._payload = strictjson.loads_object(data, max_bytes=len(data))
        return self._payload


class _Header:
    """One protected header that passed all that does not depend on who asks."""

    def __init__(self, part: bytes) -> None:
        octets = base64url.decode(part)
        self.members = strictjson.loads_object(octets, max_bytes=len(octets))
        if self.members.get("alg") != "ES256":
            raise NotTrusted("jose.alg", "RFC 8725 3.1")
        if not _FORBIDDEN.isdisjoint(self.members):
            name = min(_FORBIDDEN & self.members.keys())
            raise NotTrusted(f"jose.{name}", "RFC 7515 4.1")

    @cached_property
    def x5c(self) -> tuple[bytes, ...]:
        chain = self.members.get("x5c")
        if not isinstance(chain, list) or not 0 < len(chain) <= MAX_CHAIN:
            raise Malformed("jose.x5c", "RFC 7515 4.1.6")
        found = []
        for certificate in chain:
            if not isinstance(certificate, str):
                raise Malformed("jose.x5c", "RFC 7515 4.1.6")
            found.append(base64url.decode_padded(certificate, max_bytes=MAX_BYTES))
        return tuple(found)


class HeaderCache:
    """Protected headers read before, by their exact bytes; bounded.

    All cards of one signer have the same header, and so have all key bindings. It belongs to a
    value that is passed in (house rule 2), such as `Trust`; no decision rests on it.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[bytes, _Header] = {}

    @property
    def size(self) -> int:
        """How many headers are kept."""
        return len(self._kept)

    def read(self, part: bytes) -> "_Header":
        """The header in these bytes."""
        kept = self._kept.get(part)
        if kept is not None:
            return kept
        header = _Header(part)
        # A header with a key in it belongs to one holder and does not come back.
        if len(part) <= _KEPT_HEADER_BYTES and "jwk" not in header.members:
            if len(self._kept) >= _KEPT_HEADERS:
                self._kept.clear()
            self._kept[part] = header
        return header


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedJws:
    """A JWS whose signature holds under the key that was asked about."""

    header: Object
    payload: Object
    raw: str


def parse(
    token: str,
    *,
    typ: str | frozenset[str],
    max_bytes: int = MAX_BYTES,
    headers: HeaderCache | None = None,
) -> UnverifiedJws:
    """Reads the header; refuses every algorithm but ES256 and every other `typ`."""
    if len(token) > max_bytes:
        raise Malformed("jose.size", "RFC 7515 7.1", limit=max_bytes)
    try:
        octets = token.encode("ascii")
    except UnicodeEncodeError:
        raise Malformed("jose.parts", "RFC 7515 7.1") from None
    parts = octets.split(b".")
    if len(parts) != _PARTS:
        raise Malformed("jose.parts", "RFC 7515 7.1")
    part = parts[0]
    header = _Header(part) if headers is None else headers.read(part)
    found = header.members.get("typ")
    if not isinstance(found, str) or (found != typ if isinstance(typ, str) else found not in typ):
        raise NotTrusted("jose.typ", "RFC 8725 3.11")
    signature = base64url.decode(parts[2])
    if len(signature) != _SIGNATURE:
        raise NotTrusted("jose.signature", "RFC 7518 3.4")
    signed = octets[: len(part) + 1 + len(parts[1])]
    return UnverifiedJws(token, header, signed, parts[1], signature)


def verify(jws: UnverifiedJws, key: PublicKey) -> VerifiedJws:
    """The payload, if the signature holds under `key`."""
    if not isinstance(key.curve, ec.SECP256R1):
        raise NotTrusted("jose.curve", "RFC 7518 3.4")
    signature = _to_der(jws._signature)  # noqa: SLF001 - the pair of types is one unit
    try:
        key.verify(signature, jws._signed, _ES256)  # noqa: SLF001
    except InvalidSignature:
        raise NotTrusted("jose.signature", "RFC 7515 5.2") from None
    return VerifiedJws(jws.header, jws.dangerous_payload(), jws.raw)


def _to_der(signature: bytes) -> bytes:
    """The ECDSA-Sig-Value (RFC 3279, 2.2.3) of r and s: two integers, as short as they go."""
    r, s = signature[:_COORDINATE].lstrip(b"\0"), signature[_COORDINATE:].lstrip(b"\0")
    if not r or r[0] & 0x80:
        r = b"\0" + r
    if not s or s[0] & 0x80:
        s = b"\0" + s
    # Two integers of at most 33 bytes: each length is one byte.
    return b"\x30%c\x02%c%b\x02%c%b" % (len(r) + len(s) + 4, len(r), r, len(s), s)


def sign(
    payload: Object | bytes,
    *,
    typ: str,
    signer: Signer,
    header: Object | None = None,
    x5c: Sequence[bytes] = (),
) -> str:
    """A compact JWS; `bytes` are signed as they are. `x5c` is for those who sign many alike."""
    chain = tuple(x5c)
    protected = signer.written.part(typ, chain) if header is None else _header_part(typ, header)
    body = payload if isinstance(payload, bytes) else strictjson.dumps(payload)
    signed = b"%b.%b" % (protected, base64url.encode_ascii(body))
    signature = base64url.encode_ascii(signer.sign(signed))
    return (b"%b.%b" % (signed, signature)).decode("ascii")


def _header_part(typ: str, header: Object) -> bytes:
    return base64url.encode_ascii(strictjson.dumps({**header, "alg": "ES256", "typ": typ}))


def x5c_header(chain: Sequence[bytes]) -> Object:
    """The header member that carries a chain of DER certificates, leaf first."""
    return {"x5c": [base64url.encode_padded(der) for der in chain]}


def public_jwk(key: PublicKey) -> Object:
    """The public JWK of a P-256 key: only the members that make the key."""
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url.encode(numbers.x.to_bytes(_COORDINATE, "big")),
        "y": base64url.encode(numbers.y.to_bytes(_COORDINATE, "big")),
    }


def key_from_jwk(jwk: Json) -> PublicKey:
    """The P-256 key of a public JWK; one with a private member is refused."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise Malformed("jose.jwk", "RFC 7518 6.2")
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise Malformed("jose.jwk_private", "RFC 7517 9.2")
    x = base64url.decode(strictjson.text(jwk, "x"), max_bytes=64)
    y = base64url.decode(strictjson.text(jwk, "y"), max_bytes=64)
    if len(x) != _COORDINATE or len(y) != _COORDINATE:
        raise Malformed("jose.jwk", "RFC 7518 6.2.1.2")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_P256, b"\x04" + x + y)
    except ValueError:
        raise Malformed("jose.jwk_point", "RFC 7518 6.2") from None


def thumbprint(key: PublicKey | Object) -> str:
    """The JWK thumbprint (RFC 7638), base64url of SHA-256."""
    jwk = key if isinstance(key, dict) else public_jwk(key)
    members = {name: strictjson.text(jwk, name) for name in ("crv", "kty", "x", "y")}
    return base64url.sha256(strictjson.dumps({**members}))


def generate_key() -> PrivateKey:
    """A fresh P-256 key from the library's own generator."""
    return ec.generate_private_key(_P256)


def private_key_to_pem(key: PrivateKey, passphrase: bytes | None = None) -> bytes:
    """The key as PEM (PKCS #8), encrypted if a passphrase is given."""
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        protection = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )


def private_key_from_pem(pem: bytes, passphrase: bytes | None = None) -> PrivateKey:
    """The P-256 key in a PEM text; anything else is `Malformed`."""
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Malformed("key.pem", "RFC 5958 2") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Malformed("key.not_p256", "RFC 7518 3.4")
    return key
