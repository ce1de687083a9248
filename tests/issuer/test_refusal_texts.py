"""Every refusal has a sentence, in both languages, with the same places to fill."""

import re
import string
import tomllib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "issuer"


def _refusals(language):
    return tomllib.loads((FOLDER / "texts" / f"{language}.toml").read_text("utf-8"))["refusal"]


def _places(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_say_the_same_things():
    nl, en = _refusals("nl"), _refusals("en")
    assert nl.keys() == en.keys()
    assert {code: _places(nl[code]) for code in nl} == {code: _places(en[code]) for code in en}


def _of_the_scheme():
    decided = (FOLDER.parent / "credential" / "trust").glob("*.py")
    text = "".join(
        path.read_text("utf-8") for path in decided if path.stem in ("spans", "entities")
    )
    return {*re.findall(r'"(trust\.(?:issuer|kind)_[a-z_]+)"', text), "trust.issuer_unknown"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_code_of_a_decision_has_a_sentence(language):
    sources = [
        FOLDER / "eligibility.py",
        FOLDER / "brp" / "home.py",
        *(FOLDER / "cards").glob("*.py"),
        *(FOLDER / "registers").glob("*.py"),
    ]
    text = "".join(path.read_text("utf-8") for path in sources)
    used = set(re.findall(r'(?:Refused|Desk|NoCards)\(\s*"([a-z0-9_]+)"', text))
    used |= set(re.findall(r'_Ground\("unclear", "([a-z0-9_]+)"', text))
    used |= set(re.findall(r'return "([a-z_]+)"', (FOLDER / "brp" / "home.py").read_text("utf-8")))
    used |= {"residence_title_unclear", "deceased", "emigrated", "non_resident", "suspended"}
    used |= {"authority_not_seen", "construction_years_differ"}
    # What the scheme says of an issuer and its kinds (issuer/service/permission.py).
    used |= {one.removeprefix("trust.") for one in _of_the_scheme()}
    used |= {"under_investigation", "date_incomplete", "no_home_address", "count_uncertain"}
    assert used <= _refusals(language).keys()
    assert _refusals(language).keys() <= used | {"nationality_without_country"}


def test_no_sentence_is_hard_to_read():
    for sentence in _refusals("nl").values():
        for part in re.split(r"[.?:] ", sentence):
            assert len(part.split()) <= 17, part
        assert not re.search(r"middels|conform|derhalve|indien|teneinde", sentence)
