"""The life of cards: the week decides, never the person."""

import pytest

from credential import kinds
from credential.errors import NotAllowed
from credential.names import KINDS

THURSDAY = 1_767_225_600  # 2026-01-01
MONDAY = 1_766_966_400  # 2025-12-29


@pytest.mark.spec("Regie formats", "1", "iat is Monday 00:00:00 UTC")
def test_the_week_starts_on_monday():
    assert kinds.week_start(THURSDAY) == MONDAY
    assert kinds.week_start(MONDAY) == MONDAY
    assert kinds.week_start(MONDAY - 1) == MONDAY - kinds.WEEK
    assert kinds.week_start(MONDAY + kinds.WEEK - 1) == MONDAY


@pytest.mark.spec("Regie formats", "1", "exp is iat and the fixed life of the kind")
@pytest.mark.parametrize(
    ("kind", "weeks"),
    [
        ("persoonsgegevens", 52),
        ("woonadres", 26),
        ("huishouden", 13),
        ("woongeschiedenis", 13),
        ("verblijfsrecht", 52),
        ("urgentie", 26),
        ("kvk-inschrijving", 13),
        ("bag-object", 13),
        ("contactgegevens", 26),
        ("vertegenwoordiging", 13),
    ],
)
def test_each_kind_has_one_life(kind, weeks):
    assert kinds.times(kind, THURSDAY) == (MONDAY, MONDAY + weeks * 604_800)


def test_every_kind_has_a_life():
    assert set(kinds.WEEKS) == set(KINDS)
    assert kinds.LONGEST == 52 * kinds.WEEK


def test_an_unknown_kind_has_none():
    with pytest.raises(NotAllowed):
        kinds.times("rijbewijs", THURSDAY)
