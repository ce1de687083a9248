"""The server's twelve checks of a DPoP proof (RFC 9449, 4.3)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from credential import base64url, jose
from credential.errors import CredentialError, Malformed
from credential.names import TYP_DPOP
from credential.strictjson import Object, text
from issuer.errors import NonceWanted, WalletFault
from issuer.nonces import Nonces

PAST_SECONDS: Final = 60
FUTURE_SECONDS: Final = 10
MAX_BYTES: Final = 8_192
# 96 random bits are 16 characters of base64url; far more is no identifier (RFC 9449, 4.2).
_JTI_LENGTH: Final = range(12, 257)


@dataclass(frozen=True)
class Proof:
    """A proof that held: which key sent this request."""

    jkt: str
    replay: str
    """What must not be seen again: a hash of key and `jti`."""


@dataclass(frozen=True)
class Expected:
    """What this request is; nothing of it comes from the proof."""

    method: str
    url: str
    now: int
    nonces: Nonces
    access_token: str | None
    jkt: str | None
    status: int
    """Of a refusal: 400 at the token endpoint, 401 at a resource."""


def check(headers: Sequence[str], expected: Expected) -> Proof:
    """The key behind this request; raises `WalletFault`, or `NonceWanted` with a fresh nonce."""
    if len(headers) != 1:  # 1
        raise _fault("dpop.header", expected, "1")
    try:
        jws = jose.parse(headers[0], typ=TYP_DPOP, max_bytes=MAX_BYTES)  # 2, 4, 5
        key = jws.jwk()  # 7: a private member is refused
        claims = jws.dangerous_payload()
        _claims(claims, expected)  # 3, 8, 9, 11, 12
        jose.verify(jws, key)  # 6
        jkt = jose.thumbprint(key)
    except CredentialError as fault:
        raise _fault(fault.code, expected, "4.3") from None
    if expected.jkt is not None and not hmac.compare_digest(jkt, expected.jkt):  # 12
        raise WalletFault("invalid_token", "dpop.key", "RFC 9449 4.3 12", status=expected.status)
    nonce = claims.get("nonce")  # 10, last: a nonce is given to whoever holds a key
    if not isinstance(nonce, str) or not expected.nonces.fresh(nonce, expected.now):
        code = "dpop.nonce_missing" if nonce is None else "dpop.nonce_stale"
        raise NonceWanted(code, expected.nonces.mint(expected.now), status=expected.status)
    return Proof(jkt, base64url.sha256(f"{jkt}.{base64url.sha256(_jti(claims).encode())}"))


def _claims(claims: Object, expected: Expected) -> None:
    _jti(claims)
    if text(claims, "htm") != expected.method:
        raise Malformed("dpop.htm", "RFC 9449 4.3 8")
    if _normal(text(claims, "htu")) != _normal(expected.url):
        raise Malformed("dpop.htu", "RFC 9449 4.3 9")
    made = claims.get("iat")
    if isinstance(made, bool) or not isinstance(made, int | float):
        raise Malformed("dpop.iat", "RFC 9449 4.2")
    if not -PAST_SECONDS <= made - expected.now <= FUTURE_SECONDS:
        raise Malformed("dpop.iat", "RFC 9449 4.3 11")
    if expected.access_token is None:
        return
    if text(claims, "ath") != base64url.sha256(expected.access_token):
        raise Malformed("dpop.ath", "RFC 9449 4.3 12")


def _jti(claims: Object) -> str:
    jti = text(claims, "jti")
    if len(jti) not in _JTI_LENGTH:
        raise Malformed("dpop.jti", "RFC 9449 4.2")
    return jti


def _normal(url: str) -> str:
    """Without query and fragment, after syntax and scheme normalisation (RFC 3986, 6.2)."""
    try:
        parts = urlsplit(url)
        port = parts.port
        path = quote(unquote(parts.path, errors="strict"), safe="/:@!$&'()*+,;=~-._")
    except ValueError:
        raise Malformed("dpop.htu", "RFC 9449 4.3 9") from None
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or not host or parts.username is not None:
        raise Malformed("dpop.htu", "RFC 9449 4.3 9")
    where = host if port in (None, 443) else f"{host}:{port}"
    return f"https://{where}{path or '/'}"


def _fault(code: str, expected: Expected, step: str) -> WalletFault:
    return WalletFault(
        "invalid_dpop_proof", code, f"RFC 9449 4.3 {step}".strip(), status=expected.status
    )
