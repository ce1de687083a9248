"""Lint says what wallets will object to: a kind asked by a party it is not meant for."""

import dataclasses

import pytest
from support.scheme import GRIJPGRAAG, VOORBEELDWONEN, example_party

from registrar import kinds, lint, register

NOW = 1_767_225_600
POLICY = """
[disclosure]
uri = "https://stelsel.example/beleid/huishouden/1"
text = "Alleen voor woningcorporaties."
{who}
"""


def found(who, *, sector="woningcorporatie"):
    files = dict(kinds.shipped())
    files["kinds/huishouden.toml"] += POLICY.format(who=who).encode()
    party = dataclasses.replace(example_party(VOORBEELDWONEN), sector=sector)
    read = register.of([party, example_party(GRIJPGRAAG)], None, kinds.read(files))
    return [
        (one.code, one.where, one.what, one.level)
        for one in lint.check(read, now=NOW)
        if one.code.startswith("lint.policy")
    ]


@pytest.mark.parametrize(
    ("who", "sector"),
    [
        ('sectors = ["woningcorporatie"]', "woningcorporatie"),
        ('parties = ["NTRNL-90000001"]', None),
        ('services = ["NTRNL-90000001/inschrijving"]', None),
    ],
)
def test_nothing_to_say_of_whom_it_is_meant_for(who, sector):
    assert found(who, sector=sector) == []


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ('parties = ["NTRNL-90000001", "NTRNL-90000055"]', "NTRNL-90000055"),
        (
            'services = ["NTRNL-90000001/inschrijving", "NTRNL-90000001/loket"]',
            "NTRNL-90000001/loket",
        ),
        ('sectors = ["woningcorporatie", "woningcoporatie"]', "woningcoporatie"),
    ],
)
def test_a_name_that_nobody_has_is_told(who, name):
    assert found(who) == [("lint.policy_unknown", "huishouden", name, "advice")]


@pytest.mark.spec("ARF 3.0", "EDP_06", "the register advises on what wallets will object to")
@pytest.mark.parametrize(
    ("who", "sector"),
    [
        ('sectors = ["woningcorporatie"]', None),
        ('sectors = ["woningcorporatie"]', "makelaar"),
        ('services = ["NTRNL-90000001/elders"]', None),
    ],
)
def test_every_purpose_that_asks_it_is_named(who, sector):
    said = found(who, sector=sector)
    asked = [what for code, where, what, _ in said if code == "lint.policy_not_met"]
    assert asked == ["profiel-aanvullen huishouden", "toewijzing huishouden"]
    assert ("lint.policy_nobody", "huishouden", "huishouden", "advice") in said
    assert {level for *_, level in said} == {"advice"}
