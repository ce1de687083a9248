"""The story of a permit: installed commands as processes, two cards, one signature, five states."""

import pytest
from support import canary
from support.played import play

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
    yield from play("permit")


@pytest.mark.spec("Architecture", "Demo", "from two cards at the desk to a decision in the wallet")
def test_every_step_holds(story):
    assert story.names == STEPS
    assert all(step["ok"] is True and isinstance(step["ms"], int) for step in story.told["steps"])


@pytest.mark.spec(
    "Regie domain", "2.6", "the permit desk is the municipality, as the one that asks"
)
def test_who_asks_and_what(story):
    asked = story.detail("asked")
    assert asked["asker"]["name"] == "Gemeente Voorbeeldstad, vergunningen"
    assert asked["asker"]["oin"] == "00000099000000001000"
    claims = set(asked["sets"][0])
    assert "kvk-inschrijving:representative_authorised" in claims
    assert "bag-object:address" in claims
    assert not any("housing_pseudonym" in name for name in claims)
    assert story.detail("signed")["receipt"] == "verified"
    assert story.detail("checked")["checked"] == ["bag-object", "kvk-inschrijving"]


@pytest.mark.spec("Architecture", "Verifier", "no connection is opened to verify a permit either")
def test_who_spoke_with_whom(story):
    port = story.detail("town")["ports"]["verifier"]
    assert story.detail("network")["contacts"] == [{"process": "wallet", "port": port}]


@pytest.mark.spec("Regie domain", "2.6", "the wallet shows every state, up to bekendgemaakt")
def test_the_states_and_the_term(story):
    received = story.detail("submitted")
    assert received["due"][:10] > received["submitted"][:10]
    followed = story.detail("followed")
    assert followed["request"] == received["number"]
    assert (followed["state"], followed["due"]) == ("received", received["due"])
    assert story.detail("question")["states"] == ["information_requested", "in_progress"]
    published = story.detail("published")
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
    assert "niet wat u ondertekende" in story.detail("changed")["page"]
    refused = story.detail("not-authorised")
    assert refused["rule"] == "policy.representative"


@pytest.mark.spec("House rules", "8", "an application leaves nothing in any log or address")
def test_nothing_personal_in_talk_logs_or_addresses(story):
    assert not story.leaks(SECRETS)


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
