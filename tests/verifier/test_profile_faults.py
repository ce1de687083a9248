"""Everything a profile's file can get wrong: refused before it serves, with the member named."""

import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from support.verifier_home import DEFAULTS

from verifier import profiles
from verifier.decisions import RULES
from verifier.errors import NotReady


def raw(name: str) -> dict[str, Any]:
    return tomllib.loads((DEFAULTS / f"{name}.toml").read_text("utf-8"))


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


def test_a_condition_on_a_word_that_never_comes_out_is_refused() -> None:
    changed = raw("toewijzing")
    changed["rules"][0] = {"decision": "age_class", "equals": "pensioner", "rule": "policy.age"}
    with pytest.raises(NotReady, match=r"member=rules\.age_class"):
        profiles.parse(changed, "toewijzing")
    changed["rules"][0]["equals"] = "adult"
    assert profiles.parse(changed, "toewijzing").rules


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
