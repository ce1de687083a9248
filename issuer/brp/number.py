"""The citizen service number: its shape, never its owner."""

from typing import Final

_BSN_DIGITS: Final = 9


def is_bsn(text: str) -> bool:
    """Nine ASCII digits that pass the eleven-test."""
    if len(text) != _BSN_DIGITS or not (text.isascii() and text.isdigit()) or not int(text):
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(digit) for w, digit in zip(weights, text, strict=True)) % 11 == 0
