"""From the bytes of a request object to a request that was verified in full.

Two steps, in the order of OpenID4VP 1.0, 5 and 7. `address`: who signed it, is it for this wallet,
and where may the answer go; until that holds nothing is sent anywhere. `read`: what is asked, and
may this organisation ask that; what fails here, the asker may know (8.5).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import (
    base64url,
    dcql,
    disclosurepolicy,
    jose,
    registration,
    strictjson,
    transactiondata,
)
from credential.errors import CredentialError
from credential.names import FORMAT_CARD, MEDIA_REQUEST_OBJECT, TYP_REQUEST_OBJECT
from credential.registration import OverAsk, Registration
from credential.strictjson import Object
from credential.trust import Leaf, Trust
from wallet import asker, replyto
from wallet.asker import Signer
from wallet.errors import NotReady
from wallet.fetch import Reply
from wallet.links import host_of, https_url
from wallet.refusals import LinkError, MessageError
from wallet.replyto import ENCRYPTIONS, SIGNING, Encryption, ReplyTo

MAX_REQUEST: Final = 65_536
CLOCK_SKEW: Final = 60
AUDIENCE: Final = "https://self-issued.me/v2"
METADATA: Final[Object] = {
    "vp_formats_supported": {
        FORMAT_CARD: {"sd-jwt_alg_values": [SIGNING], "kb-jwt_alg_values": [SIGNING]}
    },
    "client_id_prefixes_supported": ["x509_hash", "x509_san_dns"],
    "request_object_signing_alg_values_supported": [SIGNING],
    "response_types_supported": ["vp_token"],
    "response_modes_supported": ["direct_post.jwt"],
    "authorization_encryption_alg_values_supported": [replyto.ALG],
    "authorization_encryption_enc_values_supported": [*ENCRYPTIONS],
}
"""What this wallet can do, told where it is asked: the same for every wallet (VP 5.10)."""
_MODES: Final = ("direct_post.jwt", "direct_post")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]{16,512}\Z")


@dataclass(frozen=True)
class Addressed:
    """Signed, for this wallet, now; and where its answer, or an error, may be sent."""

    raw: str = field(repr=False)
    client_id: str
    signer: Signer
    claims: Object = field(repr=False)
    request_host: str
    reply_to: ReplyTo
    expires_at: int | None


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
    registration: Registration | None
    """What they are registered for; None for a party of another scheme, who states nothing."""
    over_asked: tuple[OverAsk, ...]
    expires_at: int | None
    party: disclosurepolicy.Party
    """Who they are to an issuer that says who may see its cards."""
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
    def reply_to(self) -> ReplyTo:
        """How the answer goes there."""
        return ReplyTo(self.response_uri, self.state, self.encryption)

    @property
    def party_key(self) -> tuple[str, str]:
        """The party and its service, as the log knows them by (formats.md 1)."""
        if self.registration is None:
            return asker.identifier_of(self.leaf), ""
        return self.registration.oin, self.registration.service_id

    @property
    def rights_endpoint(self) -> str | None:
        """Where rights are asked without logging in (formats.md 4), if that is registered."""
        rights = None if self.registration is None else self.registration.rights
        return None if rights is None else rights.uri

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


def address(
    raw: str,
    trust: Trust,
    *,
    now: int,
    client_id: str,
    request_uri: str,
    wallet_nonce: str | None,
    foreign: Sequence[bytes] = (),
) -> Addressed:
    """Who signed these bytes, and where an answer may go; raises on the first rule that fails."""
    jws = jose.parse(raw, typ=TYP_REQUEST_OBJECT, max_bytes=MAX_REQUEST)
    signer = asker.identify(jws, client_id, trust, foreign, now=now)
    claims = jose.verify(jws, signer.leaf.key).payload
    expires_at = _check_envelope(claims, now, wallet_nonce)
    response_uri = _response_uri(claims)
    asker.check_hosts(signer, client_id, request_uri, response_uri)
    state = claims.get("state")
    legal = isinstance(state, str) and _UNRESERVED.match(state)
    return Addressed(
        raw=raw,
        client_id=client_id,
        signer=signer,
        claims=claims,
        request_host=host_of(request_uri),
        reply_to=ReplyTo(response_uri, str(state) if legal else None, _sealing(claims)),
        expires_at=expires_at,
    )


def read(found: Addressed, trust: Trust, *, now: int) -> VerifiedRequest:
    """What is asked, by whom it may be asked; raises on the first rule that does not hold."""
    claims = found.claims
    _check_response(claims)
    nonce = _unreserved(claims, "nonce", "OpenID4VP 1.0 5.2")
    state = None if "state" not in claims else _unreserved(claims, "state", "OpenID4VP 1.0 5.3")
    encryption = replyto.encryption_of(claims)
    query = _query(claims)
    if state is None and not all(asked.require_binding for asked in query.credentials):
        raise MessageError("request.state", "OpenID4VP 1.0 5.3")
    transaction_data = _transaction_data(claims, query)
    registered = None
    if found.signer.ours:
        compact = registration.from_verifier_info(claims.get("verifier_info"))
        registered = registration.verify_registration(
            compact, trust, now=now, leaf=found.signer.leaf
        )
    return VerifiedRequest(
        raw=found.raw,
        client_id=found.client_id,
        leaf=found.signer.leaf,
        nonce=nonce,
        state=state,
        request_host=found.request_host,
        response_uri=found.reply_to.response_uri,
        encryption=encryption,
        query=query,
        registration=registered,
        over_asked=() if registered is None else tuple(registration.over_asked(query, registered)),
        expires_at=found.expires_at,
        party=disclosurepolicy.party_of(registered, trust, now=now),
        transaction_data=transaction_data,
    )


def wire_error(rule: str) -> str:
    """The protocol's word for a rule that failed in `read` (OpenID4VP 1.0 8.5).

    It tells what is wrong with the request and nothing of what is in this wallet.
    """
    match rule.partition(".")[0], rule:
        case "transaction", _:
            return "invalid_transaction_data"
        case _, "request.transaction_data":
            return "invalid_transaction_data"
        case _, "request.formats" | "request.no_known_format":
            return "vp_formats_not_supported"
        case _, "request.scope":
            return "invalid_scope"
        case "request" | "dcql", _:
            return "invalid_request"
        case _:
            # They may not ask this, or not at all: the answer of someone who says no.
            return "access_denied"


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


def _response_uri(claims: Object) -> str:
    """Where an answer would be posted: https, whatever it says."""
    if claims.get("response_mode") not in _MODES:
        raise MessageError("request.response_mode", "HAIP 1.0 5.1")
    response_uri = claims.get("response_uri")
    if not isinstance(response_uri, str):
        raise MessageError("request.response_uri", "OpenID4VP 1.0 8.2")
    try:
        return https_url(response_uri, "link.not_https")
    except LinkError:
        raise MessageError("request.response_uri", "OpenID4VP 1.0 8.2") from None


def _sealing(claims: Object) -> Encryption | None:
    """How an error is sealed, where the request allows it."""
    try:
        return replyto.encryption_of(claims)
    except (CredentialError, MessageError):
        return None


def _check_response(claims: Object) -> None:
    """An encrypted presentation, posted: nothing else is answered."""
    if claims.get("response_type") != "vp_token":
        raise MessageError("request.response_type", "OpenID4VP 1.0 5.2")
    if claims.get("response_mode") != _MODES[0]:
        raise MessageError("request.response_mode", "HAIP 1.0 5.1")
    if "redirect_uri" in claims:
        raise MessageError("request.redirect_uri", "OpenID4VP 1.0 8.2")


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
    """What is asked, if any of it is of a format this wallet knows (OpenID4VP 1.0 8.5)."""
    if "dcql_query" not in claims and "scope" in claims:
        raise MessageError("request.scope", "OpenID4VP 1.0 5.1")
    if "dcql_query" not in claims or "scope" in claims:
        raise MessageError("request.dcql_query", "OpenID4VP 1.0 5.1")
    query = dcql.parse(claims["dcql_query"])
    if all(one.format != FORMAT_CARD for one in query.credentials):
        raise MessageError("request.no_known_format", "OpenID4VP 1.0 8.5")
    return query


def _unreserved(claims: Object, name: str, section: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _UNRESERVED.match(value):
        raise MessageError(f"request.{name}", section)
    return value
