"""Looking at an issuer before anything is agreed: by its signed metadata, from the trusted list."""

from dataclasses import dataclass, field

from credential.errors import CredentialError
from credential.names import GRANT_AUTHORIZATION_CODE, GRANT_PRE_AUTHORIZED, MEDIA_JWT
from credential.strictjson import Object
from wallet import attestation, encryption, foreign, messages, offer, parties, strangers
from wallet.errors import ExitCode, WalletError, from_credential
from wallet.events import Kind
from wallet.fetch import Call, Fetch
from wallet.links import OfferByReference, OfferByValue, host_of
from wallet.offer import Described, Offered
from wallet.refusals import MessageError
from wallet.service import vouching
from wallet.service.wallet import Wallet


@dataclass(frozen=True)
class Look:
    """An offer that may be accepted: whose it is, what it brings, and what it needs."""

    activity: str
    described: Described
    server: messages.ServerMetadata = field(repr=False)

    @property
    def issuer(self) -> str:
        """The issuer by the name on the trusted list."""
        return self.described.issuer.name

    @property
    def host(self) -> str:
        """Where codes will be sent."""
        return self.described.offered.host

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of cards on offer."""
        return tuple(one.kind for one in self.described.wanted)

    @property
    def tx_code(self) -> messages.TxCode | None:
        """Which spoken code is needed, if any."""
        return self.described.offered.tx_code

    @property
    def needs_login(self) -> bool:
        """Whether the resident logs in, in the browser (`wallet.service.get`)."""
        return self.described.offered.code is None

    @property
    def login_host(self) -> str:
        """Where the browser goes, which may pass the resident on to a login provider."""
        return host_of(self.server.authorization_endpoint or self.server.issuer)

    @property
    def registered(self) -> bool:
        """Whether the scheme vouches for this issuer."""
        return self.described.registered

    def names(self, lang: str) -> dict[str, str]:
        """What a stranger calls its kinds; for those of the scheme the wallet has words."""
        types = self.described.types.items()
        return {vct: strangers.read_type(one).name(lang) for vct, one in types}

    def body(self) -> Object:
        """What the log says of it."""
        return {
            **parties.issuer(
                self.issuer,
                self.described.issuer.oin,
                self.described.provider,
                registered=self.registered,
            ),
            "kinds": [*self.kinds],
            "peers": [self.host],
        }


def at_offer(
    wallet: Wallet, fetch: Fetch, link: OfferByValue | OfferByReference, *, now: int
) -> Look:
    """Who offers what in this link; nothing is redeemed yet.

    Refuses an issuer that is not on the trusted list before any code is sent to it.
    """
    activity = wallet.store.new_activity()
    host = host_of(link.uri) if isinstance(link, OfferByReference) else ""
    try:
        if isinstance(link, OfferByValue):
            data: bytes | str = link.offer
        else:
            known_host(wallet, link.uri, now)
            data = offer.fetched_offer(link, fetch.send(Call("GET", link.uri)))
        offered = offer.read_offer(data)
        known_host(wallet, offered.issuer, now)
        return _look(wallet, fetch, activity, offered, now)
    except (CredentialError, MessageError) as error:
        raise _refused(wallet, fetch, activity, host, error, now) from None


def at_issuer(
    wallet: Wallet, fetch: Fetch, issuer: str, kinds: tuple[str, ...], *, oin: str | None, now: int
) -> Look:
    """What the issuer with this identifier has for a wallet that comes by itself.

    `oin`: the one the resident meant, where they named it; several may share a host.
    """
    activity = wallet.store.new_activity()
    try:
        known_host(wallet, issuer, now)
        offered = Offered(offer.issuer_url(issuer), (), kinds=kinds)
        return _look(wallet, fetch, activity, offered, now, oin=oin)
    except (CredentialError, MessageError) as error:
        raise _refused(wallet, fetch, activity, host_of(issuer), error, now) from None


def known_host(wallet: Wallet, url: str, now: int) -> None:
    """Refuses before contact what no listed issuer answers at (OpenID4VCI 1.0 14.1).

    Unless the resident chose anchors outside the scheme: then anyone may be looked at.
    """
    if stranger(wallet, url, now) and not wallet.foreign:
        # Chosen and not to be read: that is told, rather than that nobody is known there.
        foreign.anchors(wallet.config)
        raise WalletError("add.issuer_unknown", exit=ExitCode.NOT_TRUSTED, host=host_of(url))


def stranger(wallet: Wallet, url: str, now: int) -> bool:
    """Whether no listed issuer answers at this host."""
    return wallet.trust(now).issuer_for_host(host_of(url).partition(":")[0]) is None


def first_contact(wallet: Wallet, link: OfferByValue | OfferByReference, *, now: int) -> str | None:
    """The host outside the scheme this link would go to first: the person is asked before that.

    None where that is a listed issuer, or what will be refused anyway.
    """
    try:
        url = (
            link.uri if isinstance(link, OfferByReference) else offer.read_offer(link.offer).issuer
        )
        return host_of(url) if wallet.foreign and stranger(wallet, url, now) else None
    except (CredentialError, MessageError, WalletError):
        return None


def describe(wallet: Wallet, fetch: Fetch, offered: Offered, *, now: int) -> Described:
    """What the issuer's newest metadata says; a listed host is judged by the scheme alone."""
    url = offer.well_known(offered.issuer, "openid-credential-issuer")
    trust = wallet.trust(now)
    if stranger(wallet, offered.issuer, now):
        trust.require_fresh(now)
        reply = fetch.send(Call("GET", url, accept=strangers.ACCEPT))
        return strangers.describe(offered, reply, wallet.foreign, trust, now=now)
    reply = fetch.send(Call("GET", url, accept=MEDIA_JWT))
    return offer.describe(offered, reply, trust, now=now)


def _look(
    wallet: Wallet,
    fetch: Fetch,
    activity: str,
    offered: Offered,
    now: int,
    *,
    oin: str | None = None,
) -> Look:
    described = describe(wallet, fetch, offered, now=now)
    if oin is not None and described.issuer.oin != oin:
        raise MessageError("issuer.other_party", "Regie trust 3.2")
    identifier = described.authorization_server
    offer.check_endpoint(identifier, described.where)
    url = offer.well_known(identifier, "oauth-authorization-server")
    grant = GRANT_AUTHORIZATION_CODE if offered.code is None else GRANT_PRE_AUTHORIZED
    server = offer.read_server(
        fetch.send(Call("GET", url)), identifier, described.where, grant=grant
    )
    _can_come(wallet, described, server, offered)
    return Look(activity, described, server)


def _can_come(
    wallet: Wallet, described: Described, server: messages.ServerMetadata, offered: Offered
) -> None:
    """Refuses what would fail half-way: no way in for this wallet, or nobody to vouch for it.

    And before it is asked for: a spoken code that nobody vouches for the taker of.
    """
    if offered.tx_code is not None and not described.may_have_codes:
        raise MessageError("add.code_not_for_strangers", "Regie formats 6")
    methods = server.token_endpoint_auth_methods_supported
    known = "none" in methods or attestation.METHOD in methods
    if offered.code is not None and not server.anonymous and not known:
        raise MessageError("issuer.grant_unsupported", "OpenID4VCI 1.0 12.3")
    vouching.vouched(wallet, server)
    encryption.choose(described.metadata)
    for one in described.wanted:
        described.policy_of(one)
    if not wallet.config.provider_url and any(
        described.proof_of(one).attested for one in described.wanted
    ):
        raise vouching.provider_needed()


def _refused(
    wallet: Wallet,
    fetch: Fetch,
    activity: str,
    host: str,
    error: CredentialError | MessageError,
    now: int,
) -> WalletError:
    rule = error.rule if isinstance(error, MessageError) else error.code
    body: Object = {"reason": rule, "peers": [*fetch.peers], "party": {"name": host}}
    wallet.store.append(activity, Kind.CARD_REFUSED, body, at=now)
    return error if isinstance(error, MessageError) else from_credential(error)
