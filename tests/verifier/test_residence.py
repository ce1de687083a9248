"""Region and length of residence: mergers and splits, incomplete dates, years abroad."""

import json
import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.decisions import places
from verifier.decisions.amounts import NONE
from verifier.decisions.facts import Facts, Parameters
from verifier.decisions.places import ground, merged_into
from verifier.decisions.residence import region_member, residence_days

TODAY = date(2026, 6, 1)
HAAREN, HEIRS = "0788", ("0757", "0824", "0855", "0865")
FOLDER = Path(places.__file__).parent
NATIONAL = Path(__file__).parents[2] / "examples" / "town" / "brp" / "landelijke-tabellen.json"


@cache
def national() -> list[dict[str, str]]:
    """Table 33, where the shipped extract was made from."""
    return json.loads(NATIONAL.read_text("utf-8"))["gemeenten33"]


def days(
    claims: dict[str, Any], *, region: tuple[str, ...] = (), today: date = TODAY
) -> int | None:
    facts = Facts(claims, Parameters(region=ground(frozenset(region))), NONE, today)
    found = residence_days(facts).outcome
    assert found is None or isinstance(found, int)
    return found


def member(code: Any, *region: str) -> bool | None:
    facts = Facts(
        {"municipality_code": code}, Parameters(region=ground(frozenset(region))), NONE, TODAY
    )
    return region_member(facts).outcome  # type: ignore[return-value]


# ---- the table


def test_the_extract_is_the_national_table() -> None:
    shipped = json.loads((FOLDER / places.TABLE).read_text("utf-8"))
    assert shipped["ended"] == {
        one["code"]: [one["nieuweCode"], _iso(one["datumEinde"])]
        for one in national()
        if "nieuweCode" in one
    }
    assert shipped["begun"] == {
        one["code"]: _iso(one["datumIngang"]) for one in national() if "datumIngang" in one
    }
    assert "EUPL-1.2" in shipped["_meta"]["source"]


def _iso(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def test_what_was_added_by_hand_fits_the_table() -> None:
    """Every split names the successor of the table, and every code in it is one."""
    extra = tomllib.loads((FOLDER / places.SPLITS).read_text("utf-8"))
    codes = {one["code"]: one for one in national()}
    for code, heirs in extra["splits"].items():
        assert codes[code]["nieuweCode"] in heirs
        assert len(heirs) > 1
        assert set(heirs) <= set(codes)
    for later in extra["later"]:
        assert all("nieuweCode" not in codes[code] for code in later["ended"])
        assert later["day"] > date(2022, 1, 1)


# ---- the region


@pytest.mark.spec("Regie domain", "2.3", "a region survives that its municipalities merge or split")
@pytest.mark.parametrize(
    ("code", "region", "inside"),
    [
        ("0599", ("0599",), True),
        ("0518", ("0599",), False),
        # Haaren was split over four: inside only when all four are.
        (HAAREN, HEIRS, True),
        (HAAREN, HEIRS[1:], False),
        (HAAREN, ("0824",), False),
        # Its heirs existed before and are larger: a list that still names Haaren says nothing of them.
        ("0757", (HAAREN,), False),
        # A card from before a merger, a list from after: Appingedam, Delfzijl, Loppersum in Eemsdelta.
        ("0003", ("1979",), True),
        ("0010", ("1979",), True),
        ("0024", ("1979",), True),
        # A list from before, a card from after: only when the list held all the new one was made of.
        ("1979", ("0003", "0010", "0024"), True),
        ("1979", ("0003", "0010"), False),
        # Two mergers after each other: Bierum into Delfzijl, Delfzijl into Eemsdelta.
        ("0008", ("1979",), True),
        # Later than the table: Voorne aan Zee.
        ("0530", ("1992",), True),
        ("1992", ("0501", "0530", "0614"), True),
        ("1992", ("0530",), False),
    ],
)
def test_region(code: str, region: tuple[str, ...], inside: bool) -> None:
    assert member(code, *region) is inside


@pytest.mark.parametrize("code", [None, 600, "599", "05990", "05ab", "", ["0599"], "٠٥٩٩"])
def test_what_is_no_code_is_undetermined(code: Any) -> None:
    assert member(code, "0599") is None


LIVING = sorted(one["code"] for one in national() if "nieuweCode" not in one)
ENDED = sorted(one["code"] for one in national() if "nieuweCode" in one)


@given(st.frozensets(st.sampled_from(LIVING), min_size=1, max_size=12), st.sampled_from(ENDED))
def test_an_ended_code_is_in_exactly_when_all_that_became_of_it_is(
    region: frozenset[str], code: str
) -> None:
    """Over the national table: nobody gains and nobody loses by a merger."""
    merger = merged_into(code)
    assert merger is not None
    inside = ground(region)
    assert (code in inside) is (merger.heirs <= inside)
    assert region <= inside
    assert ground(inside) == inside
    assert ground(region | {"0599"}) >= inside


# ---- since when


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-06-01", 0),
        ("2026-05-31", 1),
        ("2025-06-01", 365),
        ("2024-02-29", 823),
        ("2025-06", 336),
        ("2025", 152),
        # Some day of this month, or of this year: not one day is certain.
        ("2026-06", 0),
        ("2026", 0),
        ("2026-06-02", None),
        ("2027", None),
        ("soon", None),
        (2010, None),
        (None, None),
    ],
)
@pytest.mark.parametrize(
    "name", ["residence_current_since", "municipality_since", "region_since", "resident_since"]
)
@pytest.mark.spec("Regie domain", "2.4", "woonduur counts from the last day it may have begun")
def test_days_since(name: str, since: Any, expected: int | None) -> None:
    assert days({name: since}) == expected


@given(st.dates(date(1930, 1, 1), TODAY))
def test_less_known_is_never_longer(since: date) -> None:
    texts = (since.isoformat(), since.isoformat()[:7], since.isoformat()[:4])
    found = [days({"residence_current_since": text}) for text in texts]
    assert found[0] == (TODAY - since).days
    assert found == sorted(found, reverse=True)  # type: ignore[type-var]
    assert all(one is not None and one >= 0 for one in found)


@given(st.integers(0, 150))
def test_whole_years_are_never_more_days_than_they_were(years: int) -> None:
    found = days({"years_at_address": years})
    assert found == years * 365
    assert found <= (TODAY - TODAY.replace(year=TODAY.year - years)).days


@pytest.mark.parametrize("years", [-1, 151, True, 7.0, "7"])
def test_what_is_no_count_of_years(years: Any) -> None:
    assert days({"years_at_address": years}) is None


def test_the_first_claim_of_the_list_that_can_be_read_counts() -> None:
    both = {"residence_current_since": "2026-05-01", "years_at_address": 7}
    assert days(both) == 31
    assert days(dict(reversed(both.items()))) == 7 * 365
    assert days({"residence_current_since": "soon", "years_at_address": 7}) == 7 * 365


# ---- across stays


def stay(code: str | None, start: str, end: str | None = None, **more: str) -> dict[str, str]:
    found = {"municipality_code": code, "from": start, "until": end, **more}
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.spec("Regie domain", "2.6", "woonduur over stays: mergers do not end it, gaps do")
@pytest.mark.parametrize(
    ("stays", "region", "since"),
    [
        ([stay("0599", "2010-05-17")], ("0599",), "2010-05-17"),
        ([stay("0599", "2010-05")], ("0599",), "2010-05-31"),
        # Moved within the region, without a gap.
        (
            [stay("0599", "2020-01-01"), stay("0518", "2010-01-01", "2020-01-01")],
            ("0599", "0518"),
            "2010-01-01",
        ),
        # From elsewhere.
        (
            [stay("0599", "2020-01-01"), stay("0363", "2010-01-01", "2020-01-01")],
            ("0599",),
            "2020-01-01",
        ),
        # Years abroad end it, also when somebody came back.
        (
            [
                stay("0599", "2020-01-01"),
                stay(None, "2015-01-01", "2020-01-01", country="BE"),
                stay("0599", "2000-01-01", "2015-01-01"),
            ],
            ("0599",),
            "2020-01-01",
        ),
        # A day nobody knows of.
        (
            [stay("0599", "2020-01-02"), stay("0599", "2010-01-01", "2020-01-01")],
            ("0599",),
            "2020-01-02",
        ),
        (
            [stay("0599", "2020-01"), stay("0599", "2010-01-01", "2020-01")],
            ("0599",),
            "2020-01-31",
        ),
        # Haaren, split on 1 January 2021: with its four heirs in the region nothing is lost.
        (
            [stay("0757", "2021-01-01"), stay(HAAREN, "2010-01-01", "2021-01-01")],
            HEIRS,
            "2010-01-01",
        ),
        # With one of them nothing tells in which part the house stood.
        (
            [stay("0757", "2021-01-01"), stay(HAAREN, "2010-01-01", "2021-01-01")],
            ("0757",),
            "2021-01-01",
        ),
        # Eemsdelta: on that day the ground was renamed, and nobody moved.
        (
            [stay("1979", "2021-01-01"), stay("0010", "1995-03", "2021-01-01")],
            ("1979",),
            "1995-03-31",
        ),
    ],
)
def test_stays(stays: list[dict[str, str]], region: tuple[str, ...], since: str) -> None:
    assert days({"stays": stays}, region=region) == (TODAY - date.fromisoformat(since)).days


def test_a_merger_of_part_of_a_region_renames_the_ground_alone() -> None:
    """Who moved in on another day than the merger came from elsewhere."""
    of_old = stay("0530", "2010-01-01", "2023-01-01")
    assert days({"stays": [stay("1992", "2023-01-01"), of_old]}, region=("1992",)) == 5995
    moved = [stay("1992", "2023-01-02"), stay("0518", "2010-01-01", "2023-01-02")]
    assert days({"stays": moved}, region=("1992",)) == (TODAY - date(2023, 1, 2)).days


@pytest.mark.parametrize(
    "stays",
    [
        [stay("0518", "2010-01-01")],
        [stay("0599", "2010-01-01", "2020-01-01")],
        [stay(None, "2010-01-01", country="BE")],
        [stay(None, "2010-01-01")],
        [{"municipality_code": "0599"}],
        ["0599"],
    ],
)
def test_who_is_not_certainly_there_now_has_no_days(stays: list[Any]) -> None:
    assert days({"stays": stays}, region=("0599",)) == 0


@pytest.mark.parametrize("stays", [[], {}, "0599", [stay("0599", "2010-01-01")] * 501])
def test_what_is_no_list_of_stays(stays: Any) -> None:
    assert days({"stays": stays}, region=("0599",)) is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["0599", "0518", "0363", None]), st.integers(1, 4000)),
        min_size=1,
        max_size=8,
    )
)
def test_a_run_never_counts_a_day_outside_the_region(
    stays: list[tuple[str | None, int]],
) -> None:
    """Against a count day by day: the run ends at the first day elsewhere, and not before."""
    listed, end, expected, running = [], TODAY, 0, True
    for n, (code, length) in enumerate(stays):
        start = end - timedelta(days=length)
        where = {"country": "BE"} if code is None else {"municipality_code": code}
        until = {} if n == 0 else {"until": end.isoformat()}
        listed.append({**where, "from": start.isoformat(), **until})
        running = running and code in ("0599", "0518")
        expected += length if running else 0
        end = start
    assert days({"stays": listed}, region=("0599", "0518")) == expected
