"""All 212 test persons at 1 January 2026 go through the decisions, over the served register."""

from collections import Counter

import pytest
from support import lo3
from support.register import KINDS, NOW, persons, records

from issuer.brp.codes import alpha2
from issuer.cards import Rules, decide
from issuer.eligibility import eligible
from issuer.sources import Cards, Desk, Granted, NoCards, Refused

pytestmark = pytest.mark.spec("Regie domain", "2.8", "who gets what")


def _birth_year(bsn):
    return int((persons()[bsn]["geboorte"]["datum"].get("datum") or "0")[:4])


def _routes():
    return {bsn: eligible(record, NOW) for bsn, record in records().items()}


def _holders():
    return [bsn for bsn, route in _routes().items() if route == Cards()]


def _adults():
    """Of those with cards, all but the five of 16 and 17."""
    return [bsn for bsn in _holders() if lo3.current(bsn, "01")[0]["03.10"] <= "20080101"]


def _decisions(kind):
    return {bsn: decide(records()[bsn], kind, NOW) for bsn in _adults()}


def test_counts_of_the_first_match():
    assert Counter(_routes().values()) == {
        NoCards("deceased"): 8,
        NoCards("emigrated"): 12,
        NoCards("non_resident"): 8,
        Desk("birth_date_unknown"): 2,
        Desk("under_16"): 29,
        Desk("curator"): 10,
        Cards(): 138 + 5,
    }
    assert len(_adults()) == 138
    assert len(records()) == 212


def test_home_addresses_that_are_none():
    refused = Counter(
        one.code for one in _decisions("woonadres").values() if isinstance(one, Refused)
    )
    assert refused == {
        "correspondence_address": 6,
        "location_only": 1,
        "not_at_address": 1,
        "address_under_investigation": 6,
    }


def test_no_home_address_does_not_stop_the_other_cards():
    without = [bsn for bsn, one in _decisions("woonadres").items() if isinstance(one, Refused)]
    for bsn in without:
        for kind in ("huishouden", "woongeschiedenis"):
            assert isinstance(decide(records()[bsn], kind, NOW), Granted)
    briefadres = records()["999991280"]
    granted = [kind for kind in KINDS if isinstance(decide(briefadres, kind, NOW), Granted)]
    assert set(granted) == KINDS - {"woonadres"}


def test_adults_without_a_given_name_or_a_surname_still_have_a_name():
    named = {
        bsn: one for bsn, one in _decisions("persoonsgegevens").items() if isinstance(one, Granted)
    }
    nameless = [bsn for bsn in _adults() if "voornamen" not in persons()[bsn]["naam"]]
    assert sorted(nameless) == ["999991310", "999991449", "999993288", "999993367"]
    assert [bsn for bsn in _adults() if "geslachtsnaam" not in persons()[bsn]["naam"]] == [
        "999993288"
    ]
    assert named["999991310"].claims["family_name"]
    assert named["999993367"].claims["family_name"]
    assert named["999993288"].claims["birthdate"]
    # The fourth has nothing certain: the whole category is under investigation.
    assert decide(records()["999991449"], "persoonsgegevens", NOW) == Refused(
        "person_under_investigation"
    )


def test_every_adult_can_sign_up_or_has_a_named_reason():
    can, reasons = 0, Counter()
    for bsn in _adults():
        person = decide(records()[bsn], "persoonsgegevens", NOW)
        right = decide(records()[bsn], "verblijfsrecht", NOW)
        blocked = set()
        for decision, claim in ((person, "age_over_18"), (right, "housing_residence_right")):
            if isinstance(decision, Refused):
                blocked.add(decision.code)
            elif claim not in decision.claims:
                (why,) = [one.code for one in decision.left_out if one.claim == claim]
                blocked.add(why)
            else:
                assert decision.claims[claim] is True
        if not blocked:
            can += 1
        reasons.update(blocked)
    assert reasons == {
        "person_under_investigation": 3,
        "under_investigation": 2,
        "nationality_under_investigation": 3,
        "nationality_unknown": 2,
        "residence_right_not_shown": 10,
    }
    assert can == 138 - 20 + 1  # one of them has two reasons


def test_names_birth_and_sex_equal_the_register():
    seen = 0
    for bsn, decision in _decisions("persoonsgegevens").items():
        if isinstance(decision, Refused):
            continue
        seen += 1
        claims = decision.claims
        names = {
            name: claims[name]
            for name in ("given_name", "family_name", "name_prefix")
            if name in claims
        }
        assert names == lo3.names(bsn)
        assert claims.get("birthdate") == lo3.birthdate(bsn)
        assert claims.get("sex") == lo3.sex(bsn)
        if "birthdate" in claims:
            assert claims["age_over_18"] is (claims["birthdate"] <= "2008-01-01")
            assert claims["age_over_21"] is (claims["birthdate"] <= "2005-01-01")
            assert claims["aow_age_reached"] is (claims["birthdate"] <= "1959-01-01")
    assert seen == 135


def test_addresses_equal_the_register():
    granted = 0
    for bsn, decision in _decisions("woonadres").items():
        expected = lo3.address(bsn)
        if isinstance(decision, Refused):
            assert expected is None
            continue
        granted += 1
        assert expected is not None
        for claim, value in expected.items():
            assert decision.claims.get(claim) == value
    assert granted == 124


def test_nationalities_equal_the_register():
    for bsn, decision in _decisions("verblijfsrecht").items():
        if isinstance(decision, Granted) and "nationalities" in decision.claims:
            codes = lo3.nationality_codes(bsn)
            assert set(decision.claims["nationalities"]) == {alpha2(code) for code in codes}
            assert decision.claims["dutch_nationality"] is ("0001" in codes)


def test_every_stay_starts_when_the_register_says():
    for bsn, decision in _decisions("woongeschiedenis").items():
        if not any(one.claim == "stays" for one in decision.left_out):
            assert [stay.get("from") for stay in decision.claims["stays"]] == lo3.starts(bsn)


def test_residence_restarts_neither_by_correction_nor_by_merger():
    def since(bsn):
        return decide(records()[bsn], "woongeschiedenis", NOW).claims["residence_current_since"]

    assert since("999993872") == "1998-04-01"  # technical correction of 2011
    assert since("999991000") == "1990-07-07"  # Nootdorp became Pijnacker-Nootdorp in 2002
    assert since("999992004") == "1973-07-07"  # Brouwershaven became Schouwen-Duiveland
    assert since("999999345") == "2018-01-20"  # a real move does restart it


def test_resident_since_is_the_same_on_both_cards_however_it_was_asked():
    for bsn in _adults():
        address = decide(records()[bsn], "woonadres", NOW)
        history = decide(records()[bsn], "woongeschiedenis", NOW)
        if isinstance(address, Granted):
            assert address.claims.get("resident_since") == history.claims.get(
                "residence_current_since"
            )


@pytest.mark.parametrize(
    "code", sorted({one["gemeenteVanInschrijving"]["code"] for one in persons().values()})
)
def test_each_municipality_decides_as_one_server_for_all(code):
    own = records(code)
    assert own
    for bsn, record in own.items():
        assert record.municipality_code == code
        assert eligible(record, NOW) == _routes()[bsn]
        for kind in KINDS:
            assert decide(record, kind, NOW) == decide(records()[bsn], kind, NOW)


def test_there_are_22_register_codes_with_the_non_residents():
    codes = {one["gemeenteVanInschrijving"]["code"] for one in persons().values()}
    assert len(codes) == 22
    assert "1999" in codes


def test_no_card_holds_a_bsn():
    for bsn, record in records().items():
        for kind in KINDS:
            decision = decide(record, kind, NOW, Rules(frozenset({"0599"})))
            if isinstance(decision, Granted):
                assert bsn not in repr(decision.claims)
            assert bsn not in repr(decision)
