"""What a person reads: labels and words, never the names that scripts use; and 80 columns."""

import re
from typing import Any

import pytest
from support.verifier_simulator import SIGN_UP
from support.wallet_world import World

from wallet.caution import Warn
from wallet.cli.layout import fold
from wallet.phrases import basis_text, claim_text, within
from wallet.texts import Texts
from wallet.wording import alternatives, lines, which

NL, EN = Texts("nl"), Texts("en")
TAG = re.compile(r"\[[a-z_]+\]|[a-z]+:[a-z]+_")


@pytest.mark.parametrize("texts", [NL, EN], ids=["nl", "en"])
def test_no_names_for_scripts(town: World, texts: Texts) -> None:
    question = town.receive(lang=texts.lang).question
    for option in question.options:
        for line in lines(question, option, texts):
            assert not TAG.search(line), line


def test_the_recognition_code_is_short_and_explained_once(town: World) -> None:
    shown = which(town.receive().question.options[0], NL)
    assert shown.count("    Herkenningscode: pseudony…") == 2
    sentence = "      (hiermee zien woningcorporaties in deze regio dat jij het bent)"
    assert shown.count(sentence) == 1


def test_how_long_is_said_once(town: World) -> None:
    question = town.receive().question
    shown = [line for line in lines(question, None, NL) if "Hoe lang:" in line]
    assert len(shown) == 1
    assert question.retention is not None
    assert within(question.retention.text.nl) in shown[0]


def test_other_answers_in_words(town: World) -> None:
    question = town.receive().question
    assert alternatives(question, NL) == ("zonder Voornamen",)
    assert alternatives(question, EN) == ("without Voornamen",)


def test_a_card_that_can_be_left_out(town: World) -> None:
    town.verifier.query = {
        **SIGN_UP,
        "credential_sets": [
            {"options": [["person"]]},
            {"options": [["residence"]], "required": False},
        ],
    }
    found = alternatives(town.receive().question, NL)
    assert any("Verblijfsrecht" in words for words in found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("gdpr", "law", "words"),
    [
        ("6.1.b", "", ("AVG artikel 6, lid 1 onder b: nodig voor de overeenkomst", "")),
        (
            "6.1.b",
            "Nodig voor de overeenkomst van huur.",
            ("AVG artikel 6, lid 1 onder b: nodig voor de overeenkomst van huur", ""),
        ),
        (
            "6.1.c",
            "Woningwet, artikel 46",
            ("AVG artikel 6, lid 1 onder c: zij moeten dit van de wet", "woningwet, artikel 46"),
        ),
        ("9.2.a\x1b[2J", "", ("AVG 9.2.a", "")),
    ],
)
def test_a_legal_basis_in_plain_words(gdpr: str, law: str, words: tuple[str, str]) -> None:
    assert basis_text(gdpr, law, NL) == words


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("sex",), 2, "vrouw"),
        (("sex",), 3, "3"),
        (("age_over_18",), True, "ja"),
        (("housing_pseudonym",), "abcdefghijkl", "abcdefgh…"),
        (("family_name",), "abcdefghijkl", "abcdefghijkl"),
    ],
)
def test_values_in_words(path: tuple[str, ...], value: Any, shown: str) -> None:
    assert claim_text(path, value, NL) == shown


def test_acronyms_keep_their_capitals() -> None:
    assert within("AVG, artikel 15.") == "AVG, artikel 15"
    assert within("Tot morgen.") == "tot morgen"


def test_lines_fold_under_their_beginning() -> None:
    line = "    Met wie: " + "heel veel woorden " * 9
    folded = fold(line, hang=2).split("\n")
    assert len(folded) > 1
    assert all(len(one) <= 80 for one in folded)
    assert all(one.startswith("      ") for one in folded[1:])
    address = "  https://localhost/" + "a" * 90
    assert address.strip() in fold(address)


def test_both_cards_and_one_warning(town: World) -> None:
    question = town.receive().question
    assert question.options[0].warnings == (Warn.FIRST_TIME,)
