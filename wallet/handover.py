"""Handing a link to the screens that are open: a socket in the wallet's folder, for its owner only.

One connection brings one line, a link, and gets one word back. Both sides look who the other one
is; what the link asks is found out by the same door as always (house rule 9).
"""

import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from wallet.files import PRIVATE
from wallet.links import MAX_LINK_CHARACTERS

FILE: Final = "open.sock"
MAX_LINE: Final = MAX_LINK_CHARACTERS + 1
TAKEN: Final = b"taken\n"
FULL: Final = b"full\n"
SECONDS: Final = 2.0
_LONGEST: Final = 100
"""Bytes that fit in the address of a socket everywhere (unix(7): 108 with the zero at its end)."""


class Door:
    """Listens beside the wallet from `open_in` until `close`; whoever holds the lock has it."""

    def __init__(self, home: Path, listening: socket.socket, inode: int) -> None:
        self.listening = listening
        self._home = home
        self._inode = inode

    @classmethod
    def open_in(cls, home: Path) -> Self | None:
        """The door of this wallet, in the place of one that was left; None where there can be none.

        Only for who holds the writer's lock: then nobody else listens here.
        """
        if not hasattr(socket, "AF_UNIX"):
            return None
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            (home / FILE).unlink(missing_ok=True)
            with _address(home) as address:
                before = os.umask(0o777 & ~PRIVATE)
                try:
                    made.bind(address)
                finally:
                    os.umask(before)
            made.listen(4)
            made.setblocking(False)
            return cls(home, made, (home / FILE).lstat().st_ino)
        except OSError:
            # A file system without sockets: the wallet works, links are pasted.
            made.close()
            return None

    def close(self) -> None:
        """Nobody can knock any more; the file goes, unless it is somebody else's by now."""
        self.listening.close()
        with suppress(OSError):
            if (self._home / FILE).lstat().st_ino == self._inode:
                (self._home / FILE).unlink()


def give(home: Path, link: str) -> bool:
    """Whether open screens of this user took the link; False when there are none."""
    line = link.encode() + b"\n"
    if len(line) > MAX_LINE or b"\n" in line[:-1] or not hasattr(socket, "AF_UNIX"):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocking:
        knocking.settimeout(SECONDS)
        try:
            with _address(home) as address:
                knocking.connect(address)
            if not is_mine(knocking):
                return False
            knocking.sendall(line)
            knocking.shutdown(socket.SHUT_WR)
            return knocking.recv(len(TAKEN)) == TAKEN
        except OSError:
            return False


def is_mine(connection: socket.socket) -> bool:
    """Whether a process of this same user is at the other end."""
    if sys.platform == "linux":
        size = struct.calcsize("3i")
        found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        return int(struct.unpack("3i", found)[1]) == os.getuid()
    return _uid_elsewhere(connection) == os.getuid()


def _uid_elsewhere(connection: socket.socket) -> int | None:
    """BSD and macOS: the second number of `xucred` (LOCAL_PEERCRED of unix(4))."""
    try:
        found = connection.getsockopt(0, 1, 76)
    except OSError:
        return None
    return int(struct.unpack_from("Ii", found)[1]) if len(found) >= 8 else None  # noqa: PLR2004


@contextmanager
def _address(home: Path) -> Iterator[str]:
    """The socket's path, or where that is too long, the same by way of its open folder."""
    path = str(home / FILE)
    if len(os.fsencode(path)) <= _LONGEST:
        yield path
        return
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{FILE}"
    finally:
        os.close(folder)
