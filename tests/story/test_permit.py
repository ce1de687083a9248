"""The story of a permit: installed commands as processes, two cards, one signature, five states."""

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
    "cards",
    "filled-in",
    "asked",
    "signed",
    "network",
    "checked",
    "submitted",
    "followed",
    "question",
    "decided",
    "published",
    "changed",
    "not-authorised",
]
SECRETS = [
    "Test BV Donald",
    "Een terras met zes tafels",
    "Plattegrond terras Donald",
    "GPS 51.5904",
    "Hoe breed is de stoep",
    "vier meter breed",
    "Het terras past op de stoep",
    "vijf rustige woorden vooraf bedacht",
]

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def story():
    """The story, played once; its folder is searched afterwards and then removed."""
    words = ["--script", "--json", "--keep", "--story", "permit"]
    done = subprocess.run(
        [sys.executable, "-m", "examples.town", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    told = json.loads(done.stdout.splitlines()[-1])
    folder = Path(told["steps"][0]["detail"]["folder"])
    yield told, folder, done
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def detail(told: dict, name: str) -> dict:
    return next(step["detail"] for step in told["steps"] if step["name"] == name)


@pytest.mark.spec("Architecture", "Demo", "from two cards at the desk to a decision in the wallet")
def test_every_step_holds(story):
    told, _, _ = story
    assert told["ok"] is True
    assert [step["name"] for step in told["steps"]] == STEPS
    assert all(step["ok"] is True and isinstance(step["ms"], int) for step in told["steps"])


@pytest.mark.spec(
    "Regie domain", "2.6", "the permit desk is the municipality, as the one that asks"
)
def test_who_asks_and_what(story):
    told, _, _ = story
    asked = detail(told, "asked")
    assert asked["asker"]["name"] == "Gemeente Voorbeeldstad, vergunningen"
    assert asked["asker"]["oin"] == "00000099000000001000"
    claims = set(asked["sets"][0])
    assert "kvk-inschrijving:representative_authorised" in claims
    assert "bag-object:address" in claims
    assert not any("housing_pseudonym" in name for name in claims)
    assert detail(told, "signed")["receipt"] == "verified"
    assert detail(told, "checked")["checked"] == ["bag-object", "kvk-inschrijving"]


@pytest.mark.spec("Architecture", "Verifier", "no connection is opened to verify a permit either")
def test_who_spoke_with_whom(story):
    told, _, _ = story
    port = detail(told, "town")["ports"]["verifier"]
    assert detail(told, "network")["contacts"] == [{"process": "wallet", "port": port}]


@pytest.mark.spec("Regie domain", "2.6", "the wallet shows every state, up to bekendgemaakt")
def test_the_states_and_the_term(story):
    told, _, _ = story
    received = detail(told, "submitted")
    assert received["due"][:10] > received["submitted"][:10]
    followed = detail(told, "followed")
    assert followed["request"] == received["number"]
    assert (followed["state"], followed["due"]) == ("received", received["due"])
    assert detail(told, "question")["states"] == ["information_requested", "in_progress"]
    published = detail(told, "published")
    assert published["states"] == [
        "received",
        "in_progress",
        "information_requested",
        "in_progress",
        "decided",
        "published",
    ]
    assert int(published["delete_by"][:4]) == int(received["submitted"][:4]) + 5


@pytest.mark.spec("Regie formats", "13", "what was not signed is not submitted")
def test_what_does_not_go(story):
    told, _, _ = story
    assert "niet wat u ondertekende" in detail(told, "changed")["page"]
    refused = detail(told, "not-authorised")
    assert refused["rule"] == "policy.representative"


@pytest.mark.spec("House rules", "8", "an application leaves nothing in any log or address")
def test_nothing_personal_in_talk_logs_or_addresses(story):
    _, folder, done = story
    talk = [path for path in (folder / "logs").iterdir() if path.suffix in {".talk", ".server"}]
    assert len(talk) >= 5
    assert canary.search([*talk, *(folder / "network").iterdir()], SECRETS) == {}
    assert canary.findings((done.stdout + done.stderr).encode(), SECRETS) == set()


@pytest.mark.spec("House rules", "8", "words, attachments and decisions are sealed at rest")
def test_nothing_readable_at_rest(story):
    _, folder, _ = story
    files = [
        file
        for home in ("issuer", "verifier", "mirror", "registrar", "wallet")
        for file in (folder / home).rglob("*")
        if file.is_file()
    ]
    assert any(file.name == "verifier.db" for file in files)
    assert any(file.name == "wallet.db" for file in files)
    assert canary.search(files, SECRETS) == {}


def test_the_canary_would_see_the_inputs(story):
    """The files that people type into do hold them, so the search works here."""
    _, folder, _ = story
    assert canary.search([folder / "said-nl.secret"], ["Het terras past op de stoep"])
