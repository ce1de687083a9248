"""What a scheme for the whole country costs: publishing it, publishing it again, reading it.

`python tests/speed/scheme.py [--municipalities N] [--corporations N] [--profile] [--json]`. The
figures are of the clock and of processor time, and the sizes of what a reader fetches. By hand.
"""

import argparse
import cProfile
import gc
import json
import pstats
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support import national  # noqa: E402
from support.scheme import NOW, counter  # noqa: E402

from credential import snapshot  # noqa: E402
from registrar import placing  # noqa: E402
from registrar.service import publishing  # noqa: E402

SIZES = (snapshot.SNAPSHOT, "lote/pub-eaa-providers.jwt", "registry.json", "wrp/index.jwt")


@dataclass
class Line:
    """One thing that was measured."""

    name: str
    seconds: float
    processor: float
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name:44}{self.seconds:9.3f} s{self.processor:9.3f} s cpu   {self.note}"


def measured(name: str, work: Callable[[], str]) -> Line:
    gc.collect()
    clock, own = time.perf_counter(), time.process_time()
    note = work()
    return Line(name, time.perf_counter() - clock, time.process_time() - own, note)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--municipalities", type=int, default=national.MUNICIPALITIES)
    parser.add_argument("--corporations", type=int, default=national.CORPORATIONS)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        lines = run(Path(name), asked.municipalities, asked.corporations, profile=asked.profile)
    for line in lines:
        print(json.dumps(asdict(line)) if asked.json else line)  # noqa: T201 - its answer


def run(folder: Path, municipal: int, corporations: int, *, profile: bool) -> list[Line]:
    home = national.home(folder / "registrar", municipal=municipal, corporations=corporations)
    tree, entropy = folder / "tree", counter(7)

    def publish(now: int) -> str:
        done = publishing.publish(home, tree, None, now=now, entropy=entropy)
        return f"snapshot {done.sequence}, {done.files} files, {len(done.changes)} changed"

    def profiled(now: int) -> str:
        with cProfile.Profile() as found:
            note = publish(now)
        pstats.Stats(found).sort_stats("cumulative").print_stats(60)
        return note

    def cold() -> str:
        return profiled(NOW) if profile else publish(NOW)

    def again() -> str:
        return profiled(NOW + 60) if profile else publish(NOW + 60)

    lines = [
        measured("publish, nothing signed yet", cold),
        measured("publish again, nothing changed", again),
    ]
    change(home.path / "parties")
    lines.append(measured("publish again, one party changed", lambda: publish(NOW + 120)))
    read = placing.reader(tree)
    fingerprint = national.fingerprint(home)

    def opened() -> str:
        trust = snapshot.open_scheme(read, fingerprint=fingerprint, floor=0, now=NOW + 200)
        return f"{len(trust.issuers)} issuers"

    lines.append(measured("open the scheme as a reader", opened))
    tracemalloc.start()
    trust = snapshot.open_scheme(read, fingerprint=fingerprint, floor=0, now=NOW + 200)
    kept, most = tracemalloc.get_traced_memory()
    lines.append(
        Line(
            "memory of an opened scheme",
            0,
            0,
            f"{kept / 2**20:.1f} MiB, at most {most / 2**20:.1f}",
        )
    )
    assert trust.sequence
    lines += [Line(f"size of {path}", 0, 0, f"{len(read(path)) / 1024:.0f} KiB") for path in SIZES]
    return lines


def change(parties: Path) -> None:
    """One corporation keeps what it asks for half a year longer."""
    file = min(parties.glob("woonstichting-*.toml"))
    file.write_text(file.read_text("utf-8").replace('"P2Y"', '"P30M"'), "utf-8")


if __name__ == "__main__":
    main()
