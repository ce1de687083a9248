"""Whether the cards held are still good, by whole status lists from the mirror (formats.md 7).

Never one card at a time, and never because of a disclosure: whoever serves the lists learns which
municipality, not which card.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from credential import statuslist
from credential.errors import CredentialError
from credential.names import MEDIA_STATUS_LIST
from credential.statuslist import StatusList
from credential.strictjson import Object
from wallet.errors import NotReady, WalletError
from wallet.events import Kind
from wallet.fetch import Call, Fetch
from wallet.refusals import NetworkError
from wallet.service import cards
from wallet.service.sync import source
from wallet.service.wallet import Wallet
from wallet.store.values import Card

SEEN_SETTING: Final = "status.seen"
_SCHEME: Final = "/scheme"
_OK: Final = 200


@dataclass(frozen=True)
class Looked:
    """What the lists told: how many were read, how many could not be, which cards are revoked."""

    read: int
    missing: int
    revoked: tuple[Card, ...]


def look(wallet: Wallet, fetch: Fetch, *, now: int) -> Looked:
    """Reads the list of every copy held; a card with one revoked copy is revoked, and on record."""
    held = {card.id: card for card in wallet.store.cards()}
    places: dict[tuple[str, bool], list[tuple[str, int]]] = defaultdict(list)
    for card, _, uri, index in wallet.store.status_references():
        if uri:
            # Apart, or a card from elsewhere could stand between a listed issuer and its own list.
            places[uri, held[card].foreign].append((card, index))
    stored = wallet.store.setting(SEEN_SETTING, {})
    seen = stored if isinstance(stored, dict) else {}
    newest: dict[str, int] = {}
    # A card is known to be good as of the oldest of its lists; one without a list stays so.
    known = {card: now for card, _, uri, _ in wallet.store.status_references() if not uri}
    unread: set[str] = set()
    gone: dict[str, None] = {}
    read = 0
    for (uri, foreign), copies in places.items():
        path = statuslist.mirror_path(uri)
        key = f"foreign:{path}" if foreign else path
        last = seen.get(key)
        floor = last if isinstance(last, int) else 0
        found = (
            _foreign_list(wallet, fetch, uri, floor, now)
            if foreign
            else _list(wallet, fetch, uri, held[copies[0][0]].issuer_oin, floor, now)
        )
        newest[key] = floor if found is None else found.iat
        if found is None:
            unread |= {card for card, _ in copies}
        else:
            read += 1
            gone |= {card: None for card, index in copies if _is_gone(found, index)}
            known |= {card: min(found.iat, known.get(card, now)) for card, _ in copies}
    wallet.store.set_setting(SEEN_SETTING, {**newest})
    cards.looked(wallet, {card: at for card, at in known.items() if card not in unread})
    revoked = tuple(held[card] for card in gone if held[card].state == "valid")
    for one in revoked:
        revoke(wallet, one, "", now=now)
    return Looked(read, len(places) - read, revoked)


def revoke(wallet: Wallet, card: Card, reason: str, *, now: int) -> None:
    """On record that the issuer took a card back, with its reason where it told one."""
    body: Object = {
        "kind": card.kind,
        "issuer": {"name": card.issuer_name, "oin": card.issuer_oin},
    }
    if reason:
        body["reason"] = reason
    activity = wallet.store.new_activity()
    wallet.store.mark_card(card.id, "revoked", Kind.CARD_REVOKED, body, activity=activity, at=now)


def _list(
    wallet: Wallet, fetch: Fetch, uri: str, oin: str, floor: int, now: int
) -> StatusList | None:
    """The list at this address, None when it cannot be had: that says nothing about a card."""
    trust = wallet.trust(now)
    issuer = trust.issuer_by_oin(oin)
    if issuer is None:
        return None
    base = wallet.config.scheme_url.rstrip("/")
    # A mirror has the lists beside the files of the scheme, or one step up from them.
    for place in dict.fromkeys((base, base.removesuffix(_SCHEME))):
        try:
            data = source(place, fetch)(statuslist.mirror_path(uri))
            found = statuslist.open_token(
                data.decode("ascii").strip(), uri=uri, issuer=issuer, trust=trust, now=now
            )
            statuslist.require_not_older(found, floor)
        except (NotReady, NetworkError, CredentialError, UnicodeDecodeError):
            continue
        return found
    return None


def _foreign_list(
    wallet: Wallet, fetch: Fetch, uri: str, floor: int, now: int
) -> StatusList | None:
    """The list of an issuer outside the scheme: no mirror has it, so it comes from its address."""
    try:
        reply = fetch.send(Call("GET", uri, accept=MEDIA_STATUS_LIST))
        if reply.status != _OK or reply.media_type != MEDIA_STATUS_LIST:
            return None
        found = wallet.foreign.status_list(reply.body.decode("ascii").strip(), uri=uri, now=now)
        statuslist.require_not_older(found, floor)
    except (WalletError, CredentialError, ValueError):
        # Whatever is wrong with it: no card of a stranger may keep the other lists from being read.
        return None
    return found


def _is_gone(found: StatusList, index: int) -> bool:
    try:
        return found.get(index) == statuslist.INVALID
    except CredentialError:
        return False
