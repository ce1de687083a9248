"""One address in front of several servers: bytes go to each in turn, and past who refuses."""

import asyncio
import threading
from contextlib import suppress

HOST = "127.0.0.1"
PIECE = 65_536


class Balancer:
    """Listens in a thread of its own until `stop`; keeps and understands nothing."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self._turn = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, HOST, 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _close(self) -> None:
        self._server.close()
        open_ones = asyncio.all_tasks() - {asyncio.current_task()}
        for one in open_ones:
            one.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        streams = [writer]
        try:
            behind = await self._reach()
            if behind is not None:
                streams.append(behind[1])
                await asyncio.gather(_pass(reader, behind[1]), _pass(behind[0], writer))
        finally:
            for one in streams:
                one.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The next server in turn that takes a connection."""
        for _ in self._ports:
            self._turn += 1
            with suppress(OSError):
                port = self._ports[self._turn % len(self._ports)]
                return await asyncio.open_connection(HOST, port)
        return None


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """From one end to the other; when this end is over or broken, so is the other."""
    with suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()
