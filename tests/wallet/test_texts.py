"""Sentences: the same keys and parameters in both languages, and a sentence for every refusal."""

import re
import string
from pathlib import Path

import pytest

import wallet
from wallet.cli import COMMANDS
from wallet.errors import Shared
from wallet.events import Kind, Outcome, Type
from wallet.texts import LANGUAGES, Texts, flat, language, load

SOURCE = Path(wallet.__file__).parent
NL, EN = (flat(load(lang)) for lang in LANGUAGES)
ERROR = re.compile(
    r'(?:Usage|NotReady|NoMatch|Distrusted|WalletError|LinkError|NetworkError|NotSent|Lost|broken)\(\s*"([a-z_.\-]+)"'
)


def parameters(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_same_keys():
    assert set(NL) ^ set(EN) == set()


@pytest.mark.parametrize("key", sorted(NL))
def test_same_parameters(key):
    assert parameters(NL[key]) == parameters(EN.get(key, ""))
    assert NL[key].strip()


def test_every_refusal_has_a_sentence_and_a_hint():
    codes = {
        code for path in SOURCE.rglob("*.py") for code in ERROR.findall(path.read_text("utf-8"))
    }
    assert "wallet.busy" in codes
    missing = {f"error.{c}.{part}" for c in codes for part in ("sentence", "hint")} - set(NL)
    assert not missing


@pytest.mark.parametrize("sentences", [NL, EN], ids=LANGUAGES)
def test_every_command_that_is_named_exists(sentences):
    said = " ".join(sentences.values())
    named = set(re.findall(r"regie-wallet ([a-z][a-z-]*)", said))
    assert "settings" in named
    assert named <= set(COMMANDS)


def test_every_word_of_the_log_has_a_sentence():
    assert {f"event.{kind}" for kind in Kind} <= set(NL)
    assert {f"outcome.{outcome}" for outcome in Outcome} <= set(NL)
    assert {f"type.{type_}" for type_ in Type} <= set(NL)
    assert {f"shared.{s}" for s in Shared if s is not Shared.NOT_APPLICABLE} <= set(NL)


def test_every_fault_has_a_sentence():
    import credential.log

    folder = Path(credential.log.__file__).parent
    sources = [*folder.glob("*.py"), SOURCE / "log.py"]
    found = {
        code
        for path in sources
        for code in re.findall(r'(?:Fault|_fault)\(\s*"([a-z_.]+)"', path.read_text("utf-8"))
    }
    assert "log.cut_off" in found
    assert {f"fault.{code}" for code in found} <= set(NL)


def test_every_command_is_explained():
    from wallet.cli import COMMANDS

    assert {f"command.{name}.help" for name in COMMANDS} <= set(NL)


def test_the_wallet_says_je():
    # Letters are the resident's own words to an organisation.
    for key in NL.keys() - {one for one in NL if one.startswith("letter.")}:
        assert not re.search(r"\b(u|uw)\b", NL[key]), key


def test_language():
    assert language("en", "nl", "nl_NL") == "en"
    assert language("", "en", "nl_NL") == "en"
    assert language("", "", "en_GB.UTF-8") == "en"
    assert language("", "", "C.UTF-8") == "nl"
    assert Texts("xx").lang == "nl"
    assert Texts("nl").find("no.such.key") is None
    with pytest.raises(KeyError):
        Texts("nl").get("no.such.key")
