"""The story of the municipality: installed commands as processes, and nothing readable left."""

import pytest
from support import canary
from support.played import play

STEPS = [
    "town",
    "wallet",
    "log-in",
    "applied",
    "decided",
    "moved",
    "refreshed",
    "corrected",
    "processing",
    "paper",
]
BSN = "999999345"
SECRETS = [
    BSN,
    "Groot Esselink",
    "Nieuwe Voorbeeldlaan",
    "Mijn huis wordt gesloopt",
    "op mijn geboorteakte",
    "De akte in ons archief",
    "vijf rustige woorden vooraf bedacht",
]

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def story():
    """The story, played once; its folder is searched afterwards and then removed."""
    yield from play("municipality")


@pytest.mark.spec("Architecture", "Demo", "from a login at home to an extract on paper")
def test_every_step_holds(story):
    assert story.names == STEPS


@pytest.mark.spec("House rules", "8", "a login, a case and a correction leave nothing in any log")
def test_nothing_personal_in_talk_logs_or_addresses(story):
    assert not story.leaks(SECRETS)


@pytest.mark.spec("House rules", "8", "what residents wrote and clerks decided is sealed at rest")
def test_nothing_readable_at_rest(story):
    _, folder, _ = story
    files = [
        file
        for home in ("issuer", "verifier", "mirror", "registrar", "wallet")
        for file in (folder / home).rglob("*")
        if file.is_file()
    ]
    assert any(file.name == "issuer.db" for file in files)
    assert any(file.name == "wallet.db" for file in files)
    assert canary.search(files, SECRETS) == {}


def test_the_canary_would_see_the_inputs(story):
    """The files that people type into do hold them, so the search works here."""
    _, folder, _ = story
    assert canary.search([folder / "person.secret"], [BSN])
    assert canary.search([folder / "correction.secret"], ["op mijn geboorteakte"])
