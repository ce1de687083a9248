"""Where a process can die: every step boundary of the wallet is told, and one can be the last.

Wraps the product from outside, in the process that is to die; the product has no hooks for this.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpcore._backends.sync as network

from wallet.fetch import Call, HttpsFetch, Reply
from wallet.store.database import Database

STORE = str(Path("wallet") / "store")
INNER = frozenset({"transaction", "told"})


class Passage:
    """Writes the name of each boundary that is passed; at `last` the process kills itself."""

    def __init__(self, tell: int, last: str | None) -> None:
        self.tell = tell
        self.last = last
        self.seen: Counter[str] = Counter()
        self.call = "network"
        self.verb = "files"

    def __call__(self, name: str) -> None:
        self.seen[name] += 1
        if self.seen[name] > 1:
            name = f"{name} #{self.seen[name]}"
        os.write(self.tell, f"{name}\n".encode())
        if name == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def install(passage: Passage) -> None:
    """From here on every boundary of this process goes through `passage`."""
    _transactions(passage)
    _files(passage)
    _calls(passage)
    _sockets(passage)


def _transactions(passage: Passage) -> None:
    plain = Database.transaction

    @contextmanager
    def told(self: Database) -> Iterator[None]:
        name = passage.verb = _verb()
        with plain(self):
            passage(f"{name}: begun")
            yield
            passage(f"{name}: about to commit")
        passage(f"{name}: committed")

    Database.transaction = told  # type: ignore[method-assign]


def _verb() -> str:
    """The verb of the store that runs this transaction."""
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if STORE in code.co_filename and code.co_name[0] != "_" and code.co_name not in INNER:
            return code.co_name
        frame = frame.f_back  # type: ignore[assignment]
    return "store"


def _files(passage: Passage) -> None:
    for method in ("replace", "rename"):
        _moved(passage, method)
    plain = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        plain(self, missing_ok=missing_ok)
        passage(f"{passage.verb}: {self.name} gone")

    Path.unlink = unlink  # type: ignore[method-assign]


def _moved(passage: Passage, method: str) -> None:
    plain = getattr(Path, method)

    def told(self: Path, target: Path) -> Path:
        name = f"{passage.verb}: {Path(target).name}"
        passage(f"{name} drafted")
        done = plain(self, target)
        passage(f"{name} in place")
        return done

    setattr(Path, method, told)


def _calls(passage: Passage) -> None:
    plain = HttpsFetch.send

    def send(self: HttpsFetch, call: Call) -> Reply:
        passage.call = _what(call.url)
        passage(f"{passage.call}: about to connect")
        reply = plain(self, call)
        passage(f"{passage.call}: answered")
        return reply

    HttpsFetch.send = send  # type: ignore[method-assign]


def _what(url: str) -> str:
    parts = [part for part in urlsplit(url).path.split("/") if part]
    for name in ("request", "response", "rights"):
        if parts[0] == name:
            return name
    if parts[0] == ".well-known":
        return "metadata"
    return "offer" if len(parts) == 3 else parts[-1]


def _sockets(passage: Passage) -> None:
    stream = network.SyncStream
    connect, tls = network.SyncBackend.connect_tcp, stream.start_tls
    read, write = stream.read, stream.write

    def connect_tcp(self, *args, **options):
        made = connect(self, *args, **options)
        passage(f"{passage.call}: connected")
        return made

    def start_tls(self, *args, **options):
        made = tls(self, *args, **options)
        passage(f"{passage.call}: nothing sent")
        return made

    def sent(self, buffer, timeout=None):
        if not buffer:
            return
        # In two parts, so that a process can die between them.
        half = len(buffer) // 2
        write(self, buffer[:half], timeout)
        passage(f"{passage.call}: partly sent")
        write(self, buffer[half:], timeout)
        passage(f"{passage.call}: sent")

    def received(self, max_bytes, timeout=None):
        passage(f"{passage.call}: about to read")
        found = read(self, max_bytes, timeout)
        passage(f"{passage.call}: read")
        return found

    network.SyncBackend.connect_tcp = connect_tcp
    stream.start_tls, stream.write, stream.read = start_tls, sent, received
