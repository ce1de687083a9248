"""The story as a newcomer sees it: installed commands as processes, real https, real files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import canary

ROOT = Path(__file__).resolve().parents[2]
STEPS = [
    "town",
    "wallet",
    "offer",
    "receive",
    "cards",
    "municipality-off",
    "request",
    "over-asked-declined",
    "share",
    "verdict",
    "receipt",
    "network",
    "log",
    "log-verified",
    "tamper-found",
    "erased",
    "municipality-on",
    "revoked",
    "synced",
    "refused",
]
# The resident of the story, as the register's test data has it (examples/town/brp/README.md).
BSN = "999999345"
SECRETS = {
    "bsn": BSN,
    "family name": "Groot Esselink",
    "passphrase": "vijf rustige woorden vooraf bedacht",
    "e-mail": "bewoner@voorbeeld.example",
}
INPUTS = {"person.secret", "words.secret", "spoken-code.secret"}

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def story():
    """The story, played once; its folder is searched afterwards and then removed."""
    done = subprocess.run(
        [sys.executable, "-m", "examples.town", "--script", "--json", "--keep"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    told = json.loads(done.stdout.splitlines()[-1])
    folder = Path(told["steps"][0]["detail"]["folder"])
    yield told, folder, done
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def resident_street() -> str:
    people = json.loads((ROOT / "examples/town/brp/personen.json").read_text("utf-8"))["personen"]
    mine = next(one for one in people if one["burgerservicenummer"] == BSN)
    return str(mine["verblijfplaats"]["verblijfadres"]["officieleStraatnaam"])


def files_of(folder: Path, *, but: set[str]) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name not in but]


def test_every_step_of_the_contract_holds(story):
    """Step names, their order and the JSON line are a contract (ARCHITECTURE.md, Demo)."""
    told, _, _ = story
    assert told["version"] == 1
    assert told["ok"] is True
    assert [step["name"] for step in told["steps"]] == STEPS
    assert all(step["ok"] is True and isinstance(step["ms"], int) for step in told["steps"])


@pytest.mark.spec("House rules", "8", "no personal data in any log, error, URL or argv")
def test_nothing_personal_in_talk_logs_or_command_lines(story):
    _, folder, done = story
    secrets = [*SECRETS.values(), resident_street()]
    talk = [path for path in (folder / "logs").iterdir() if path.suffix in {".talk", ".server"}]
    assert len(talk) >= 5
    assert canary.search([*talk, *(folder / "network").iterdir()], secrets) == {}
    assert canary.findings((done.stdout + done.stderr).encode(), secrets) == set()


@pytest.mark.spec("House rules", "8", "no personal data readable in any wallet file")
def test_wallet_files_show_nothing(story):
    _, folder, _ = story
    secrets = [*SECRETS.values(), resident_street(), "given_name", "eyJ0eXAiOiJkYytzZC1qd3Q"]
    files = [file for home in folder.glob("wallet*") for file in files_of(home, but=set())]
    private = [file for file in files if "scheme" not in file.parts]
    assert any(file.name == "wallet.db" for file in private)
    assert canary.search(private, secrets) == {}


@pytest.mark.spec("House rules", "8", "no personal data readable at rest at any party")
def test_no_party_keeps_anything_readable(story):
    """Databases, write-ahead logs, status lists and the mirror: nothing in any form."""
    _, folder, _ = story
    secrets = [*SECRETS.values(), resident_street()]
    homes = ("verifier", "issuer", "mirror", "registrar", "grasping")
    files = [file for home in homes for file in files_of(folder / home, but=INPUTS)]
    assert any(file.name == "verifier.db" for file in files)
    assert any(file.name == "issuer.db" for file in files)
    assert canary.search(files, secrets) == {}


def test_the_canary_would_see_the_inputs(story):
    """The files that people type secrets into do hold them, so the search works here."""
    _, folder, _ = story
    assert canary.search([folder / "person.secret"], [BSN])
