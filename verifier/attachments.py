"""What somebody sends with an application: a PDF or a picture, by its bytes and not by its name."""

import re
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from credential import base64url

PDF: Final = "application/pdf"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
MEDIA: Final = (PDF, PNG, JPEG)
MAX_NAME: Final = 120

_PDF: Final = re.compile(rb"%PDF-[12]\.[0-9]")
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_JPEG: Final = b"\xff\xd8\xff"
_EXTENSIONS: Final = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg")}
# Chunks of a PNG that say more than the picture; of a JPEG the segments APP1 (Exif, XMP), APP13.
_PNG_WORDS: Final = (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")
_JPEG_SEGMENTS: Final = (0xE1, 0xED)
_SCAN: Final = 0xDA


@dataclass(frozen=True)
class Attachment:
    """One attachment as it is signed for: its name, its hash, its size."""

    name: str = field(repr=False)
    sha256: str
    size: int
    media: str
    says_more: bool = False
    """A picture that carries more than what is to be seen: often where and when it was made."""


def media_of(data: bytes) -> str | None:
    """What these bytes are, if it is something we take."""
    if _PDF.match(data):
        return PDF
    if data.startswith(_PNG):
        return PNG
    return JPEG if data.startswith(_JPEG) and data.rstrip(b"\0").endswith(b"\xff\xd9") else None


def digest(data: bytes) -> str:
    """The hash by which an attachment is signed for."""
    return base64url.encode(sha256(data).digest())


def clean_name(name: str, media: str) -> str:
    """A file name without folders or control characters, with the ending of what it is."""
    base = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    shown = "".join(one for one in base if one.isprintable() and one not in '<>:"|?*').strip(". ")
    endings = _EXTENSIONS[media]
    stem = shown
    for ending in endings:
        if shown.lower().endswith(ending):
            stem = shown[: -len(ending)]
    stem = stem[: MAX_NAME - len(endings[0])].strip(". ")
    return f"{stem or 'bijlage'}{endings[0]}"


def says_more(data: bytes, media: str) -> bool:
    """Whether a picture carries metadata beside what is to be seen."""
    if media == PNG:
        return any(kind in _PNG_WORDS for kind in _chunks(data))
    return media == JPEG and any(marker in _JPEG_SEGMENTS for marker in _segments(data))


def _chunks(data: bytes) -> list[bytes]:
    found, at = [], 8
    while at + 8 <= len(data):
        found.append(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return found


def _segments(data: bytes) -> list[int]:
    found, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - a marker begins so
        marker = data[at + 1]
        if marker == _SCAN:
            break
        found.append(marker)
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return found
