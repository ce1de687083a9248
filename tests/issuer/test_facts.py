"""What stays of a card: enough to see that it no longer holds, too little to read it back."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.issuer_home import FIVE
from support.register import NOW, records

from issuer import facts
from issuer.cards import decide
from issuer.sources import Granted

KEY = b"k" * 32
OTHER_KEY = b"l" * 32
WHO = "subject-of-a-resident"
KIND = "persoonsgegevens"
CLAIMS = {
    "given_name": "Zonnebloem",
    "family_name": "Klaverblad",
    "birthdate": "2005-03-01",
    "age_over_18": True,
    "age_over_21": False,
    "aow_age_reached": False,
    "source": "BRP",
    "reference_moment": "2026-01-01",
    "municipality_code": "0599",
    "housing_pseudonym": "A" * 43,
}

pytestmark = pytest.mark.spec("Architecture", "Issuer", "of a card a keyed hash per claim is kept")


def held(claims=CLAIMS, **more) -> str:
    return facts.facts_of(KEY, WHO, KIND, {**claims, **more})


def compare(claims=CLAIMS, before=None, **more) -> facts.Difference:
    return facts.compare(KEY, WHO, KIND, before or held(), {**claims, **more})


def without(*names: str) -> dict:
    return {name: value for name, value in CLAIMS.items() if name not in names}


def moment(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


SAME = facts.Difference(frozenset(), frozenset(), frozenset())


def test_the_same_claims_differ_in_nothing():
    assert compare() == SAME


@pytest.mark.spec("House rules", "8", "what is kept of a card cannot be read back")
def test_what_is_kept_holds_no_value_and_says_nothing_without_the_key():
    kept = held()
    for value in ("Zonnebloem", "Klaverblad", "2005", "0599", "A" * 20, "true", "false"):
        assert value not in kept
    assert set(json.loads(kept)) == set(without("source", "reference_moment"))
    hashes = json.loads(kept)
    for other in (
        facts.facts_of(OTHER_KEY, WHO, KIND, CLAIMS),
        facts.facts_of(KEY, "another", KIND, CLAIMS),
        facts.facts_of(KEY, WHO, "woonadres", CLAIMS),
    ):
        assert not set(json.loads(other).values()) & set(hashes.values())
    # Two claims with one value look different too.
    assert hashes["age_over_21"] != hashes["aow_age_reached"]
    assert "Zonnebloem" not in repr(facts.keep(KEY, WHO, KIND, CLAIMS))


@pytest.mark.parametrize("name", ["source", "reference_moment"])
def test_what_is_of_the_moment_never_ends_a_card(name):
    assert compare(**{name: "anders"}) == SAME
    assert compare(without(name)) == SAME


def test_years_at_an_address_grow_without_a_word():
    assert compare(before=held(years_at_address=3), years_at_address=4) == SAME


def test_a_recognition_code_ends_a_card_only_by_disappearing():
    assert compare(housing_pseudonym="B" * 43) == SAME
    assert compare(housing_pseudonym_previous="C" * 43) == SAME
    assert compare(without("housing_pseudonym")).lost == {"housing_pseudonym"}


@pytest.mark.spec("Regie formats", "1", "age flags only go from false to true")
def test_a_grown_flag_is_no_untruth_and_a_shrunk_one_is():
    assert compare(age_over_21=True) == facts.Difference(
        frozenset(), frozenset(), frozenset({"age_over_21"})
    )
    assert compare(age_over_18=False).lost == {"age_over_18"}
    assert compare(without("age_over_21")).lost == {"age_over_21"}
    assert compare(before=held(without("age_over_21"))).gained == {"age_over_21"}


def test_the_mark_for_the_own_wallet_is_told_and_ends_nothing():
    restricted = held(disclosure_restricted=True)
    assert compare(disclosure_restricted=True).gained == {"disclosure_restricted"}
    assert compare(before=restricted).gained == {"disclosure_restricted"}
    assert compare(before=restricted).lost == frozenset()


@pytest.mark.parametrize("name", sorted(without("source", "reference_moment")))
def test_what_is_gone_is_lost_and_what_came_is_gained(name):
    assert compare(without(name)).lost == {name}
    assert compare(before=held(without(name))).gained == {name}


def test_what_was_told_is_not_told_again_but_a_change_of_it_is():
    before = held(without("given_name"))
    told = facts.told(KEY, WHO, KIND, before, CLAIMS, {"given_name"})
    assert compare(before=told) == SAME
    assert compare(before=told, given_name="Anders").gained == {"given_name"}
    # It was never on the card, so the card cannot be untrue by it.
    assert compare(without("given_name"), before=told).lost == frozenset()
    hint = facts.told(
        KEY, WHO, KIND, held(disclosure_restricted=True), CLAIMS, {"disclosure_restricted"}
    )
    assert compare(before=hint) == SAME
    assert compare(before=hint, disclosure_restricted=True) == SAME


@pytest.mark.spec("Regie trust", "4.5", "a merger makes no card untrue")
def test_another_code_for_the_same_ground_changes_nothing():
    card = {**CLAIMS, "municipality": "Haaren", "stays": [{"municipality": "Haaren"}]}
    now = {**card, "municipality_code": "0757", "municipality": "Boxtel", "stays": []}
    before = facts.facts_of(KEY, WHO, KIND, {**card, "municipality_code": "0788"})
    same = facts.compare(KEY, WHO, KIND, before, now, ground={"0788"})
    assert same == SAME
    moved = facts.compare(KEY, WHO, KIND, before, now, ground={"0599"})
    assert moved.lost == {"municipality_code", "municipality", "stays"}
    renamed = facts.compare(KEY, WHO, KIND, before, {**now, "given_name": "X"}, ground={"0788"})
    assert renamed.lost == {"given_name"}


# ---- when time changes something


@pytest.mark.parametrize(
    ("until", "ends"),
    [("2026-05-17", "2026-05-17"), ("2026-05", "2026-05-01"), ("2026", "2026-01-01")],
)
def test_a_title_ends_on_the_first_day_it_may_have_ended(until, ends):
    kept = facts.keep(KEY, WHO, "verblijfsrecht", {"residence_right_until": until})
    assert kept.true_until == moment(ends)


@pytest.mark.parametrize(
    ("born", "flags", "at"),
    [
        ("2008-03-01", (False, False, False), "2026-03-01"),
        ("2005-03-01", (True, False, False), "2026-03-01"),
        ("2004-02-29", (True, False, False), "2025-03-01"),
        ("1980-06-15", (True, True, False), None),
        ("1940-06-15", (True, True, True), None),
    ],
)
def test_the_next_birthday_that_counts(born, flags, at):
    names = ("age_over_18", "age_over_21", "aow_age_reached")
    claims = {"birthdate": born, **dict(zip(names, flags, strict=True))}
    kept = facts.keep(KEY, WHO, KIND, claims)
    if at is not None:
        assert kept.renew_at == moment(at)
    elif all(flags):
        assert kept.renew_at is None
    else:
        assert kept.renew_at > NOW + 10 * 366 * 86_400


def test_without_a_whole_birth_date_the_register_says_when():
    claims = {"age_over_18": True, "age_over_21": False, "aow_age_reached": False}
    assert facts.keep(KEY, WHO, KIND, claims, ask_again_at=77).renew_at == 77
    assert facts.keep(KEY, WHO, KIND, claims).renew_at is None


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: name[0] != "+"),
        st.text(max_size=8),
        max_size=6,
    ),
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: name[0] != "+"),
        st.text(max_size=8),
        max_size=6,
    ),
)
def test_every_claim_is_the_same_lost_or_gained(before, after):
    free = {*facts.AGE_FLAGS, facts.PSEUDONYM, "disclosure_restricted"}
    before = {name: value for name, value in before.items() if name not in free}
    after = {name: value for name, value in after.items() if name not in free}
    kept = facts.facts_of(KEY, WHO, KIND, before)
    found = facts.compare(KEY, WHO, KIND, kept, after)
    told = set(json.loads(kept))
    assert found.lost == {name for name in told if before[name] != after.get(name)}
    assert found.gained == {
        name for name in json.loads(facts.facts_of(KEY, WHO, KIND, after)) if name not in told
    }


def test_every_test_person_is_unchanged_beside_themselves():
    compared = 0
    for record in records().values():
        for kind in FIVE:
            decision = decide(record, kind, NOW)
            if isinstance(decision, Granted):
                kept = facts.facts_of(KEY, WHO, kind, decision.claims)
                assert facts.compare(KEY, WHO, kind, kept, decision.claims) == SAME
                compared += 1
    assert compared > 500
