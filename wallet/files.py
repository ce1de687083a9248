"""Files of the wallet: whole or not at all, and for the owner only."""

import os
from pathlib import Path
from typing import Final

from wallet.errors import NotReady

PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700


def private_folder(path: Path) -> None:
    """Makes `path` and closes it for others; an existing folder is closed too."""
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.chmod(PRIVATE_FOLDER)


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replaces `path` in one step: a reader sees the old content or the new, never a part."""
    draft = path.with_name(path.name + ".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE)
    try:
        rest = memoryview(content)
        while rest:
            # A disk that fills up takes a part and says so only the next time.
            rest = rest[os.write(handle, rest) :]
        if durable:
            os.fsync(handle)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    draft.replace(path)


def read_private(path: Path) -> str:
    """The text of a file with a secret; refused when others can read it (ARCHITECTURE.md)."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise NotReady("secret.file-open-to-others", file=path.name)
            return file.read(4096).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise NotReady("secret.file-unreadable", file=path.name) from None


def read_bounded(path: Path, limit: int) -> bytes | None:
    """The content of a plain file, one byte past `limit` at most; None when it cannot be read."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError:
        return None
