"""Keeping it safe from the command line: passphrase, PIN, and wiping everything."""

import json
from pathlib import Path

import click
import pytest
from support.keyrings import keyring_of_this_computer
from support.wallets import NOW, disclose, give_card

from wallet import cli, clock, keyfile
from wallet.cli.output import Output
from wallet.cli.session import Session
from wallet.config import Config
from wallet.errors import ExitCode, NotReady
from wallet.lock import WriterLock
from wallet.service import confirm
from wallet.service.wallet import Wallet

PHRASE = "een zin van genoeg tekens"
OTHER = "een heel andere zin"
PIN = "804219"
SECRETS = {"REGIE_PASSPHRASE": PHRASE}


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "wallet"
    with Wallet.create(folder, PHRASE, config=Config(), at=NOW, entropy=clock.random_bytes) as made:
        give_card(made.store, secret="Anna")
        disclose(made.store)
    return folder


@pytest.fixture
def ring():
    with keyring_of_this_computer() as found:
        yield found


@pytest.fixture
def run(home, capsys):
    def run(*arguments, secrets=SECRETS):
        code = cli.run(["--lang", "nl", "--home", str(home), *arguments], dict(secrets))
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def person(monkeypatch):
    """Somebody at the keyboard; what is typed, in order."""
    answers = []
    monkeypatch.setattr(Output, "interactive", property(lambda _: True))
    monkeypatch.setattr(click, "prompt", lambda *_, **__: answers.pop(0))
    return answers


def secret(folder: Path, text: str) -> str:
    path = folder / f"secret-{len(text)}"
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


def test_another_passphrase_by_file(run, home, tmp_path):
    code, out, _ = run("passphrase", "--new", secret(tmp_path, OTHER), "--json")
    assert (code, json.loads(out)) == (0, {"version": 1, "outcome": "changed"})
    assert run("cards")[0] == ExitCode.NOT_READY
    assert run("cards", secrets={"REGIE_PASSPHRASE": OTHER})[0] == 0


def test_another_passphrase_by_hand(run, person, home):
    person += [PHRASE, OTHER, OTHER]
    code, out, err = run("passphrase", secrets={})
    assert code == 0
    assert "Je wachtzin is veranderd." in out
    confirm.check(home, OTHER)
    person += [OTHER, "een zin"]
    assert run("passphrase", secrets={})[0] == ExitCode.USAGE
    person += [OTHER, PHRASE, PHRASE + "x"]
    assert run("passphrase", secrets={})[0] == ExitCode.USAGE
    confirm.check(home, OTHER)
    assert OTHER not in out + err


def test_a_pin_by_hand_opens_every_command(run, person, home, ring):
    assert "Je hebt geen pincode." in run("pin", "--show")[1]
    person += [PIN, PIN]
    code, out, _ = run("pin")
    assert code == 0
    assert "Je pincode is ingesteld." in out
    assert run("cards", secrets={"REGIE_PIN": PIN})[0] == 0
    person.append(PIN)
    assert run("cards", secrets={})[0] == 0
    code, out, _ = run("pin", "--show", "--json")
    assert json.loads(out) == {"version": 1, "outcome": "shown", "pin": "set"}


def test_a_pin_by_file(run, tmp_path, ring):
    assert run("pin", "--new", secret(tmp_path, PIN))[0] == 0
    file = secret(tmp_path, PIN)
    assert run("cards", "--pin-file", file, secrets={})[0] == 0
    Path(file).chmod(0o644)
    code, _, err = run("cards", "--pin-file", file, secrets={})
    assert code == ExitCode.NOT_READY
    assert "Anderen kunnen" in err


def test_changing_the_pin_takes_the_passphrase(run, person, tmp_path, ring):
    assert run("pin", "--new", secret(tmp_path, PIN))[0] == 0
    person += [PHRASE, "731946", "731946"]
    assert run("pin", secrets={"REGIE_PIN": PIN})[0] == 0
    code, _, err = run("cards", secrets={"REGIE_PIN": PIN})
    assert code == ExitCode.NOT_READY
    assert "nog 4 keer" in err
    assert run("pin", "--remove", secrets={"REGIE_PIN": "731946"})[0] == 0
    assert ring.kept == {}


def test_what_is_no_pin_is_refused_by_name(run, person, tmp_path, ring):
    assert "6 tot 11 cijfers" in run("cards", secrets={"REGIE_PIN": "12"})[2]
    person += [PIN, "804218"]
    assert "niet gelijk" in run("pin")[2]
    assert "te makkelijk" in run("pin", "--new", secret(tmp_path, "111111"))[2]
    assert run("pin", "--show", "--remove")[0] == ExitCode.USAGE
    assert "Je hebt geen pincode." in run("pin", "--remove")[2]


def test_without_a_keyring_it_says_so(run):
    code, _, err = run("pin")
    assert code == ExitCode.NOT_READY
    assert "Op deze computer werkt een pincode niet." in err
    assert "geen sleutelhanger" in run("pin", "--show")[1]


@pytest.mark.spec("Architecture", "Wallet", "before anything leaves, the passphrase or PIN again")
def test_confirming_asks_again_and_a_typing_error_is_no_end(home, person, ring, monkeypatch):
    session = Session(home_option=str(home), lang_option="nl")
    person += ["verkeerde zin hier", PHRASE]
    session.confirm()
    person += ["verkeerde zin hier"] * confirm.TRIES
    with pytest.raises(NotReady, match=r"passphrase\.wrong"):
        session.confirm()
    given = Session(home_option=str(home), secrets={"REGIE_PASSPHRASE": PHRASE})
    given.confirm()
    assert person == []
    monkeypatch.setattr(Output, "interactive", property(lambda _: False))
    with pytest.raises(NotReady, match=r"terminal\.needed"):
        session.confirm()


def test_wiping_asks_twice_and_needs_the_word(run, person, home):
    person.append("nee")
    assert run("reset")[0] == ExitCode.DECLINED
    person += ["ja", "wis"]
    code, _, err = run("reset")
    assert code == ExitCode.USAGE
    assert "Er is niets gewist" in err
    assert run("reset", "--yes")[0] == ExitCode.USAGE
    assert run("reset", "--yes", "--word", "ja")[0] == ExitCode.USAGE
    assert run("cards")[0] == 0
    person += ["ja", "Wissen"]
    code, out, err = run("reset")
    assert code == 0
    assert "Je wallet is gewist." in out
    assert "Niemand kan dat terughalen" in err
    assert not home.exists()


def test_wiping_needs_no_passphrase_and_leaves_other_files_alone(run, home):
    (home / "scheme").mkdir()
    (home / "scheme" / "scheme.jws").write_text("x")
    (home / "boodschappen.txt").write_text("kaas")
    assert run("reset", "--yes", "--word", "wipe", secrets={})[0] == 0
    assert [path.name for path in home.iterdir()] == ["boodschappen.txt"]
    assert run("cards")[0] == ExitCode.NOT_READY


def test_wiping_destroys_the_half_in_the_keyring(run, tmp_path, ring):
    assert run("pin", "--new", secret(tmp_path, PIN))[0] == 0
    assert ring.kept
    assert run("reset", "--yes", "--word", "wissen")[0] == 0
    assert ring.kept == {}


@pytest.mark.spec("Architecture", "Wallet", "reset destroys the keys before anything else")
def test_the_wrapped_key_is_overwritten_before_it_goes(run, home, monkeypatch):
    seen = []
    unlink = Path.unlink

    def watched(path, missing_ok=False):
        if path.name == keyfile.FILE:
            seen.append(path.read_bytes())
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", watched)
    assert run("reset", "--yes", "--word", "wissen")[0] == 0
    assert set(seen[0]) == {0}


def test_an_open_wallet_is_not_wiped(run, home):
    held = WriterLock.take(home)
    assert run("reset", "--yes", "--word", "wissen")[0] == ExitCode.NOT_READY
    held.release()
    assert run("cards")[0] == 0


@pytest.mark.spec("House rules", "6", "wiping that was cut off can be done again")
def test_wiping_that_was_cut_off_goes_on(run, home, monkeypatch):
    def cut(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", cut)
        assert run("reset", "--yes", "--word", "wissen")[0] == ExitCode.INTERRUPTED
    assert set((home / keyfile.FILE).read_bytes()) == {0}
    assert run("cards")[0] == ExitCode.NOT_READY
    assert run("reset", "--yes", "--word", "wissen")[0] == 0
    assert not home.exists()


def test_there_must_be_something_to_wipe(run, home):
    assert run("reset", "--yes", "--word", "wissen")[0] == 0
    code, _, err = run("reset", "--yes", "--word", "wissen")
    assert code == ExitCode.NOT_READY
    assert "Hier staat nog geen wallet." in err
