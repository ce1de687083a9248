"""Every refusal has a sentence in both languages, and both say it with the same values."""

import re
import tomllib
from pathlib import Path

import pytest

from issuer.brp.fields import PER_KIND
from issuer.registers import KINDS
from issuer.texts import fault, find, sentence, texts

SOURCE = Path(__file__).parents[2] / "issuer"
# An administrator, a clerk or the register is at fault: someone reads the sentence.
_RAISED = re.compile(
    r"(?:SettingsFault|DeskFault|NothingFound|NumberWrong|NotFound|NotABsn|Denied|Rejected|"
    r"Unavailable|Unreadable|TooManyResults|IssuerError)\(\s*\"([a-z]+\.[a-z_]+)\""
)
_FIELD = re.compile(r"\{([a-z_]+)\}")


def codes() -> set[str]:
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        found |= set(_RAISED.findall(path.read_text("utf-8")))
    return found


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_fault_has_a_sentence(code):
    for language in ("nl", "en"):
        assert code in texts(language)["fault"], language


def test_both_languages_have_the_same_keys_and_values():
    dutch, english = texts("nl"), texts("en")
    assert dutch.keys() == english.keys()
    for table, sentences in dutch.items():
        assert sentences.keys() == english[table].keys()
        for key, text in sentences.items():
            assert set(_FIELD.findall(text)) == set(_FIELD.findall(english[table][key])), key


def test_hints_belong_to_faults():
    assert set(texts("nl")["hint"]) <= set(texts("nl")["fault"])


def test_reading():
    assert sentence("nl", "setup.migrated")
    assert find("nl", "setup.nothing") is None
    assert fault("en", "never.heard")[0] == sentence("en", "fault.unexpected")
    with pytest.raises(LookupError):
        sentence("nl", "setup.nothing")


def test_a_clerk_reads_the_label_that_the_wallet_shows():
    kinds = SOURCE.parent / "registrar" / "kinds"
    shown = {}
    # A label that two kinds give differently is the resident's own.
    for kind in (*KINDS, *PER_KIND, "urgentie", "contactgegevens", "vertegenwoordiging"):
        for claim in tomllib.loads((kinds / f"{kind}.toml").read_text("utf-8"))["claim"]:
            shown[claim["path"]] = claim
    for language in ("nl", "en"):
        for path, label in texts(language)["claim"].items():
            assert shown[path][language] == label
