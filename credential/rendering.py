"""How a card of a type looks: simple rendering, as far as it is safe to show (SD-JWT VC 8.1.1).

What cannot be read or trusted is left out and never a reason to refuse a card. Only what lies in
the document itself is looked at: an address would tell its owner who holds such a card.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from credential import base64url, strictjson
from credential.errors import CredentialError, NotTrusted
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object

LEAST_CONTRAST: Final = 4.5
"""The contrast text needs to be read by most people (WCAG 2.2 1.4.3)."""
MAX_LOGO: Final = 16 * 1024
MAX_SIDE: Final = 1024
MAX_ALT: Final = 120
BLACK: Final = "#000000"
WHITE: Final = "#ffffff"

_SECTION: Final = "SD-JWT VC 7"
_SIX: Final = 6
_BYTE: Final = 255
_HEX: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})\Z")
_RGB: Final = re.compile(r"rgb\( *([0-9]{1,3})[ ,]+([0-9]{1,3})[ ,]+([0-9]{1,3}) *\)\Z")
_DATA: Final = re.compile(r"data:image/png;base64,([A-Za-z0-9+/]+={0,2})\Z")
# The eight bytes of every PNG, and its first chunk, which holds width and height.
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_DIGESTS: Final = ("sha512", "sha384", "sha256")  # W3C SRI, strongest first


@dataclass(frozen=True)
class Colours:
    """How a card of this type looks, `#rrggbb`; empty where the type does not say."""

    background: str = ""
    text: str = ""

    @property
    def readable(self) -> bool:
        """Whether most people can read this text on this background."""
        return bool(self.background and self.text) and (
            contrast(self.background, self.text) >= LEAST_CONTRAST
        )

    def made_readable(self) -> "Colours":
        """These colours; text that would be hard to read becomes black or white."""
        if not self.background or self.readable:
            return self
        best = max((BLACK, WHITE), key=lambda one: contrast(self.background, one))
        return Colours(self.background, best)


@dataclass(frozen=True)
class Logo:
    """A small PNG that came in the document itself, and what it shows, in words per language."""

    png: bytes = field(repr=False)
    alternatives: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def uri(self) -> str:
        """The picture as a page shows it."""
        return "data:image/png;base64," + base64url.encode_padded(self.png)

    def alternative(self, lang: str) -> str:
        """What people who do not see it are told; empty where nobody said."""
        found = self.alternatives
        return found.get(lang) or found.get("nl") or next(iter(found.values()), "")


def colours(displays: Iterable[Object]) -> Colours:
    """Of the first display that says anything."""
    for display in displays:
        simple = _simple(display)
        found = Colours(_colour(simple.get("background_color")), _colour(simple.get("text_color")))
        if found.background or found.text:
            return found
    return Colours()


def logo(displays: Iterable[Object]) -> Logo | None:
    """The first picture that can be shown, with what each language calls it."""
    png: bytes | None = None
    alternatives: dict[str, str] = {}
    for display in displays:
        stated = _simple(display).get("logo")
        if not isinstance(stated, dict):
            continue
        png = png or _png(stated)
        lang, alt = display.get("locale"), stated.get("alt_text")
        if isinstance(lang, str) and isinstance(alt, str):
            safe = terminal_safe(alt, max_length=MAX_ALT)
            alternatives.setdefault(lang.partition("-")[0].lower(), safe)
    return None if png is None else Logo(png, MappingProxyType(alternatives))


def integrity_of(data: bytes) -> str:
    """What pins these bytes in a member that ends in `#integrity` (W3C Subresource Integrity)."""
    return "sha256-" + base64url.encode_padded(hashlib.sha256(data).digest())


def check_integrity(data: bytes, integrity: str) -> None:
    """The bytes match one of the strongest digests listed (W3C Subresource Integrity)."""
    listed = [one.partition("?")[0].partition("-")[::2] for one in integrity.split()]
    for name in _DIGESTS:
        wanted = {value for algorithm, value in listed if algorithm == name}
        if not wanted:
            continue
        if base64url.encode_padded(hashlib.new(name, data).digest()) not in wanted:
            raise NotTrusted("type.integrity", _SECTION)
        return
    raise NotTrusted("type.integrity", _SECTION)


def contrast(one: str, other: str) -> float:
    """From 1 (equal) to 21 (black on white), as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _simple(display: Object) -> Object:
    rendering = display.get("rendering")
    simple = rendering.get("simple") if isinstance(rendering, dict) else None
    return simple if isinstance(simple, dict) else {}


def _colour(value: Json) -> str:
    """Six digits, or nothing: other ways of writing a colour are not read."""
    if not isinstance(value, str):
        return ""
    if _HEX.match(value):
        digits = value[1:].lower()
        return "#" + (digits if len(digits) == _SIX else "".join(digit * 2 for digit in digits))
    found = _RGB.match(value)
    parts = [] if found is None else [int(part) for part in found.groups()]
    return "#" + bytes(parts).hex() if parts and max(parts) <= _BYTE else ""


def _png(stated: Object) -> bytes | None:
    """The picture, if it is a PNG of bearable size that lies in the document itself."""
    uri = stated.get("uri")
    found = _DATA.match(uri) if isinstance(uri, str) else None
    if found is None or len(found[1]) > MAX_LOGO * 4 // 3 + 4:
        return None
    try:
        data = base64url.decode_padded(found[1])
        if "uri#integrity" in stated:
            check_integrity(data, strictjson.text(stated, "uri#integrity"))
    except CredentialError:
        return None
    start = len(_PNG)
    sides = [int.from_bytes(data[at : at + 4]) for at in (start, start + 4)]
    good = data.startswith(_PNG) and all(0 < side <= MAX_SIDE for side in sides)
    return data if good and len(data) <= MAX_LOGO else None


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / _BYTE) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    low = 0.04045
    return part / 12.92 if part <= low else float(((part + 0.055) / 1.055) ** 2.4)
