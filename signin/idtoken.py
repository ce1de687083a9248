"""The ID token of a login provider: whose key signed it, for whom, about whom, how sure.

Steps in the order of OpenID Connect Core 1.0, 3.1.3.7. This file alone uses PyJWT.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from credential import strictjson
from credential.errors import Malformed
from credential.strictjson import Json, Object
from signin.errors import LoginFault

ALGORITHMS: Final = ("ES256", "PS256", "RS256")
"""What we accept; never `none`, never a MAC with the client's secret."""
SKEW_SECONDS: Final = 60
OLDEST_SECONDS: Final = 600
"""A token was made for this login, so not long ago."""
MAX_TOKEN: Final = 65_536
_CORE: Final = "OpenID Connect Core 1.0 3.1.3.7"
_TYPES: Final = ("jwt", "id_token+jwt")
_SMALLEST_RSA: Final = 2_048
_MOST_KEYS: Final = 32
_LONGEST_SUBJECT: Final = 255

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True)
class Key:
    """A key of the provider, and what it says it is for."""

    kid: str | None
    alg: str | None
    public: PublicKey

    def signs(self, alg: str) -> bool:
        """Whether signatures of this algorithm can be its."""
        kind = ec.EllipticCurvePublicKey if alg == "ES256" else rsa.RSAPublicKey
        return self.alg in (None, alg) and isinstance(self.public, kind)


@dataclass(frozen=True, repr=False)
class Identity:
    """Who logged in, as a provider we trust says it. It has no repr."""

    subject: str
    acr: str | None
    claims: Object


@dataclass(frozen=True, repr=False)
class Expected:
    """What the ID token of one login must say."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Sequence[str]
    acr_values: Sequence[str]
    max_age: int | None
    now: int


def read_keys(jwks: Object) -> tuple[Key, ...]:
    """The keys in a JWK set that can sign for us; others are not ours to judge (RFC 7517, 5)."""
    found = jwks.get("keys")
    if not isinstance(found, list) or len(found) > _MOST_KEYS:
        raise LoginFault("login.provider_keys", "RFC 7517 5")
    return tuple(key for one in found if (key := _read_key(one)) is not None)


def verify(token: str, expected: Expected, keys: Callable[[str | None], Sequence[Key]]) -> Identity:
    """Whom the token is about; raises `LoginFault` with the rule that it breaks.

    `keys` gives the provider's keys under a key id, or all of them for none.
    """
    if len(token) > MAX_TOKEN:
        raise LoginFault("login.token_form", _CORE)
    claims = _signed(token, expected, keys)
    if claims.get("iss") != expected.issuer:
        raise LoginFault("login.token_issuer", f"{_CORE} 2")
    _audience(claims, expected.client_id)
    _times(claims, expected.now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not _same(nonce, expected.nonce):
        raise LoginFault("login.token_nonce", f"{_CORE} 11")
    acr = claims.get("acr")
    if expected.acr_values and acr not in expected.acr_values:
        raise LoginFault("login.level", f"{_CORE} 12")
    _age(claims, expected)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise LoginFault("login.token_subject", "OpenID Connect Core 1.0 2")
    return Identity(subject, acr if isinstance(acr, str) else None, claims)


def _signed(token: str, expected: Expected, keys: Callable[[str | None], Sequence[Key]]) -> Object:
    """The claims, once a key of the provider proves them."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise LoginFault("login.token_form", _CORE) from None
    alg, kid = header.get("alg"), header.get("kid")
    if alg not in ALGORITHMS or alg not in expected.algorithms:
        raise LoginFault("login.token_algorithm", f"{_CORE} 7")
    if str(header.get("typ", "JWT")).lower() not in _TYPES or "crit" in header:
        raise LoginFault("login.token_type", "RFC 8725 3.11")
    fits = [key for key in keys(kid) if key.signs(alg)]
    if len(fits) != 1:
        # Without a key id there must be no doubt (OpenID Connect Core 1.0, 10.1).
        raise LoginFault("login.token_key", "OpenID Connect Core 1.0 10.1")
    try:
        payload = jwt.PyJWS().decode(token, fits[0].public, algorithms=[alg])
    except jwt.PyJWTError:
        raise LoginFault("login.token_signature", f"{_CORE} 6") from None
    try:
        # PyJWT would read the claims too, but by its own clock, and of two equal names the last.
        return strictjson.loads_object(payload, max_bytes=MAX_TOKEN)
    except Malformed:
        raise LoginFault("login.token_form", _CORE) from None


def _audience(claims: Object, client_id: str) -> None:
    """For us alone: we trust no other audience."""
    if claims.get("aud") not in (client_id, [client_id]):
        raise LoginFault("login.token_audience", f"{_CORE} 3")
    if claims.get("azp", client_id) != client_id:
        raise LoginFault("login.token_audience", f"{_CORE} 5")


def _times(claims: Object, now: int) -> None:
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    if expires is None or now >= expires + SKEW_SECONDS:
        raise LoginFault("login.token_expired", f"{_CORE} 9")
    if issued is None or not now - OLDEST_SECONDS <= issued <= now + SKEW_SECONDS:
        raise LoginFault("login.token_moment", f"{_CORE} 10")
    if "nbf" in claims:
        start = _time(claims, "nbf")
        if start is None or start > now + SKEW_SECONDS:
            raise LoginFault("login.token_moment", "RFC 7519 4.1.5")


def _age(claims: Object, expected: Expected) -> None:
    if expected.max_age is None:
        return
    at = _time(claims, "auth_time")
    if at is None or not at - SKEW_SECONDS <= expected.now <= at + expected.max_age + SKEW_SECONDS:
        raise LoginFault("login.too_long_ago", f"{_CORE} 13")


def _time(claims: Object, name: str) -> int | None:
    value = claims.get(name)
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if known else None  # type: ignore[arg-type]


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _read_key(value: Json) -> Key | None:
    if not isinstance(value, dict) or value.get("use", "sig") != "sig" or "d" in value:
        return None
    kid, alg = value.get("kid"), value.get("alg")
    if not isinstance(kid, str | None) or (alg is not None and alg not in ALGORITHMS):
        return None
    try:
        public = jwt.PyJWK(value, alg or ("ES256" if value.get("kty") == "EC" else "RS256")).key
    except jwt.PyJWTError:
        return None
    match public:
        case rsa.RSAPublicKey() if public.key_size >= _SMALLEST_RSA:
            return Key(kid, alg, public)
        case ec.EllipticCurvePublicKey() if isinstance(public.curve, ec.SECP256R1):
            return Key(kid, alg, public)
        case _:
            return None
