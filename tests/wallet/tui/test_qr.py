"""A QR code on the terminal: read back from the picture of the screen, by another library."""

import dataclasses

import pytest
import zxingcpp
from support.raster import pixels
from support.screens import SIZES, screens

from wallet import log
from wallet.proof import Absent
from wallet.service.share import Done
from wallet.sharing import Acknowledged
from wallet.tui import themes
from wallet.tui.screens.log import LogScreen
from wallet.tui.screens.qr import QrScreen
from wallet.tui.screens.result import ResultScreen

ADDRESS = "https://localhost:8442/nl/inschrijven/terug/" + "r" * 32


def read(run):
    """What a reader sees on the screen."""
    return [one.text for one in zxingcpp.read_barcodes(pixels(run.app.export_screenshot()))]


def result(redirect):
    answer = Acknowledged(answer=None, size=1)
    done = Done("id", answer, Absent(), None, None, "localhost:8442")
    return ResultScreen(dataclasses.replace(done, redirect_uri=redirect), "Woonstichting")


@pytest.mark.parametrize("size", SIZES)
async def test_where_to_go_on_is_a_code_that_another_device_reads(town, size):
    async with screens(town, size=SIZES[size]) as run:
        run.app.push_screen(result(ADDRESS))
        await run.settle()
        # Not in the browser of this computer.
        await run.press("escape", "q")
        assert run.name == "QrScreen"
        assert read(run) == [ADDRESS]
        await run.press("escape")
        assert run.name == "ResultScreen"
        assert read(run) == []


async def test_the_eight_words_can_be_kept_with_a_telephone(town):
    async with screens(town) as run:
        run.app.push_screen(LogScreen())
        await run.settle()
        _, words = log.head_words(town.wallet.store)
        await run.press("q")
        assert read(run) == [" ".join(words)]
        await run.press("escape")
        assert run.name == "LogScreen"


async def test_without_an_address_there_is_no_code(town):
    async with screens(town) as run:
        run.app.push_screen(result(None))
        await run.settle()
        await run.press("q")
        assert run.name == "ResultScreen"


@pytest.mark.parametrize("theme", themes.NAMES)
async def test_in_all_colours(town, theme):
    async with screens(town) as run:
        run.app.theme = theme
        run.app.push_screen(QrScreen("", ADDRESS, run.app.access.texts))
        await run.settle()
        assert read(run) == [ADDRESS]


async def test_without_colours(town, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with screens(town) as run:
        run.app.push_screen(QrScreen("", ADDRESS, run.app.access.texts))
        await run.settle()
        assert read(run) == [ADDRESS]


async def test_too_small_a_window_says_so(town):
    async with screens(town, size=(40, 12)) as run:
        run.app.push_screen(QrScreen("", ADDRESS, run.app.access.texts))
        await run.settle()
        assert "Dit venster is te klein" in run.words
