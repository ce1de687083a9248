"""What waits on the screens: cases with their phase, a supplement, a decision, correcting."""

import pytest
from support.my_simulator import DAY, at_home, my
from support.screens import screens

from wallet.service import cases

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2_000)


@pytest.fixture
def town(tmp_path):
    with at_home(tmp_path) as made:
        yield made


async def open_case(run):
    await run.press("r")
    assert run.name == "RequestsScreen"
    await run.press("enter")
    assert run.name == "CaseScreen"


async def test_the_list_asks_the_municipality_when_it_opens(town):
    my(town).open("correction", "woonadres")
    async with screens(town) as run:
        assert "Verbetering" not in run.words
        await run.press("r")
        assert "Verbetering Woonadres … ontvangen, vóór 29-01-2026" in run.words
        assert "Dit is hoe het nu staat." in run.words
        await run.press("escape")
        assert "Verbetering Woonadres … ontvangen, vóór 29-01-2026" in run.words
        await run.press("enter")
        assert run.name == "CaseScreen"


async def test_nothing_waits(town):
    async with screens(town) as run:
        await run.press("r")
        assert "Er loopt niets." in run.words


async def test_what_happens_now_until_when_and_since_when(town):
    name = my(town).open("correction", "woonadres")
    my(town).move(name, "in_progress")
    async with screens(town) as run:
        await open_case(run)
        assert "… in behandeling" in run.words
        assert "Iemand bij Gemeente Voorbeeldstad bekijkt het." in run.words
        assert "De gemeente moet beslissen vóór 29-01-2026." in run.words
        assert "01-01-2026 ontvangen" in run.words
        assert "Intrekken" in run.words
        assert "Kaartje ophalen" not in run.words
        my(town).move(name, "in_progress", due=town.now - DAY)
        await run.press("n")
        assert "De gemeente is te laat" in run.words


async def test_a_supplement_with_words_and_a_file(town, tmp_path):
    (tmp_path / "foto.png").write_bytes(PNG)
    name = my(town).open("correction", "woonadres", question={"nl": "Welk huisnummer?"})
    my(town).move(name, "information_requested")
    async with screens(town) as run:
        await open_case(run)
        assert "Dit is aan jou" in run.words
        assert "! De gemeente vraagt: Welk huisnummer?" in run.words
        await run.press("a")
        assert run.name == "WordsScreen"
        assert "De gemeente vraagt: Welk huisnummer?" in run.words
        await run.write("Nummer 8")
        assert run.name == "FilesScreen"
        await run.type(str(tmp_path / "weg.png"))
        assert "Dit bestand is niet te lezen." in run.words
        await run.type(str(tmp_path / "foto.png"))
        assert "foto.png (2 kB)" in run.words
        await run.type("")
        assert run.name == "SendScreen"
        assert run.focus == "cancel"
        assert "Dit gaat naar Gemeente Voorbeeldstad:" in run.words
        assert "Je antwoord Nummer 8" in run.words
        assert "foto.png (2 kB)" in run.words
        assert my(town).posted == []
        await run.press("right", "enter")
        assert run.name == "CaseScreen"
        assert "Verstuurd naar Gemeente Voorbeeldstad." in run.words
        assert "in behandeling" in run.words
        assert "Je antwoord Nummer 8" in run.words
        await run.press("escape")
        assert run.name == "RequestsScreen"
    _, asked = my(town).posted[0]
    assert asked["text"] == "Nummer 8"
    assert len(asked["attachments"]) == 1


async def test_stopping_half_way_sends_nothing(town):
    name = my(town).open("correction", "woonadres")
    my(town).move(name, "information_requested")
    async with screens(town) as run:
        await open_case(run)
        await run.press("a")
        await run.press("escape")
        assert "Er is niets verstuurd." in run.words
        await run.press("a")
        await run.write("")
        await run.type("")
        assert run.name == "FilesScreen"
        assert "Schrijf een antwoord, of voeg een bestand toe." in run.words
        await run.press("escape")
        assert run.name == "WordsScreen"
        await run.write("Nummer 8")
        await run.type("")
        await run.press("enter")
        assert run.name == "FilesScreen"
    assert my(town).posted == []


async def test_withdrawing_asks_first(town):
    my(town).open("correction", "woonadres")
    async with screens(town) as run:
        await open_case(run)
        await run.press("i")
        assert run.focus == "keep"
        await run.press("enter")
        assert my(town).posted == []
        await run.press("i", "right", "enter")
        assert "Ingetrokken. Gemeente Voorbeeldstad stopt ermee." in run.words
        assert "· ingetrokken" in run.words
        await run.press("escape")
        assert "Afgerond" in run.words
        await run.press("escape")
        assert "Verbetering" not in run.words


async def test_a_refusal_with_reason_remedy_and_proof(town):
    name = my(town).open("correction", "woonadres")
    my(town).decide(name)
    async with screens(town) as run:
        await open_case(run)
        assert "✗ besloten: nee" in run.words
        assert "Gemeente Voorbeeldstad verandert je gegevens niet." in run.words
        assert "De gemeente legt uit: In de akte staat het anders." in run.words
        assert "Ben je het er niet mee eens? Maak bezwaar" in run.words
        assert "Je wallet bewaart het als bewijs." in run.words
        assert "Intrekken" not in run.words


async def test_a_decision_that_is_not_signed_is_not_shown_as_one(town):
    name = my(town).open("correction", "woonadres")
    my(town).unsigned_decisions = True
    my(town).decide(name)
    async with screens(town) as run:
        await open_case(run)
        assert "besloten: nee" not in run.words
        assert "Let op: het ondertekende besluit ontbreekt" in run.words


@pytest.mark.parametrize(
    ("presses", "sent", "told"),
    [
        (("right", "enter"), [{"tell": True}], "De gemeente licht de ontvangers in."),
        (("right", "right", "enter"), [{"tell": False}], "De gemeente licht niemand in."),
        (("enter",), [], "Wil je dat de gemeente ontvangers inlicht?"),
    ],
    ids=["yes", "no", "later"],
)
async def test_recipients_are_asked_about_and_later_is_the_default(town, presses, sent, told):
    name = my(town).open("correction", "woonadres")
    my(town).decide(name, "granted", phase="closed")
    my(town).cases[name]["ask_recipients"] = True
    async with screens(town) as run:
        await open_case(run)
        assert "! Wil je dat de gemeente ontvangers inlicht?" in run.words
        await run.press("j")
        assert run.focus == "later"
        await run.press(*presses)
        assert told in run.words
    assert [asked for _, asked in my(town).posted] == sent


async def test_the_corrected_card_is_fetched_from_the_case(town):
    name = my(town).open("correction", "persoonsgegevens")
    my(town).decide(name, "granted", phase="closed")
    my(town).my_cards = [
        {"kind": "persoonsgegevens", "state": "renewable", "reason": "corrected", "at": town.now}
    ]
    my(town).claims["persoonsgegevens"] = {
        **my(town).claims["persoonsgegevens"],
        "family_name": "van Dijk",
    }
    async with screens(town) as run:
        await open_case(run)
        await run.press("h")
        assert run.name == "RefreshScreen"
        assert "Persoonsgegevens ontvangen, nog 10 keer te gebruiken" in run.words
        assert "verbeterd" in run.words
    held = [one for one in town.wallet.store.cards() if one.kind == "persoonsgegevens"]
    assert [one.payload["family_name"] for one in held] == ["van Dijk"]


async def test_a_municipality_that_is_away_is_said_with_a_way_on(town):
    my(town).open("correction", "woonadres")
    async with screens(town) as run:
        await open_case(run)
        town.network.hosts.clear()
        await run.press("n")
        assert run.name == "RefusalScreen"
        await run.press("escape", "escape")
        assert "Verbetering Woonadres" in run.words
        await run.press("n")
        assert run.name == "RequestsScreen"
        assert "bereik" in run.words


# --- Klopt dit niet?


async def begin(run):
    # The first line is the card with the name.
    await run.press("enter")
    assert run.name == "CardScreen"
    assert "Klopt dit niet? Druk op k." in run.words
    await run.press("k")
    assert run.name == "CorrectScreen"


async def test_correcting_step_by_step(town, tmp_path):
    (tmp_path / "akte.png").write_bytes(PNG)
    async with screens(town) as run:
        await begin(run)
        assert "Achternaam · de Vries" in run.words
        assert "Staat niet op je kaartje" in run.words
        await run.press("down", "enter")
        assert run.name == "ValueScreen"
        assert "Nu op je kaartje de Vries" in run.words
        await run.type("van Dijk")
        assert run.name == "WordsScreen"
        assert "Waarom klopt het niet?" in run.words
        await run.write("In mijn akte staat van Dijk.\nZie bladzijde 2.")
        assert run.name == "FilesScreen"
        await run.type(str(tmp_path / "akte.png"))
        await run.type("")
        assert run.name == "SendScreen"
        assert "Achternaam nu de Vries, moet zijn van Dijk" in run.words
        assert "Waarom In mijn akte staat van Dijk." in run.words
        assert "akte.png (2 kB)" in run.words
        assert my(town).posted == []
        await run.press("right", "enter")
        assert run.name == "CaseScreen"
        assert "Verstuurd. Gemeente Voorbeeldstad laat hier weten hoe het staat." in run.words
        assert "Achternaam nu de Vries, moet zijn van Dijk" in run.words
        await run.press("escape")
        assert run.name == "CardScreen"
        await run.press("escape")
        assert "Verbetering Persoonsgegevens … ontvangen" in run.words
    assert my(town).posted[0][1]["explanation"] == "In mijn akte staat van Dijk.\nZie bladzijde 2."


async def test_what_does_not_belong_on_the_card(town):
    async with screens(town) as run:
        await begin(run)
        await run.press("enter")
        await run.type("")
        assert "Typ wat het moet zijn" in run.words
        await run.type("Anna Maria")
        assert "Dit staat al zo op je kaartje." in run.words
        await run.press("tab", "space")
        await run.press("shift+tab", "enter")
        assert "niet allebei" in run.words
        run.app.focused.value = ""
        await run.press("enter")
        assert run.name == "WordsScreen"
        while run.focus != "next":
            await run.press("tab")
        await run.press("enter")
        assert "Schrijf eerst waarom." in run.words


async def test_a_date_is_asked_in_words(town):
    async with screens(town) as run:
        await begin(run)
        number = next(
            index
            for index, line in enumerate(run.app.screen._items.attributes)
            if line.path == ("birthdate",)
        )
        await run.press(*["down"] * number, "enter")
        assert "Nu op je kaartje 02-04-1980" in run.words
        assert "Bijvoorbeeld 02-04-1980." in run.words
        await run.type("31-02-1980")
        assert "Dit is geen datum." in run.words
        await run.type("3-4-1980")
        assert run.name == "WordsScreen"


async def test_no_sends_nothing_and_keeps_what_was_written(town):
    async with screens(town) as run:
        await begin(run)
        await run.press("enter")
        await run.type("Annie")
        await run.write("Zo heet ik.")
        await run.type("")
        await run.press("enter")
        assert run.name == "FilesScreen"
        assert "Er is niets verstuurd." in run.words
        await run.press("escape")
        assert "Zo heet ik." in run.words
        await run.press("escape")
        assert "Annie" in run.words
        await run.press("escape", "escape")
        assert run.name == "CardScreen"
    assert my(town).posted == []
    assert cases.held(town.wallet) == ()


async def test_a_municipality_that_is_away_loses_nothing_that_was_typed(town):
    async with screens(town) as run:
        await begin(run)
        await run.press("enter")
        await run.type("Annie")
        await run.write("Zo heet ik.")
        await run.type("")
        town.network.hosts.clear()
        await run.press("right", "enter")
        assert run.name == "RefusalScreen"
        assert "Er is niets verstuurd: Gemeente Voorbeeldstad is niet bereikbaar." in run.words
        town.network.hosts[town.issuer.id.split("/")[2]] = town.issuer
        await run.press("escape")
        assert run.name == "SendScreen"
        await run.press("enter")
        assert run.name == "CaseScreen"
    assert len(my(town).posted) == 1


async def test_an_answer_that_is_lost_waits_and_is_settled(town):
    my(town).dpop_nonce = None
    town.network.lose = lambda call: call.url.endswith("/my/cases")
    async with screens(town) as run:
        await begin(run)
        await run.press("enter")
        await run.type("Annie")
        await run.write("Zo heet ik.")
        await run.type("")
        await run.press("right", "enter")
        assert "Misschien is het aangekomen." in run.words
        town.network.lose = lambda _: False
        while run.name != "HomeScreen":
            await run.press("escape")
        assert "! niet zeker of het aankwam" in run.words
        await run.press("r")
        assert "… ontvangen, vóór" in run.words
    assert len(my(town).cases) == 1
