"""Profiles against their registration: claims, ground and term; and everything a file can get wrong."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.asking import sign_up, visit
from support.scheme import VOORBEELDWONEN, build
from support.verifier_home import DEFAULTS, VerifierHome, attempt, make_home

from credential import periods, receipt
from credential.receipt import Retention
from verifier import profiles
from verifier.cli.setup import DEFAULT_PROFILES, KNOWN_PROFILES
from verifier.decisions import RULES
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


# ---- what a file can get wrong


Change = Callable[[dict[str, Any]], object]
WRONG: dict[str, tuple[str, Change]] = {
    "decision_unknown_rule": ("decisions", lambda p: p["decisions"][0].update(rule="luck")),
    "decision_foreign_claim": (
        "decisions",
        lambda p: p["decisions"][0].update(
            {"from": {"query": "verblijfsrecht", "path": ["person"]}}
        ),
    ),
    "decision_unasked_claim": (
        "persoonsgegevens:birthdate",
        lambda p: p["decisions"][0].update(
            {"from": {"query": "persoonsgegevens", "path": ["birthdate"]}}
        ),
    ),
    "decision_without_claims": ("decisions", lambda p: p["decisions"][0].update({"from": []})),
    "decision_twice": ("decisions", lambda p: p["decisions"].append(p["decisions"][0])),
    "decision_told_too_much": ("decisions", lambda p: p["decisions"][0].update(region=["0599"])),
    "rule_on_no_decision": ("rules.other", lambda p: p["rules"][0].update(decision="other")),
    "rule_of_another_type": ("rules.adult", lambda p: p["rules"][0].update(equals=18)),
    "rule_without_test": ("rules.policy.age", lambda p: p["rules"][0].pop("equals")),
    "rule_with_two_tests": ("rules.policy.age", lambda p: p["rules"][0].update(known=True)),
    "rule_with_path": ("rules.policy.age", lambda p: p["rules"][0].update(path=["age_over_18"])),
    "rule_never_known": (
        "rules.policy.age",
        lambda p: p["rules"].__setitem__(
            0, {"decision": "adult", "known": False, "rule": "policy.age"}
        ),
    ),
    "rule_at_least_on_yes": (
        "rules.adult",
        lambda p: p["rules"].__setitem__(
            0, {"decision": "adult", "at_least": 1, "rule": "policy.age"}
        ),
    ),
    "rule_of_no_policy": ("rules.status.ok", lambda p: p["rules"][0].update(rule="status.ok")),
    "rule_nobody_can_explain": (
        "rules.policy.odd",
        lambda p: p["rules"][0].update(rule="policy.odd"),
    ),
    "keeps_no_decision": ("keep.decision", lambda p: p["keep"].append({"decision": "other"})),
    "basis_number": ("basis", lambda p: p.update(basis=6)),
    "retention_text": ("retention", lambda p: p.update(retention="P2Y")),
    "retention_no_period": (
        "retention.duration",
        lambda p: p["retention"].update(duration="2 jaar"),
    ),
    "retention_no_event": ("retention.starts", lambda p: p["retention"].update(starts="now")),
    "retention_more": ("retention", lambda p: p["retention"].update(note="x")),
    "rights_access": ("rights.automatic", lambda p: p["rights"].update(automatic=["access"])),
    "rights_unknown": ("rights.automatic", lambda p: p["rights"].update(automatic=["all"])),
    "rights_more": ("rights", lambda p: p["rights"].update(manual=[])),
    "desk_word": ("desk", lambda p: p.update(desk="yes")),
    "api_number": ("api", lambda p: p.update(api=1)),
    "transaction_text": ("transaction_data", lambda p: p.update(transaction_data="x")),
    "lead_one_language": ("lead", lambda p: p.update(lead={"nl": "x"})),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_fault_is_refused_and_its_member_named(fault: str) -> None:
    member, make = WRONG[fault]
    changed = raw("inschrijven")
    make(changed)
    with pytest.raises(NotReady, match=rf"profile\.value .*member={re.escape(member)}"):
        profiles.parse(changed, "inschrijven")


@pytest.mark.parametrize(
    ("name", "rule", "more"),
    [
        ("region_member", "region_member", {}),
        ("region_member", "region_member", {"region": []}),
        ("region_member", "region_member", {"region": ["599"]}),
        ("region_member", "region_member", {"region": "0599"}),
    ],
)
def test_a_region_is_a_list_of_codes(name: str, rule: str, more: dict[str, Any]) -> None:
    changed = raw("profiel-aanvullen")
    source = {"query": "woonadres", "path": ["municipality_code"]}
    changed["decisions"] = [{"name": name, "rule": rule, "from": source, **more}]
    with pytest.raises(NotReady, match=r"member=decisions\.region_member"):
        profiles.parse(changed, "profiel-aanvullen")
    changed["decisions"][0]["region"] = ["0599"]
    assert profiles.parse(changed, "profiel-aanvullen").decisions


def test_a_rule_of_ones_own_brings_its_sentences() -> None:
    changed = raw("inschrijven")
    changed["rules"][0].update(rule="policy.odd", nl="Kom langs.", en="Come by.")
    profile = profiles.parse(changed, "inschrijven")
    assert profile.says("policy.odd", "nl") == "Kom langs."
    assert profile.says("policy.odd", "en") == "Come by."
    assert profile.says("policy.unknown", "nl") is None


def test_every_rule_has_its_claims_and_its_type() -> None:
    assert set(RULES) == {
        "adult",
        "age_class",
        "household_size",
        "income_limit",
        "region_member",
        "residence_days",
        "residence_right",
    }
    assert all(rule.claims and rule.outcome in (bool, int, str) for rule in RULES.values())


def test_several_cards_only_where_they_are_of_nobody() -> None:
    changed = raw("inschrijven")
    changed["dcql"]["credentials"].append(
        {
            "id": "bag",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": ["https://regie.example/ns/kaart/bag-object/1"]},
            "claims": [{"path": ["postal_code"]}],
            "multiple": True,
        }
    )
    assert profiles.parse(changed, "inschrijven").query.credential("bag")
    changed["dcql"]["credentials"][0]["multiple"] = True
    with pytest.raises(NotReady, match="member=dcql"):
        profiles.parse(changed, "inschrijven")


def test_the_registration_of_the_example_names_the_new_uses() -> None:
    found = build().verifier(VOORBEELDWONEN).registrations
    assert {"mede-aanvrager", "woonduur", "toewijzing"} <= set(found)
