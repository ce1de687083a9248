"""Every case of the framework is traced once, to a test that exists or to a reason."""

from collections import Counter
from pathlib import Path

import pytest

from tests import fcaf_table

ROOT = Path(__file__).parents[2]
FOUND = fcaf_table.document()


def test_every_case_is_traced_exactly_once() -> None:
    counted = Counter(fcaf_table.traced(FOUND))
    assert set(counted) == fcaf_table.known(FOUND)
    assert [case for case, times in counted.items() if times > 1] == []


def test_every_row_has_a_test_or_a_reason() -> None:
    for row in FOUND["trace"]:
        assert ("tests" in row and "what" in row) != ("reason" in row), row
    used = {row["reason"] for row in FOUND["trace"] if "reason" in row}
    assert used == set(FOUND["reasons"])


@pytest.mark.parametrize(
    "named", sorted({one for row in FOUND["trace"] for one in row.get("tests", ())})
)
def test_every_test_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert (ROOT / path).exists()
    assert not name or name in fcaf_table.tests_in(path)


def test_the_page_is_made_of_it() -> None:
    assert fcaf_table.main(["--check"]) == 0
