"""What a reviewer reads of a change: every language, and never under names the change itself made."""

import pytest
from support.registerfiles import changed, files, text_of
from support.scheme import GRIJPGRAAG, VOORBEELDWONEN

from registrar import changes, kinds, register
from registrar.party import vct
from registrar.texts import LANGUAGES

PERSON, HOME = "kinds/persoonsgegevens.toml", "kinds/woonadres.toml"
GROUND = """\
[[service.intended_use.legal_basis]]
gdpr = "6.1.b"
law.nl = "De inschrijving als woningzoekende"
law.en = "Registration as a home seeker"

"""


def told(old, new, lang="nl"):
    sides = [register.read(one) for one in (old, new)]
    assert not any(one.faults for one in sides)
    return changes.compare(*sides, lang)


def of_party(*pairs, lang="nl", name=VOORBEELDWONEN):
    text = text_of(name)
    before = files(**{name.replace("-", "_"): text})
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return told(before, files(**{name.replace("-", "_"): text}), lang)


def with_kinds(name, *pairs, party=None):
    shipped = dict(kinds.shipped())
    text = shipped[name].decode()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    own = {} if party is None else {VOORBEELDWONEN.replace("-", "_"): party}
    return {**files(), **shipped}, {**files(**own), **shipped, name: text.encode()}


@pytest.mark.spec("Regie trust", "9.5", "a text that changed is told in every language")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_changed_in_both_languages_is_told_in_both(lang):
    lines = of_party(
        ('purpose.nl = "Inschrijven"', 'purpose.nl = "Inschrijven."'),
        ('purpose.en = "Sign-up"', 'purpose.en = "Selling your data"'),
        ('nl = "Inschrijven voor een huurwoning"', 'nl = "Inschrijven voor een woning"'),
        ('en = "Signing up for a rented home"', 'en = "You cannot refuse"'),
        lang=lang,
        name=GRIJPGRAAG,
    )
    assert [(one.direction, one.code) for one in lines] == [
        ("neutral", "description"),
        ("neutral", "description"),
        ("wider", "purpose"),
        ("wider", "purpose"),
    ]
    said = "\n".join(one.text for one in lines)
    for text in ("Inschrijven.", "Selling your data", "You cannot refuse", "Sign-up"):
        assert f"'{text}'" in said
    other = {"nl": "In het Engels: ", "en": "In Dutch: "}[lang]
    assert [one.text.startswith(other) for one in lines] == [False, True, False, True]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_changed_in_one_language_says_which(lang):
    (line,) = of_party(
        ('purpose.en = "Sign-up"', 'purpose.en = "Selling"'), lang=lang, name=GRIJPGRAAG
    )
    assert line.text.startswith("In het Engels: ") is (lang == "nl")
    assert "Selling" in line.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_new_is_told_in_both_languages(lang):
    before = files()
    del before[f"parties/{VOORBEELDWONEN}.toml"]
    said = "\n".join(one.text for one in told(before, files(), lang))
    (party,) = (one for one in register.read(files()).parties if one.id == VOORBEELDWONEN)
    for service in party.services:
        texts = [service.description]
        for use in service.intended_uses:
            texts += [use.purpose, use.retention.text]
            texts += [one.law for one in use.legal_basis if one.law]
        for text in texts:
            assert text.nl in said
            assert text.en in said


def test_a_longer_retention_is_told_in_both_languages():
    lines = of_party(
        ('"P2Y"', '"P3Y"'),
        ("Tot twee jaar na", "Tot drie jaar na"),
        ("Until two years after", "Until long after"),
    )
    assert [(one.direction, one.code) for one in lines] == [
        ("wider", "retention_longer"),
        ("wider", "other_text_moved"),
    ]
    assert "Until long after" in lines[1].text
    assert "Until two years after" in lines[1].text


def test_a_second_law_under_the_same_ground_is_told():
    with_law = changed(GRIJPGRAAG, "[[service.intended_use.legal_basis]]\n", f"{GROUND}", 1)
    twice = changed(
        GRIJPGRAAG,
        "[[service.intended_use.legal_basis]]\n",
        f"{GROUND}[[service.intended_use.legal_basis]]\n",
        1,
    )
    assert with_law != twice
    one, two = files(woonstichting_grijpgraag=text_of(GRIJPGRAAG)), files(
        woonstichting_grijpgraag=twice
    )  # fmt: skip
    added = told(one, two)
    assert [(line.direction, line.code) for line in added][:1] == [("wider", "ground_added")]
    assert "De inschrijving als woningzoekende" in added[0].text
    assert [line.code for line in told(two, one)] == ["ground_gone"]


@pytest.mark.spec("Regie trust", "9.5", "other words for a claim are wider, with its path")
def test_labels_that_change_places_are_told_with_their_paths():
    swap = (
        ('nl = "Geboortedatum"\nen = "Date of birth"', 'nl = "18 jaar of ouder"\nen = "Over 18"'),
        (
            'path = "age_over_18"\nnl = "18 jaar of ouder"',
            'path = "age_over_18"\nnl = "Geboortedatum"',
        ),
    )
    asks = changed(
        VOORBEELDWONEN,
        'required = ["age_over_18", "housing_pseudonym"]',
        'required = ["age_over_18", "birthdate", "housing_pseudonym"]',
    )
    lines = told(*with_kinds(PERSON, *swap, party=asks))
    asked = next(one for one in lines if one.code == "claim_required")
    assert "18 jaar of ouder [birthdate]" in asked.text
    words = [one for one in lines if one.code == "type_claim_text"]
    assert {one.direction for one in words} == {"wider"}
    assert [("birthdate" in one.text, "age_over_18" in one.text) for one in words] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert "'18 jaar of ouder' in plaats van 'Geboortedatum'" in words[0].text
    assert "'Over 18' in plaats van 'Date of birth'" in words[1].text


def test_a_kind_under_another_name_is_told_with_its_own():
    renamed = ('name = "Woonadres"', 'name = "Klantkaart"')
    asks = changed(
        VOORBEELDWONEN, 'optional = ["municipality_code"]', 'optional = ["municipality"]'
    )
    lines = told(*with_kinds(HOME, renamed, party=asks))
    (text,) = [one for one in lines if one.code == "type_text"]
    assert text.direction == "wider"
    assert "'Klantkaart' in plaats van 'Woonadres'" in text.text
    asked = [one.text for one in lines if one.code.startswith("claim_")]
    assert asked
    assert all("Klantkaart [woonadres]" in one for one in asked)


@pytest.mark.spec("Regie trust", "9.5", "a new claim that nobody may withhold is wider")
@pytest.mark.parametrize(
    ("sd", "direction", "code"),
    [
        ("never", "wider", "type_claim_added_never"),
        ("allowed", "neutral", "type_claim_added"),
    ],
)
def test_a_claim_everybody_sees_is_wider(sd, direction, code):
    claim = f'[[claim]]\npath = "shoe_size"\nnl = "Schoenmaat"\nen = "Shoe size"\nsd = "{sd}"\n\n'
    added = ('[[claim]]\npath = "address"\n', f'{claim}[[claim]]\npath = "address"\n')
    (line,) = told(*with_kinds(HOME, added))
    assert (line.direction, line.code) == (direction, code)
    assert "Schoenmaat [shoe_size]" in line.text


def test_a_kind_that_builds_on_another_is_wider():
    begun = (
        '[nl]\nname = "Woonadres"',
        f'extends = "{vct("huishouden")}"\n\n[nl]\nname = "Woonadres"',
    )
    lines = told(*with_kinds(HOME, begun))
    assert ("wider", "type_extends") in [(one.direction, one.code) for one in lines]
