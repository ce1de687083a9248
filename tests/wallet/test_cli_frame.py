"""The frame of the commands: opening, secrets, output, refusals."""

import fcntl
import json
import os
import pty
import subprocess
import sys

import pytest
from support.wallets import NOW, disclose, give_card

from wallet import cli, clock
from wallet.cli.output import Output, safe_lines
from wallet.config import Config
from wallet.errors import ExitCode, Fault, Shared, WalletError
from wallet.service.wallet import Wallet
from wallet.texts import Texts

PHRASE = "een zin van genoeg tekens"
SECRETS = {"REGIE_PASSPHRASE": PHRASE}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("wallet")
    with Wallet.create(home, PHRASE, config=Config(), at=NOW, entropy=clock.random_bytes) as wallet:
        give_card(wallet.store, copies=5)
        disclose(wallet.store, secret="\u202eJans\x1b[31m")
    return home


@pytest.fixture
def run(made, capsys, monkeypatch):
    monkeypatch.setenv("REGIE_HOME", str(made))
    monkeypatch.delenv("REGIE_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")

    def run(*arguments, secrets=SECRETS):
        code = cli.run(arguments, dict(secrets))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_activities_as_lines_and_objects(run):
    code, out, _ = run("activities", "--json", "--type", "disclosure")
    assert code == 0
    row = json.loads(out)
    assert row["version"] == 1
    assert row["outcome"] == "shared"
    assert row["shared"] == ["persoonsgegevens:given_name"]
    assert row["receipt"] == "verified"
    code, out, _ = run("activities", "--type", "disclosure")
    assert "Woonstichting Voorbeeldwonen: 1 gegeven gedeeld" in out
    assert run("--json", "activities", "--party", "niemand") == (0, "", "Geen activiteiten.\n")


def test_one_activity(run):
    row = json.loads(run("activities", "--json", "--type", "disclosure")[1])
    code, out, _ = run("activity", row["id"][:8], "--json")
    shown = json.loads(out)
    assert code == 0
    assert [event["kind"] for event in shown["events"]][:2] == [
        "request.received",
        "share.intended",
    ]
    assert {item["role"] for item in shown["evidence"]} == {"request", "scheme", "receipt"}
    assert not shown["values_erased"]
    assert shown["can_ask"]


def test_who(run):
    code, out, _ = run("who", "--json")
    assert code == 0
    assert json.loads(out)["claims"][0]["claim"] == "persoonsgegevens:given_name"
    assert "Sinds 01-01-2026, tot 01-01-2027" in run("who")[1]


def test_verify_and_head(run):
    code, out, _ = run("activities", "verify", "--json")
    assert (code, json.loads(out)["ok"]) == (0, True)
    words = json.loads(run("activities", "head", "--json")[1])["words"]
    assert len(words) == 8
    assert run("activities", "verify", "--head", " ".join(words))[0] == 0
    assert run("activities", "verify", "--head", " ".join([words[0]] * 8))[0] == ExitCode.LOG_BROKEN
    assert run("activities", "verify", "--head", "nee")[0] == ExitCode.USAGE


def test_verify_names_the_fault_with_exit_9(run, made):
    good = (made / "log.head").read_text()
    (made / "log.head").unlink()
    code, out, _ = run("activities", "verify")
    assert code == 9
    assert "het bestand log.head ontbreekt" in out
    (made / "log.head").write_text(good)


def test_forget_asks_first(run):
    row = json.loads(run("activities", "--json", "--type", "disclosure")[1])
    code, _, err = run("activities", "forget", row["id"])
    assert code == ExitCode.NOT_READY
    assert "hint: " in err


def test_language(run):
    assert "No activities." in run("--lang", "en", "activities", "--party", "x")[2]
    assert "No activities." in run("activities", "--party", "x", "--lang", "en")[2]


def test_help_in_both_languages(run):
    assert "Bekijk welke organisatie" in run("--help")[1]
    assert "See which organisation" in run("--lang", "en", "--help")[1]


def test_version(run):
    code, out, _ = run("--version")
    assert code == 0
    assert "SD-JWT (RFC 9901)" in out
    assert json.loads(run("--json", "--version")[1])["version"] == 1


@pytest.mark.parametrize("arguments", [("nope",), ("activity",), ("activities", "--type", "x")])
def test_usage(run, arguments):
    code, _, err = run(*arguments)
    assert code == ExitCode.USAGE
    assert "hint: " in err


def test_locked(run):
    code, out, err = run("activities", "--json", secrets={})
    assert code == ExitCode.NOT_READY
    assert json.loads(out)["error"] == "passphrase.missing"
    assert err.splitlines()[0] == "De wallet is op slot."
    assert err.splitlines()[1].startswith("hint: Geef de wachtzin")
    code, _, err = run("activities", secrets={"REGIE_PASSPHRASE": "verkeerd verkeerd"})
    assert code == ExitCode.NOT_READY
    assert "verkeerd" not in err


def test_no_wallet(run, tmp_path):
    code, _, err = run("--home", str(tmp_path), "activities", secrets={})
    assert code == ExitCode.NOT_READY
    assert "hint: Maak er een: regie-wallet init" in err


@pytest.mark.spec("Architecture", "Commands", "a secret file others can read is refused")
def test_passphrase_file(run, tmp_path):
    file = tmp_path / "zin"
    file.write_text(PHRASE + "\n")
    file.chmod(0o644)
    code, _, err = run("--passphrase-file", str(file), "activities", "head", secrets={})
    assert code == ExitCode.NOT_READY
    assert "hint: Maak het bestand alleen voor jou: chmod 600 zin" in err
    file.chmod(0o600)
    assert run("--passphrase-file", str(file), "activities", "head", secrets={})[0] == 0
    assert run("activities", "head", "--passphrase-file", str(file), secrets={})[0] == 0
    assert run("--passphrase-file", str(tmp_path / "x"), "who", secrets={})[0] == ExitCode.NOT_READY


def test_passphrase_from_standard_input(made):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "wallet",
            "--home",
            str(made),
            "--passphrase-file",
            "-",
            "activities",
            "head",
        ],
        input=PHRASE + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, len(done.stdout.split())) == (0, 8), done.stderr


def test_two_processes_one_writer(made):
    """The second writer stops with exit 4 and a sentence; a reader does not mind."""
    with (made / "lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        environment = os.environ | SECRETS | {"REGIE_LANG": "nl"}
        writer = subprocess.run(
            [sys.executable, "-m", "wallet", "--home", str(made), "activities", "forget", "x", "--yes"],
            capture_output=True, text=True, env=environment, check=False,
        )  # fmt: skip
        assert writer.returncode == 4
        assert writer.stderr.startswith("Je wallet is al open in een ander venster.")
        reader = subprocess.run(
            [sys.executable, "-m", "wallet", "--home", str(made), "activities"],
            capture_output=True, text=True, env=environment, check=False,
        )  # fmt: skip
        assert reader.returncode == 0, reader.stderr


def test_init(run, tmp_path):
    home = tmp_path / "nieuw"
    code, out, err = run("--home", str(home), "init")
    assert code == 0
    assert out.splitlines()[-1] == "Volgende stap: regie-wallet sync"
    assert str(home) in err
    assert (home.stat().st_mode & 0o777, (home / "wallet.db").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )
    assert run("--home", str(home), "init")[0] == ExitCode.NOT_READY
    short = {"REGIE_PASSPHRASE": "kort"}
    assert run("--home", str(tmp_path / "b"), "init", secrets=short)[0] == ExitCode.USAGE
    assert run("--home", str(tmp_path / "b"), "init", secrets={})[0] == ExitCode.NOT_READY
    assert not (tmp_path / "b").exists()


def test_init_at_the_keyboard(tmp_path):
    """The proposed words appear on the terminal, Enter takes them, and they are typed once more."""
    arguments = [
        sys.executable,
        "-m",
        "wallet",
        "--lang",
        "nl",
        "--home",
        str(tmp_path / "e"),
        "init",
    ]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(
            sys.executable, arguments, {k: v for k, v in os.environ.items() if "REGIE" not in k}
        )
    shown = expect(terminal, "tekens of meer)")
    phrase = next(line for line in shown.splitlines() if line.startswith("    ")).strip()
    assert len(phrase.split()) == 5
    os.write(terminal, b"\n")
    expect(terminal, "nog een keer")
    os.write(terminal, phrase.encode() + b"\n")
    shown = expect(terminal, "Volgende stap")
    assert phrase not in shown
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
    with Wallet.open(
        tmp_path / "e", phrase, write=True, at=NOW, entropy=clock.random_bytes
    ) as made:
        assert made.notices == ()


def expect(terminal, wanted):
    """Reads what the terminal shows until `wanted` stands there."""
    shown = ""
    while wanted not in shown:
        shown += os.read(terminal, 4096).decode()
    return shown


def test_init_with_a_scheme_that_does_not_answer_leaves_nothing(run, tmp_path):
    home, scheme = tmp_path / "f", tmp_path / "scheme"
    scheme.mkdir()
    options = ("--scheme", str(scheme), "--fingerprint", "AB:" * 31 + "AB")
    assert run("--home", str(home), "init", *options)[0] not in (ExitCode.OK, ExitCode.UNEXPECTED)
    assert {path.name for path in home.iterdir()} <= {"lock", "scheme"}
    assert run("--home", str(home), "init")[0] == ExitCode.OK


@pytest.mark.parametrize(
    "options",
    [
        ("--scheme", "http://example.org/", "--fingerprint", "0" * 64),
        ("--scheme", "https://example.org/"),
        ("--scheme", "https://example.org/", "--fingerprint", "xyz"),
        ("--scheme", "geen-map", "--fingerprint", "0" * 64),
        ("--allow-network", "overal"),
    ],
)
def test_init_refuses_unsafe_settings(run, tmp_path, options):
    code, _, err = run("--home", str(tmp_path / "c"), "init", *options)
    assert code == ExitCode.USAGE
    assert err.startswith("De instelling ")


def test_unknown_setting_is_named(run, tmp_path):
    home = tmp_path / "d"
    assert run("--home", str(home), "init")[0] == 0
    (home / "wallet.toml").write_text('tls_verify = "no"\n')
    code, _, err = run("--home", str(home), "who")
    assert code == ExitCode.USAGE
    assert "tls_verify" in err


@pytest.mark.parametrize(
    ("shared", "line"),
    [
        (Shared.NOTHING, "er is niets gedeeld"),
        (Shared.MAYBE, "er is mogelijk iets gedeeld"),
        (Shared.NOT_APPLICABLE, None),
    ],
)
def test_refusal_says_whether_data_left(capsys, shared, line):
    say = Output(Texts("nl"), json_mode=True)
    say.refusal(WalletError("copy.spent", exit=ExitCode.USAGE, fault=Fault.USER, shared=shared))
    out, err = capsys.readouterr()
    assert err.splitlines()[2:] == ([line] if line else [])
    assert json.loads(out)["shared"] == shared.value


def test_unexpected_error_tells_place_not_content(run, monkeypatch):
    def fail(*_arguments, **_more):
        raise RuntimeError("Jans")

    monkeypatch.setattr(Wallet, "open", fail)
    code, _, err = run("who")
    assert code == ExitCode.UNEXPECTED
    assert "RuntimeError" in err
    assert "Jans" not in err


def test_interrupted(run, monkeypatch):
    def stop(*_arguments, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(Wallet, "open", stop)
    assert run("who")[0] == ExitCode.INTERRUPTED


def test_nothing_foreign_steers_the_terminal(run):
    assert safe_lines("a\x1b[31mb\u202ec\nd\x07") == "a[31mbc\nd"
    row = json.loads(run("activities", "--json", "--type", "disclosure")[1])
    out = run("activity", row["id"])[1]
    assert "\x1b" not in out
    assert "\u202e" not in out
