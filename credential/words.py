"""Bytes as Dutch words to write down, and back; and passphrases made of them (formats.md 2, 9)."""

from collections.abc import Callable
from typing import Final

from credential.errors import Malformed
from credential.wordlist import WORDS

BITS: Final = 12
PHRASE_WORDS: Final = 5

_LIST: Final = tuple(WORDS.split())
_INDEX: Final = {word: index for index, word in enumerate(_LIST)}
_MASK: Final = (1 << BITS) - 1


def words_for(data: bytes) -> tuple[str, ...]:
    """The words for these bytes, twelve bits each; three bytes make two words."""
    if len(data) * 8 % BITS:
        raise Malformed("words.length", "Regie formats 2")
    number = int.from_bytes(data, "big")
    shifts = range(len(data) * 8 - BITS, -1, -BITS)
    return tuple(_LIST[number >> shift & _MASK] for shift in shifts)


def bytes_for(typed: str) -> bytes:
    """The bytes of words as a person types them: any case, any blanks, hyphens or commas."""
    spoken = typed.lower().replace("-", " ").replace(",", " ").split()
    number = 0
    for place, word in enumerate(spoken, start=1):
        if word not in _INDEX:
            # Which word, not what was typed: it may be part of a passphrase.
            raise Malformed("words.unknown", "Regie formats 2", place=place)
        number = number << BITS | _INDEX[word]
    if not spoken or len(spoken) * BITS % 8:
        raise Malformed("words.length", "Regie formats 2")
    return number.to_bytes(len(spoken) * BITS // 8, "big")


def phrase(entropy: Callable[[int], bytes]) -> str:
    """A passphrase of five words, sixty bits, from a source of random bytes."""
    # The last half byte is dropped: five words are seven bytes and a half.
    number = int.from_bytes(entropy(8), "big") >> 4
    shifts = range((PHRASE_WORDS - 1) * BITS, -1, -BITS)
    return " ".join(_LIST[number >> shift & _MASK] for shift in shifts)
