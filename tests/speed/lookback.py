"""Looking back over a long log: commands, screens, pages, filters, sums and the audit.

`python tests/speed/lookback.py [--entries N] [--json]`. Commands are measured against
`python -c pass` in the same run, and each takes the best of several: on a busy machine a single
one is never alone.
"""

import argparse
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support import long_log  # noqa: E402
from support.wallets import give_card  # noqa: E402

from credential import log as chains  # noqa: E402
from wallet import clock, config, files, keyfile, log  # noqa: E402
from wallet.config import Config  # noqa: E402
from wallet.service.wallet import Wallet  # noqa: E402
from wallet.store import Filter, Store  # noqa: E402

ENTRIES = 100_000
PHRASE = "vijf woorden uit een boek"
PATIENCE = 60.0


@dataclass(frozen=True)
class Line:
    """One measurement; `ratio` against an empty interpreter."""

    name: str
    ms: float
    ratio: float | None = None
    per_second: float | None = None

    def __str__(self) -> str:
        more = "" if self.ratio is None else f"{self.ratio:8.1f} x python -c pass"
        more += "" if self.per_second is None else f"{self.per_second:12,.0f} entries/s"
        return f"{self.name:44}{self.ms:10.1f} ms{more}"


def make(home: Path, entries: int) -> int:
    """A wallet with ten cards and so long a log; how many activities it has."""
    files.private_folder(home)
    content, master = keyfile.create(PHRASE, entropy=clock.random_bytes)
    now = clock.now()
    with closing(Store.create(home, master, at=now, entropy=clock.random_bytes)) as store:
        for _ in range(10):
            give_card(store, copies=10)
        made = long_log.fill(store, entries, until=now)
    config.save(home, Config())
    files.write_atomically(home / keyfile.FILE, content)
    return made


def run(*arguments: str) -> float:
    """Milliseconds of one process, from nothing to its end."""
    env = {**os.environ, "REGIE_PASSPHRASE": PHRASE}
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, check=True, capture_output=True)
    return (time.perf_counter() - started) * 1e3


def first_paint(home: Path, sign: bytes, *, unlocked: bool) -> float:
    """Milliseconds from nothing until `sign` stands on a terminal of 80 by 24."""
    env = {**os.environ, "TERM": "xterm-256color", "REGIE_LANG": "nl"}
    env.pop("REGIE_PASSPHRASE", None)
    if unlocked:
        env["REGIE_PASSPHRASE"] = PHRASE
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "wallet", "--home", str(home)],
        cwd=ROOT, env=env, stdin=slave, stdout=slave, stderr=slave, close_fds=True,
    )  # fmt: skip
    os.close(slave)
    seen = b""
    try:
        while sign not in seen and time.perf_counter() - started < PATIENCE:
            if select.select([master], [], [], 0.05)[0]:
                seen += os.read(master, 65_536)
        if sign not in seen:
            raise TimeoutError(sign)
        return (time.perf_counter() - started) * 1e3
    finally:
        process.kill()
        process.wait()
        os.close(master)


def best(operation: Callable[[], object], rounds: int = 5) -> float:
    """The best time of one call, in milliseconds."""
    found = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        operation()
        found = min(found, time.perf_counter() - started)
    return found * 1e3


def commands(home: Path, rounds: int) -> Iterator[Line]:
    """Whole commands, and the screens, against an interpreter that does nothing."""
    empty = min(run("-c", "pass") for _ in range(rounds))
    yield Line("python -c pass", empty)
    at = ("-m", "wallet", "--home", str(home))
    for words in (
        ("cards",),
        ("activities", "--limit", "100"),
        ("activities", "--limit", "100", "--party", "voorbeeld 7"),
        ("activities", "--limit", "100", "--search", "woonst"),
        ("activities", "--totals"),
        ("who",),
    ):
        taken = min(run(*at, *words) for _ in range(rounds))
        yield Line(" ".join(words), taken, taken / empty)
    for name, sign, unlocked in (
        ("screens: first paint, locked", b"wachtzin", False),
        ("screens: first paint, with the cards", b"Persoonsgegevens", True),
    ):
        taken = min(first_paint(home, sign, unlocked=unlocked) for _ in range(rounds))
        yield Line(name, taken, taken / empty)


def questions(wallet: Wallet) -> Iterator[Line]:
    """What the screens ask, each once the wallet is open."""
    store = wallet.store
    middle = store.place(next(store.activities(Filter(limit=1))).id) // 2
    for name, wanted in (
        ("newest page", Filter()),
        ("a page in the middle", Filter(before=middle)),
        ("of one type", Filter(type="card")),
        ("of one outcome nothing has", Filter(outcome="maybe-shared")),
        ("of one organisation", Filter(party="voorbeeld 7")),
        ("of an organisation nobody knows", Filter(party="bestaat niet")),
        ("of one item of data", Filter(attribute="given_name")),
        ("of an item nobody asked", Filter(attribute="birthdate")),
        ("of a purpose", Filter(purpose="soort 3")),
        ("search: a word in everything", Filter(search="woonst")),
        ("search: two words", Filter(search='"voorbeeld 7" inschr')),
        ("search: nothing", Filter(search="zzz")),
    ):
        page = Filter(**{**vars(wanted), "limit": 101})
        yield Line(f"  {name}", best(lambda page=page: [*store.activities(page)]))
    yield Line("  totals of everything", best(lambda: store.totals(Filter()), 3))
    yield Line("  who has what", best(store.holdings, 3))


def audits(wallet: Wallet, entries: int) -> Iterator[Line]:
    """The chain alone, and everything that hangs on it."""
    store = wallet.store

    def chain() -> None:
        heads = store.database.rows("SELECT head FROM heads WHERE place = 'now'")
        found = chains.verify_chain(
            log._chain_rows(store.database),
            log_id=store.chain.log_id,
            log_key=store.chain.public_key,
            heads=[one["head"] for one in heads],
            head_file=store.chain.read_file(),
            kept_words=None,
        )
        assert not found.faults, found

    taken = best(chain, 3)
    yield Line("chain audit, from the database", taken, per_second=entries / taken * 1e3)
    taken = best(lambda: log.verify(store), 1)
    yield Line("audit of the whole log with its tables", taken, per_second=entries / taken * 1e3)


def measure(entries: int, rounds: int) -> Iterator[Line]:
    """Everything over one wallet made for it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "wallet"
        started = time.perf_counter()
        made = make(home, entries)
        taken = (time.perf_counter() - started) * 1e3
        yield Line(f"a log of {made:,} activities, made", taken, per_second=entries / taken * 1e3)
        yield from commands(home, rounds)
        with Wallet.open(
            home, PHRASE, write=False, at=clock.now(), entropy=clock.random_bytes
        ) as wallet:
            yield from questions(wallet)
            yield from audits(wallet, entries)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=ENTRIES)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json", action="store_true", help="one object a line")
    chosen = arguments.parse_args()
    for line in measure(chosen.entries, chosen.rounds):
        text = json.dumps({"version": 1, **asdict(line)}) if chosen.json else str(line)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
