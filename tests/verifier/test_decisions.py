"""Derived decisions: dates, amounts and outcomes, each with a sentence and never too early."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import sdjwt
from credential.names import Path
from verifier.decisions import NONE, SHIPPED, Amounts, Decided, Decision, amounts, decide
from verifier.decisions.dates import anniversary, read
from verifier.decisions.facts import Parameters
from verifier.decisions.persons import pension_age_reached
from verifier.errors import NotReady

TODAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Stated:
    """Claims of one card, as a profile's decisions read them."""

    claims: Mapping[str, Any]

    def claim(self, path: Path) -> Any:
        return sdjwt.value_at(dict(self.claims), path)


@dataclass(frozen=True)
class One:
    """A profile of one decision."""

    decisions: tuple[Decision, ...]


def take(
    rule: str,
    claims: Mapping[str, Any],
    *,
    today: date = TODAY,
    sums: Amounts = SHIPPED,
    order: tuple[str, ...] = (),
    **parameters: Any,
) -> Decided:
    sources = tuple(("card", (name,)) for name in order or claims or ("nothing",))
    profile = One((Decision("it", rule, sources, Parameters(**parameters)),))
    return decide(profile, {"card": Stated(claims)}, sums, today)[0]


# ---- dates


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2010-05-17", "2010-05-17", "2010-05-17"),
        ("2010-02", "2010-02-01", "2010-02-28"),
        ("2012-02", "2012-02-01", "2012-02-29"),
        ("2010", "2010-01-01", "2010-12-31"),
    ],
)
def test_a_date_as_far_as_it_is_known(text: str, first: str, last: str) -> None:
    found = read(text)
    assert found is not None
    assert (found.earliest.isoformat(), found.latest.isoformat()) == (first, last)
    assert found.whole is (first == last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2010-13",
        "2010-00-01",
        "2010-02-30",
        "0000",
        "10-05-17",
        "2010-5-1",
        "2010-05-17T",
        "२०१०",
    ],
)
def test_what_is_no_date_is_nothing(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("value", [None, 2010, True, ["2010"], {"d": "2010"}])
def test_only_text_is_a_date(value: Any) -> None:
    assert read(value) is None


@given(st.dates(date(1880, 1, 1), date(2050, 1, 1)), st.integers(0, 120), st.integers(0, 11))
def test_an_age_is_never_reached_early(start: date, years: int, months: int) -> None:
    day = anniversary(start, years, months)
    assert day is not None
    assert (day.year - start.year) * 12 + day.month - start.month >= years * 12 + months
    assert day.day == start.day or (day.day == 1 and start.day > 28)


# ---- age


@pytest.mark.spec("Regie domain", "2.4", "an incomplete date counts for the last day it may be")
@given(st.dates(date(1900, 1, 1), TODAY))
def test_less_known_is_never_older(birth: date) -> None:
    """Who shows less of the date of birth never comes into a higher class."""
    order = ["under_18", "adult", "aow"]
    texts = (birth.isoformat(), birth.isoformat()[:7], birth.isoformat()[:4])
    found = [order.index(take("age_class", {"birthdate": text}).outcome) for text in texts]
    assert found == sorted(found, reverse=True)
    adults = [bool(take("adult", {"birthdate": text}).outcome) for text in texts]
    assert adults == sorted(adults, reverse=True)
    assert adults[0] is (found[0] > 0)


@pytest.mark.parametrize(
    ("claims", "outcome"),
    [
        ({"birthdate": "2008-06-01"}, "adult"),
        ({"birthdate": "2008-06-02"}, "under_18"),
        ({"birthdate": "2008-06"}, "under_18"),
        ({"birthdate": "2008-05"}, "adult"),
        ({"birthdate": "1959-06-01"}, "aow"),
        ({"birthdate": "1959-06-02"}, "adult"),
        ({"birthdate": "1959"}, "adult"),
        ({"birthdate": "1958"}, "aow"),
        ({"aow_age_reached": True}, "aow"),
        ({"aow_age_reached": False, "age_over_18": True}, "adult"),
        ({"aow_age_reached": False, "age_over_18": False}, "under_18"),
        ({"age_over_18": False}, "under_18"),
        # The municipality's own word goes before what could be counted.
        ({"aow_age_reached": True, "birthdate": "1990-01-01"}, "aow"),
    ],
)
def test_age_class(claims: dict[str, Any], outcome: str) -> None:
    assert take("age_class", claims).outcome == outcome


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({}, "decision.input"),
        ({"age_over_18": True}, "decision.input"),
        ({"aow_age_reached": False}, "decision.input"),
        ({"birthdate": "unknown"}, "decision.input"),
        ({"birthdate": "2030-01-01"}, "decision.input"),
        # Another type than its own is never a yes, whatever it looks like.
        ({"aow_age_reached": "true"}, "decision.shape"),
        ({"birthdate": 1990}, "decision.shape"),
        ({"age_over_18": 1, "aow_age_reached": 0}, "decision.shape"),
    ],
)
@pytest.mark.spec("Regie domain", "2.4", "what a card does not say is not filled in")
def test_an_age_nobody_stated_is_undetermined(claims: dict[str, Any], code: str) -> None:
    found = take("age_class", claims)
    assert (found.outcome, found.code) == (None, code)


@pytest.mark.spec("Regie domain", "2.2", "the AOW age by day of birth, as the law dates it")
@pytest.mark.parametrize(
    ("born", "reached"),
    [
        ("1947-12-31", "2012-12-31"),
        ("1948-01-01", "2013-02-01"),
        ("1952-12-31", "2018-12-31"),
        ("1953-01-01", "2019-05-01"),
        ("1957-03-01", "2024-03-01"),
        ("1960-12-31", "2027-12-31"),
        ("1961-01-01", "2028-04-01"),
    ],
)
def test_pension_age(born: str, reached: str) -> None:
    birth = read(born)
    assert birth is not None
    day = date.fromisoformat(reached)
    assert pension_age_reached(birth, day)
    assert not pension_age_reached(birth, day - timedelta(days=1))


# ---- amounts


def lines(*given: str) -> bytes:
    return "\n".join(f"[[amount]]\n{one}" for one in given).encode()


def line(
    name: str = "a", first: str = "2026-01-01", last: str = "2026-12-31", cents: object = 1
) -> str:
    return f'name = "{name}"\nfrom = {first}\nuntil = {last}\ncents = {cents}\nsource = "s"'


@pytest.mark.spec("Regie domain", "2.2", "amounts of 2026 and 2024, with the days they hold")
@pytest.mark.parametrize(
    ("name", "day", "cents"),
    [
        ("daeb_income_single", "2026-01-01", 5_153_700),
        ("daeb_income_household", "2026-12-31", 5_691_000),
        ("daeb_rent", "2026-06-01", 93_293),
        ("suitable_income_single", "2026-06-01", 2_940_000),
        ("suitable_income_household", "2026-06-01", 3_992_500),
        ("suitable_income_single_aow", "2026-06-01", 2_877_500),
        ("suitable_income_household_aow", "2026-06-01", 3_865_000),
        ("suitable_income_single", "2024-12-31", 2_772_500),
        ("suitable_income_household", "2024-01-01", 3_762_500),
        ("rent_cap_low", "2024-06-01", 65_043),
        ("rent_cap_high", "2024-06-01", 69_707),
        ("daeb_income_single", "2025-12-31", None),
        ("daeb_income_single", "2027-01-01", None),
        ("suitable_income_single", "2025-06-01", None),
    ],
)
def test_shipped_amounts(name: str, day: str, cents: int | None) -> None:
    found = SHIPPED.on(name, date.fromisoformat(day))
    assert (None if found is None else found.cents) == cents
    assert found is None or found.source


@given(
    st.lists(
        st.tuples(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800)), max_size=6
    ),
    st.dates(date(2019, 1, 1), date(2033, 1, 1)),
)
def test_one_amount_a_day_or_the_file_is_refused(spans: list[tuple[date, int]], day: date) -> None:
    ends = [(first, first + timedelta(days=length)) for first, length in spans]
    file = lines(*(line("a", str(first), str(last), n) for n, (first, last) in enumerate(ends)))
    holding = [n for n, (first, last) in enumerate(ends) if first <= day <= last]
    ordered = sorted(ends)
    if any(one[1] >= two[0] for one, two in pairwise(ordered)):
        with pytest.raises(NotReady, match=r"amounts\.value"):
            amounts.parse(file)
        return
    found = amounts.parse(file or b"amount = []")
    chosen = found.on("a", day)
    assert ([] if chosen is None else [chosen.cents]) == holding
    assert len(holding) == (chosen is not None)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"[[amount",
        b"other = 1",
        b"amount = 1",
        lines(line().replace("cents = 1\n", "")),
        lines(line() + "\nnote = 'x'"),
        lines(line(cents="1.5")),
        lines(line(cents="-1")),
        lines(line(cents="true")),
        lines(line(first="2027-01-01")),
        lines(line(first="2026-01-01T00:00:00Z")),
        lines(line(name="")),
        lines(line(), line(first="2026-12-31", last="2027-12-31")),
    ],
)
def test_a_wrong_amounts_file_is_refused(data: bytes) -> None:
    with pytest.raises(NotReady, match=r"amounts\.(syntax|value)"):
        amounts.parse(data)


def test_a_home_has_its_own_amounts_or_those_shipped(tmp_path: Any) -> None:
    assert amounts.load(tmp_path) is SHIPPED
    (tmp_path / amounts.FILE).write_bytes(lines(line("own")))
    assert amounts.load(tmp_path).knows("own")
    assert not amounts.load(tmp_path).knows("daeb_rent")


# ---- household and limit


@pytest.mark.parametrize(
    ("claims", "limit", "cents"),
    [
        ({"persons_at_address": 1}, "daeb_income", 5_153_700),
        ({"persons_at_address": 5}, "daeb_income", 5_691_000),
        ({"persons_at_address": 1, "aow_age_reached": True}, "suitable_income", 2_877_500),
        (
            {"persons_at_address": 1, "aow_age_reached": False, "age_over_18": True},
            "suitable_income",
            2_940_000,
        ),
        ({"persons_at_address": 2, "birthdate": "1950"}, "suitable_income", 3_865_000),
    ],
)
def test_income_limit(claims: dict[str, Any], limit: str, cents: int) -> None:
    found = take("income_limit", claims, limit=limit)
    assert found.outcome == cents
    assert [one.cents for one in found.amounts] == [cents]
    assert found.amounts[0].source


@pytest.mark.spec("Regie domain", "2.2", "no amount for today is no answer, never last year's")
@pytest.mark.parametrize("sums", [NONE, SHIPPED])
def test_no_amount_for_today(sums: Amounts) -> None:
    found = take(
        "income_limit",
        {"persons_at_address": 1},
        today=date(2027, 1, 1),
        sums=sums,
        limit="daeb_income",
    )
    assert (found.outcome, found.code, found.amounts) == (None, "amount.none", ())


@pytest.mark.parametrize("persons", [0, -1, 31, 1.0, True, "1", None, [1]])
def test_a_count_that_is_none_is_undetermined(persons: Any) -> None:
    for rule in ("household_size", "income_limit"):
        found = take(rule, {"persons_at_address": persons}, limit="daeb_income")
        whole = type(persons) is int
        code = "decision.input" if whole else "decision.shape"
        assert (found.outcome, found.code) == (None, code)


def test_the_limit_needs_the_age_where_the_law_looks_at_it() -> None:
    assert take("income_limit", {"persons_at_address": 1}, limit="suitable_income").outcome is None


# ---- yes or no


@pytest.mark.parametrize(
    ("rule", "claim"), [("residence_right", "housing_residence_right"), ("adult", "age_over_18")]
)
def test_yes_no_or_nothing(rule: str, claim: str) -> None:
    assert take(rule, {claim: True}).outcome is True
    assert take(rule, {claim: False}).outcome is False
    for other in (1, "true", None, [True]):
        assert take(rule, {claim: other}).outcome is None


# ---- the sentences


EVERY: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("age_class", {"birthdate": "1981-04-05"}, {}),
    ("age_class", {"birthdate": "1931-04-05"}, {}),
    ("age_class", {"birthdate": "2015-04-05"}, {}),
    ("adult", {"birthdate": "1981-04-05"}, {}),
    ("adult", {"birthdate": "2015-04-05"}, {}),
    ("residence_right", {"housing_residence_right": True}, {}),
    ("residence_right", {"housing_residence_right": False}, {}),
    ("region_member", {"municipality_code": "0599"}, {"region": frozenset({"0599"})}),
    ("region_member", {"municipality_code": "0518"}, {"region": frozenset({"0599"})}),
    ("residence_days", {"residence_current_since": "1998-05-17"}, {}),
    ("residence_days", {"municipality_since": "1998-05"}, {}),
    ("residence_days", {"region_since": "1998"}, {}),
    ("residence_days", {"years_at_address": 7}, {}),
    ("residence_days", {"stays": [{"country": "BE"}]}, {"region": frozenset({"0599"})}),
    ("household_size", {"persons_at_address": 1}, {}),
    ("household_size", {"persons_at_address": 5}, {}),
    ("income_limit", {"persons_at_address": 5}, {"limit": "daeb_income"}),
    ("income_limit", {"persons_at_address": 5}, {"limit": "unknown"}),
    ("income_limit", {}, {"limit": "daeb_income"}),
]


@pytest.mark.parametrize(("rule", "claims", "parameters"), EVERY)
def test_every_outcome_is_told_in_one_sentence(
    rule: str, claims: dict[str, Any], parameters: dict[str, Any]
) -> None:
    found = take(rule, claims, **parameters)
    for text in (found.nl, found.en):
        assert text.endswith(".")
        assert text.count(". ") == 0
        assert "{" not in text
        # What was concluded is told, not what it was concluded from.
        assert not any(str(value) in text for value in claims.values() if isinstance(value, str))
    assert found.nl != found.en
    assert "1981" not in repr(found)


def test_numbers_are_written_as_the_language_does() -> None:
    found = take("income_limit", {"persons_at_address": 1}, limit="daeb_income")
    assert "€ 51.537 per jaar" in found.nl
    assert "€51,537 a year" in found.en
    rent = amounts.parse(lines(line("rent_single", cents=93_293)))
    found = take("income_limit", {"persons_at_address": 1}, sums=rent, limit="rent")
    assert "€ 932,93" in found.nl
    assert "€932.93" in found.en
