"""A person at the screens with a task: every key is counted, every screen is kept as it was read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from support.raster import lines
from support.screens import Screens
from textual.widgets import Input, TextArea

from wallet.tui.screens.jump import SIGNS
from wallet.tui.widgets import Picker

PAGE = Path(__file__).parents[2] / "docs" / "user-test.md"
NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "tab": "Tab",
}
FRAME = " ▊▎▔▁▌▐▃▅▆▇█┃┏┓┗┛━╸╺╹╻┣┫┳┻╋╭╮╰╯│─▄▀"
INTRO = """# The user test, by script

Eight things a resident comes for, done on the screens with keys alone, in both languages, at 80 by 24.
`tests/wallet/tui/test_tasks.py` does them, counts the keys and compares every screen with this page;
it is written anew with `REGIE_USER_TEST=write make test ARGS=tests/wallet/tui/test_tasks.py`.

*Keys* are those pressed to find and decide something; pasting is one. *Typed* are the characters of
passphrases, codes, file names and words of one's own.
"""
TASKS = {
    "get": "Get cards: a link from the municipality, and the code that was spoken",
    "share": "Share: an organisation's link, to the end, with the passphrase",
    "decline": "Decline: the same link, and no",
    "address": "Find out who has my address",
    "erase": "Ask for erasure",
    "correct": "Have an error corrected",
    "move": "Move to a new machine: a backup, and the wallet put back",
    "report": "Report an organisation to the authority",
}


@dataclass
class Step:
    """What was pressed, and what stood on the screen after it."""

    did: list[str]
    title: str
    shown: list[str]


@dataclass
class Sitting:
    """One task in one language."""

    task: str
    lang: str
    run: Screens
    keys: int = 0
    typed: int = 0
    steps: list[Step] = field(default_factory=list)
    _did: list[str] = field(default_factory=list)

    def at(self, run: Screens) -> None:
        """At another machine from now on."""
        self.run = run
        self.look()

    async def press(self, *keys: str) -> None:
        """Presses keys; the screen is kept where it became another."""
        for key in keys:
            self.keys += 1
            self._did.append(NAMES.get(key, key))
            await self.run.press(key)
            self._changed()

    async def paste(self, text: str) -> None:
        """Pastes into the line that has the focus, and presses Enter."""
        self.keys += 2
        self._did += ["…", NAMES["enter"]]
        await self.run.type(text)
        self._changed()

    async def type(self, text: str, *, go: str = "enter") -> None:
        """Types into the line that has the focus, and presses the key that goes on."""
        field_ = self.run.app.focused
        assert isinstance(field_, Input)
        self.typed += len(text)
        self._did.append("⌨")
        field_.value = text
        await self.press(go)

    async def write(self, text: str) -> None:
        """Types into the room to write in, and goes on with the button."""
        self.typed += len(text)
        self._did.append("⌨")
        self.run.app.screen.query_one(TextArea).text = text
        await self.until("next")
        await self.press("enter")

    async def until(self, name: str) -> None:
        """With Tab to the part of this name."""
        for _ in range(12):
            if self.run.focus == name:
                return
            await self.press("tab")
        raise AssertionError(name)

    async def go(self, place: str) -> None:
        """To a screen by "More" and its sign."""
        await self.press("m", "j")
        below = self.run.app.screen_stack[-2]
        index = below.query_one(Picker).get_option_index(place)
        lists = [at for at, _ in below.query_one(Picker).places()]
        await self.press(SIGNS[lists.index(index)], "enter")

    def look(self) -> None:
        """Keeps the screen as it is now."""
        svg = self.run.app.export_screenshot()
        shown = lines(svg)
        self.steps.append(Step(self._did, type(self.run.app.screen).__name__, shown))
        self._did = []

    def _changed(self) -> None:
        last = self.steps[-1] if self.steps else None
        if last is None or last.title != self.run.name:
            self.look()

    def end(self) -> None:
        """The screen the task ends on."""
        if self._did:
            self.look()


def page(sittings: dict[tuple[str, str], Sitting]) -> str:
    """The whole page."""
    return "\n".join([INTRO, *_table(sittings), "", *_screens(sittings)]) + "\n"


def _table(sittings: dict[tuple[str, str], Sitting]) -> Iterator[str]:
    yield "| task | keys | typed | screens |"
    yield "|---|--:|--:|--:|"
    for task, words in TASKS.items():
        one = sittings[task, "nl"]
        yield f"| {words} | {one.keys} | {one.typed} | {len(one.steps)} |"


def _words(line: str) -> str:
    """A line without the frames around it; nothing is left of a line that was frame alone."""
    return "" if not line.strip(FRAME) else line.rstrip(FRAME).replace("▌", " ")


def _screens(sittings: dict[tuple[str, str], Sitting]) -> Iterator[str]:
    for task, words in TASKS.items():
        yield f"## {words}"
        yield ""
        for lang in ("nl", "en"):
            one = sittings[task, lang]
            yield f"### {task}, {lang}: {one.keys} keys, {one.typed} typed"
            yield ""
            for step in one.steps:
                yield f"**{' '.join(step.did)}**" if step.did else "**At the beginning**"
                yield ""
                yield "```text"
                yield from (_words(line) for line in step.shown if _words(line))
                yield "```"
                yield ""
