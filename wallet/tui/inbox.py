"""Links from outside the screens: handed over by a command, or pasted; one at a time, in turn."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import Final

from wallet import handover, links
from wallet.handover import Door
from wallet.refusals import LinkError

MOST: Final = 5
"""How many links wait at most: more than a person can have clicked on."""
_NO_LINK: Final = (
    *(OSError, TimeoutError, ValueError, LinkError),
    *(asyncio.IncompleteReadError, asyncio.LimitOverrunError),
)


class Inbox:
    """What waits to be opened, and the door it comes in by; `arrived` is told of each."""

    def __init__(self, arrived: Callable[[], None]) -> None:
        self._arrived = arrived
        self._waiting: deque[str] = deque()
        self._door: Door | None = None
        self._server: asyncio.Server | None = None

    async def listen(self, door: Door | None) -> None:
        """Takes what is handed over at this door, until `close`."""
        self.close()
        self._door = door
        if door is not None:
            self._server = await asyncio.start_unix_server(
                self._visit, sock=door.listening, limit=handover.MAX_LINE
            )

    def close(self) -> None:
        """Nobody is let in any more."""
        if self._server is not None:
            self._server.close()
        if self._door is not None:
            self._door.close()
        self._server = self._door = None

    def put(self, text: str) -> bool:
        """Keeps a link for its turn; the same one waits once, and not everything fits."""
        if text in self._waiting:
            return True
        if len(self._waiting) >= MOST:
            return False
        self._waiting.append(text)
        self._arrived()
        return True

    def take(self) -> str | None:
        """The link whose turn it is."""
        return self._waiting.popleft() if self._waiting else None

    def __len__(self) -> int:
        return len(self._waiting)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line from a process of this user; anything else gets no answer."""
        try:
            link = await self._line(reader, writer)
            writer.write(handover.TAKEN if self.put(link) else handover.FULL)
            await writer.drain()
        except _NO_LINK:
            pass
        finally:
            writer.close()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        found = writer.get_extra_info("socket")
        with socket.fromfd(found.fileno(), found.family, found.type) as connection:
            if not handover.is_mine(connection):
                raise LinkError("link.malformed")
        async with asyncio.timeout(handover.SECONDS):
            line = await reader.readuntil(b"\n")
        text = line[:-1].decode()
        links.parse(text)
        return text
