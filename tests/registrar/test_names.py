"""Names people see belong to one party: lint refuses that of another, and diff says whose it is."""

from dataclasses import replace

import pytest
from support.registerfiles import changed, check, files, text_of
from support.scheme import GRIJPGRAAG, NOW, VOORBEELDSTAD, VOORBEELDWONEN, WESTHOVE, example_party

from registrar import changes, config, lint, register, texts
from registrar.life import Event, Step
from registrar.lint.lookalikes import folded
from registrar.party import Succession, WalletProvider

DAY = 86_400
NAME, SERVICE = '\nname = "Woonstichting Grijpgraag"', 'id = "inschrijving"\nname = "'
OWN = "Woonstichting Grijpgraag"


def grijpgraag(old, new):
    return files(woonstichting_grijpgraag=changed(GRIJPGRAAG, old, new))


def found(after):
    return [
        (one.code, one.level, after[one.file].decode().splitlines()[one.line - 1])
        for one in check(after)
        if one.code.startswith("lint.name_")
    ]


@pytest.mark.spec("Regie trust", "9.4", "nobody shows the name of another party")
@pytest.mark.parametrize(
    "name",
    [
        "Gemeente Voorbeeldstad",
        "GEMEENTE-VOORBEELDSTAD",
        "Gemeente Vóórbeeldstad",
        "Gemeente VoorbeeIdstad",
        "Gerneente Voorbeeldstad",
        "Gemeente V\u043e\u043erb\u0435\u0435ldstad",
    ],
)
def test_the_name_of_another_is_refused_wherever_people_see_it(name):
    codes = {"lint.name_taken"} | ({"lint.name_scripts"} if not name.isascii() else set())
    for old, new in ((NAME, f'\nname = "{name}"'), (f'{SERVICE}{OWN}"', f'{SERVICE}{name}"')):
        hits = found(grijpgraag(old, new))
        # Both sides hear of the same name where both carry it as their own.
        assert {(code, level) for code, level, _ in hits} <= {(code, "error") for code in codes}
        assert any(code == "lint.name_taken" and name in line for code, _, line in hits)
    assert found(files(woonstichting_grijpgraag=text_of(GRIJPGRAAG))) == []


def codes(*parties):
    scheme = config.parse(config.TEST_SCHEME.replace("{registry}", "https://register.example"))
    return [
        (one.code, one.where)
        for one in lint.check(register.of(parties, scheme), now=NOW)
        if one.code.startswith("lint.name_")
    ]


def test_former_names_wallets_and_the_operator():
    town, other = example_party(VOORBEELDSTAD), example_party(VOORBEELDWONEN)
    begun = Event(NOW - DAY, Step.ADMITTED)
    coming = Event(NOW + DAY, Step.RENAMED, formerly=town.name)
    assert ("lint.name_taken", other.id) in codes(town, replace(other, steps=(begun, coming)))
    wallet = WalletProvider(town.name, ("wallet.example",), "https://wallet.example/privacy")
    assert codes(town, replace(other, wallet_provider=wallet)) == [("lint.name_taken", other.id)]
    renamed = replace(town, steps=(begun, replace(coming, formerly="Oude Naam")))
    assert ("lint.name_taken", other.id) in codes(renamed, replace(other, legal_name="oude naam"))
    operator = config.parse(config.TEST_SCHEME.replace("{registry}", "https://r.example")).operator
    assert codes(town, replace(other, legal_name=operator)) == [("lint.name_taken", other.id)]


def test_two_services_of_one_name_are_advice():
    first, second = example_party(VOORBEELDWONEN), example_party(GRIJPGRAAG)
    one, two = (
        replace(party, services=(replace(party.services[0], name="Woonplein"),))
        for party in (first, second)
    )
    assert codes(one, two) == [("lint.name_shared", one.id), ("lint.name_shared", two.id)]
    # A party may of course use its own name, and the same name twice.
    assert codes(one, replace(two, services=second.services)) == []


def test_who_goes_on_as_another_may_carry_its_name():
    old, new = example_party(WESTHOVE), example_party(VOORBEELDSTAD)
    heir = Succession(new.organization_identifier, new.oin, ("0599",), NOW)
    source = Succession(old.organization_identifier, old.oin, ("0518",), NOW)
    gone = replace(old, issuing=replace(old.issuing, successors=(heir,)))
    goes_on = replace(new, name=old.name, issuing=replace(new.issuing, predecessors=(source,)))
    assert codes(gone, goes_on) == []
    # One side that says so is not enough.
    assert ("lint.name_taken", new.id) in codes(old, goes_on)


def test_what_looks_alike_and_what_does_not():
    for one, two in (("Wonen 10", "Wonen l0"), ("ﬁt", "fit"), ("Łódź", "lodz"), ("A B", "a-b")):
        assert folded(one) == folded(two), one
    for one, two in (("Westhove", "Oosthove"), ("Wonen 1", "Wonen 2"), ("Haaren", "Haren")):
        assert folded(one) != folded(two), one


@pytest.mark.spec("Regie trust", "9.5", "another name is wider: people think it is somebody else")
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (NAME, '\nlegal_name = "Woonstichting Grijpgraag"\nname = "Anders"', "name"),
        (f'{SERVICE}{OWN}"', f'{SERVICE}Anders"', "service_name"),
    ],
)
def test_another_name_is_wider(old, new, code):
    sides = files(woonstichting_grijpgraag=text_of(GRIJPGRAAG)), grijpgraag(old, new)
    told = changes.compare(*(register.read(one) for one in sides), "nl")
    assert [(one.direction, one.code) for one in told] == [("wider", code)]


def test_a_history_that_nobody_knew_is_wider():
    before = example_party(VOORBEELDWONEN)
    coming = (Event(NOW, Step.ADMITTED), Event(NOW + DAY, Step.RENAMED, formerly="Een Ander"))
    after = replace(before, steps=coming)

    def told(old, new):
        sides = (register.of([one], None) for one in (old, new))
        return [(one.direction, one.code) for one in changes.compare(*sides, "nl")]

    assert ("wider", "formerly_unknown") in told(before, after)
    assert ("wider", "step.renamed") in told(before, after)
    assert ("wider", "step_gone") in told(after, replace(before, steps=coming[:1]))
    own = replace(coming[1], formerly=before.name)
    renamed = replace(before, name="Nieuw", steps=(coming[0], own))
    assert ("wider", "formerly_unknown") not in told(before, renamed)


def test_what_is_new_says_under_which_name_it_works():
    before = files()
    del before[f"parties/{VOORBEELDWONEN}.toml"]
    lines = changes.compare(register.read(before), register.read(files()), "nl")
    by_code = {one.code: one.text for one in lines}
    assert "Woonstichting Voorbeeldwonen" in by_code["service_added"]
    assert by_code["description_added"]


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_the_sentence_says_whose_it_is(lang):
    after = grijpgraag(f'{SERVICE}{OWN}"', f'{SERVICE}Gemeente Voorbeeldstad"')
    (hit,) = [one for one in check(after) if one.code == "lint.name_taken"]
    said = texts.sentence(lang, hit.code, where=hit.where, what=hit.what)
    assert GRIJPGRAAG in said
    assert VOORBEELDSTAD in said
