"""What starts fast imports nothing it does not use; seen in a process of its own (ARCHITECTURE.md)."""

import json
import os
import subprocess
import sys

import pytest
from support.wallets import NOW, give_card

from wallet import clock, hygiene
from wallet.config import Config
from wallet.service.wallet import Wallet

HEAVY = {
    "textual", "rich", "httpx", "httpcore", "jwt", "joserfc", "starlette", "uvicorn", "jinja2",
    "sqlalchemy", "alembic", "qrcode", "PIL", "zxingcpp", "deflate", "msgspec",
}  # fmt: skip
PHRASE = "een zin van genoeg tekens"
PROGRAM = """
import json, sys
from wallet import cli, hygiene
code = cli.run(sys.argv[1:], hygiene.start())
print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wallet")
    with Wallet.create(folder, PHRASE, config=Config(), at=NOW, entropy=clock.random_bytes) as made:
        give_card(made.store)
    return folder


def imported(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize("arguments", [("--version",), ("cards",), ("activities",), ("who",)])
def test_light_commands(home, arguments):
    modules = imported("--home", str(home), *arguments, REGIE_PASSPHRASE=PHRASE)
    assert not modules & HEAVY
    assert not modules & {"issuer", "verifier", "registrar"}


def test_cards_are_shown_without_certificates(home):
    program = PROGRAM.replace("name.partition('.')[0]", "name")
    done = subprocess.run(
        [sys.executable, "-c", program, "--home", str(home), "cards"],
        capture_output=True,
        text=True,
        env=os.environ | {"REGIE_PASSPHRASE": PHRASE},
        check=True,
    )
    _, names = json.loads(done.stderr.splitlines()[-1])
    assert not {"cryptography.x509", "credential.trust"} & set(names)


def test_version_does_not_even_open_the_store():
    assert not imported("--version") & {"sqlite_utils", "sqlcipher3"}


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux")
def test_process_is_closed_to_others():
    program = (
        "import ctypes, os, resource; from wallet import hygiene; secrets = hygiene.start()\n"
        "assert secrets == {'REGIE_PASSPHRASE': 'geheim'}; assert 'REGIE_PASSPHRASE' not in os.environ\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0\n"
        "assert not hygiene.dumpable() and os.umask(0) == 0o077\n"
    )
    environment = os.environ | {"REGIE_PASSPHRASE": "geheim"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_children_get_no_secrets(monkeypatch):
    monkeypatch.setenv("REGIE_PIN", "1234")
    assert "REGIE_PIN" not in hygiene.clean_environment()
