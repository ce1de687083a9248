"""Fetching cards from home: look, agree, log in with the browser, collect (OpenID4VCI 1.0 5).

    found = look(...)                     who, and which cards
    login = begin(..., redirect_uri)      what the browser opens: login.url
    progress = finish(..., query)         what the browser brought back
    abandon(...)                          it brought nothing

A browser brings a code that is good for one minute and for once. Until the token is stored a crash
or a broken line means: begin again; from then on everything is picked up by `requests`.
"""

from dataclasses import dataclass, field

from credential import jose
from credential.errors import CredentialError
from wallet import authorization, tokens
from wallet.attestation import Client
from wallet.authorization import Asked
from wallet.dpop import DpopClient
from wallet.errors import ExitCode, WalletError, from_credential
from wallet.fetch import Fetch
from wallet.refusals import MessageError, NetworkError
from wallet.service import issuers, looking, opening, vouching
from wallet.service.collecting import Progress
from wallet.service.looking import Look
from wallet.service.wallet import Wallet


@dataclass(frozen=True)
class Login:
    """A login under way; `url` is for the browser of this computer."""

    found: Look
    url: str = field(repr=False)
    asked: Asked = field(repr=False)
    key: jose.PrivateKey = field(repr=False)
    client: Client = field(repr=False)


def look(
    wallet: Wallet, fetch: Fetch, issuer: str, kinds: tuple[str, ...] = (), *, now: int
) -> Look:
    """What this issuer has, named as the resident names it; nobody is logged in yet."""
    place = issuers.find(wallet, issuer, now=now)
    return looking.at_issuer(wallet, fetch, place.url, kinds, oin=place.oin, now=now)


def begin(wallet: Wallet, fetch: Fetch, found: Look, *, redirect_uri: str, now: int) -> Login:
    """Pushes what is asked, and puts the login on record before any browser opens."""
    server, described = found.server, found.described
    assert server.par_endpoint is not None
    assert server.authorization_endpoint is not None
    key = jose.generate_key()
    dpop = DpopClient(fetch, jose.KeySigner(key), wallet.entropy)
    client = vouching.client_for(wallet, fetch, server, dpop, anonymous=False, now=now)
    asked = authorization.begin(redirect_uri, wallet.entropy)
    form = authorization.pushed_form(
        asked,
        [(one.configuration, described.scope_of(one)) for one in described.wanted],
        issuer=described.metadata.credential_issuer,
        servers_listed=bool(described.metadata.authorization_servers),
        issuer_state=described.offered.issuer_state,
    )
    request_uri = authorization.read_pushed(client.post(server.par_endpoint, form, now=now))
    url = authorization.browser_url(
        server.authorization_endpoint, client_id=client.client_id, request_uri=request_uri
    )
    wallet.store.begin_login(found.activity, found.body(), at=now)
    return Login(found, url, asked, key, client)


def finish(wallet: Wallet, fetch: Fetch, login: Login, query: str, *, now: int) -> Progress:
    """Checks what the browser brought, redeems the code, and asks every card."""
    server = login.found.server
    try:
        code = authorization.read_callback(query, login.asked, server=server.issuer)
        form = authorization.code_form(code, login.asked)
        refused = WalletError("get.begin_again", exit=ExitCode.NOT_TRUSTED)
        reply = login.client.post(server.token_endpoint, form, now=now)
        token = tokens.read_token(reply, refused=refused)
    except NetworkError:
        # It may have arrived: the same code again would end what it gave (RFC 6749 4.1.2).
        abandon(wallet, login, "login.interrupted", now=now)
        raise WalletError("get.begin_again", exit=ExitCode.NETWORK) from None
    except (WalletError, CredentialError) as error:
        abandon(
            wallet, login, error.rule if isinstance(error, MessageError) else error.code, now=now
        )
        raise from_credential(error) if isinstance(error, CredentialError) else error from None
    return opening.open_issuance(
        wallet, fetch, login.found, token=token, key=login.key, client=login.client, now=now
    )


def abandon(wallet: Wallet, login: Login, reason: str, *, now: int) -> None:
    """The login led to nothing: on record, and the issuer forgets it by itself."""
    wallet.store.end_login(login.found.activity, reason, at=now)
