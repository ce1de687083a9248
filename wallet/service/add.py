"""Fetching cards by the desk route: look, agree, redeem, collect (OpenID4VCI 1.0; formats.md 6)."""

from credential import jose
from wallet import tokens
from wallet.dpop import DpopClient
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.fetch import Fetch
from wallet.links import OfferByReference, OfferByValue
from wallet.service import looking, opening, vouching
from wallet.service.collecting import Progress, advance, number_of
from wallet.service.looking import Look
from wallet.service.wallet import Wallet

__all__ = ["Look", "Progress", "accept", "advance", "decline", "look", "number_of"]


def first_contact(wallet: Wallet, link: OfferByValue | OfferByReference, *, now: int) -> str | None:
    """The host outside the scheme that is asked about before it is contacted; None for others."""
    return looking.first_contact(wallet, link, now=now)


def look(wallet: Wallet, fetch: Fetch, link: OfferByValue | OfferByReference, *, now: int) -> Look:
    """Who offers what, by the issuer's signed metadata; nothing is redeemed yet.

    Refuses an issuer that is not on the trusted list before any code is sent to it.
    """
    return looking.at_offer(wallet, fetch, link, now=now)


def decline(wallet: Wallet, found: Look, *, now: int) -> None:
    """The person said no: on record, and nobody is told."""
    body = {**found.body(), "reason": "declined"}
    wallet.store.append(found.activity, Kind.CARD_REFUSED, body, at=now)


def accept(wallet: Wallet, fetch: Fetch, found: Look, *, tx_code: str | None, now: int) -> Progress:
    """Redeems the offer and asks every card; those that need time are waited for.

    An offer without a code is for `wallet.service.get`: there the resident logs in.
    """
    form = tokens.code_form(found.described.offered, tx_code)
    key = jose.generate_key()
    dpop = DpopClient(fetch, jose.KeySigner(key), wallet.entropy)
    client = vouching.client_for(wallet, fetch, found.server, dpop, anonymous=True, now=now)
    refused = WalletError("add.code_refused", exit=ExitCode.NOT_TRUSTED)
    reply = client.post(found.server.token_endpoint, form, now=now)
    token = tokens.read_token(reply, refused=refused)
    return opening.open_issuance(wallet, fetch, found, token=token, key=key, client=client, now=now)
