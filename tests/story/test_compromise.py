"""The story of a leaked key: who refuses what within which time, what stays, and how it goes on."""

import pytest
from support.played import play

STEPS = [
    "town",
    "wallet",
    "cards",
    "signed-up",
    "leaked",
    "drilled",
    "revoked",
    "wallet-refuses",
    "within",
    "corporation-stops",
    "evidence-stays",
    "corporation-back",
    "card-key-leaked",
    "old-card-refused",
    "wallet-told",
    "new-key",
    "fetched-again",
]
SECRETS = ["999999345", "Groot Esselink", "vijf rustige woorden vooraf bedacht"]

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def story():
    """The story, played once; its folder is searched afterwards and then removed."""
    yield from play("compromise")


@pytest.mark.spec("Architecture", "Demo", "a leaked key of a corporation, and of a municipality")
def test_every_step_holds(story):
    assert story.names == STEPS


@pytest.mark.spec("Regie trust", "1.4", "a revoked access certificate: refused after one sync")
def test_who_refuses_and_when(story):
    assert "trust.certificate_revoked" in story.detail("wallet-refuses")["said"]
    # Who fetches nothing is stopped by the age of the list, in other words.
    assert "trust.certificate_revoked" not in story.detail("within")["said"]
    assert story.detail("revoked")["waiting"] == ["woonstichting-voorbeeldwonen/access.pem"]
    assert story.detail("drilled")["drill"]


@pytest.mark.spec("Regie trust", "4.5", "what a leaked key signed counts no longer, whenever")
def test_the_municipality(story):
    assert story.detail("old-card-refused")["failed"]
    assert story.detail("wallet-told")["distrusted"] == len(story.detail("cards")["kinds"])
    assert set(story.detail("fetched-again")["cards"].values()) == {"valid"}


@pytest.mark.spec("Architecture", "Wallet", "the log and its receipts hold after a compromise")
def test_what_stays(story):
    stays = story.detail("evidence-stays")
    assert "receipt.verified" in stays["events"]
    assert stays["entries"] > 0
    numbers = {story.detail(step)["number"] for step in ("signed-up", "corporation-back")}
    assert len(numbers) == 1


@pytest.mark.spec("House rules", "8", "a compromise leaves nothing in any log or address")
def test_nothing_personal_in_talk_logs_or_addresses(story):
    assert not story.leaks(SECRETS)
