"""Who has what: per organisation which data, since when and until when."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from credential.strictjson import Object
from wallet.service.wallet import Wallet
from wallet.store import Holding
from wallet.store.projection import Activity


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


def card_events(wallet: Wallet, activity: Activity) -> Counter[str]:
    """How often each event happened in an activity about cards; of others nothing is counted."""
    if activity.type != "card":
        return Counter()
    return Counter(entry.kind for entry in wallet.store.events(activity.id))


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
