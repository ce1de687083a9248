"""Where a card stands in the status lists: drawn at random, so that a place tells nothing.

Token Status List, 13, and formats.md 7: one pool of lists for all kinds, decoys that flip at every
publication, and the copies of one batch revoked at moments of their own.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

Entropy: TypeAlias = Callable[[int], bytes]
Place: TypeAlias = tuple[int, int]
"""The number of a list and an index in it."""

SPREAD_SECONDS: Final = 86_400
BITS_PER_BYTE: Final = 8
_WORD: Final = 8


def below(limit: int, entropy: Entropy) -> int:
    """A number from 0 up to `limit`; 64 bits make the bias of the remainder immeasurable."""
    return int.from_bytes(entropy(_WORD), "big") % limit


def draw(lists: Sequence[tuple[int, int]], count: int, entropy: Entropy) -> list[Place]:
    """`count` different places over (number, size) of every list of the pool."""
    if sum(size for _, size in lists) < 2 * count:
        raise ValueError("too few places to draw from")
    drawn: dict[Place, None] = {}
    while len(drawn) < count:
        number, size = lists[below(len(lists), entropy)]
        drawn[number, below(size, entropy)] = None
    return list(drawn)


def moments(count: int, *, now: int, at_once: bool, entropy: Entropy) -> list[int]:
    """When each copy of a batch becomes invalid: within 24 hours, or now (formats.md 7)."""
    if at_once:
        return [now] * count
    return [now + below(SPREAD_SECONDS, entropy) for _ in range(count)]


def bits(size: int, invalid: Iterable[int], before: bytes | None = None) -> bytes:
    """The array of a list: one bit per place, least significant first (Token Status List, 4.1).

    `before` is the array as it was; what was invalid in it stays so.
    """
    array = bytearray(size // BITS_PER_BYTE) if before is None else bytearray(before)
    for index in invalid:
        array[index // BITS_PER_BYTE] |= 1 << (index % BITS_PER_BYTE)
    return bytes(array)


def closed(size: int, valid: Iterable[int]) -> bytes:
    """The array of a list that gives no more places: what was never given out is invalid."""
    array = bytearray(b"\xff" * (size // BITS_PER_BYTE))
    for index in valid:
        array[index // BITS_PER_BYTE] &= ~(1 << (index % BITS_PER_BYTE)) & 0xFF
    return bytes(array)


def room(size: int, taken: int) -> int:
    """How many places a list still gives: half of it stays free, so that draws stay random."""
    return max(0, size // 2 - taken)
