"""Whether the cards held are still good, by whole status lists from the mirror (formats.md 7).

Never one card at a time, and never because of a disclosure: whoever serves the lists learns which
municipality, not which card.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from credential import statuslist
from credential.errors import CredentialError
from credential.statuslist import StatusList
from credential.strictjson import Object
from wallet.errors import NotReady
from wallet.events import Kind
from wallet.fetch import Fetch
from wallet.refusals import NetworkError
from wallet.service.sync import source
from wallet.service.wallet import Wallet
from wallet.store.values import Card

SEEN_SETTING: Final = "status.seen"
_SCHEME: Final = "/scheme"


@dataclass(frozen=True)
class Looked:
    """What the lists told: how many were read, how many could not be, which cards are revoked."""

    read: int
    missing: int
    revoked: tuple[Card, ...]


def look(wallet: Wallet, fetch: Fetch, *, now: int) -> Looked:
    """Reads the list of every copy held; a card with one revoked copy is revoked, and on record."""
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for card, _, uri, index in wallet.store.status_references():
        places[uri].append((card, index))
    held = {card.id: card for card in wallet.store.cards()}
    stored = wallet.store.setting(SEEN_SETTING, {})
    seen = stored if isinstance(stored, dict) else {}
    newest: dict[str, int] = {}
    gone: dict[str, None] = {}
    read = 0
    for uri, copies in places.items():
        path = statuslist.mirror_path(uri)
        last = seen.get(path)
        floor = last if isinstance(last, int) else 0
        found = _list(wallet, fetch, uri, held[copies[0][0]].issuer_oin, floor, now)
        newest[path] = floor if found is None else found.iat
        if found is not None:
            read += 1
            gone |= {card: None for card, index in copies if _is_gone(found, index)}
    wallet.store.set_setting(SEEN_SETTING, {**newest})
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


def _is_gone(found: StatusList, index: int) -> bool:
    try:
        return found.get(index) == statuslist.INVALID
    except CredentialError:
        return False
