"""Whose request it is, as far as limits need it: the address, or what our own proxy says of it."""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Final

from verifier.settings.operation import Network

_IPV6_GROUP: Final = 64  # one subscriber has at least this much


def address_of(peer: str, forwarded: Sequence[str], proxies: Iterable[Network]) -> str:
    """The nearest address that is no proxy of ours; of IPv6 the network of one subscriber.

    `X-Forwarded-For` is read from the right, and only as far as our own proxies wrote it: what
    stands left of that, the sender may have made up.
    """
    known = tuple(proxies)
    chain = [part.strip() for line in forwarded for part in line.split(",")]
    found = peer
    while chain and _is_proxy(found, known):
        following = chain.pop()
        if _parsed(following) is None:
            break
        found = following
    return _group(found)


def _is_proxy(address: str, proxies: tuple[Network, ...]) -> bool:
    found = _parsed(address)
    return found is not None and any(found in one for one in proxies)


def _group(address: str) -> str:
    found = _parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _IPV6_GROUP), strict=False))
    return address if found is None else str(found)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
