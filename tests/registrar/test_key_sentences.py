"""Every refusal about keys says what is wrong and what to do, in both languages."""

import re
from pathlib import Path

import pytest

import registrar
import tokens
from registrar import texts

PACKAGE = Path(registrar.__file__).parent
FILES = (
    "own", "authority", "keystore", "papers", "safe", "installing", "roothome", "ceremony",
    "machine", "home", "service/keys", "service/rooting", "service/revoking", "service/ceremony",
    "service/setup", "cli/keys", "cli/root", "cli/ceremony", "cli/papers",
)  # fmt: skip
RAISED = re.compile(r'(?:BadInput|NotReady|Untrusted|NothingFound)\(\s*"([a-z_.]+)"')
OF_TOKENS = re.compile(r'(?:_fault|refuse)\(\s*"(hsm\.[a-z_]+)"')


def codes():
    found = set()
    for name in FILES:
        found |= set(RAISED.findall((PACKAGE / f"{name}.py").read_text()))
    for file in Path(tokens.__file__).parent.glob("*.py"):
        found |= set(OF_TOKENS.findall(file.read_text()))
    return sorted(found)


@pytest.mark.spec("House rules", "7", "a refusal says which rule and what to do, in both languages")
def test_every_refusal_has_a_sentence_and_a_hint():
    assert len(codes()) > 40
    missing = [
        (language, part, code)
        for language in texts.LANGUAGES
        for part in ("fault", "hint")
        for code in codes()
        if code.partition(".")[2] not in _table(language, part, code.partition(".")[0])
    ]
    assert not missing


def _table(language, part, group):
    return texts.texts(language).get(part, {}).get(group, {})


def test_the_verifier_has_words_for_its_token():
    from verifier import texts as verifier_texts

    folder = Path(verifier_texts.__file__).parent
    for language in ("nl", "en"):
        text = (folder / f"{language}.toml").read_text("utf-8")
        for code in {one for one in codes() if one.startswith("hsm.")} | {"keys.token_file"}:
            assert f"\n{code.replace('.', '_')} = " in text, code
