"""The face of a card: what stands on it at a glance, in colours that can be read; pure."""

from dataclasses import dataclass
from typing import Final

from credential.typemetadata import Colours

LEAST: Final = 4.5
"""The contrast text needs to be read by most people (WCAG 2.2 1.4.3)."""
_BLACK: Final = "#000000"
_WHITE: Final = "#ffffff"


@dataclass(frozen=True)
class Face:
    """What a card shows at a glance, and its colours; both empty: those of the screen."""

    title: str
    issuer: str
    background: str = ""
    text: str = ""


def face(title: str, issuer: str, colours: Colours | None) -> Face:
    """The face of a card; text that would be hard to read becomes black or white."""
    if colours is None or not colours.background:
        return Face(title, issuer)
    text = colours.text
    if not text or contrast(colours.background, text) < LEAST:
        text = max((_BLACK, _WHITE), key=lambda one: contrast(colours.background, one))
    return Face(title, issuer, colours.background, text)


def contrast(one: str, other: str) -> float:
    """From 1 (equal) to 21 (black on white), as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    low = 0.04045
    return part / 12.92 if part <= low else float(((part + 0.055) / 1.055) ** 2.4)
