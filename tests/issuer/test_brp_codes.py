"""Tables and dates: what codes mean, and what an incomplete date proves."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.register import FOLDER, persons

from issuer.brp import codes
from issuer.brp.dates import (
    Full,
    Unknown,
    Year,
    YearMonth,
    anniversary,
    earliest,
    has_reached,
    latest,
    text,
    whole_years,
)


def _tables():
    return json.loads((FOLDER / "landelijke-tabellen.json").read_text("utf-8"))


def _occurring():
    for one in persons().values():
        yield from (
            n["nationaliteit"]["code"] for n in one["nationaliteiten"] if "nationaliteit" in n
        )
    histories = json.loads((FOLDER / "verblijfplaatshistorie.json").read_text("utf-8"))["historie"]
    for history in histories.values():
        for stay in history["verblijfplaatsen"]:
            if land := stay.get("verblijfadres", {}).get("land"):
                yield land["code"]


def test_every_nationality_and_country_that_occurs_has_an_iso_code():
    assert [code for code in _occurring() if codes.alpha2(code) is None] == []


def test_every_country_and_nationality_that_exists_has_one_or_is_known_to_have_none():
    without = {
        row["omschrijving"]
        for table in ("nationaliteiten32", "landen34")
        for row in _tables()[table]
        if "datumEinde" not in row and codes.alpha2(row["code"]) is None
    }
    assert {"Kosovaarse", "Kosovo", "Brits onderdaan", "Staatloos", "Onbekend"} <= without
    assert len(without) == 27


def test_nationality_and_country_of_one_line_belong_together():
    names = {
        row["code"]: row["omschrijving"]
        for t in ("nationaliteiten32", "landen34")
        for row in _tables()[t]
    }
    for code, country in (
        ("0315", "Iran"),
        ("0263", "Suriname"),
        ("0334", "Saoedi-Arabië"),
        ("0027", "Slowakije"),
        ("0324", "Maldiven"),
    ):
        same = [c for c, name in names.items() if name == country]
        assert codes.alpha2(same[0]) == codes.alpha2(code)


def test_a_former_country_has_none():
    for code in ("6045", "9049", "9030", "0065", "0075", None, ""):
        assert codes.alpha2(code) is None


def test_every_state_of_free_movement_is_a_nationality_here():
    iso = {codes.alpha2(row["code"]) for row in _tables()["nationaliteiten32"]}
    assert iso >= codes.FREE_MOVEMENT
    assert len(codes.FREE_MOVEMENT) == 27 + 4
    assert "GB" not in codes.FREE_MOVEMENT


@pytest.mark.spec("Vreemdelingenwet 2000", "8", "titles with a right to housing")
def test_every_title_means_what_its_description_says():
    for row in _tables()["verblijfstitels56"]:
        said = row["omschrijving"]
        right = codes.title_gives_housing_right(row["code"])
        if "art. 8" in said or "art 8" in said:
            letter = said.replace("onder ", "").replace("sub ", "").split("8, ")[1][0]
            ended = "beëindigd" in said
            assert right == ("yes" if letter in "abcdel" and not ended else "no"), row["code"]
        elif row["code"] in {"91", "92", "93"}:
            assert right == "yes"
        elif row["code"] not in {"42", "43"}:
            assert right == "unclear"


def test_mergers():
    assert codes.merged_into("0218") == ({"1955"}, date(2005, 1, 1))
    assert codes.merged_into("0599") is None
    assert codes.present_codes("0543") == {"0543", "0694", "1927", "1978"}


@pytest.mark.parametrize(
    ("born", "reached"),
    [
        ("1947-12-31", date(2012, 12, 31)),
        ("1953-08-31", date(2019, 12, 31)),
        ("1955-09-01", date(2022, 4, 1)),
        ("1957-02-28", date(2023, 12, 28)),
        ("1957-03-01", date(2024, 3, 1)),
        ("1960-12-31", date(2027, 12, 31)),
        ("1961-01-01", date(2028, 4, 1)),
    ],
)
def test_pension_age_by_date_of_birth(born, reached):
    birth = Full(datum=date.fromisoformat(born))
    assert codes.pension_age_reached(birth, reached) is True
    assert codes.pension_age_reached(birth, date.fromordinal(reached.toordinal() - 1)) is False


def test_pension_age_of_an_incomplete_or_unknown_date():
    today = date(2026, 1, 1)
    assert codes.pension_age_reached(Year(jaar=1958), today) is True
    assert codes.pension_age_reached(Year(jaar=1959), today) is False
    assert codes.pension_age_reached(Unknown(), today) is None
    assert codes.pension_age_reached(None, today) is None


def test_partial_dates_stay_partial():
    assert text(Full(datum=date(2010, 5, 17))) == "2010-05-17"
    assert text(YearMonth(jaar=2010, maand=5)) == "2010-05"
    assert text(Year(jaar=2010)) == "2010"
    assert text(Unknown()) is None
    assert (earliest(YearMonth(jaar=2024, maand=2)), latest(YearMonth(jaar=2024, maand=2))) == (
        date(2024, 2, 1),
        date(2024, 2, 29),
    )


def test_an_anniversary_that_does_not_exist_is_the_next_day():
    assert anniversary(date(2008, 2, 29), 18) == date(2026, 3, 1)
    assert anniversary(date(1961, 1, 31), 67, 3) == date(2028, 5, 1)
    assert anniversary(date(1961, 10, 31), 67, 3) == date(2029, 1, 31)
    assert anniversary(date(1961, 11, 30), 67, 3) == date(2029, 3, 1)


@given(
    st.dates(date(1850, 1, 1), date(2100, 12, 31)), st.dates(date(1850, 1, 1), date(2100, 12, 31))
)
def test_an_incomplete_date_never_proves_more_than_the_whole_one(born, today):
    for years in (16, 18, 21):
        whole = has_reached(Full(datum=born), years, today)
        month = has_reached(YearMonth(jaar=born.year, maand=born.month), years, today)
        year = has_reached(Year(jaar=born.year), years, today)
        assert whole or not month
        assert month or not year
    if born <= today:
        years = whole_years(born, today)
        assert anniversary(born, years) <= today < anniversary(born, years + 1)
