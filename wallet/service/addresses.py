"""Wie heeft mijn oude adres: who received an address that is no longer on the resident's card.

What was sent is compared with the card of now, inside this wallet. Nobody is asked anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from credential.names import kind_of
from credential.rights import Right, State
from credential.strictjson import Json
from wallet.events import Kind
from wallet.naming import path_of_text, value_at
from wallet.service.lookback import SentCard, sent_cards
from wallet.service.wallet import Wallet
from wallet.store import Holding
from wallet.store.values import Card

ADDRESS_KIND: Final = "woonadres"
_PARTS: Final = ("address", "bag_nummeraanduiding", "bag_adresseerbaar_object", "municipality")


@dataclass(frozen=True)
class OldAddress:
    """One service that has an address which is not that on the card, or may have one.

    `certain` is false where it is not known that it arrived; `compared` where the values that were
    sent are wiped, so that only the time of sharing tells. `right` and `state` are what was asked
    about it last, and how that stands.
    """

    name: str
    oin: str
    service: str
    activity: str
    since: int
    kept_until: str
    certain: bool
    compared: bool
    can_ask: bool
    right: str
    state: str
    claims: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, Json], ...] = field(repr=False)
    """What they have: path and value of each part that differs."""


def old_address(wallet: Wallet, *, now: int) -> tuple[OldAddress, ...]:  # noqa: ARG001 - one shape
    """Every service whose newest address of this resident is not the one on the card.

    Without a card that holds (it was taken back, and no new one fetched) every address given
    before it was taken back is an old one.
    """
    held = [one for one in wallet.store.holdings() if is_address(one.vct, one.path)]
    changed = _last_taken_back(wallet)
    cards = [one for one in wallet.store.cards() if one.kind == ADDRESS_KIND]
    found = []
    for _, group in groupby(held, key=lambda one: (one.party_oin, one.party_service)):
        of_party = sorted(group, key=lambda one: one.activity)
        for activity, items in groupby(of_party, key=lambda one: one.activity):
            old = _judged(wallet, activity, [*items], cards, changed)
            if old is not None:
                found.append(old)
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.since)))


def is_address(vct: str, path: str) -> bool:
    """Whether this item tells where somebody lives."""
    return kind_of(vct) == ADDRESS_KIND and path.partition(".")[0] in _PARTS


def _judged(
    wallet: Wallet, activity: str, items: list[Holding], cards: Iterable[Card], changed: int | None
) -> OldAddress | None:
    seen = wallet.store.activity(activity)
    assert seen is not None
    sent = sent_cards(wallet, activity)
    usable = [card for card in cards if card.state != "revoked"]
    since = min((card.issued_at for card in usable), default=0) if changed is None else changed
    corrected = _corrected(wallet, activity, since)
    items = [one for one in items if not _covered(one.path, corrected)]
    differing = tuple(
        one for one in _differing(sent, items, usable) if not _covered(one[0], corrected)
    )
    taken_back = changed is not None and seen.started <= changed
    if not items or not (differing if sent and usable else taken_back):
        return None
    first = items[0]
    return OldAddress(
        name=first.party_name,
        oin=first.party_oin,
        service=first.party_service,
        activity=activity,
        since=seen.started,
        kept_until=max(one.kept_until for one in items),
        certain=all(one.certain for one in items),
        compared=bool(sent),
        can_ask=wallet.store.rights_key(activity) is not None,
        right=seen.right_name,
        state=seen.right_state,
        claims=tuple((one.vct, one.path) for one in items),
        values=differing or _shared(sent, items),
    )


def _corrected(wallet: Wallet, activity: str, since: int) -> tuple[str, ...]:
    """The paths they corrected because the resident asked so after the address changed."""
    found: list[str] = []
    for one in wallet.store.rights_cases(activity):
        claims = one.document.get("claims")
        done = one.right == Right.RECTIFICATION.value and one.state == State.DONE.value
        if done and one.asked_at >= since and isinstance(claims, list):
            found += map(str, claims)
    return tuple(found)


def _covered(path: str, corrected: tuple[str, ...]) -> bool:
    return any(_within(path, part) for part in corrected)


def _shared(sent: Iterable[SentCard], items: list[Holding]) -> tuple[tuple[str, Json], ...]:
    """The parts of the address that went along, with their values."""
    wanted = {(one.vct, one.path) for one in items}
    return tuple(
        (path, value)
        for card in sent
        for path, value in card.values
        if any(vct == card.vct and _within(path, part) for vct, part in wanted)
    )


def _differing(
    sent: Iterable[SentCard], items: list[Holding], cards: Iterable[Card]
) -> tuple[tuple[str, Json], ...]:
    """What was sent and stands on no card of now."""
    present = [card.payload for card in cards]
    return tuple(
        (path, value)
        for path, value in _shared(sent, items)
        if all(value_at(payload, path_of_text(path)) != value for payload in present)
    )


def _within(path: str, part: str) -> bool:
    return path == part or path.startswith(f"{part}.")


def _last_taken_back(wallet: Wallet) -> int | None:
    """When an address card was last taken back."""
    return wallet.store.last_card_event(ADDRESS_KIND, Kind.CARD_REVOKED)
