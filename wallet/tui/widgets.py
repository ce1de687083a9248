"""The small parts that screens are made of; each renders what it is given and nothing else."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Button, Checkbox, OptionList, RadioButton, Static
from textual.widgets.option_list import Option

from wallet.texts import Texts


class Tone(StrEnum):
    """How a state is shown; always a sign and a word, and a colour besides."""

    GOOD = "good"
    MIND = "mind"
    BAD = "bad"
    BUSY = "busy"
    PLAIN = "plain"


SIGNS: Final = {
    Tone.GOOD: "✓",
    Tone.MIND: "!",
    Tone.BAD: "✗",
    Tone.BUSY: "…",
    Tone.PLAIN: "·",
}
_COLOURS: Final = {
    Tone.GOOD: "$success",
    Tone.MIND: "$warning",
    Tone.BAD: "$error",
    Tone.BUSY: "$secondary",
    Tone.PLAIN: "$foreground",
}


class Part(StrEnum):
    """What a line of a list is: one that can be chosen, a heading, or more about the one above."""

    CHOICE = "choice"
    HEADING = "heading"
    DETAIL = "detail"


@dataclass(frozen=True)
class Line:
    """A line of a list: what stands left, the state with its tone, what stands right."""

    id: str
    left: str
    state: str = ""
    tone: Tone = Tone.PLAIN
    right: str = ""
    part: Part = Part.CHOICE


def marked(tone: Tone, text: str) -> Content:
    """A sign and a word."""
    return Content.assemble((f"{SIGNS[tone]} {text}", _COLOURS[tone]))


def plain(text: str, *classes: str) -> Static:
    """Text as it is: what strangers wrote is never read as markup."""
    return Static(text, markup=False, classes=" ".join(classes))


def cut(text: str, width: int) -> str:
    """Text of exactly this width, for a column."""
    return (text if len(text) <= width else text[: width - 1] + "…").ljust(width)


class TopBar(Horizontal):
    """The name of the screen, and a note at the right."""

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        self._title, self._note = title, note

    def compose(self) -> ComposeResult:
        """Title and note."""
        yield plain(self._title, "title")
        yield plain(self._note, "note")


class Row(Horizontal):
    """A label with its value beside it."""

    def __init__(self, label: str, value: str, *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self._label, self._value = label, value

    def compose(self) -> ComposeResult:
        """Label and value."""
        yield plain(self._label, "label")
        yield plain(self._value, "value")


class Answer(Button):
    """A button whose focus can be seen without colour."""

    def __init__(self, label: str, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(f"  {label}  ", id=id, compact=True)
        self.words = label

    def rename(self, label: str) -> None:
        """Gives the button another label."""
        self.words = label
        self._mark()

    def watch_has_focus(self, focused: bool) -> None:
        """A mark at both ends."""
        super().watch_has_focus(focused)
        self._mark()

    def _mark(self) -> None:
        ends = ("▶ ", " ◀") if self.has_focus else ("  ", "  ")
        self.label = Content(f"{ends[0]}{self.words}{ends[1]}")


class Tick(Checkbox):
    """A box whose state can be read without colour."""

    def render(self) -> Content:
        """The box and its sentence."""
        box = "[x] " if self.value else "[ ] "
        return Content.assemble(box, self.label).stylize_before(_toggle_style(self))


class Choice(RadioButton):
    """One of several, whose state can be read without colour."""

    def render(self) -> Content:
        """The mark and its sentence."""
        mark = "(•) " if self.value else "( ) "
        return Content.assemble(mark, self.label).stylize_before(_toggle_style(self))


def _toggle_style(toggle: Checkbox | RadioButton) -> Style:
    return toggle.get_visual_style("toggle--label")


class Picker(OptionList):
    """A list of lines; headings can be seen and not chosen."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, markup=False, compact=True)
        self._shown: tuple[Line, ...] = ()
        self._columns = (0, 0)
        self._pointed: int | None = None

    def show(self, lines: tuple[Line, ...], columns: tuple[int, int]) -> None:
        """Puts these lines in the list and keeps the place."""
        kept = self.highlighted
        self._shown, self._columns, self._pointed = lines, columns, None
        self.clear_options()
        self.add_options(
            Option(
                _content(line, columns), id=line.id or None, disabled=line.part is not Part.CHOICE
            )
            for line in lines
        )
        if kept is not None and kept < len(lines) and lines[kept].part is Part.CHOICE:
            self.highlighted = kept
        else:
            self.highlighted = next(
                (number for number, line in enumerate(lines) if line.part is Part.CHOICE), None
            )

    def watch_highlighted(self, highlighted: int | None) -> None:
        """An arrow before the line, so that the place is seen without colour."""
        super().watch_highlighted(highlighted)
        for index, pointed in ((self._pointed, False), (highlighted, True)):
            if index is not None and index < self.option_count:
                content = _content(self._shown[index], self._columns, pointed=pointed)
                self.replace_option_prompt_at_index(index, content)
        self._pointed = highlighted


def _content(line: Line, columns: tuple[int, int], *, pointed: bool = False) -> Content:
    # Plain spaces at the start of a line would be taken away.
    indent = "\N{NO-BREAK SPACE}" * 2
    arrow = "▶ " if pointed else indent
    match line.part:
        case Part.HEADING:
            return Content.assemble((line.left, "bold"))
        case Part.DETAIL:
            return Content(indent * 2 + line.left)
        case Part.CHOICE if not line.left:
            return Content.assemble(arrow, marked(line.tone, line.state))
        case Part.CHOICE:
            left, middle = columns
            state = f"{SIGNS[line.tone]} {line.state}"
            if line.right:
                state = cut(state, middle)
            shown = (state, _COLOURS[line.tone])
            return Content.assemble(arrow, cut(line.left, left), "  ", shown, "  ", line.right)


class Reading(VerticalScroll):
    """A page of text that scrolls with the arrows and shows that it has focus."""

    can_focus = True


class Status(Static):
    """One line above the keys: what is being done and for how long, else what was told last."""

    def __init__(self, texts: Texts) -> None:
        super().__init__("", markup=False)
        self._texts, self._doing, self._seconds = texts, "", 0
        self._told, self._tone = "", Tone.PLAIN

    def on_mount(self) -> None:
        """Counts the seconds."""
        self.set_interval(1.0, self._tick)

    def begin(self, doing: str, *, forget: bool) -> None:
        """Something started; `forget`: what was told before is over."""
        self._doing, self._seconds = doing, 0
        self._told = "" if forget else self._told
        self._draw()

    def end(self) -> None:
        """It is done."""
        self._doing = ""
        self._draw()

    def tell(self, text: str, tone: Tone) -> None:
        """Something to read, until the next thing starts."""
        self._told, self._tone = text, tone
        self._draw()

    def _tick(self) -> None:
        if self._doing:
            self._seconds += 1
            self._draw()

    def _draw(self) -> None:
        if self._doing:
            seconds = f"  {self._seconds} s" if self._seconds else ""
            self.update(marked(Tone.BUSY, f"{self._doing}{seconds}"))
        else:
            self.update(marked(self._tone, self._told) if self._told else "")


_ORDER: Final = {"back": -2, "help": -1, "quit": 1, "theme": 1, "palette": 1}


class KeyName(Static):
    """One key at the bottom; with a mouse it can be clicked."""

    def __init__(self, binding: Binding, display: str, words: str, tip: str) -> None:
        shown = Content.assemble((f" {display} ", "bold reverse"), f" {words}")
        super().__init__(shown, classes="key")
        self.tooltip = tip
        self._key = binding.key

    def on_click(self) -> None:
        """As if the key was pressed."""
        self.app.simulate_key(self._key)


class KeyBar(Horizontal):
    """The keys of this screen, at most six."""

    MOST: ClassVar[int] = 6

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts

    def on_mount(self) -> None:
        """Follows what can be done at the moment."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def compose(self) -> ComposeResult:
        """One part per key."""
        room = self.app.size.width - 2
        for binding, display, words, tip in shown_keys(self.screen, self._texts)[: self.MOST]:
            room -= len(display) + len(words) + 3
            if room >= 0:
                yield KeyName(binding, display, words, tip)

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.call_after_refresh(self.recompose)


def shown_keys(
    screen: Screen[object], texts: Texts, *, every: bool = False
) -> list[tuple[Binding, str, str, str]]:
    """The keys that work now: binding, key as shown, words, explanation."""
    found: dict[str, tuple[Binding, str, str, str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not active.enabled or not binding.description.startswith("tui."):
            continue
        if not (binding.show or every) or binding.action in found:
            continue
        display = screen.app.get_key_display(binding)
        words, tip = texts.get(binding.description), texts.get(binding.tooltip)
        found[binding.action] = (binding, display, words, tip)
    # Going back and help first: what does not fit is what is least needed.
    return sorted(found.values(), key=lambda one: _ORDER.get(one[0].id or "", 0))


def note(tone: Tone, text: str) -> Static:
    """A sentence with its sign."""
    return Static(marked(tone, text), classes="sign")
