"""From an offer to cards: the states of one issuance, and the pure steps between them.

    link -> Offered -> Described -> (person agrees) -> Redeemed -> per kind: Delivered
                                                                          or Waiting -> Delivered
                                                                          or Denied

Sources: OpenID4VCI 1.0; trust.md 3.2; formats.md 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from credential import jose, registration, strictjson
from credential.errors import CredentialError
from credential.names import (
    FORMAT_CARD,
    GRANT_PRE_AUTHORIZED,
    TYP_ISSUER_METADATA,
    TYP_PROOF,
    kind_of,
)
from credential.trust import Issuer, Leaf, Trust
from wallet import messages
from wallet.errors import ExitCode, NotReady, WalletError
from wallet.fetch import Reply
from wallet.links import OfferByReference, host_of, https_url
from wallet.refusals import LinkError, MessageError, NetworkError

BATCH: Final = 10
MAX_OFFER: Final = 16_384
MAX_METADATA: Final = 262_144
CLOCK_SKEW: Final = 60
OK: Final = 200
ACCEPTED: Final = 202
TOO_MANY: Final = 429


@dataclass(frozen=True)
class Offered:
    """What the offer says; nobody has vouched for it yet."""

    issuer: str
    configurations: tuple[str, ...]
    code: str = field(repr=False)
    tx_code: messages.TxCode | None
    server: str | None

    @property
    def host(self) -> str:
        """The host a person is shown before anything is sent there."""
        return host_of(self.issuer)


@dataclass(frozen=True)
class Wanted:
    """One kind of card to ask for."""

    configuration: str
    kind: str
    vct: str


@dataclass(frozen=True)
class Described:
    """The offer of an issuer on the trusted list, by its own signed metadata."""

    offered: Offered
    metadata: messages.IssuerMetadata
    metadata_jws: str = field(repr=False)
    leaf: Leaf
    issuer: Issuer
    registration: str = field(repr=False)
    wanted: tuple[Wanted, ...]

    @property
    def batch(self) -> int:
        """How many copies to ask per kind."""
        batch = self.metadata.batch_credential_issuance
        return 1 if batch is None else min(BATCH, batch.batch_size)

    @property
    def authorization_server(self) -> str:
        """The one server this offer may be redeemed at (OpenID4VCI 1.0 4.1.1, 12.2.4)."""
        listed = self.metadata.authorization_servers
        named = self.offered.server
        if named is None:
            if len(listed) > 1:
                raise MessageError("offer.authorization_server", "OpenID4VCI 1.0 4.1.1")
            return listed[0] if listed else self.metadata.credential_issuer
        if named not in listed:
            raise MessageError("offer.authorization_server", "OpenID4VCI 1.0 4.1.1")
        return named


@dataclass(frozen=True)
class Delivered:
    """Copies as they arrived, not yet verified."""

    copies: tuple[str, ...] = field(repr=False)
    notification: str | None = None


@dataclass(frozen=True)
class Waiting:
    """The issuer needs time: ask again with this id, not sooner than `interval` seconds."""

    transaction: str = field(repr=False)
    interval: int


@dataclass(frozen=True)
class Denied:
    """The issuer will not give this card; `code` is its word for why."""

    code: str


Answered = Delivered | Waiting | Denied


def fetched_offer(link: OfferByReference, reply: Reply) -> bytes:
    """The body of the one GET of an offer; refuses redirects, errors and other types."""
    if reply.status == 404 or reply.status == 410:  # noqa: PLR1714, PLR2004
        raise WalletError("add.offer_gone", exit=ExitCode.NOT_TRUSTED, host=host_of(link.uri))
    if reply.status != OK or reply.media_type != "application/json":
        raise MessageError("offer.response", "OpenID4VCI 1.0 4.1.3")
    return reply.body


def read_offer(data: bytes | str) -> Offered:
    """The one offer in these bytes; only the pre-authorized grant can be redeemed here."""
    offer = messages.decode(data, messages.OfferMessage, "offer.malformed", max_bytes=MAX_OFFER)
    issuer = issuer_url(offer.credential_issuer)
    names = offer.credential_configuration_ids
    if len(set(names)) != len(names):
        raise MessageError("offer.repeated_configuration", "OpenID4VCI 1.0 4.1.1")
    grant = None if offer.grants is None else offer.grants.pre_authorized
    if grant is None:
        raise WalletError("add.no_known_grant", exit=ExitCode.NOT_TRUSTED)
    return Offered(issuer, names, grant.code, grant.tx_code, grant.authorization_server)


def issuer_url(text: str) -> str:
    """A credential issuer identifier: https, without query or fragment (OpenID4VCI 1.0 12.2.1)."""
    try:
        https_url(text, "link.not_https")
    except LinkError:
        raise MessageError("offer.issuer", "OpenID4VCI 1.0 12.2.1") from None
    if urlsplit(text).query or "?" in text:
        raise MessageError("offer.issuer", "OpenID4VCI 1.0 12.2.1")
    return text


def well_known(identifier: str, name: str) -> str:
    """The well-known URL: inserted between host and path, without a trailing slash (RFC 8414)."""
    scheme, netloc, path, _, _ = urlsplit(identifier)
    return urlunsplit((scheme, netloc, f"/.well-known/{name}{path.removesuffix('/')}", "", ""))


def describe(offered: Offered, reply: Reply, trust: Trust, *, now: int) -> Described:
    """The offer as its issuer's signed metadata explains it; anything unsigned is refused.

    Every endpoint must lie on a host the issuer's access certificate names (trust.md 2.7).
    """
    if reply.status != OK or reply.media_type != "application/jwt":
        raise MessageError("issuer.metadata_unsigned", "Regie trust 3.2")
    raw = reply.body.decode("ascii", "replace")
    jws = jose.parse(raw, typ=TYP_ISSUER_METADATA, max_bytes=MAX_METADATA)
    leaf = trust.issuer_leaf(jws.x5c(), now=now)
    payload = jose.verify(jws, leaf.key).payload
    if payload.get("sub") != offered.issuer or payload.get("credential_issuer") != offered.issuer:
        raise MessageError("issuer.metadata_identifier", "OpenID4VCI 1.0 12.2.3")
    _times(payload, now)
    metadata = messages.convert(payload, messages.IssuerMetadata, "issuer.metadata_malformed")
    issuer = trust.issuing_party(leaf)
    for url in (
        metadata.credential_issuer,
        metadata.credential_endpoint,
        *(
            url
            for url in (
                metadata.nonce_endpoint,
                metadata.deferred_credential_endpoint,
                metadata.notification_endpoint,
            )
            if url is not None
        ),
    ):
        check_endpoint(url, leaf)
    wanted = tuple(_wanted(name, metadata, issuer) for name in offered.configurations)
    compact = registration.from_verifier_info(payload.get("issuer_info"))
    registration.verify_issuer_registration(
        compact, trust, now=now, leaf=leaf, vcts=tuple(one.vct for one in wanted)
    )
    return Described(offered, metadata, raw, leaf, issuer, compact, wanted)


def _times(payload: strictjson.Object, now: int) -> None:
    try:
        iat = strictjson.integer(payload, "iat")
        exp = strictjson.integer(payload, "exp") if "exp" in payload else None
    except CredentialError:
        raise MessageError("issuer.metadata_malformed", "OpenID4VCI 1.0 12.2.3") from None
    if iat > now + CLOCK_SKEW:
        raise NotReady("clock.behind", minutes=max(1, (iat - now) // 60))
    if exp is not None and exp <= now - CLOCK_SKEW:
        raise MessageError("issuer.metadata_expired", "OpenID4VCI 1.0 12.2.3")


def check_endpoint(url: str, leaf: Leaf) -> None:
    """https, on a host that the certificate names."""
    try:
        https_url(url, "link.not_https")
    except LinkError:
        raise MessageError("issuer.endpoint", "OpenID4VCI 1.0 12.2.4") from None
    if (urlsplit(url).hostname or "").lower() not in leaf.hosts:
        raise MessageError("issuer.endpoint_host", "Regie trust 2.7")


def _wanted(name: str, metadata: messages.IssuerMetadata, issuer: Issuer) -> Wanted:
    """One offered configuration, if this wallet can ask for it and the scheme lets it be issued."""
    configuration = metadata.credential_configurations_supported.get(name)
    if configuration is None:
        raise MessageError("offer.unknown_configuration", "OpenID4VCI 1.0 4.1.1")
    vct = configuration.vct or ""
    kind = kind_of(vct)
    proof = configuration.proof_types_supported.get("jwt")
    if (
        configuration.format != FORMAT_CARD
        or kind is None
        or proof is None
        or proof.key_attestations_required is not None
        or "ES256" not in proof.proof_signing_alg_values_supported
        or "jwk" not in configuration.cryptographic_binding_methods_supported
        or metadata.nonce_endpoint is None
    ):
        raise MessageError("issuer.configuration", "OpenID4VCI 1.0 12.2.4")
    if vct not in issuer.vcts:
        raise MessageError("issuer.kind_not_allowed", "Regie trust 4.4")
    return Wanted(name, kind, vct)


def read_server(reply: Reply, identifier: str, leaf: Leaf) -> messages.ServerMetadata:
    """The authorization server, if it is the one asked for and can do what this wallet needs."""
    if reply.status != OK:
        raise MessageError("issuer.server_metadata", "RFC 8414 3.2")
    server = messages.decode(reply.body, messages.ServerMetadata, "issuer.server_metadata")
    if server.issuer != identifier:
        raise MessageError("issuer.server_identifier", "RFC 8414 3.3")
    check_endpoint(server.token_endpoint, leaf)
    if "ES256" not in server.dpop_signing_alg_values_supported:
        raise MessageError("issuer.dpop_unsupported", "RFC 9449 5.1")
    if GRANT_PRE_AUTHORIZED not in server.grant_types_supported or not server.anonymous:
        raise MessageError("issuer.grant_unsupported", "OpenID4VCI 1.0 12.3")
    return server


def token_form(offered: Offered, tx_code: str | None) -> bytes:
    """The token request; the code is there exactly when the offer asks for it."""
    if offered.tx_code is None and tx_code is not None:
        tx_code = None
    if offered.tx_code is not None and not tx_code:
        raise WalletError("add.tx_code_needed", exit=ExitCode.USAGE)
    form = {"grant_type": GRANT_PRE_AUTHORIZED, "pre-authorized_code": offered.code}
    if tx_code is not None:
        form["tx_code"] = tx_code.replace(" ", "").replace("-", "")
    return urlencode(form).encode()


def read_token(reply: Reply) -> messages.Token:
    """The access token; only one that is bound to our key (RFC 9449 5)."""
    if reply.status != OK:
        code = messages.error_code(reply.body)
        if code == "invalid_grant":
            raise WalletError("add.code_refused", exit=ExitCode.NOT_TRUSTED)
        raise MessageError("issuer.token_refused", "OpenID4VCI 1.0 6.3")
    token = messages.decode(reply.body, messages.Token, "issuer.token_malformed")
    if token.token_type.lower() != "dpop":
        raise MessageError("issuer.token_not_bound", "RFC 9449 5")
    return token


def read_nonce(reply: Reply) -> str:
    """A fresh nonce for key proofs."""
    if not OK <= reply.status < 300:  # noqa: PLR2004
        raise MessageError("issuer.nonce", "OpenID4VCI 1.0 7.2")
    return messages.decode(reply.body, messages.Nonce, "issuer.nonce").c_nonce


def key_proof(key: jose.Signer, *, audience: str, nonce: str, iat: int) -> str:
    """One proof of possession; without `iss`, as the client is anonymous (OpenID4VCI 1.0 F.1)."""
    return jose.sign(
        {"aud": audience, "iat": iat, "nonce": nonce},
        typ=TYP_PROOF,
        signer=key,
        header={"jwk": jose.public_jwk(key.public_key)},
    )


def credential_request(wanted: Wanted, proofs: Sequence[str]) -> bytes:
    """The body of one credential request (OpenID4VCI 1.0 8.2)."""
    return strictjson.dumps(
        {"credential_configuration_id": wanted.configuration, "proofs": {"jwt": [*proofs]}}
    )


def read_answer(reply: Reply, keys: int, *, transaction: str | None = None) -> Answered:
    """What a credential or deferred endpoint answered; refuses more copies than keys."""
    if reply.status == TOO_MANY or reply.status >= 500:  # noqa: PLR2004
        # The issuer is out of breath: that says nothing about the card.
        raise NetworkError("network.busy")
    if reply.status not in (OK, ACCEPTED):
        return Denied(messages.error_code(reply.body) or f"http_{reply.status}")
    answer = messages.decode(
        reply.body, messages.CredentialAnswer, "issuer.answer_malformed", max_bytes=1024 * 1024
    )
    if bool(answer.credentials) == (answer.transaction_id is not None):
        raise MessageError("issuer.answer_malformed", "OpenID4VCI 1.0 8.3")
    if answer.transaction_id is not None:
        if reply.status != ACCEPTED or answer.interval is None:
            raise MessageError("issuer.answer_malformed", "OpenID4VCI 1.0 8.3")
        if transaction is not None and answer.transaction_id != transaction:
            raise MessageError("issuer.transaction", "OpenID4VCI 1.0 9.2")
        return Waiting(answer.transaction_id, answer.interval)
    if reply.status != OK:
        raise MessageError("issuer.answer_malformed", "OpenID4VCI 1.0 8.3")
    if len(answer.credentials) > keys:
        raise MessageError("issuer.too_many_copies", "OpenID4VCI 1.0 8.3")
    return Delivered(tuple(copy.credential for copy in answer.credentials), answer.notification_id)
