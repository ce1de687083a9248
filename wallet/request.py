"""From the bytes of a request object to a request that was verified in full.

The order is that of OpenID4VP 1.0, 5 and 7: who signed it, is it
for this wallet, where may the answer go, what is asked, and may this organisation ask that.
Until all of it holds nothing is sent anywhere.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from credential import base64url, dcql, jose, registration, strictjson, transactiondata
from credential.errors import CredentialError
from credential.names import FORMAT_CARD, MEDIA_REQUEST_OBJECT, TYP_REQUEST_OBJECT
from credential.registration import OverAsk, Registration
from credential.strictjson import Json, Object
from credential.trust import Leaf, Trust
from wallet import messages
from wallet.errors import NotReady
from wallet.fetch import Reply
from wallet.links import host_of, https_url
from wallet.refusals import LinkError, MessageError

MAX_REQUEST: Final = 65_536
CLOCK_SKEW: Final = 60
AUDIENCE: Final = "https://self-issued.me/v2"
PREFIX: Final = "x509_hash:"
ENCRYPTIONS: Final = ("A256GCM", "A128GCM")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]{16,512}\Z")


@dataclass(frozen=True)
class Encryption:
    """Which key and content encryption the answer is for."""

    jwk: Object = field(repr=False)
    kid: str
    enc: str


@dataclass(frozen=True)
class VerifiedRequest:
    """A request that this organisation signed, may send, and wants answered at its own address."""

    raw: str = field(repr=False)
    client_id: str
    leaf: Leaf
    nonce: str = field(repr=False)
    state: str | None = field(repr=False)
    request_host: str
    response_uri: str = field(repr=False)
    encryption: Encryption
    query: dcql.Query
    registration: Registration
    over_asked: tuple[OverAsk, ...]
    expires_at: int | None
    transaction_data: tuple[tuple[str, transactiondata.Item], ...] = field(default=(), repr=False)
    """What is to be signed for besides: each text as it came, and what it says."""

    @property
    def sha256(self) -> str:
        """The hash a receipt names this request by (formats.md 3)."""
        return base64url.sha256(self.raw)

    @property
    def response_host(self) -> str:
        """Where the answer goes, as a person compares it."""
        return host_of(self.response_uri)

    @property
    def holds_values(self) -> bool:
        """Whether the request itself holds values a person may be recognised by (formats.md 2)."""
        return bool(self.transaction_data) or any(
            claim.values is not None
            for asked in self.query.credentials
            for claim in asked.claims or ()
        )


def body_of(reply: Reply) -> str:
    """The request object in a reply; any error, redirect or other type stops here (VP 5.10)."""
    if reply.status != 200 or reply.media_type != MEDIA_REQUEST_OBJECT:  # noqa: PLR2004
        raise MessageError("request.response", "OpenID4VP 1.0 5.10")
    try:
        return reply.body.decode("ascii").strip()
    except UnicodeDecodeError:
        raise MessageError("request.response", "OpenID4VP 1.0 5.10") from None


def verify(
    raw: str,
    trust: Trust,
    *,
    now: int,
    client_id: str,
    request_uri: str,
    wallet_nonce: str | None,
) -> VerifiedRequest:
    """The request in these bytes; raises on the first rule that does not hold."""
    jws = jose.parse(raw, typ=TYP_REQUEST_OBJECT, max_bytes=MAX_REQUEST)
    _check_client_id(client_id, jws.dangerous_payload())
    leaf = trust.verifier_leaf(jws.x5c(), now=now)
    if client_id != PREFIX + leaf.x509_hash:
        raise MessageError("request.client_id_hash", "OpenID4VP 1.0 5.9.3")
    claims = jose.verify(jws, leaf.key).payload
    expires_at = _check_envelope(claims, now, wallet_nonce)
    response_uri = _response_uri(claims, leaf, request_uri)
    query = _query(claims)
    transaction_data = _transaction_data(claims, query)
    nonce = _unreserved(claims, "nonce", "OpenID4VP 1.0 5.2")
    state = None if "state" not in claims else _unreserved(claims, "state", "OpenID4VP 1.0 5.3")
    if state is None and not all(asked.require_binding for asked in query.credentials):
        raise MessageError("request.state", "OpenID4VP 1.0 5.3")
    encryption = _encryption(claims)
    compact = registration.from_verifier_info(claims.get("verifier_info"))
    registered = registration.verify_registration(compact, trust, now=now, leaf=leaf)
    return VerifiedRequest(
        raw=raw,
        client_id=client_id,
        leaf=leaf,
        nonce=nonce,
        state=state,
        request_host=host_of(request_uri),
        response_uri=response_uri,
        encryption=encryption,
        query=query,
        registration=registered,
        over_asked=tuple(registration.over_asked(query, registered)),
        expires_at=expires_at,
        transaction_data=transaction_data,
    )


def _check_client_id(outer: str, claims: Object) -> None:
    """One identifier, the same in link and object, with the one prefix of this profile."""
    if claims.get("client_id") != outer:
        raise MessageError("request.client_id", "OpenID4VP 1.0 5.9")
    if outer.startswith("origin:"):
        raise MessageError("request.client_id_origin", "OpenID4VP 1.0 5.9.3")
    if not outer.startswith(PREFIX):
        raise MessageError("request.client_id_prefix", "HAIP 1.0 5")


def _check_envelope(claims: Object, now: int, wallet_nonce: str | None) -> int | None:
    """For this wallet, now, and answering what this wallet sent along."""
    if claims.get("aud") != AUDIENCE:
        raise MessageError("request.aud", "OpenID4VP 1.0 5.8")
    if claims.get("wallet_nonce") != wallet_nonce and wallet_nonce is not None:
        raise MessageError("request.wallet_nonce", "OpenID4VP 1.0 5.10")
    for name in ("request", "request_uri"):
        if name in claims:
            raise MessageError("request.nested", "RFC 9101 4")
    try:
        iat = strictjson.integer(claims, "iat") if "iat" in claims else None
        exp = strictjson.integer(claims, "exp") if "exp" in claims else None
        nbf = strictjson.integer(claims, "nbf") if "nbf" in claims else None
    except CredentialError:
        raise MessageError("request.times", "RFC 7519 4.1") from None
    begins = max((moment for moment in (iat, nbf) if moment is not None), default=now)
    if begins > now + CLOCK_SKEW:
        raise NotReady("clock.behind", minutes=max(1, (begins - now) // 60))
    if exp is not None and exp <= now - CLOCK_SKEW:
        raise MessageError("request.expired", "RFC 7519 4.1.4")
    return exp


def _response_uri(claims: Object, leaf: Leaf, request_uri: str) -> str:
    """Where the encrypted answer is posted: https, on a host the certificate names."""
    if claims.get("response_type") != "vp_token":
        raise MessageError("request.response_type", "OpenID4VP 1.0 5.2")
    if claims.get("response_mode") != "direct_post.jwt":
        raise MessageError("request.response_mode", "HAIP 1.0 5.1")
    if "redirect_uri" in claims:
        raise MessageError("request.redirect_uri", "OpenID4VP 1.0 8.2")
    response_uri = claims.get("response_uri")
    if not isinstance(response_uri, str):
        raise MessageError("request.response_uri", "OpenID4VP 1.0 8.2")
    try:
        https_url(response_uri, "link.not_https")
    except LinkError:
        raise MessageError("request.response_uri", "OpenID4VP 1.0 8.2") from None
    for url in (request_uri, response_uri):
        if (urlsplit(url).hostname or "").lower() not in leaf.hosts:
            raise MessageError("request.host", "OpenID4VP 1.0 5.9.3")
    return response_uri


def _transaction_data(
    claims: Object, query: dcql.Query
) -> tuple[tuple[str, transactiondata.Item], ...]:
    """What is to be signed for: what cannot be shown in full is refused (OpenID4VP 1.0, 8.4)."""
    if "transaction_data" not in claims:
        return ()
    try:
        return transactiondata.read(claims["transaction_data"], query)
    except CredentialError as error:
        raise MessageError("request.transaction_data", error.section) from None


def _query(claims: Object) -> dcql.Query:
    if "dcql_query" not in claims or "scope" in claims:
        raise MessageError("request.dcql_query", "OpenID4VP 1.0 5.1")
    return dcql.parse(claims["dcql_query"])


def _unreserved(claims: Object, name: str, section: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _UNRESERVED.match(value):
        raise MessageError(f"request.{name}", section)
    return value


def _encryption(claims: Object) -> Encryption:
    """The one key for this answer, and the strongest listed content encryption (HAIP 1.0 5)."""
    metadata = messages.convert(
        claims.get("client_metadata"), messages.ClientMetadata, "request.client_metadata"
    )
    _check_formats(metadata)
    keys = () if metadata.jwks is None else metadata.jwks.keys
    kids = [key.get("kid") for key in keys]
    if len(set(map(str, kids))) != len(kids):
        raise MessageError("request.repeated_kid", "OpenID4VP 1.0 5.1")
    enc = next((one for one in ENCRYPTIONS if one in metadata.enc_values), None)
    for key in keys:
        jwk: dict[str, Json] = {
            name: value if isinstance(value, str) else [*value] for name, value in key.items()
        }
        kid = jwk.get("kid")
        if (
            jwk.get("kty") == "EC"
            and jwk.get("crv") == "P-256"
            and jwk.get("alg") == "ECDH-ES"
            and jwk.get("use", "enc") == "enc"
            and isinstance(kid, str)
            and kid
            and enc is not None
        ):
            jose.key_from_jwk(jwk)
            return Encryption(jwk, kid, enc)
    raise MessageError("request.encryption_key", "OpenID4VP 1.0 8.3")


def _check_formats(metadata: messages.ClientMetadata) -> None:
    """OpenID4VP 1.0 11.1, B.3.4: the cards of this wallet are `dc+sd-jwt` signed with ES256."""
    formats = metadata.vp_formats_supported
    if formats is None:
        return
    ours = formats.get(FORMAT_CARD)
    if ours is None:
        raise MessageError("request.formats", "OpenID4VP 1.0 11.1")
    for name in ("sd-jwt_alg_values", "kb-jwt_alg_values"):
        if name in ours and "ES256" not in ours[name]:
            raise MessageError("request.formats", "OpenID4VP 1.0 B.3.4")
