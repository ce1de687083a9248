"""Who could see that it is the same person: by what was shared, as far as this wallet knows.

Two organisations that lay their data side by side recognise somebody by what is the same with both.
A copy of a card that went out twice is the same by itself, whatever was shown of it (domain.md 6).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wallet.service.wallet import Wallet
from wallet.store import Holding


class Means(StrEnum):
    """By what somebody is recognised, the surest first."""

    COPY = "copy"
    CODE = "code"
    CONTACT = "contact"
    NUMBER = "number"
    NAME = "name"
    ADDRESS = "address"


_CLAIMS: Final[Mapping[str, Means]] = {
    "housing_pseudonym": Means.CODE,
    "housing_pseudonym_previous": Means.CODE,
    "email": Means.CONTACT,
    "telephone": Means.CONTACT,
    "kvk_number": Means.NUMBER,
    "rsin": Means.NUMBER,
    "establishment_number": Means.NUMBER,
    "bag_nummeraanduiding": Means.ADDRESS,
    "bag_adresseerbaar_object": Means.ADDRESS,
    "family_name": Means.NAME,
    "given_name": Means.NAME,
    "birthdate": Means.NAME,
    "address": Means.ADDRESS,
    "address.street_address": Means.ADDRESS,
    "address.house_number": Means.ADDRESS,
    "address.postal_code": Means.ADDRESS,
}
"""Items that are the same everywhere, and of few people; flags and towns are of many."""
_OF_MANY: Final = frozenset({"given_name", "address.house_number"})
"""Recognises somebody only beside another item."""


@dataclass(frozen=True)
class Linked:
    """One service, and what of it makes somebody recognisable there."""

    name: str
    oin: str
    service: str
    claims: tuple[tuple[str, str], ...]
    times: int
    activity: str


@dataclass(frozen=True)
class Link:
    """Those who recognise somebody by the same: one service each time, several together."""

    means: Means
    parties: tuple[Linked, ...]

    @property
    def together(self) -> bool:
        """Whether it takes several services, side by side."""
        return len(self.parties) > 1


@dataclass(frozen=True)
class Linkable:
    """Everything that could be linked, and who received nothing to recognise somebody by."""

    links: tuple[Link, ...]
    unlinked: tuple[Linked, ...]


def linked(wallet: Wallet, *, now: int) -> Linkable:  # noqa: ARG001 - one shape
    """What could be linked by whom, from what they still have."""
    held = wallet.store.holdings()
    links = [*_copies(wallet)]
    for means in Means:
        parties = _parties(one for one in held if _means(one.path) is means)
        links += [Link(means, group) for group in _groups(parties)]
    known = {(one.oin, one.service) for link in links for one in link.parties}
    others = tuple(
        one
        for one in _parties(held)
        if (one.oin, one.service) not in known
        and not any(_means(path) is not None for _, path in one.claims)
    )
    return Linkable(tuple(links), others)


def _groups(parties: tuple[Linked, ...]) -> Iterable[tuple[Linked, ...]]:
    """Those who have the same item, side by side; alone only who received it more than once."""
    groups: list[list[Linked]] = []
    for one in parties:
        near = [group for group in groups if any(_share(one, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), one])
    # Once at one service is nothing to link.
    for group in groups:
        if len(group) > 1 or group[0].times > 1:
            yield tuple(group)


def _share(one: Linked, other: Linked) -> bool:
    """Whether both have an item that few people share: a first name alone is of many."""
    same = {path for _, path in one.claims} & {path for _, path in other.claims}
    return bool(same - _OF_MANY)


def _means(path: str) -> Means | None:
    return _CLAIMS.get(path)


def _parties(items: Iterable[Holding]) -> tuple[Linked, ...]:
    found: dict[tuple[str, str], list[Holding]] = {}
    for item in items:
        found.setdefault((item.party_oin, item.party_service), []).append(item)
    return tuple(
        Linked(
            held[0].party_name,
            *key,
            tuple((one.vct, one.path) for one in held),
            max(one.times for one in held),
            held[0].activity,
        )
        for key, held in found.items()
    )


def _copies(wallet: Wallet) -> Iterable[Link]:
    """Each copy that went out more than once, with everyone who saw it."""
    uses: dict[int, list[str]] = {}
    for one in wallet.store.used_again():
        uses.setdefault(one.copy, []).append(one.activity)
    for activities in uses.values():
        found: dict[tuple[str, str], Linked] = {}
        for name in activities:
            activity = wallet.store.activity(name)
            if activity is None:
                continue
            key = (activity.party_oin, activity.party_service)
            times = found[key].times + 1 if key in found else 1
            shared = tuple(claim for claim, how in activity.claims.items() if how.shared)
            found[key] = Linked(activity.party_name, *key, shared, times, name)
        yield Link(Means.COPY, tuple(found.values()))
