"""What can be read of an activity: every field the law and the ARF want, and what is not stated."""

import pytest
from support.screens import screens
from support.wallets import NOW

from wallet.events import Kind
from wallet.service import cards
from wallet.statements import statements
from wallet.store import Filter
from wallet.store.values import Entry
from wallet.texts import LANGUAGES, Texts

NL = Texts("nl")


def said(town, activity):
    return dict(statements(NL, town.wallet.store.events(activity)).all)


def activity_of(town, kind):
    found = town.wallet.store.activities(Filter(type=kind, limit=1))
    return next(found).id


@pytest.mark.spec("ARF 3.0", "DASH_03", "a presentation: who, service, country, purpose, contacts")
@pytest.mark.spec("ARF 3.0", "DASH_03", "the authority with country and contacts, the register")
def test_everything_of_a_presentation(town):
    found = said(town, town.share().id)
    assert found == {
        "Wie": "Woonstichting Voorbeeldwonen (nummer 00000099000000003000)",
        "Dienst": "inschrijving",
        "Land": "NL",
        "Bereikbaar via": "https://voorbeeldwonen.example/contact, privacy@voorbeeldwonen.example,"
        " +31201234567",
        "Bekend bij het stelsel": "ja, ingeschreven",
        "Reden": "Inschrijven als woningzoekende",
        "Waarom dit mag, volgens hen": "AVG artikel 6, lid 1 onder b: nodig voor de overeenkomst"
        " van inschrijving",
        "Hoe lang bewaren ze dit": "Tot twee jaar na het einde van de inschrijving",
        "Met wie delen ze dit": "met niemand",
        "Privacyverklaring": "https://voorbeeldwonen.example/privacy#inschrijven",
        "Wie op hen toeziet": "Autoriteit Persoonsgegevens, NL,"
        " https://www.autoriteitpersoonsgegevens.nl, +31880712140",
        "Openbaar register": "https://localhost:8440",
        "Verbinding met": "localhost:8442",
        "Let op, en jij ging door": "Je deelt voor het eerst met deze organisatie.",
    }


@pytest.mark.spec("ARF 3.0", "DASH_03", "what was requested beside what was presented, by type")
@pytest.mark.spec("ARF 3.0", "DASH_03a", "paths, no values")
def test_asked_beside_shared(town, at):
    shared = town.share().id
    code, [found] = at(town).run("activity", shared, "--no-values")
    assert code == 0
    assert "persoonsgegevens:given_name" in found["shared"]
    assert set(found["shared"]) <= set(found["asked"])
    assert "Anna" not in str(found)


@pytest.mark.spec("ARF 3.0", "DASH_03", "the reason where it was not completed")
def test_why_it_was_not_completed(town, at):
    town.network.drop = lambda call: call.url.endswith("/response/1")
    done = town.share()
    _, text = at(town).plain("activity", done.id)
    assert "Mogelijk gedeeld: er kwam geen antwoord" in text


def test_what_is_not_stated_is_said_so_and_an_intermediary_is_named():
    body = {
        "party": {"name": "Wonen", "oin": "1"},
        "intermediary": {"name": "Bureau Overal"},
        "registered": "no",
        "purpose": {"id": "x", "nl": "Huren", "en": "Renting"},
        "retention": {"duration": "P7D", "nl": "", "en": ""},
        "asked": [],
    }
    found = dict(statements(NL, [Entry(1, "a", Kind.REQUEST_RECEIVED, NOW, body)]).all)
    assert found["Namens deze organisatie vroeg"] == "Bureau Overal"
    assert found["Bekend bij het stelsel"] == "nee, niet ingeschreven"
    assert found["Hoe lang bewaren ze dit"] == "7 dagen"
    for name in ("Land", "Bereikbaar via", "Waarom dit mag, volgens hen", "Openbaar register"):
        assert found[name] == "niet opgegeven"
    for name in ("Met wie delen ze dit", "Privacyverklaring", "Wie op hen toeziet"):
        assert found[name] == "niet opgegeven"


@pytest.mark.spec("ARF 3.0", "DASH_05", "an issuance: provider, type, batch asked and issued, who")
def test_everything_of_an_issuance(town):
    found = statements(NL, town.wallet.store.events(activity_of(town, "card"))).all
    assert found == [
        ("Gekregen", "Persoonsgegevens: 10 van de 10 gevraagde exemplaren"),
        ("Gekregen", "Verblijfsrecht: 10 van de 10 gevraagde exemplaren"),
        ("Uitgever", "Gemeente Voorbeeldstad (nummer 00000099000000001000)"),
        ("Dienst", "uitgifte"),
        ("Land", "NL"),
        ("Bereikbaar via", "https://voorbeeldstad.example/kaartjes"),
        ("Openbaar register", "https://localhost:8440"),
        ("Begonnen door", "jou"),
        ("Aangeboden", "Persoonsgegevens, Verblijfsrecht"),
        ("Verbinding met", "localhost:8441"),
    ]


@pytest.mark.spec("ARF 3.0", "DASH_05", "re-issuance begun by the wallet is told from the user's")
@pytest.mark.parametrize(("trigger", "words"), [("user", "jou"), ("wallet", "je wallet, vanzelf")])
def test_who_began_it(trigger, words):
    body = {"kind": "woonadres", "issuer": {"name": "G", "oin": "1"}, "trigger": trigger}
    entry = Entry(1, "a", Kind.CARD_RENEWED, NOW, {**body, "copies": 3, "copies_asked": 10})
    found = dict(statements(NL, [entry]).all)
    assert found["Begonnen door"] == words
    assert found["Gekregen"] == "Woonadres: 3 van de 10 gevraagde exemplaren"


@pytest.mark.spec("ARF 3.0", "DASH_05a", "a deletion: time, type, provider by name and number")
def test_everything_of_a_deletion(town):
    card = town.wallet.store.cards()[0]
    cards.forget(town.wallet, card, now=town.now + 5)
    newest = next(town.wallet.store.activities(Filter(limit=1)))
    [event] = town.wallet.store.events(newest.id)
    assert (event.kind, event.at) == (Kind.CARD_DELETED, town.now + 5)
    found = dict(statements(NL, [event]).all)
    assert found["Uitgever"] == "Gemeente Voorbeeldstad (nummer 00000099000000001000)"
    assert found["Weggegooid"] == "Persoonsgegevens: 10 exemplaren"


OTHERS = {
    Kind.TRUST_UPDATED: {"sequence": 4, "before": 3, "peers": ["a.example"]},
    Kind.LOG_EXPORTED: {"activities": 3, "entries": 9},
    Kind.BACKUP_MADE: {"cards": 2},
    Kind.SETTINGS_CHANGED: {"setting": "lang"},
    Kind.PIN_CHANGED: {"setting": "passphrase"},
    Kind.REMOVED: {"entries": [2, 3]},
    Kind.REPORT_MADE: {"authority": {"name": "AP", "email": "a@ap.example"}},
    Kind.PROCESSING_FETCHED: {"party": {"name": "G", "oin": "1"}},
}


@pytest.mark.spec("ARF 3.0", "DASH_02", "every kind of transaction is in the log and can be read")
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_event_can_be_read(kind, lang):
    texts = Texts(lang)
    assert texts.get(f"event.{kind.value}")
    body = OTHERS.get(kind, {})
    found = statements(texts, [Entry(1, "a", kind, NOW, body)]).all
    assert bool(found) == bool(body)
    assert all(label and text for label, text in found)


def test_foreign_text_is_made_safe():
    name = "Wonen\x1b[31m\u202eknab"
    body = {"party": {"name": name}, "purpose": {"nl": "\x07x"}, "asked": [], "peers": ["\x1b]0;"]}
    for _, text in statements(NL, [Entry(1, "a", Kind.REQUEST_RECEIVED, NOW, body)]).all:
        assert text.isprintable()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_screen_says_the_same(town, size):
    import asyncio

    shared = town.share().id
    expected = statements(NL, town.wallet.store.events(shared)).all

    async def look() -> None:
        async with screens(town, size=size) as run:
            await run.press("a", "enter")
            for label, text in expected:
                assert f"{label} {text}" in run.words

    asyncio.run(look())
