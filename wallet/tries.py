"""How often a wrong PIN was typed: on disk before each try, so that no crash gives one back.

The file holds one byte for every try since the last right one.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from wallet.errors import NotReady
from wallet.files import PRIVATE

FILE: Final = "pin.tries"
MOST: Final = 5
"""So many wrong PINs in a row, and the PIN is gone."""


class Try:
    """One try under way; it counts unless it is taken back."""

    def __init__(self, handle: int, number: int) -> None:
        self._handle = handle
        self.number = number

    @property
    def left(self) -> int:
        """How many follow this one."""
        return max(0, MOST - self.number)

    def right(self) -> None:
        """The PIN was right: counting begins anew."""
        os.ftruncate(self._handle, 0)

    def undo(self) -> None:
        """Nothing was tried after all."""
        os.ftruncate(self._handle, self.number - 1)


@contextmanager
def counted(home: Path) -> Iterator[Try]:
    """The next try, on disk before it is made; two at once wait for each other."""
    try:
        handle = os.open(
            home / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE
        )
    except OSError:
        raise NotReady("pin.uncounted", file=FILE) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        number = os.fstat(handle).st_size + 1
        os.pwrite(handle, b".", number - 1)
        os.fsync(handle)
        yield Try(handle, number)
    finally:
        os.close(handle)


def used(home: Path) -> int:
    """How many wrong PINs were typed since the last right one."""
    try:
        return (home / FILE).stat().st_size
    except OSError:
        return 0


def forget(home: Path) -> None:
    """A new PIN, or none: counting begins anew."""
    (home / FILE).unlink(missing_ok=True)
