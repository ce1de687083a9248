"""Who has what: per organisation which data, since when and until when."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from credential.strictjson import Object
from wallet.outcomes import TOLD_BY_EVENTS
from wallet.service.addresses import OldAddress, old_address
from wallet.service.finding import understood
from wallet.service.linking import Link, Linkable, Linked, Means, linked
from wallet.service.wallet import Wallet
from wallet.store import Filter, Holding
from wallet.store.projection import Activity
from wallet.store.totals import Totals

__all__ = [
    "Holder",
    "Link",
    "Linkable",
    "Linked",
    "Means",
    "OldAddress",
    "Share",
    "Totals",
    "card_events",
    "holders",
    "linked",
    "old_address",
    "retention_of",
    "totals",
    "understood",
]


@dataclass(frozen=True)
class Share:
    """Data that came with one activity, and how long they said to keep it."""

    activity: str
    since: int
    certain: bool
    kept_until: str
    retention: Object | None
    items: tuple[Holding, ...]


@dataclass(frozen=True)
class Holder:
    """One organisation and all it has; a part of it per activity that brought the newest."""

    name: str
    oin: str
    service: str
    shares: tuple[Share, ...]

    @property
    def items(self) -> tuple[tuple[Holding, Share], ...]:
        """Every item with the share it belongs to."""
        return tuple((item, share) for share in self.shares for item in share.items)


def holders(wallet: Wallet) -> tuple[Holder, ...]:
    """Every organisation that has, or may have, something from this wallet."""
    return tuple(
        _holder(wallet, list(group))
        for _, group in groupby(
            wallet.store.holdings(), key=lambda one: (one.party_oin, one.party_service)
        )
    )


def totals(wallet: Wallet, wanted: Filter) -> Totals:
    """What fits, summed per organisation, per item of data and per month."""
    return wallet.store.totals(understood(wallet, wanted))


def card_events(wallet: Wallet, activity: Activity) -> Counter[str]:
    """How often each event happened, of an activity that its events tell more of."""
    if activity.type not in TOLD_BY_EVENTS:
        return Counter()
    return wallet.store.event_counts([activity.id])[activity.id]


def retention_of(wallet: Wallet, activity: str) -> Object | None:
    """How long they said to keep it, as registered at that moment."""
    for entry in wallet.store.events(activity):
        found = entry.body.get("retention")
        if isinstance(found, dict):
            return found
    return None


def _holder(wallet: Wallet, items: list[Holding]) -> Holder:
    first = items[0]
    shares: dict[tuple[str, int, bool, str], list[Holding]] = {}
    for item in items:
        key = (item.activity, item.since, item.certain, item.kept_until)
        shares.setdefault(key, []).append(item)
    return Holder(
        first.party_name,
        first.party_oin,
        first.party_service,
        tuple(
            Share(*key, retention_of(wallet, key[0]), tuple(held)) for key, held in shares.items()
        ),
    )
