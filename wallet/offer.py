"""From an offer to an issuer one may agree with: pure steps that refuse what nobody vouches for.

    link -> Offered -> Described, with its Server -> (person agrees)

Sources: OpenID4VCI 1.0; RFC 8414; trust.md 3.2; formats.md 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, cast
from urllib.parse import urlsplit, urlunsplit

from credential import disclosurepolicy, jose, registration, strictjson
from credential.errors import CredentialError, NotTrusted
from credential.names import (
    FORMAT_CARD,
    GRANT_AUTHORIZATION_CODE,
    TYP_ISSUER_METADATA,
    kind_of,
)
from credential.strictjson import Object
from credential.trust import Issuer, Trust
from wallet import messages, parties
from wallet.errors import ExitCode, NoMatch, NotReady, WalletError
from wallet.fetch import Reply
from wallet.links import OfferByReference, host_of, https_url
from wallet.refusals import LinkError, MessageError
from wallet.session import Wanted

BATCH: Final = 10
MAX_OFFER: Final = 16_384
MAX_METADATA: Final = 262_144
CLOCK_SKEW: Final = 60
OK: Final = 200
Proof = Literal["jwt", "attestation"]
PROOF_TYPES: Final[tuple[Proof, ...]] = ("jwt", "attestation")
"""The ways this wallet can prove its keys, the one that tells least first."""


@dataclass(frozen=True)
class Offered:
    """What the offer says; nobody has vouched for it yet."""

    issuer: str
    configurations: tuple[str, ...]
    """Empty where the wallet comes by itself."""
    code: str | None = field(default=None, repr=False)
    """Without it the resident logs in, in the browser."""
    tx_code: messages.TxCode | None = None
    server: str | None = None
    issuer_state: str | None = field(default=None, repr=False)
    kinds: tuple[str, ...] = ()
    """Without `configurations`: the kinds the resident named; empty for all there are."""

    @property
    def host(self) -> str:
        """The host a person is shown before anything is sent there."""
        return host_of(self.issuer)


@dataclass(frozen=True)
class ProofNeeded:
    """The proof type to use, and whether a wallet provider must vouch for the keys."""

    type: Proof
    attested: bool


@dataclass(frozen=True)
class OnlyAt:
    """The hosts that a certificate names: of a listed issuer nothing may lie elsewhere."""

    hosts: tuple[str, ...]


@dataclass(frozen=True)
class Anywhere:
    """Any host: of an issuer outside the scheme only its own address is known."""


Where = OnlyAt | Anywhere


@dataclass(frozen=True)
class Stranger:
    """An issuer outside the scheme: nobody registered it, and its address is all it is known by."""

    name: str
    """Its organisation where an anchor vouches for that, else its host."""
    oin: str
    """Its identifier, an https address: never the number of anyone in the scheme."""
    vouched: bool = False
    """Whether an anchor stands behind its metadata, and so behind where its codes are sent."""


@dataclass(frozen=True)
class Described:
    """The offer of an issuer by its own metadata: signed, where the scheme lists it."""

    offered: Offered
    metadata: messages.IssuerMetadata
    issuer: Issuer | Stranger
    where: Where
    wanted: tuple[Wanted, ...]
    types: Mapping[str, Object] = field(default_factory=dict, repr=False)
    """What a stranger calls its kinds, as type metadata; the scheme publishes its own."""
    provider: Object = field(default_factory=dict)
    """What the log says of a registered issuer besides name and number."""

    @property
    def registered(self) -> bool:
        """Whether the scheme vouches for this issuer."""
        return not isinstance(self.issuer, Stranger)

    @property
    def may_have_codes(self) -> bool:
        """Whether a spoken code may be sent to it (Regie formats 6): not to just any address."""
        return not isinstance(self.issuer, Stranger) or self.issuer.vouched

    @property
    def batch(self) -> int:
        """How many copies to ask per kind."""
        batch = self.metadata.batch_credential_issuance
        return 1 if batch is None else min(BATCH, batch.batch_size)

    def scope_of(self, wanted: Wanted) -> str | None:
        """The scope to ask this kind by, if it has one (HAIP 1.0 4.2)."""
        return self._configuration(wanted).scope

    def policy_of(self, wanted: Wanted) -> Object | None:
        """What the issuer says about who should see this kind; refuses what cannot be read."""
        said = self._configuration(wanted).credential_metadata
        stated = None if said is None else said.embedded_disclosure_policy
        if stated is None:
            return None
        policy = cast("Object", stated)
        disclosurepolicy.parse(policy)
        return policy

    def proof_of(self, wanted: Wanted) -> ProofNeeded:
        """How the keys of this kind are proven: without anyone vouching where that is enough."""
        found = self._configuration(wanted).proof_types_supported
        able = [
            ProofNeeded(name, name == "attestation" or one.key_attestations_required is not None)
            for name in PROOF_TYPES
            if (one := found.get(name)) is not None
            and "ES256" in one.proof_signing_alg_values_supported
        ]
        return min(able, key=lambda one: one.attested)

    def _configuration(self, wanted: Wanted) -> messages.Configuration:
        return self.metadata.credential_configurations_supported[wanted.configuration]

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


def fetched_offer(link: OfferByReference, reply: Reply) -> bytes:
    """The body of the one GET of an offer; refuses redirects, errors and other types."""
    if reply.status == 404 or reply.status == 410:  # noqa: PLR1714, PLR2004
        raise WalletError("add.offer_gone", exit=ExitCode.NOT_TRUSTED, host=host_of(link.uri))
    if reply.status != OK or reply.media_type != "application/json":
        raise MessageError("offer.response", "OpenID4VCI 1.0 4.1.3")
    return reply.body


def read_offer(data: bytes | str) -> Offered:
    """The one offer in these bytes.

    A code that is already there needs no login and goes first; an offer that names no grant leaves
    it to what the server can do (OpenID4VCI 1.0 4.1.1).
    """
    offer = messages.decode(data, messages.OfferMessage, "offer.malformed", max_bytes=MAX_OFFER)
    issuer = issuer_url(offer.credential_issuer)
    names = offer.credential_configuration_ids
    if len(set(names)) != len(names):
        raise MessageError("offer.repeated_configuration", "OpenID4VCI 1.0 4.1.1")
    grants = offer.grants
    if grants is not None and grants.pre_authorized is not None:
        ready = grants.pre_authorized
        return Offered(issuer, names, ready.code, ready.tx_code, ready.authorization_server)
    if grants is not None and grants.authorization_code is not None:
        login = grants.authorization_code
        return Offered(
            issuer, names, server=login.authorization_server, issuer_state=login.issuer_state
        )
    if _names_others(data):
        raise WalletError("add.no_known_grant", exit=ExitCode.NOT_TRUSTED)
    return Offered(issuer, names)


def _names_others(data: bytes | str) -> bool:
    """Whether it does name grants, none of which this wallet knows."""
    return bool(strictjson.loads_object(data, max_bytes=MAX_OFFER).get("grants"))


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
    check_times(payload, now)
    metadata = messages.convert(payload, messages.IssuerMetadata, "issuer.metadata_malformed")
    issuer = trust.issuing_party(leaf, now)
    where = OnlyAt(leaf.hosts)
    for url in endpoints(metadata):
        check_endpoint(url, where)
    names = offered.configurations or _of_kinds(offered.kinds, metadata, issuer, now)
    wanted = tuple(_wanted(name, metadata, issuer, now) for name in names)
    compact = registration.from_verifier_info(payload.get("issuer_info"))
    registered = registration.verify_issuer_registration(
        compact, trust, now=now, leaf=leaf, vcts=tuple(one.vct for one in wanted)
    )
    provider = parties.provider(registered)
    return Described(offered, metadata, issuer, where, wanted, provider=provider)


def check_times(payload: Object, now: int) -> None:
    """Signed metadata of now (OpenID4VCI 1.0 12.2.3)."""
    try:
        iat = strictjson.integer(payload, "iat")
        exp = strictjson.integer(payload, "exp") if "exp" in payload else None
    except CredentialError:
        raise MessageError("issuer.metadata_malformed", "OpenID4VCI 1.0 12.2.3") from None
    if iat > now + CLOCK_SKEW:
        raise NotReady("clock.behind", minutes=max(1, (iat - now) // 60))
    if exp is not None and exp <= now - CLOCK_SKEW:
        raise MessageError("issuer.metadata_expired", "OpenID4VCI 1.0 12.2.3")


def endpoints(metadata: messages.IssuerMetadata) -> tuple[str, ...]:
    """Every address an issuer names for itself."""
    named = (
        metadata.credential_issuer,
        metadata.credential_endpoint,
        metadata.nonce_endpoint,
        metadata.deferred_credential_endpoint,
        metadata.notification_endpoint,
        None if metadata.nl_regie is None else metadata.nl_regie.my_endpoint,
    )
    return tuple(url for url in named if url is not None)


def check_endpoint(url: str, where: Where) -> None:
    """https, and on a host where this issuer may answer."""
    try:
        https_url(url, "link.not_https")
    except LinkError:
        raise MessageError("issuer.endpoint", "OpenID4VCI 1.0 12.2.4") from None
    host = (urlsplit(url).hostname or "").lower()
    if isinstance(where, OnlyAt) and host not in where.hosts:
        raise MessageError("issuer.endpoint_host", "Regie trust 2.7")


def _of_kinds(
    kinds: tuple[str, ...], metadata: messages.IssuerMetadata, issuer: Issuer, now: int
) -> tuple[str, ...]:
    """The configurations of these kinds, or of all kinds this issuer has for us; one each."""
    found: dict[str, str] = {}
    issuable = issuer.issuable(now)
    for name, one in metadata.credential_configurations_supported.items():
        if one.vct in issuable and usable(one, metadata):
            found.setdefault(kind_of(one.vct) or one.vct, name)
    for kind in kinds:
        if kind not in found:
            raise NoMatch("get.kind_not_offered", kind=kind, issuer=issuer.name)
    if not found:
        raise NoMatch("get.nothing_offered", issuer=issuer.name)
    return tuple(found[kind] for kind in kinds or found)


def _wanted(name: str, metadata: messages.IssuerMetadata, issuer: Issuer, now: int) -> Wanted:
    """One offered configuration, if this wallet can ask for it and the scheme lets it be issued."""
    configuration = metadata.credential_configurations_supported.get(name)
    if configuration is None:
        raise MessageError("offer.unknown_configuration", "OpenID4VCI 1.0 4.1.1")
    vct = configuration.vct or ""
    # A kind of the scheme's own has no short name: it goes by its type, like a stranger's.
    kind = kind_of(vct) or (vct if vct in issuer.vcts else None)
    if kind is None or not usable(configuration, metadata):
        raise MessageError("issuer.configuration", "OpenID4VCI 1.0 12.2.4")
    if vct not in issuer.vcts:
        raise MessageError("issuer.kind_not_allowed", "Regie trust 4.4")
    idle = issuer.idle(now, vct)
    if idle is not None:
        raise NotTrusted(idle, "Regie trust 4.5")
    return Wanted(name, kind, vct)


def usable(configuration: messages.Configuration, metadata: messages.IssuerMetadata) -> bool:
    """Whether this wallet can prove its keys in a way this configuration takes."""
    return (
        configuration.format == FORMAT_CARD
        and any(
            "ES256" in configuration.proof_types_supported[name].proof_signing_alg_values_supported
            for name in PROOF_TYPES
            if name in configuration.proof_types_supported
        )
        and "jwk" in configuration.cryptographic_binding_methods_supported
        and metadata.nonce_endpoint is not None
    )


def read_server(
    reply: Reply, identifier: str, where: Where, *, grant: str
) -> messages.ServerMetadata:
    """The authorization server, if it is the one asked for and can do what this wallet needs."""
    if reply.status != OK:
        raise MessageError("issuer.server_metadata", "RFC 8414 3.2")
    server = messages.decode(reply.body, messages.ServerMetadata, "issuer.server_metadata")
    if server.issuer != identifier:
        raise MessageError("issuer.server_identifier", "RFC 8414 3.3")
    for url in (
        server.token_endpoint,
        server.par_endpoint,
        server.authorization_endpoint,
        server.challenge_endpoint,
    ):
        if url is not None:
            check_endpoint(url, where)
    if "ES256" not in server.dpop_signing_alg_values_supported:
        raise MessageError("issuer.dpop_unsupported", "RFC 9449 5.1")
    if grant not in server.grant_types_supported:
        raise MessageError("issuer.grant_unsupported", "OpenID4VCI 1.0 12.3")
    if grant == GRANT_AUTHORIZATION_CODE and not (
        server.par_endpoint is not None
        and server.authorization_endpoint is not None
        and "code" in server.response_types_supported
        and "S256" in server.code_challenge_methods_supported
    ):
        # HAIP 1.0 4.2: pushed, and with PKCE; a server that cannot is not asked in a weaker way.
        raise MessageError("issuer.login_unsupported", "HAIP 1.0 4")
    return server
