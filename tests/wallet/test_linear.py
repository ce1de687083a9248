"""Commands are linear: complete sentences, nothing drawn, nothing that only colour says."""

import re
import unicodedata

import pytest
from support.wallets import NOW, disclose, give_card

from wallet import cli, clock
from wallet.cli import COMMANDS
from wallet.config import Config
from wallet.service.wallet import Wallet
from wallet.texts import LANGUAGES, flat, load

PHRASE = "een zin van genoeg tekens"
READ_ALOUD = set(" \n.,;:!?'\"()[]/-_+%@=…€")
"""Beside letters and digits: what a screen reader passes over, or says in a word."""
LOOKING = [
    ("--help",),
    ("--version",),
    ("cards",),
    ("activities",),
    ("who",),
    ("settings",),
    ("activities", "head"),
    ("activities", "verify"),
    ("install-links", "--show"),
    *((name, "--help") for name in COMMANDS),
]


def strange(text):
    """Signs in this text that are not read aloud as what they mean."""
    return {sign for sign in text if not sign.isalnum() and sign not in READ_ALOUD}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.spec("House rules", "10", "no sentence of a command needs eyes")
def test_no_sentence_draws(lang):
    for key, sentence in flat(load(lang)).items():
        if not key.startswith("tui."):
            # How a file is written has the signs it is written with.
            plain = re.sub(r"\{[a-z_]*\}|\{\{|\}\}", "", sentence)
            assert not strange(plain), key


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("wallet")
    with Wallet.create(home, PHRASE, config=Config(), at=NOW, entropy=clock.random_bytes) as wallet:
        give_card(wallet.store, copies=5)
        disclose(wallet.store)
    return home


@pytest.mark.parametrize("arguments", LOOKING, ids=" ".join)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.spec("House rules", "10", "output in lines, without colour and without drawing")
def test_what_a_command_says_can_be_read_aloud(made, capsys, monkeypatch, lang, arguments):
    monkeypatch.setenv("REGIE_HOME", str(made))
    code = cli.run(["--lang", lang, *arguments], {"REGIE_PASSPHRASE": PHRASE})
    assert code == 0
    out, err = capsys.readouterr()
    said = out + err
    assert "\x1b" not in said
    assert not {sign for sign in said if unicodedata.category(sign) in ("So", "Sk", "Co", "Cf")}
    # Usage lines of `--help` have bars and stars of their own; nothing else has.
    if "--help" not in arguments:
        assert not strange(re.sub(r"/\S+", "", said)) - set("|")


@pytest.mark.parametrize("arguments", LOOKING[2:5], ids=" ".join)
def test_no_line_has_columns(made, capsys, monkeypatch, arguments):
    """What stands behind a gap is read as if it belonged to the next line."""
    monkeypatch.setenv("REGIE_HOME", str(made))
    cli.run(["--lang", "nl", *arguments], {"REGIE_PASSPHRASE": PHRASE})
    for line in capsys.readouterr().out.splitlines():
        assert not re.search(r"\S {4,}\S", line), line
