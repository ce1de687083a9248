"""The story of a merger: two municipalities become one, and no card and no year is lost."""

from datetime import date

import pytest
from support.played import play

STEPS = [
    "town",
    "wallet",
    "old-cards",
    "signed-up",
    "announced",
    "merged",
    "taken-over",
    "still-good",
    "nothing-new",
    "new-cards",
    "history",
    "last-day",
    "over",
]
SECRETS = ["999990500", "Paula Prins", "Zuidwal", "vijf rustige woorden vooraf bedacht"]
OLD, NEW = "Gemeente Westhove", "Gemeente Voorbeeldstad"

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def story():
    """The story, played once; its folder is searched afterwards and then removed."""
    yield from play("merger")


@pytest.mark.spec("Architecture", "Demo", "a merger from the announcement to the last card")
def test_every_step_holds(story):
    assert story.names == STEPS


@pytest.mark.spec("Regie trust", "4.5", "an announced step holds from its day, without a new list")
def test_the_day_itself(story):
    day = story.detail("announced")["day"]
    assert "geeft geen kaartjes meer uit" in story.detail("merged")["said"]
    before = str(date.fromordinal(date.fromisoformat(day).toordinal() - 1))
    assert story.detail("history")["allowed"] == {before: True, day: False}


@pytest.mark.spec("Regie formats", "7", "the successor signs the old lists; nobody loses a card")
def test_what_goes_on(story):
    assert story.detail("taken-over") == {"signers": [NEW], "revoked": {}}
    assert story.detail("still-good")["now"] == [NEW]
    assert story.detail("nothing-new")["successors"] == [NEW]


@pytest.mark.spec("Regie domain", "6", "resident since does not restart at a merger")
def test_no_year_is_lost(story):
    before, after = story.detail("old-cards")["since"], story.detail("new-cards")["since"]
    assert before == after
    assert before["resident_since"] == "1987-11-27"
    assert before["municipality_since"] == before["region_since"] == "1962-05-28"
    numbers = {story.detail(step)["number"] for step in ("signed-up", "still-good", "new-cards")}
    assert len(numbers) == 1


@pytest.mark.spec("Regie trust", "4.5", "old cards verify to their expiry, and no longer")
def test_to_the_last_hour(story):
    expires = date.fromisoformat(story.detail("still-good")["expires"][:10])
    last = date.fromisoformat(story.detail("last-day")["day"])
    assert (expires - last).days <= 1
    assert story.detail("over")["states"]["persoonsgegevens"] == "expired"


@pytest.mark.spec("House rules", "8", "a merger leaves nothing in any log or address")
def test_nothing_personal_in_talk_logs_or_addresses(story):
    assert not story.leaks(SECRETS)
