"""What status lists cost when they are small and when they are large: place, look up, revoke, publish.

`python tests/speed/lists.py [--small N] [--large N] [--sample N]`. One pool holds so many places that
were given out; the figures are milliseconds of processor time, and the most memory a publication
asked for. Run by hand; the first three should be flat, and a publication should grow with the size of
the lists alone, not with what was ever revoked.
"""

import argparse
import logging
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from sqlalchemy import insert  # noqa: E402
from support.issuer_home import stream  # noqa: E402
from support.keys import test_signer  # noqa: E402

from credential import statuslist  # noqa: E402
from issuer.store import Issuance, Pool, ProcessingRow, Revocation, Store  # noqa: E402
from issuer.store.accounts import write_issued  # noqa: E402
from issuer.store.lists import place  # noqa: E402
from issuer.tables import issued, status_indices, status_lists  # noqa: E402

CODE = "0599"
KIND = "persoonsgegevens"
COPIES = 10
SIZE = 1 << 20
HOUR = 3_600
NOW = 1_800_000_000
REVOKED = 20  # one in so many, as in the list of bench.py


def fill(store: Store, entries: int) -> None:
    """Two lists with so many places given out, one in twenty of them long invalid."""
    pool = Pool(SIZE, 2, 0)
    store.lists.publish(CODE, pool, sign, now=NOW - 60 * 86_400, decoys=0)
    half = entries // 2
    with store._database.writing() as connection:
        for number in (1, 2):
            for start in range(0, half, 20_000):
                batches, places = [], []
                for index in range(start, min(start + 20_000, half)):
                    batch = (number * half + index) // COPIES + 1
                    if not batches or batches[-1]["issued_id"] != batch:
                        batches.append(
                            {
                                "issued_id": batch,
                                "municipality": CODE,
                                "kind": KIND,
                                "subject": f"subject {batch}",
                                "expires_at": NOW + 180 * 86_400,
                            }
                        )
                    revoked = NOW - 30 * 86_400 if index % REVOKED == 0 else None
                    places.append(
                        {
                            "municipality": CODE,
                            "number": number,
                            # An odd factor visits every place of the list once, in no order.
                            "idx": index * 2_654_435_761 % SIZE,
                            "issued_id": batch,
                            "revoked_at": revoked,
                        }
                    )
                connection.execute(insert(issued), batches)
                connection.execute(insert(status_indices), places)
        connection.execute(status_lists.update().values(taken=half))
    store.lists.publish(CODE, pool, sign, now=NOW, decoys=0)


def sign(number: int, bits: bytes) -> str:
    return statuslist.build_token(
        f"https://localhost:8441/{CODE}/status/{number}", bits, iat=NOW, exp=NOW + 604_800,
        ttl=43_200, signer=test_signer("status"), x5c=[b"status"],
    )  # fmt: skip


def measure(url: str, sample: int) -> dict[str, float]:
    """The costs in a process that did not fill it."""
    store, entropy = Store(url, stream("bench")), stream("places")
    pool = Pool(SIZE, 2, 0)
    log = ProcessingRow("t", "", None, "revoke", "a", 1, 1, "s", CODE)
    names = iter(range(10**9))

    def hand_out() -> None:
        with store._database.writing() as connection:
            places = place(connection, CODE, pool, COPIES, now=NOW, entropy=entropy)
            one = Issuance(KIND, COPIES, f"fresh {next(names)}", NOW + 180 * 86_400)
            write_issued(connection, CODE, one, places)

    def revoke(number: int) -> None:
        done = store.lists.revoke(
            CODE,
            f"fresh {number}",
            frozenset((KIND,)),
            lambda _count: ProcessingRow(**{**log.__dict__, "span_id": f"{number:016x}"}),
            now=NOW + 1,
            revocation=Revocation("other", at_once=True),
        )
        assert done == {KIND: COPIES}, done

    found = {
        "place and account for 10": each(sample, lambda _number: hand_out()),
        "what a person holds": each(sample, lambda n: store.standing.of(CODE, f"fresh {n}", NOW)),
        "revoke 10": each(sample, revoke),
        "look up a list": each(sample, lambda n: store.lists.published(CODE, 1 + n % 2)),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found["publish two lists"] = each(
        5, lambda n: store.lists.publish(CODE, pool, sign, now=NOW + (n + 1) * HOUR, decoys=20)
    )
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found["memory of it, MB"] = (after - before) / 1_024
    count = {n: store.lists.published(CODE, n) for n in (1, 2)}
    assert all(one is not None and one.iat == NOW + 5 * HOUR for one in count.values())
    store.close()
    return found


def each(times: int, do: Callable[[int], object]) -> float:
    """Milliseconds of processor time for one."""
    started = time.process_time()
    for number in range(times):
        do(number)
    return (time.process_time() - started) * 1e3 / times


def at(entries: int, sample: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'issuer.db'}"
        fresh = get_context("spawn")
        with fresh.Pool(1) as filling:
            filling.apply(filled, (url, entries))
        with fresh.Pool(1) as measuring:
            return measuring.apply(measure, (url, sample))


def filled(url: str, entries: int) -> None:
    logging.disable(logging.WARNING)
    store = Store(url, stream())
    store.migrate()
    fill(store, entries)
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=200)
    asked = parser.parse_args()
    small, large = (at(entries, asked.sample) for entries in (asked.small, asked.large))
    say(f"{'':26}{asked.small:>12,}{asked.large:>12,}")
    for name in small:
        say(f"{name:26}{small[name]:12.2f}{large[name]:12.2f}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
