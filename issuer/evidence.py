"""Files a resident sends along: few, small, and what they say they are (Architecture, Issuer)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from issuer.errors import WalletFault

MOST: Final = 5
MAX_BYTES: Final = 2 * 1024 * 1024
_TEXT: Final = "text/plain"
_STARTS: Final = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}


@dataclass(frozen=True, repr=False)
class Attachment:
    """One file. Its name stays with the resident: it may tell more than the file."""

    media: str
    data: bytes


def check(found: Sequence[Attachment], *, before: int = 0) -> None:
    """Refuses too many files (with those that came `before`), large ones, and other kinds."""
    if len(found) + before > MOST:
        raise WalletFault("invalid_request", "attachment.many", "Architecture, Issuer")
    for one in found:
        if len(one.data) > MAX_BYTES:
            raise WalletFault(
                "invalid_request", "attachment.size", "Architecture, Issuer", status=413
            )
        if not _is(one):
            raise WalletFault("invalid_request", "attachment.media", "Architecture, Issuer")


def _is(one: Attachment) -> bool:
    if one.media != _TEXT:
        start = _STARTS.get(one.media)
        return start is not None and one.data.startswith(start)
    try:
        text = one.data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(sign.isprintable() or sign in "\t\r\n" for sign in text)
