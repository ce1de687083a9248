"""Asking a municipality what became of its cards, and what it would publish about them."""

from pathlib import Path

from support.wallet_world import World

from credential import statuslist
from wallet.service import refresh
from wallet.service.collecting import Progress
from wallet.service.refresh import Found, News

HOUR = 3_600
WEEK = 7 * 86_400


def publish_list(town: World, *revoked: int, iat: int | None = None) -> None:
    """The municipality's list on the mirror, with these indices revoked."""
    bits = bytearray(64)
    for index in revoked:
        bits[index // 8] |= 1 << index % 8
    uri = f"{town.issuer.party.status_prefix}1"
    at = town.now if iat is None else iat
    token = statuslist.build_token(
        uri,
        bytes(bits),
        iat=at,
        exp=at + WEEK,
        ttl=12 * HOUR,
        signer=town.issuer.party.status.signer,
        x5c=town.issuer.party.status.x5c,
    )
    place = Path(town.wallet.config.scheme_url) / statuslist.mirror_path(uri)
    place.parent.mkdir(exist_ok=True)
    place.write_text(token)


def look(town: World) -> Found:
    return refresh.look(town.wallet, town.network, now=town.now)


def news(town: World) -> News:
    [found] = look(town).issuers
    return found


def renew(town: World, found: News) -> Progress:
    return refresh.renew(town.wallet, town.network, found, now=town.now)


def spend(town: World, kind: str) -> None:
    """One copy less, without a disclosure in the log."""
    [card] = [one for one in town.wallet.store.cards() if one.kind == kind]
    town.wallet.store.database.execute(
        "DELETE FROM copies WHERE id = (SELECT min(id) FROM copies WHERE card = ?)", (card.id,)
    )
