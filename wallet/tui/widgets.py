"""The small parts that screens are made of; each renders what it is given and nothing else."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.geometry import Offset
from textual.style import Style
from textual.widgets import Button, Checkbox, OptionList, RadioButton, Static
from textual.widgets.option_list import Option

from wallet.progress import Progress, bar
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
        # As content: in a text Textual would look for markup, and strangers write some of them.
        super().__init__(Content(f"  {label}  "), id=id, compact=True)
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

    def __init__(
        self,
        label: str,
        *,
        value: bool = False,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's word
        compact: bool = False,
    ) -> None:
        super().__init__(Content(label), value, name=name, id=id, compact=compact)

    def render(self) -> Content:
        """The box and its sentence."""
        box = "[x] " if self.value else "[ ] "
        return Content.assemble(box, self.label).stylize_before(_toggle_style(self))


class Choice(RadioButton):
    """One of several, whose state can be read without colour."""

    def __init__(self, label: str, *, value: bool = False) -> None:
        super().__init__(Content(label), value)

    def render(self) -> Content:
        """The mark and its sentence."""
        mark = "(•) " if self.value else "( ) "
        return Content.assemble(mark, self.label).stylize_before(_toggle_style(self))


def _toggle_style(toggle: Checkbox | RadioButton) -> Style:
    return toggle.get_visual_style("toggle--label")


class Picker(OptionList):
    """A list of lines; headings can be seen and not chosen.

    `chained`: one of several on a screen. The arrow stands only where the keys go, and past the
    last line comes the next list.
    """

    def __init__(self, *, id: str, chained: bool = False) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, markup=False, compact=True)
        self._chained = chained
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
            self.highlighted = self.first()

    def append(self, lines: tuple[Line, ...]) -> None:
        """Puts more lines below those that are there."""
        self._shown += lines
        self.add_options(
            Option(
                _content(line, self._columns),
                id=line.id or None,
                disabled=line.part is not Part.CHOICE,
            )
            for line in lines
        )

    def places(self) -> list[tuple[int, Offset]]:
        """Every line that can be chosen and is in view: its number, and where it stands."""
        room, top = self.content_region, self.scroll_offset.y
        found: list[tuple[int, Offset]] = []
        for index, line in enumerate(self._shown):
            # Where a line begins is known to the list alone: a long one takes several.
            at = Offset(room.x, room.y + self._index_to_line[index] - top)
            if line.part is Part.CHOICE and room.contains_point(at):
                found.append((index, at))
        return found

    def watch_highlighted(self, highlighted: int | None) -> None:
        """An arrow before the line, so that the place is seen without colour."""
        super().watch_highlighted(highlighted)
        self._point()

    def watch_has_focus(self, focused: bool) -> None:
        """The arrow of one of several lists comes and goes with the keys."""
        super().watch_has_focus(focused)
        self._point()

    def _point(self) -> None:
        pointed = self.highlighted if self.has_focus or not self._chained else None
        if pointed == self._pointed:
            return
        for index, arrow in ((self._pointed, False), (pointed, True)):
            if index is not None and index < self.option_count:
                content = _content(self._shown[index], self._columns, pointed=arrow)
                self.replace_option_prompt_at_index(index, content)
        self._pointed = pointed

    def action_cursor_down(self) -> None:
        """One line down; of several lists past the last line into the next."""
        if self._chained and self.highlighted == self.last():
            self._onward(1)
        else:
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """One line up; of several lists past the first line into the one before."""
        if self._chained and self.highlighted == self.first():
            self._onward(-1)
        else:
            super().action_cursor_up()

    def _onward(self, step: int) -> None:
        others = [one for one in self.screen.query(Picker) if one.display and one.option_count]
        other = others[(others.index(self) + step) % len(others)]
        other.focus()
        other.highlighted = other.first() if step > 0 else other.last()

    def first(self) -> int | None:
        """The first line that can be chosen."""
        return next((at for at, one in enumerate(self._shown) if one.part is Part.CHOICE), None)

    def last(self) -> int | None:
        """The last line that can be chosen."""
        lines = [at for at, one in enumerate(self._shown) if one.part is Part.CHOICE]
        return lines[-1] if lines else None


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
    """One line above the keys: what is being done and how far it is, else what was told last."""

    BAR: ClassVar[int] = 16
    REDRAW_SECONDS: ClassVar[float] = 0.25

    def __init__(self, texts: Texts) -> None:
        super().__init__("", markup=False)
        self._texts, self._doing, self._seconds = texts, "", 0
        self._told, self._tone = "", Tone.PLAIN
        self._progress: Progress | None = None

    def on_mount(self) -> None:
        """Counts the seconds, and follows how far it is."""
        self.set_interval(1.0, self._tick)
        self._following = self.set_interval(self.REDRAW_SECONDS, self._follow, pause=True)

    def begin(self, doing: str, *, forget: bool, progress: Progress | None = None) -> None:
        """Something started; `forget`: what was told before is over."""
        self._doing, self._seconds, self._progress = doing, 0, progress
        if progress is not None:
            self._following.resume()
        self._told = "" if forget else self._told
        self._draw()

    def end(self) -> None:
        """It is done."""
        self._doing, self._progress = "", None
        self._following.pause()
        self._draw()

    def tell(self, text: str, tone: Tone) -> None:
        """Something to read, until the next thing starts."""
        self._told, self._tone = text, tone
        self._draw()

    def _tick(self) -> None:
        if self._doing:
            self._seconds += 1
            self._draw()

    def _follow(self) -> None:
        if self._progress is not None and self._seconds:
            self._draw()

    def _draw(self) -> None:
        if self._doing:
            self.update(marked(Tone.BUSY, f"{self._doing}{self._how_far()}"))
        else:
            self.update(marked(self._tone, self._told) if self._told else "")

    def _how_far(self) -> str:
        """After a second: how long it lasts, and of what can be counted how far it is."""
        if not self._seconds:
            return ""
        shown, found = f"  {self._seconds} s", self._progress
        if found is None or not found.total:
            return shown
        percent = found.percent
        stop = self._texts.get("tui.progress.stop")
        return f"  {bar(percent, self.BAR)} {percent} %{shown}  {stop}"


def note(tone: Tone, text: str) -> Static:
    """A sentence with its sign."""
    return Static(marked(tone, text), classes="sign")
