"""More: every screen by what it is for, with a sentence about the one that is pointed at."""

from typing import Final

from textual.app import ComposeResult
from textual.widgets import OptionList, Static

from wallet.texts import Texts
from wallet.tui.page import Page
from wallet.tui.places import PLACES, words_of
from wallet.tui.widgets import Line, Part, Picker, plain

DEEDS: Final = {
    "cards": {"sync": "s"},
    "other": {"theme": "ctrl+t", "language": "f2", "palette": "ctrl+p"},
}
"""What is done without a screen of its own, by the key that does it on the first screen."""


def lines(texts: Texts) -> tuple[Line, ...]:
    """Every place and deed under its heading."""
    found: list[Line] = []
    for part in dict.fromkeys([*(place.part for place in PLACES), *DEEDS]):
        found.append(Line("", texts.get(f"tui.part.{part}"), part=Part.HEADING))
        names = [place.id for place in PLACES if place.part == part]
        names += DEEDS.get(part, ())
        found += [Line(name, "", words_of(name, texts)) for name in names]
    return tuple(found)


class MenuScreen(Page):
    """Everything that can be done."""

    NAME = "menu"
    AUTO_FOCUS = "Picker"

    def content(self) -> ComposeResult:
        """The list, and below it what the line is for."""
        yield Picker(id="places")
        yield plain("", "spaced", "about")

    def on_mount(self) -> None:
        """Words are known at once."""
        self.query_one(Picker).show(lines(self.texts), (0, 0))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """What this line is for."""
        event.stop()
        if event.option_id:
            self.query_one(".about", Static).update(self.texts.get(f"tui.tip.{event.option_id}"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the screen in the place of this one, or does what has none."""
        event.stop()
        place = next((one for one in PLACES if one.id == event.option_id), None)
        if place is not None:
            self.app.switch_screen(place.make())
            return
        pressed = {name: key for deeds in DEEDS.values() for name, key in deeds.items()}
        self.leave()
        self.app.call_later(self.app.simulate_key, pressed[event.option_id or ""])
