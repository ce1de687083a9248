"""Files a resident sends along as evidence: pictures and PDF, read whole and within limits."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from credential import base64url
from credential.plaintext import terminal_safe
from credential.strictjson import Object
from wallet import files
from wallet.errors import Usage

MOST: Final = 5
MAX_BYTES: Final = 2 * 1024 * 1024
"""Of one file."""
_KINDS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


@dataclass(frozen=True)
class Attachment:
    """One file: its name for the resident's own eyes, what it is, and its bytes."""

    name: str = field(repr=False)
    media: str
    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes."""
        return len(self.data)

    def message(self) -> Object:
        """As it is sent; the name stays here, since it may tell more than the file."""
        return {"media": self.media, "data": base64url.encode(self.data)}


def read(name: str) -> Attachment:
    """The file of this name; what it is shows from its first bytes, not from its name."""
    path = Path(name).expanduser()
    data = files.read_bounded(path, MAX_BYTES)
    if data is None:
        raise Usage("attachment.unreadable")
    if len(data) > MAX_BYTES:
        raise Usage("attachment.size", limit=MAX_BYTES // (1024 * 1024))
    media = next((media for start, media in _KINDS if data.startswith(start)), None)
    if media is None:
        raise Usage("attachment.kind")
    return Attachment(terminal_safe(path.name), media, data)


def require(found: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """The same files, if they may go together."""
    if len(found) > MOST:
        raise Usage("attachment.many", limit=MOST)
    return found


def size_text(size: int) -> str:
    """A size as a person reads it."""
    return f"{size} B" if size < 1024 else f"{-(-size // 1024)} kB"  # noqa: PLR2004
