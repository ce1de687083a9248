"""Everything that waits: cards at an issuer, questions not answered, rights asked."""

from dataclasses import dataclass
from typing import Final

from wallet.errors import WalletError
from wallet.events import Kind
from wallet.fetch import Fetch
from wallet.links import host_of
from wallet.service import collecting
from wallet.service.collecting import Progress
from wallet.service.wallet import Wallet
from wallet.store.rights import OVER
from wallet.store.values import Pending, RightsCase

CLOSED: Final = frozenset(OVER)
"""How a right can stand when nobody is working on it."""


@dataclass(frozen=True)
class CardsWaiting:
    """Cards asked for, and how far that is; `error` is why the issuer could not be asked now."""

    progress: Progress
    error: str | None = None


@dataclass(frozen=True)
class QuestionWaiting:
    """A request fetched and not answered."""

    id: str
    host: str
    party: str
    expires_at: int


def collect(wallet: Wallet, fetch: Fetch, *, now: int) -> tuple[CardsWaiting, ...]:
    """Asks every issuer that promised cards; one that fails does not keep the others waiting."""
    found: list[CardsWaiting] = []
    for pending in wallet.store.issuances():
        if pending.expires_at <= now:
            found.append(CardsWaiting(_given_up(wallet, pending, now)))
            continue
        try:
            found.append(CardsWaiting(_advance(wallet, fetch, pending, now)))
        except WalletError as error:
            found.append(CardsWaiting(collecting.standing(pending, "pending"), error.code))
    return tuple(found)


def collect_one(wallet: Wallet, fetch: Fetch, progress: Progress, *, now: int) -> Progress:
    """Asks the issuer of this one issuance again; as it was when nothing waits any more."""
    pending = wallet.store.issuance(progress.id)
    if pending is None:
        return progress
    if pending.expires_at <= now:
        return _given_up(wallet, pending, now)
    return _advance(wallet, fetch, pending, now)


def questions(wallet: Wallet, *, now: int) -> tuple[QuestionWaiting, ...]:
    """The requests that can still be answered; those whose time has passed are wiped."""
    wallet.store.drop_expired_requests(now=now)
    found: list[QuestionWaiting] = []
    for pending in wallet.store.requests():
        activity = wallet.store.activity(pending.activity)
        party = "" if activity is None else activity.party_name
        uri = pending.document.get("request_uri")
        host = host_of(uri) if isinstance(uri, str) else ""
        found.append(QuestionWaiting(pending.id, host, party, pending.expires_at))
    return tuple(found)


def rights_open(wallet: Wallet) -> tuple[RightsCase, ...]:
    """What an organisation has yet to answer in full, and reports to the authority."""
    return wallet.store.rights_waiting()


def _advance(wallet: Wallet, fetch: Fetch, pending: Pending, now: int) -> Progress:
    try:
        return collecting.advance(wallet, fetch, pending, now=now)
    except WalletError as error:
        if error.code != "session.ended":
            raise
        # The issuer ended what these cards were promised under.
        return _given_up(wallet, pending, now)


def _given_up(wallet: Wallet, pending: Pending, now: int) -> Progress:
    wallet.store.drop_issuance(
        pending.id, at=now, kind=Kind.CARD_REFUSED, body={"reason": "expired"}
    )
    return collecting.standing(pending, "expired")
