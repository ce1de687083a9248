"""One writer: an advisory lock on a file in the wallet's folder, gone with its process."""

import fcntl
import os
from pathlib import Path
from typing import Final, Self

from wallet.errors import NotReady
from wallet.files import PRIVATE

FILE: Final = "lock"


class WriterLock:
    """Held from `take` until `release` or the end of the process; `flock`, so never stale."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    @classmethod
    def take(cls, home: Path) -> Self:
        """The lock, or `wallet.busy` (exit 4) at once when another program writes here."""
        handle = os.open(
            home / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE
        )
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise NotReady("wallet.busy") from None
        return cls(handle)

    def release(self) -> None:
        """Gives the lock back; doing it twice is harmless."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
