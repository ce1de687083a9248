"""What one resident costs in a small and in a large municipality: issuing, and a change.

`python tests/speed/scale.py [--small N] [--large N] [--sample N]`. The register and the database
are filled to size: everybody holds five kinds. Then a sample gets cards through the real endpoints,
and moves. Run by hand; the costs should be flat.
"""

import argparse
import json
import logging
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from sqlalchemy import insert  # noqa: E402
from support import changing  # noqa: E402
from support.changing import ChangingTown  # noqa: E402
from support.issuer_home import API_KEY, FIVE, InMemoryRegister  # noqa: E402
from support.people import address, day, nationality  # noqa: E402

from credential import base64url, kinds  # noqa: E402
from issuer.brp.number import is_bsn  # noqa: E402
from issuer.register import create_app  # noqa: E402
from issuer.service import statuslists  # noqa: E402
from issuer.service.heritage import holder  # noqa: E402
from issuer.tables import brp_queries, issued, processing, status_indices  # noqa: E402

FIRST = 100_000_000
COPIES = 2
HOUSEHOLD = 2


class Stopwatch:
    """Milliseconds per resident, by the clock and by the processor: other work counts in one only."""

    def __init__(self) -> None:
        self._started = time.perf_counter(), time.process_time()
        self.wall = self.busy = 0.0

    def stop(self, residents: int) -> None:
        wall, busy = self._started
        self.wall = (time.perf_counter() - wall) * 1e3 / residents
        self.busy = (time.process_time() - busy) * 1e3 / residents


def residents(count: int) -> list[str]:
    """So many numbers that pass the eleven-test."""
    found: list[str] = []
    number = FIRST
    while len(found) < count:
        if is_bsn(str(number)):
            found.append(str(number))
        number += 1
    return found


def person(index: int, bsn: str) -> dict:
    house = index // HOUSEHOLD
    return {
        "burgerservicenummer": bsn,
        "naam": {"voornamen": "Zonnebloem", "geslachtsnaam": f"Klaver{index}"},
        "geboorte": {"datum": day(f"{1940 + index % 60}-06-15")},
        "geslacht": {"code": "V"},
        "gemeenteVanInschrijving": {"code": "0599", "omschrijving": "Voorbeeldstad"},
        "datumInschrijvingInGemeente": day("2015-03-01"),
        "verblijfplaats": address(
            adresseerbaarObjectIdentificatie=f"059901{house:010}",
            verblijfadres={"huisnummer": house % 900 + 1, "postcode": f"{1000 + house % 8999}AB"},
        ),
        "nationaliteiten": [nationality("0001")],
    }


def write_register(folder: Path, numbers: list[str]) -> None:
    people = [person(index, bsn) for index, bsn in enumerate(numbers)]
    stays = {
        one["burgerservicenummer"]: {
            "verblijfplaatsen": [
                {**one["verblijfplaats"], "gemeenteVanInschrijving": one["gemeenteVanInschrijving"]}
            ]
        }
        for one in people
    }
    (folder / "personen.json").write_text(json.dumps({"personen": people}))
    (folder / "verblijfplaatshistorie.json").write_text(json.dumps({"historie": stays}))


def fill(here: ChangingTown, numbers: list[str]) -> None:
    """What a municipality of this size has issued: five kinds each, and the accounts of it."""
    town = here.town
    one = holder(town.office, "0599")
    _, exp = kinds.times("huishouden", town.now)
    store = town.office.store
    statuslists.publish(town.office, town.now)
    facts = json.dumps({f"claim_{number}": "x" * 22 for number in range(12)})
    issued_id, place = 0, 0
    for start in range(0, len(numbers), 5_000):
        cards, places, lines, queries = [], [], [], []
        for bsn in numbers[start : start + 5_000]:
            subject = one.subject(bsn)
            for kind in FIVE:
                issued_id += 1
                cards.append(
                    {
                        "issued_id": issued_id,
                        "municipality": "0599",
                        "kind": kind,
                        "subject": subject,
                        "expires_at": exp,
                        "facts": facts,
                    }
                )
                for _ in range(COPIES):
                    place += 1
                    places.append(
                        {
                            "municipality": "0599",
                            "number": 10_000 + place // 500_000,
                            "idx": place % 500_000,
                            "issued_id": issued_id,
                        }
                    )
                lines.append(
                    {
                        "span_id": f"{issued_id:016x}",
                        "trace_id": f"{issued_id:032x}",
                        "status": "Ok",
                        "name": f"issue {kind}",
                        "start_time": 1,
                        "end_time": 1,
                        "activity_id": "https://regie.example/ns/activity/card-issuance",
                        "data_subject_id": subject,
                        "municipality": "0599",
                    }
                )
            queries += [
                {
                    "at": 1,
                    "keep_until": 2**40,
                    "municipality": "0599",
                    "official": "login",
                    "operation": "personen",
                    "kinds": "[]",
                    "fields": "[]",
                    "purpose": "card-issuance",
                    "found": 1,
                    "person": base64url.encode(subject.encode()).encode(),
                }
            ] * 3
        with store._database.writing() as connection:
            for table, rows in (
                (issued, cards),
                (status_indices, places),
                (processing, lines),
                (brp_queries, queries),
            ):
                connection.execute(insert(table), rows)
    # A journal as large as the database would be what is measured.
    with closing(sqlite3.connect(str(store._database.engine.url.database))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def measure(count: int, sample: int) -> dict[str, float]:
    """Milliseconds per resident at this size."""
    with tempfile.TemporaryDirectory() as folder:
        home, data = Path(folder) / "home", Path(folder) / "data"
        home.mkdir()
        data.mkdir()
        numbers = residents(count)
        write_register(data, numbers)
        here = changing.make(home)
        register = create_app(data, API_KEY, lambda: here.now, changes=here.changes)
        here.network._inner = InMemoryRegister(register)
        fill(here, numbers)
        chosen = numbers[:: max(1, count // sample)][:sample]
        issue = Stopwatch()
        for bsn in chosen:
            here.issue(*FIVE, copies=COPIES, bsn=bsn)
        issue.stop(len(chosen))
        for bsn in chosen:
            here.happens(changing.VERHUISD, bsn)
        asked = len(here.network.asked)
        sync = Stopwatch()
        done = here.sync()
        sync.stop(len(chosen))
        assert (done.asked, done.failed) == (len(chosen), 0), done
        questions = (len(here.network.asked) - asked) / len(chosen)
        again = Stopwatch()
        here.sync()
        again.stop(len(chosen))
        size = sum(file.stat().st_size for file in home.glob("issuer.db*"))
        here.town.office.close()
    return {
        "issue": issue.wall,
        "issue, CPU": issue.busy,
        "sync": sync.wall,
        "sync, CPU": sync.busy,
        "sync again": again.wall,
        "sync again, CPU": again.busy,
        "questions": questions,
        "database MB": size / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=60)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    found = {size: measure(size, asked.sample) for size in (asked.small, asked.large)}
    small, large = found[asked.small], found[asked.large]
    say(f"{'':16}{asked.small:>12,}{asked.large:>12,}{'ratio':>8}")
    for name in small:
        say(f"{name:16}{small[name]:12.1f}{large[name]:12.1f}{large[name] / small[name]:8.2f}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
