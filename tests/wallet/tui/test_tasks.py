"""The user test by script: eight tasks with keys alone, counted, in both languages.

What is on the screens stands in docs/user-test.md; `REGIE_USER_TEST=write` writes it anew.
"""

import os
import re
import tempfile
from pathlib import Path

import pytest
from support.my_simulator import at_home, my
from support.scheme import counter
from support.screens import PASSPHRASE, lock, screens
from support.tasks import PAGE, TASKS, Sitting, page
from support.wallet_world import world

from credential.names import vct_of
from wallet.events import Outcome
from wallet.store import Filter
from wallet.texts import LANGUAGES, Texts

MOST = {
    "get": 8,
    "share": 20,
    "decline": 4,
    "address": 4,
    "erase": 6,
    "correct": 16,
    "move": 24,
    "report": 14,
}
"""Keys a task may take; more is a screen too many."""
NEW = "nieuwe zin van vijf woorden"
SPOKEN = "123456"
ADDRESS = {
    "credentials": [
        {
            "id": "home",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [vct_of("woonadres")]},
            "claims": [{"path": ["address", "postal_code"]}, {"path": ["municipality"]}],
        }
    ]
}


def living(folder):
    """A world with a card that has an address on it."""
    made = world(folder, cards=False)
    made.issuer.kinds = (*made.issuer.kinds, "woonadres")
    made.add()
    made.network.calls.clear()
    return made


class Book:
    """All tasks of one run, each begun in a world of its own."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.monkeypatch = folder, monkeypatch
        self.done = {}

    def sit(self, task, lang, run):
        run.app.access.entropy = counter(500)
        one = Sitting(task, lang, run)
        one.look()
        self.done[task, lang] = one
        return one

    def place(self, task, lang):
        found = self.folder / f"{task}-{lang}"
        found.mkdir()
        return found

    async def get(self, lang):
        town = world(self.place("get", lang), cards=False)
        async with screens(town, lang=lang) as run:
            one = self.sit("get", lang, run)
            await one.press("l")
            await one.paste(town.issuer.link)
            await one.type(SPOKEN)
            one.end()
            assert run.name == "ReceiveScreen"
        assert len(town.wallet.store.cards()) == 2
        town.wallet.close()

    async def share(self, lang):
        town = world(self.place("share", lang))
        lock(town)
        async with screens(town, lang=lang) as run:
            one = self.sit("share", lang, run)
            await one.press("l")
            await one.paste(town.verifier.link)
            for _ in range(MOST["share"]):
                if run.name == "PassphraseDialog":
                    break
                # `d` goes to what is to be read or ticked first; a box that is not ticked waits.
                unticked = getattr(run.app.focused, "value", True) is False
                await one.press("space" if unticked else "d")
            await one.type(PASSPHRASE)
            one.end()
            assert run.name == "ResultScreen"
        assert self.outcomes(town) == [Outcome.SHARED]
        town.wallet.close()

    async def decline(self, lang):
        town = world(self.place("decline", lang))
        async with screens(town, lang=lang) as run:
            one = self.sit("decline", lang, run)
            await one.press("l")
            await one.paste(town.verifier.link)
            await one.press("enter")
            one.end()
            assert Texts(lang).get("tui.shared.nothing") in run.words
        assert self.outcomes(town) == [Outcome.DECLINED]
        town.wallet.close()

    async def address(self, lang):
        town = living(self.place("address", lang))
        town.verifier.query = ADDRESS
        town.share()
        async with screens(town, lang=lang) as run:
            one = self.sit("address", lang, run)
            await one.press("w", "enter")
            one.end()
            assert run.name == "ActivityScreen"
            assert "1234AB" in run.words
        town.wallet.close()

    async def erase(self, lang):
        town = world(self.place("erase", lang))
        town.share()
        async with screens(town, lang=lang) as run:
            one = self.sit("erase", lang, run)
            await one.press("w", "e", "right", "enter")
            one.end()
            assert run.name == "RightScreen"
        assert len(town.verifier.asked) == 1
        town.wallet.close()

    async def correct(self, lang):
        with at_home(self.place("correct", lang)) as town:
            async with screens(town, lang=lang) as run:
                one = self.sit("correct", lang, run)
                await one.press("enter", "k", "down", "enter")
                await one.type("van Dijk")
                await one.write("In mijn akte staat van Dijk.")
                await one.press("enter", "right", "enter")
                one.end()
            assert len(my(town).posted) == 1

    async def move(self, lang):
        here = self.place("move", lang)
        town = world(here)
        lock(town)
        self.monkeypatch.chdir(here)
        async with screens(town, lang=lang) as run:
            one = self.sit("move", lang, run)
            await one.go("backup")
            await one.press("enter")
            await one.type(PASSPHRASE)
            await one.type(PASSPHRASE)
            one.end()
            assert (here / "regie.backup").exists()
        town.wallet.close()
        async with screens(town, lang=lang, home=here / "new") as run:
            run.app.access.entropy = counter(900)
            one.at(run)
            await one.press("r")
            await one.type("regie.backup")
            await one.type(PASSPHRASE)
            await one.type(NEW)
            await one.type(NEW)
            one.end()
            assert run.app.access.is_open
            run.app.access.close()

    async def report(self, lang):
        here = self.place("report", lang)
        self.monkeypatch.chdir(here)
        town = world(here)
        town.share()
        async with screens(town, lang=lang) as run:
            one = self.sit("report", lang, run)
            await one.press("w", "enter", "m")
            await one.write("Zij vroegen te veel.")
            one.end()
            assert run.name == "ReportScreen"
        town.wallet.close()

    @staticmethod
    def outcomes(town):
        return [one.outcome for one in town.wallet.store.activities(Filter(type="disclosure"))]


async def test_the_eight_tasks(monkeypatch):
    # The screens break lines, so the folder has the same length everywhere.
    with tempfile.TemporaryDirectory(prefix="regie-", dir="/tmp") as folder:
        await the_eight_tasks(Path(folder), monkeypatch)


async def the_eight_tasks(tmp_path, monkeypatch):
    book = Book(tmp_path, monkeypatch)
    for task in TASKS:
        for lang in LANGUAGES:
            await getattr(book, task)(lang)
    for (task, lang), one in book.done.items():
        assert one.keys <= MOST[task], (task, lang, one.keys)
    assert {one.keys for (task, _), one in book.done.items() if task == "erase"} == {4}
    written = page(book.done).replace(str(tmp_path), "/home/sam")
    # The scheme of each run has a root of its own.
    written = re.sub(r"\b[0-9a-f]{64}\b", "0123456789abcdef" * 4, written)
    if os.environ.get("REGIE_USER_TEST") == "write":
        PAGE.write_text(written, encoding="utf-8")
    assert PAGE.read_text("utf-8") == written, "the screens changed: look at them, then write anew"


def test_nothing_on_the_page_is_left_in_the_other_language():
    """A sentence of one language under the heading of the other."""
    text = PAGE.read_text("utf-8")
    for lang, other in (("nl", "en"), ("en", "nl")):
        mine, theirs = Texts(lang), Texts(other)
        shown = "\n".join(part for part in text.split("### ")[1:] if f", {lang}:" in part[:40])
        for key in ("tui.key.back", "tui.key.help", "tui.key.quit", "tui.home.cards"):
            assert mine.get(key) in shown
        for key in ("tui.home.cards", "tui.shared.nothing", "tui.answer.decline"):
            assert theirs.get(key) not in shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_tells_the_end_of_every_task(lang):
    text = PAGE.read_text("utf-8")
    for task in TASKS:
        assert f"### {task}, {lang}: " in text
