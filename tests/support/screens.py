"""The wallet's screens over a world of simulators: keys are pressed, and what shows is read."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from support.wallet_world import World
from textual.pilot import Pilot
from textual.widgets import Button, Checkbox, Input, OptionList, Static, TextArea

from wallet import config, keyfile
from wallet.texts import Texts
from wallet.tui.access import Access
from wallet.tui.app import RegieApp
from wallet.tui.panel import Panel

PASSPHRASE = "vijf woorden uit een boek"
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


@dataclass
class Screens:
    """One run of the screens; `town` is everything around it."""

    town: World
    app: RegieApp
    pilot: Pilot[None]

    @property
    def name(self) -> str:
        """Which screen is on top."""
        return type(self.app.screen).__name__

    @property
    def focus(self) -> str | None:
        """The id of the part that has the focus."""
        return None if self.app.focused is None else self.app.focused.id

    async def press(self, *keys: str) -> None:
        """Presses keys, and waits for what they started."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Types into the line that has the focus, and presses Enter."""
        assert isinstance(self.app.focused, Input)
        self.app.focused.value = text
        await self.press("enter")

    async def write(self, text: str) -> None:
        """Types into the room to write in, and goes on with the button."""
        room = self.app.screen.query_one(TextArea)
        room.text = text
        room.focus()
        await self.settle()
        while self.focus != "next":
            await self.press("tab")
        await self.press("enter")

    async def settle(self) -> None:
        """Until no work is left."""
        for _ in range(3):
            await self.pilot.pause()
            await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    @property
    def words(self) -> str:
        """Everything the screen on top says, whether or not it is scrolled into view."""
        found: list[str] = []
        for widget in self.app.screen.walk_children():
            if isinstance(widget, OptionList):
                found += [str(option.prompt) for option in widget.options]
            elif isinstance(widget, Button | Checkbox):
                found.append(str(widget.label))
            elif isinstance(widget, Input):
                found += [widget.placeholder, widget.value]
            elif isinstance(widget, TextArea):
                found.append(widget.text)
            elif isinstance(widget, Static) and widget.display:
                found.append(str(widget.content))
        return re.sub(r"\s+", " ", "\n".join(found))

    @property
    def shown(self) -> str:
        """What stands on the terminal now."""
        return seen(self.app.export_screenshot())


def seen(svg: str) -> str:
    """The text of a screenshot."""
    return unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))).replace("\xa0", " ")


def lock(town: World) -> None:
    """Gives the wallet of a world a key file and settings, as a real one has."""
    content, _ = keyfile.create(PASSPHRASE, entropy=bytes)
    (town.wallet.home / keyfile.FILE).write_bytes(content)
    config.save(town.wallet.home, town.wallet.config)


@asynccontextmanager
async def screens(
    town: World,
    *,
    size: tuple[int, int] = (80, 24),
    lang: str = "nl",
    panel: Panel | None = None,
    locked: bool = False,
    home: Path | None = None,
) -> AsyncIterator[Screens]:
    """The screens of this world's wallet, already unlocked unless `locked`; or of another folder."""
    access = Access(
        home or town.wallet.home, Texts(lang), now=lambda: town.now, network=lambda _: town.network
    )
    if home is not None:
        pass
    elif locked:
        town.wallet.close()
    else:
        access._wallet = town.wallet
        access.texts.learn(town.wallet.foreign_names(lang))
    app = RegieApp(access, shown=panel, poll=0)
    async with app.run_test(size=size) as pilot:
        found = Screens(town, app, pilot)
        await found.settle()
        yield found
    if locked and access.is_open:
        access.close()
