"""Profiles against their registration: claims, ground and term."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.asking import sign_up, visit
from support.holder_simulator import PERSON
from support.scheme import VOORBEELDWONEN, build
from support.verifier_home import DEFAULTS, VerifierHome, attempt, make_home

from credential import dcql, periods, receipt
from credential.names import vct_of
from credential.receipt import Retention
from verifier import profiles
from verifier.cli.setup import DEFAULT_PROFILES, KNOWN_PROFILES
from verifier.errors import NotReady
from verifier.profiles import Action, Profile
from verifier.texts import LANGUAGES, sentence

NAMES = sorted({*DEFAULT_PROFILES, *KNOWN_PROFILES} - {"vergunning"})


def raw(name: str) -> dict[str, Any]:
    return tomllib.loads((DEFAULTS / f"{name}.toml").read_text("utf-8"))


def asked(profile: Profile) -> set[tuple[str, str]]:
    return {
        (query.id, str(claim.path[0]))
        for query in profile.query.credentials
        for claim in query.claims or ()
    }


def change(home: VerifierHome, name: str, pattern: str, new: str) -> None:
    home.close()
    file = home.home / "profiles" / f"{name}.toml"
    text, count = re.subn(pattern, new, file.read_text("utf-8"), count=1)
    assert count == 1
    file.write_text(text)


# ---- what is shipped


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_profile_is_sound(name: str) -> None:
    profile = profiles.parse(raw(name), name)
    assert profile.id == name
    assert profile.basis
    assert profile.retention
    for lang in LANGUAGES:
        assert profile.purpose[lang] == profile.reasons[lang]
        for part in ("lead", "not_text", "without_text"):
            assert profile.texts or sentence(lang, f"start_{profile.action}.{part}")
        assert sentence(lang, f"start.without_link_{profile.action}")


def test_every_shipped_profile_is_within_the_registration_of_the_example(tmp_path: Path) -> None:
    home = make_home(tmp_path, profiles=tuple(NAMES))
    try:
        verifier = home.open()
        assert {one.id for one in verifier.profiles.values()} | set(verifier.paper) == set(NAMES)
    finally:
        home.close()


@pytest.mark.spec("Regie domain", "2.7", "allocation: class of age, address, household; no BSN")
def test_what_an_allocation_asks() -> None:
    profile = profiles.parse(raw("toewijzing"), "toewijzing")
    assert profile.action is Action.ALLOCATE
    assert asked(profile) == {
        *(("persoonsgegevens", name) for name in ("age_over_18", "aow_age_reached", "birthdate")),
        ("verblijfsrecht", "housing_residence_right"),
        ("woonadres", "address"),
        ("woonadres", "municipality_code"),
        ("huishouden", "persons_at_address"),
        ("huishouden", "minor_children_own"),
        ("woongeschiedenis", "municipality_since"),
        *((query.id, "housing_pseudonym") for query in profile.query.credentials),
    }
    # The class of age is preferred over the day of birth, which is never asked together with it.
    (ages,) = [one for one in profile.query.credentials if one.id == "persoonsgegevens"]
    assert ages.claim_sets is not None
    assert "birth" not in ages.claim_sets[0]
    assert (profile.status_max_age, profile.status_note_age) == (24 * 3600, 24 * 3600)


@pytest.mark.spec("Regie domain", "2.3", "income is voluntary, and refusing has no effect")
def test_an_allocation_says_that_income_goes_its_own_voluntary_way() -> None:
    for lang, words in (("nl", ("inkomen", "kans")), ("en", ("income", "chance"))):
        said = sentence(lang, "start_allocate.not_text")  # type: ignore[arg-type]
        assert all(word in said for word in words)
        assert "MijnOverheid" in said


@pytest.mark.spec("Regie domain", "2.7", "woonduur: since when or how many years, no history")
def test_what_woonduur_asks() -> None:
    profile = profiles.parse(raw("woonduur"), "woonduur")
    assert asked(profile) == {
        ("woongeschiedenis", name)
        for name in ("residence_current_since", "years_at_address", "housing_pseudonym")
    }
    assert not profile.keep
    assert profile.keep_decisions == {"residence_days"}


@pytest.mark.spec("Regie domain", "2.7", "a co-applicant is asked what an applicant is, no more")
def test_a_co_applicant_is_asked_the_same() -> None:
    first, second = (profiles.parse(raw(name), name) for name in ("inschrijven", "mede-aanvrager"))
    assert asked(first) == asked(second)
    assert first.rules == second.rules
    assert first.keep == second.keep
    assert second.action is Action.JOIN
    assert second.registers


def preferred(name: str, **left_out: tuple[str, ...]) -> dict[str, set[str]]:
    """What a wallet with every card would share first, by query."""
    query = profiles.parse(raw(name), name).query
    cards = [
        dcql.Candidate(
            kind,
            "dc+sd-jwt",
            vct_of(kind),
            {k: v for k, v in claims.items() if k not in left_out.get(kind, ())},
            bound=True,
            expired=False,
        )
        for kind, claims in PERSON.items()
    ]
    found = dcql.evaluate(query, cards)
    assert found.satisfiable
    return {
        query_id: {str(path[0]) for path in answers[0].alternatives[0].paths}
        for query_id, answers in found.answers.items()
    }


@pytest.mark.spec("Regie domain", "2.2", "the class of age matters, the exact age does not")
def test_a_birth_date_is_shared_only_where_the_class_of_age_is_not_on_the_card() -> None:
    first = preferred("toewijzing")["persoonsgegevens"]
    assert first == {"aow_age_reached", "age_over_18", "housing_pseudonym"}
    without = preferred("toewijzing", persoonsgegevens=("aow_age_reached",))["persoonsgegevens"]
    assert without == {"birthdate", "housing_pseudonym"}


def test_years_are_shared_only_where_the_day_is_not_on_the_card() -> None:
    assert preferred("woonduur")["woongeschiedenis"] == {
        "residence_current_since",
        "housing_pseudonym",
    }
    without = preferred("woonduur", woongeschiedenis=("residence_current_since",))
    assert without["woongeschiedenis"] == {"years_at_address", "housing_pseudonym"}


@pytest.mark.parametrize("name", NAMES)
def test_who_has_every_card_can_answer_every_profile(name: str) -> None:
    assert preferred(name)


# ---- held against the registration


@pytest.mark.spec(
    "Regie trust", "2.2", "a profile on another ground than registered does not start"
)
@pytest.mark.parametrize("basis", ["6.1.a", "6.1.f", "9.2.g", "because"])
def test_another_basis_is_refused_at_start(home: VerifierHome, basis: str) -> None:
    change(home, "inschrijven", r'basis = "6.1.b"', f'basis = "{basis}"')
    with pytest.raises(NotReady, match=r"profile\.basis .*profile=inschrijven member=basis"):
        home.open()


@pytest.mark.spec("Regie formats", "3", "a longer term than registered does not start")
@pytest.mark.parametrize(
    ("duration", "starts", "member"),
    [
        ("P3Y", "end_of_registration", "duration"),
        ("P2Y1D", "end_of_registration", "duration"),
        ("P25M", "end_of_registration", "duration"),
        ("P731D", "end_of_registration", "duration"),
        ("P1Y", "disclosure", "starts"),
        ("P2Y", "end_of_tenancy", "starts"),
    ],
)
def test_a_longer_term_is_refused_at_start(
    home: VerifierHome, duration: str, starts: str, member: str
) -> None:
    change(
        home,
        "inschrijven",
        r'duration = "P2Y"\nstarts = "end_of_registration"',
        f'duration = "{duration}"\nstarts = "{starts}"',
    )
    expected = rf"profile\.retention_longer .*profile=inschrijven member=retention\.{member}"
    with pytest.raises(NotReady, match=expected):
        home.open()


@pytest.mark.parametrize("duration", ["P1Y", "P24M", "P730D", "P1D"])
def test_a_shorter_term_is_the_one_that_counts(home: VerifierHome, duration: str) -> None:
    change(home, "inschrijven", r'duration = "P2Y"', f'duration = "{duration}"')
    bound = home.open().profile("inschrijven")
    assert bound.retention == Retention(duration, "end_of_registration")


@pytest.mark.spec("Regie formats", "3", "receipt and register follow the shorter term")
def test_a_shorter_term_is_what_the_receipt_says(home: VerifierHome) -> None:
    change(home, "inschrijven", r'duration = "P2Y"', 'duration = "P6M"')
    answer, _ = attempt(home)
    stated = receipt.dangerous_read(answer.body["receipt"])
    assert stated.retention == Retention("P6M", "end_of_registration")
    with home.open().store.reading() as connection:
        (kept,) = connection.exec_driver_sql("SELECT retention FROM disclosures").one()
    assert "P6M" in str(kept)


def test_a_shorter_term_from_the_disclosure_is_the_day_of_deletion(home: VerifierHome) -> None:
    change(home, "profiel-aanvullen", r'duration = "P1Y"', 'duration = "P3M"')
    sign_up(home)
    visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    with home.open().store.reading() as connection:
        (until,) = connection.exec_driver_sql(
            "SELECT delete_by FROM disclosures WHERE profile='profiel-aanvullen'"
        ).one()
    assert until == periods.end_of(periods.after(periods.day_of(home.clock.at), "P3M"))


def test_without_a_word_the_registration_counts(home: VerifierHome) -> None:
    change(home, "inschrijven", r"\[retention\]\nduration = .*\nstarts = .*\n", "")
    change(home, "inschrijven", r"basis = .*\n", "")
    bound = home.open().profile("inschrijven")
    assert bound.profile.retention is None
    assert bound.retention == Retention("P2Y", "end_of_registration")


@given(
    st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 60), st.integers(0, 400)),
    st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 60), st.integers(0, 400)),
    st.dates(min_value=periods.day_of(1_577_836_800), max_value=periods.day_of(1_893_456_000)),
)
def test_what_is_within_a_term_never_ends_later(
    one: tuple[int, ...], other: tuple[int, ...], day: Any
) -> None:
    first, second = (
        "P" + "".join(f"{n}{unit}" for n, unit in zip(parts, "YMWD", strict=True))
        for parts in (one, other)
    )
    if periods.within(first, second):
        assert periods.after(day, first) <= periods.after(day, second)
    assert periods.within(first, first)


def test_the_registration_of_the_example_names_the_new_uses() -> None:
    found = build().verifier(VOORBEELDWONEN).registrations
    assert {"mede-aanvrager", "woonduur", "toewijzing"} <= set(found)
