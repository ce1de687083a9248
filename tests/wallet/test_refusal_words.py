"""Every refusal says which rule, in words of both languages, and no code stands there alone."""

import re
from pathlib import Path

import pytest

import credential
import wallet
from wallet import refusalwords
from wallet.errors import Distrusted, WalletError, from_credential
from wallet.refusals import MessageError
from wallet.texts import Texts

_RAISED = re.compile(
    r'(?:MessageError|NotTrusted|NotAllowed|NotValidNow|Malformed|Undetermined)\(\s*"([a-z0-9_.]+)"'
)
# What a request, its signature, its certificate or its registration can break.
_GROUPS = {
    *("request", "dcql", "jose", "x5c", "access", "registration", "trust", "scheme"),
    *("transaction", "policy", "card", "sdjwt", "json", "base64url", "jwe", "status"),
}


def raised() -> set[str]:
    found: set[str] = set()
    for package in (wallet, credential):
        for file in Path(next(iter(package.__path__))).rglob("*.py"):
            found |= set(_RAISED.findall(file.read_text("utf-8")))
    return {rule for rule in found if rule.partition(".")[0] in _GROUPS}


@pytest.mark.spec("House rules", "7", "every refusal says which rule failed, in words")
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_rule_has_words(lang: str) -> None:
    texts, rules = Texts(lang), raised()
    assert len(rules) > 100
    assert {rule for rule in rules if refusalwords.rule_words(rule, texts) is None} == set()


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_rule_of_a_request_has_words_of_its_own(lang: str) -> None:
    texts = Texts(lang)
    own = {rule for rule in raised() if rule.startswith("request.")}
    own |= {"request.nonce", "request.state"}
    assert {rule for rule in own if texts.find(f"rule.{rule}") is None} == set()


def test_words_rule_and_section_stand_together() -> None:
    error = MessageError("request.expired", "RFC 7519 4.1.4")
    assert refusalwords.sentence(error, Texts("nl")) == (
        "Het verzoek is verlopen. Vraag om een nieuwe link. "
        "Daarom gaat je wallet niet verder (regel: request.expired, RFC 7519 4.1.4)."
    )
    assert "has expired" in refusalwords.sentence(error, Texts("en"))


def test_other_refusals_keep_their_sentence() -> None:
    texts = Texts("nl")
    unknown = Distrusted("message.not-trusted", rule="strange.thing", section="X 1")
    assert "strange.thing, X 1" in refusalwords.sentence(unknown, texts)
    from credential.errors import NotTrusted

    anchor = from_credential(NotTrusted("x5c.no_anchor", "RFC 5280 6.1"))
    assert "Niemand die je wallet vertrouwt" in refusalwords.sentence(anchor, texts)
    from wallet.errors import ExitCode

    other = WalletError("no.such.code", exit=ExitCode.UNEXPECTED)
    assert "no.such.code" in refusalwords.sentence(other, texts)
