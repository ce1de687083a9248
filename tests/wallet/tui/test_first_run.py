"""The first time: from nothing to the list of municipalities, and practising before that."""

import pytest
from support.screens import screens
from support.wallet_world import world
from textual.widgets import Checkbox

from wallet import config, keyfile
from wallet.progress import Stopped
from wallet.service.wallet import discard
from wallet.store import Filter
from wallet.texts import LANGUAGES, Texts
from wallet.tui.access import Access
from wallet.tui.app import RegieApp

SECRET = "een eigen zin van mij"


@pytest.fixture
def nowhere(tmp_path):
    """A world around a folder in which there is no wallet yet."""
    made = world(tmp_path, cards=False)
    made.wallet.close()
    discard(made.wallet.home)
    return made


def given(town):
    """What a municipality gives: address and fingerprint on one line."""
    settings = town.wallet.config
    return f"{settings.scheme_url} {settings.fingerprint}"


async def make(run, secret=""):
    await run.press("enter")
    await run.type(given(run.town))
    if run.name == "SchemeScreen":
        await run.press("enter")
    proposed = str(run.app.screen.query_one(".proposal").content)
    await run.type(secret)
    assert proposed not in run.shown
    await run.type(secret or proposed)


@pytest.mark.parametrize("secret", ["", SECRET])
async def test_a_wallet_in_a_few_keys(nowhere, secret):
    async with screens(nowhere, locked=True) as run:
        assert run.name == "NoWalletScreen"
        await make(run, secret)
        assert run.name == "GetScreen"
        assert "Je wallet staat klaar." in run.words
        assert "Gemeente Voorbeeldstad" in run.words
        await run.press("escape")
        assert run.name == "HomeScreen"
        assert "Je hebt nog geen kaartjes." in run.words
        assert config.load(nowhere.wallet.home).lang == "nl"
        assert run.app.access.wallet.trust(nowhere.now).operator
        if secret:
            run.app.access.confirm(SECRET)


async def test_the_proposal_is_five_words(nowhere):
    async with screens(nowhere, locked=True) as run:
        await run.press("enter")
        await run.type(given(run.town))
        if run.name == "SchemeScreen":
            await run.press("enter")
        assert len(str(run.app.screen.query_one(".proposal").content).split()) == 5
        assert "Niemand kan je wachtzin herstellen." in run.words


async def test_two_that_differ_begin_again_at_the_words(nowhere):
    async with screens(nowhere, locked=True) as run:
        await run.press("enter")
        await run.type(given(run.town))
        if run.name == "SchemeScreen":
            await run.press("enter")
        await run.type("")
        await run.type("iets heel anders")
        assert "De twee wachtzinnen zijn niet gelijk." in run.words
        assert run.app.screen.query_one(".proposal").display
        await run.type("kort")
        assert "Deze wachtzin is te kort." in run.words
        assert not (nowhere.wallet.home / keyfile.FILE).exists()


@pytest.mark.parametrize("wrong", ["", "http://lijst.example " + "ab" * 32, "https://x abc"])
async def test_values_that_cannot_be_right(nowhere, wrong):
    async with screens(nowhere, locked=True) as run:
        await run.press("enter")
        await run.type(wrong)
        await run.press("enter")
        assert run.name == "SchemeScreen"
        assert "Dit adres of deze vingerafdruk klopt niet." in run.words


async def test_a_fingerprint_of_another_list_leaves_no_wallet(nowhere):
    async with screens(nowhere, locked=True) as run:
        await run.press("enter")
        await run.type(f"{nowhere.wallet.config.scheme_url} {'ab' * 32}")
        if run.name == "SchemeScreen":
            await run.press("enter")
        await run.type(SECRET)
        await run.type(SECRET)
        assert run.name == "RefusalScreen"
        assert not (nowhere.wallet.home / keyfile.FILE).exists()
        await run.press("escape")
        assert run.name == "SchemeScreen"


async def test_the_language_before_there_is_a_wallet(nowhere):
    async with screens(nowhere, locked=True) as run:
        await run.press("f2")
        assert run.name == "NoWalletScreen"
        assert "Press Enter to make your wallet." in run.words
        await make(run, SECRET)
        assert config.load(nowhere.wallet.home).lang == "en"


def events(town):
    """How many events the log has."""
    return sum(len(town.kinds(one.id)) for one in town.wallet.store.activities(Filter()))


# --- practising -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_practising_touches_nothing(tmp_path, lang):
    """No folder, no network, no random number: a reach for any of them would fail."""
    home, texts = tmp_path / "nowhere", Texts(lang)

    def refuse(*_):
        raise Stopped

    app = RegieApp(Access(home, texts, entropy=refuse, network=refuse), poll=0)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o", "enter")
        await pilot.pause()
        question = app.screen
        assert type(question).__name__ == "PractisedQuestion"
        assert texts.get("practise.marked") in str(question.query_one(".sign").content)
        for _ in range(5):
            await pilot.press("pagedown")
        for box in question.query(Checkbox):
            box.focus()
            await pilot.press("space")
        await pilot.press("d")
        await pilot.pause()
        assert type(app.screen).__name__ == "PractisedResult"
        await pilot.press("o", "n")
        await pilot.pause()
        said = " ".join(str(one.content) for one in app.screen.query("Reading Static"))
        assert texts.get("practise.then-declined") in said
        assert texts.get("practise.nothing") in said
    assert not home.exists()


async def test_practising_leaves_an_open_wallet_alone(town):
    before = events(town)
    async with screens(town) as run:
        await run.press("m")
        picker = run.app.screen.query_one("#places")
        picker.highlighted = picker.get_option_index("practise")
        await run.press("enter", "enter", "n")
        assert run.name == "PractisedResult"
        await run.press("escape")
        assert "Dit was een oefening. Er is niets gedeeld." in run.words
    assert events(town) == before
    assert town.network.calls == []


@pytest.mark.parametrize(
    ("answers", "answer"), [(["", "ja", "ja", "ja"], "shared"), (["", ""], "declined")]
)
def test_practising_on_the_command_line(monkeypatch, capsys, tmp_path, answers, answer):
    import click

    from wallet import cli
    from wallet.cli.output import Output

    left = list(answers)
    monkeypatch.setattr(Output, "interactive", True)
    monkeypatch.setattr(click, "prompt", lambda *_, **__: left.pop(0))
    monkeypatch.setenv("REGIE_HOME", str(tmp_path / "nowhere"))
    assert cli.run(["--lang", "nl", "practise"], {}) == 0
    out, err = capsys.readouterr()
    assert "Iedereen is verzonnen" in err
    assert "Sam" in err
    assert "Dit was een oefening. Er is niets gedeeld." in out
    assert ("je koos Delen" in out) == (answer == "shared")
    assert not (tmp_path / "nowhere").exists()
