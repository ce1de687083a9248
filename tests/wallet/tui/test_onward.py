"""After an answer it goes on at the page of whoever asked: only theirs, and only after a yes."""

import webbrowser

import pytest
from support.screens import PASSPHRASE, screens

from wallet import keyfile

HERE = "https://localhost:8442/done/rrr"


@pytest.fixture
def visited(monkeypatch):
    """Addresses a browser beside this terminal was sent to."""
    seen = []

    class Browser(webbrowser.BackgroundBrowser):
        def open(self, url, new=0, autoraise=True):
            seen.append(url)
            return True

    monkeypatch.setattr(webbrowser, "get", lambda: Browser("firefox"))
    return seen


@pytest.fixture
def same_device(locked):
    """An asker that has no code to type: it waits in the browser of this computer."""
    locked.verifier.answer = lambda honest: {
        **{name: value for name, value in honest.items() if name != "confirm_code"},
        "redirect_uri": HERE,
    }
    return locked


async def share(run):
    await run.press("l")
    await run.type(run.town.verifier.link)
    for _ in range(6):
        await run.press("pagedown")
    for box in run.app.screen.query("Tick"):
        box.focus()
        await run.press("space")
    await run.press("d")
    await run.type(PASSPHRASE)


@pytest.mark.spec("OpenID4VP 1.0", "8.2", "the browser goes on at the verifier's redirect_uri")
@pytest.mark.spec("HAIP 1.0", "5.1", "same device: the wallet follows the redirect")
async def test_enter_goes_on_in_the_browser(same_device, visited):
    async with screens(same_device) as run:
        await share(run)
        assert "verder te gaan op een pagina van localhost:8442" in run.words
        assert run.focus == "to-browser"
        assert visited == []
        await run.press("enter")
        assert visited == [HERE]
        assert run.name == "ResultScreen"


async def test_escape_stays_here_and_the_key_remains(same_device, visited):
    async with screens(same_device) as run:
        await share(run)
        await run.press("escape")
        assert run.name == "ResultScreen"
        assert visited == []
        await run.press("p")
        assert visited == [HERE]


async def test_without_a_browser_the_address_is_told(same_device, monkeypatch):
    def none():
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)
    async with screens(same_device) as run:
        await share(run)
        await run.press("enter")
        assert f"Er opent hier geen browser. Open zelf: {HERE}" in run.words


async def test_with_a_code_to_type_nothing_is_asked(locked, visited):
    async with screens(locked) as run:
        await share(run)
        assert run.name == "ResultScreen"
        assert "123 456" in run.words
    assert visited == []


@pytest.mark.spec("OpenID4VP 1.0", "8.2", "no redirect to a host that is not the verifier's")
@pytest.mark.parametrize(
    "uri", ["https://elsewhere.example/x", "http://localhost:8442/x", "file:///x"]
)
async def test_elsewhere_is_never_offered(locked, visited, uri):
    locked.verifier.answer = lambda honest: {"receipt": honest["receipt"], "redirect_uri": uri}
    async with screens(locked) as run:
        await share(run)
        assert run.name == "ResultScreen"
        await run.press("p")
    assert visited == []


# --- the same on the command line -----------------------------------------------------------------

ANSWERS = ["1", "ja", "ja", PASSPHRASE]


def run_share(at, town, *answers):
    content, _ = keyfile.create(PASSPHRASE, entropy=bytes)
    (town.wallet.home / keyfile.FILE).write_bytes(content)
    terminal = at(town)
    terminal.answers = [*ANSWERS, *answers]
    return terminal, terminal.plain("share", town.verifier.link)


def test_a_person_at_a_terminal_is_asked(at, same_device, visited):
    terminal, (code, out) = run_share(at, same_device, "")
    assert (code, visited) == (0, [HERE])
    assert HERE in out
    assert "Je browser is open" in terminal.err


def test_no_is_no(at, same_device, visited):
    _, (code, out) = run_share(at, same_device, "nee")
    assert (code, visited) == (0, [])
    assert HERE in out


def test_a_program_is_told_and_opens_nothing(at, same_device, visited):
    sets = at(same_device).run("share", same_device.verifier.link, "--show")[1][0]["sets"]
    _, [done] = at(same_device).run(
        "share", same_device.verifier.link, "--yes", "--claims", ",".join(sets[0]),
        "--accept", "first_time",
    )  # fmt: skip
    assert (done["redirect_uri"], visited) == (HERE, [])
