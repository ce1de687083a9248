"""Files of the wallet: whole or not at all, and for the owner only."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from wallet.errors import NotReady, Usage

PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
DRAFT: Final = ".new"
"""What the name of a file ends in while it is written."""
_MOST_DRAFTS: Final = 100


def private_folder(path: Path) -> None:
    """Makes `path` and closes it for others; an existing folder is closed too."""
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.chmod(PRIVATE_FOLDER)


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replaces `path` in one step: a reader sees the old content or the new, never a part.

    The draft beside it is ours: one that a crash left there goes.
    """
    draft = path.with_name(path.name + DRAFT)
    draft.unlink(missing_ok=True)
    _fill(_create(draft), draft, content, durable=durable)
    draft.replace(path)


def _create(draft: Path) -> int:
    """A new file, never one that is there: nobody holds it, and nobody else can open it."""
    return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)


def _fill(handle: int, draft: Path, content: bytes, *, durable: bool) -> None:
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


def require_absent(path: Path) -> None:
    """Refuses a place where a file stands already, and a name that no file can have."""
    try:
        there = path.exists()
    except OSError:
        raise Usage("file.unwritable", file=path.name) from None
    if there:
        raise Usage("export.exists", file=path.name)


def write_new(path: Path, content: bytes) -> None:
    """A file the resident asked for, whole; one that stands there, or beside it, stays."""
    require_absent(path)
    try:
        handle, draft = _beside(path)
        _fill(handle, draft, content, durable=True)
        draft.replace(path)
    except OSError:
        raise Usage("file.unwritable", file=path.name) from None


def _beside(path: Path) -> tuple[int, Path]:
    """A draft under a name that nothing has: this folder is not ours."""
    for number in range(_MOST_DRAFTS):
        draft = path.with_name(f"{path.name}.{number}{DRAFT}")
        with suppress(FileExistsError):
            return _create(draft), draft
    raise FileExistsError


def is_folder(path: Path) -> bool:
    """Whether it is a folder; a name that no folder can have is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


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
