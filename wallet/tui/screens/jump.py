"""Jumping: a sign beside every line, part and section of the screen below; one key goes there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, RadioButton, Static, TextArea

from wallet.texts import Texts
from wallet.tui.keybar import KeyBar
from wallet.tui.keys import key
from wallet.tui.widgets import Picker, Reading, plain

SIGNS: Final = "123456789abcdefghiklmnopqrstuvwxyz"
"""What can be pressed, in the order it is given out; `j` itself goes back."""
_BESIDE: Final = 2


@dataclass(frozen=True)
class Spot:
    """Where one can go; `at` is its place on the terminal, None for what is further down."""

    words: str
    at: Offset | None
    go: Callable[[], None]


def spots(page: Screen[object]) -> list[Spot]:
    """Everything on this screen that can be gone to, from top to bottom; the unseen last."""
    found: list[Spot] = []
    for widget in page.walk_children(Widget):
        if not widget.is_on_screen and not _heading(widget):
            continue
        if isinstance(widget, Picker):
            found += _lines(widget)
        elif isinstance(widget, Button | Checkbox | RadioButton | Input | TextArea):
            found.append(_part(widget))
        elif _heading(widget):
            found.append(_section(widget))
    seen = [one for one in found if one.at is not None]
    seen.sort(key=lambda one: (one.at.y, one.at.x) if one.at else (0, 0))
    return [*seen, *(one for one in found if one.at is None)][: len(SIGNS)]


def _heading(widget: Widget) -> bool:
    return (
        isinstance(widget, Static) and widget.has_class("strong") and _reading(widget) is not None
    )


def _reading(widget: Widget) -> Reading | None:
    return next((one for one in widget.ancestors if isinstance(one, Reading)), None)


def _lines(picker: Picker) -> list[Spot]:
    def go(index: int) -> Callable[[], None]:
        def there() -> None:
            picker.focus()
            picker.highlighted = index

        return there

    return [Spot("", at, go(index)) for index, at in picker.places()]


def _part(widget: Widget) -> Spot:
    beside = 0 if isinstance(widget, Button) else _BESIDE
    at = widget.region.offset
    return Spot("", Offset(max(0, at.x - beside), at.y), lambda: _focus(widget))


def _focus(widget: Widget) -> None:
    # One of several choices is not focused by itself: their set is.
    place = widget if widget.focusable else widget.parent
    if isinstance(place, Widget):
        place.focus()


def _section(heading: Widget) -> Spot:
    reading = _reading(heading)
    assert reading is not None
    assert isinstance(heading, Static)

    def go() -> None:
        reading.focus()
        reading.scroll_to_widget(heading, top=True, animate=False)

    at, room = heading.region, reading.region
    seen = room.contains(at.x, at.y)
    return Spot(str(heading.content), Offset(max(0, at.x - _BESIDE), at.y) if seen else None, go)


class JumpScreen(ModalScreen[None]):
    """Over the screen it marks; any other key goes back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape,j,ctrl+g", "back", "dismiss")]

    def __init__(self, found: list[Spot], texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self._spots = dict(zip(SIGNS, found, strict=False))

    def compose(self) -> ComposeResult:
        """The signs where they belong, and below what is further down."""
        for sign, spot in self._spots.items():
            if spot.at is not None:
                mark = plain(sign, "jump")
                mark.styles.offset = spot.at
                yield mark
        hidden = [f"{sign} {one.words}" for sign, one in self._spots.items() if one.at is None]
        words = self._texts.get("tui.jump.what" if self._spots else "tui.jump.none")
        if hidden:
            words = f"{words} {self._texts.get('tui.jump.below')} {'   '.join(hidden)}"
        yield plain(words, "jump-words")
        yield KeyBar(self._texts)

    def on_key(self, event: Key) -> None:
        """Goes where the sign stands."""
        spot = self._spots.get(event.character or "")
        if spot is not None:
            event.stop()
            self.dismiss()
            self.app.call_later(spot.go)
