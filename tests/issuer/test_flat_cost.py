"""Every question to the database while issuing and while a change is read goes by an index.

Measured costs at 100,000 residents: `tests/speed/scale.py`. This is what keeps them flat.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import event
from support import changing
from support.changing import DAY, VERHUISD
from support.issuer_home import FIVE
from support.people import day

GROWING = "issued|status_indices|processing|brp_queries|cases|grants|notices"
# By nothing, or by a column that has one value for a whole municipality.
SLOW = re.compile(
    rf"SCAN (?:TABLE )?({GROWING})\b|SEARCH (?:TABLE )?({GROWING}) USING .*\((?:municipality=\?)\)"
)


@contextmanager
def statements(here) -> Iterator[dict[str, object]]:
    """Every statement while inside, with parameters it was run with."""
    engine = here.town.office.store._database.engine
    seen: dict[str, object] = {}

    def note(_connection, _cursor, statement, parameters, _context, many):
        seen.setdefault(statement, parameters[0] if many else parameters)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def slow(here, seen: dict[str, object]) -> list[str]:
    path = here.town.office.store._database.engine.url.database
    found = []
    with closing(sqlite3.connect(path)) as connection:
        for statement, parameters in seen.items():
            if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
                plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                found += [row[3] for row in plan if SLOW.search(row[3])]
    return found


@pytest.fixture
def here(tmp_path):
    made = changing.make(tmp_path)
    yield made
    made.town.office.close()


@pytest.mark.spec("Architecture", "Storage", "one resident costs the same in any municipality")
def test_issuing_and_a_change_go_by_indexes(here):
    here.happens({"geboorte": {"datum": day("2005-03-01")}})
    with statements(here) as seen:
        here.issue(*FIVE)
    assert len(seen) > 20
    assert slow(here, seen) == []
    here.later(59 * DAY)
    here.happens(VERHUISD)
    with statements(here) as seen:
        done = here.sync()
    assert (done.revoked, done.better) == ({"moved": 9}, 1)
    assert len(seen) > 15
    assert slow(here, seen) == []


def test_the_measure_measures(here):
    here.issue("woonadres")
    everything = {
        "SELECT * FROM issued WHERE kind = ?": ("x",),
        "SELECT * FROM issued WHERE municipality = ?": ("x",),
        "SELECT * FROM status_indices WHERE municipality = ? AND number = 1": ("x",),
        "SELECT * FROM issued WHERE municipality = ? AND subject = 'y'": ("x",),
    }
    assert len(slow(here, everything)) == 2
