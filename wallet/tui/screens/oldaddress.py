"""Wie heeft mijn oude adres: who has an address that is no longer on the card, one key each."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static

from credential.rights import Right
from wallet import lookwords
from wallet.cli.render import local_day
from wallet.naming import Types
from wallet.service.overview import OldAddress, old_address
from wallet.texts import Texts
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.choosing import open_right
from wallet.tui.widgets import Line, Part, Picker, Tone, plain


class OldAddressScreen(Page):
    """Who has an old address, since when, and what was asked about it."""

    NAME = "old-address"
    BINDINGS: ClassVar[list[BindingType]] = [key("c", "fix-address")]

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[OldAddress, ...] = ()

    def content(self) -> ComposeResult:
        """What this is, and the list."""
        yield plain("", "spaced", "intro")
        yield Picker(id="old-address")

    def on_screen_resume(self) -> None:
        """Read again: an answer may have come."""
        access = self.access
        self.start("read", lambda: old_address(access.wallet, now=access.now()), self._show)

    def _show(self, found: tuple[OldAddress, ...]) -> None:
        self._found = found
        picker = self.query_one(Picker)
        picker.show(lines(found, self.texts, self.access.types()), (0, 0))
        picker.display = bool(found)
        name = "old-address.what" if found else "old-address.none"
        self.query_one(".intro", Static).update(self.texts.get(name))
        if found:
            picker.focus()
        self.refresh_bindings()

    def _pointed(self) -> OldAddress | None:
        option = self.query_one(Picker).highlighted_option
        name = "" if option is None or option.id is None else option.id.partition(":")[2]
        return next((one for one in self._found if one.activity == name), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Asking only where they can be asked from here."""
        if action == "fix_address" and not ((one := self._pointed()) and one.can_ask):
            return False
        return super().check_action(action, parameters)

    def on_option_list_option_highlighted(self, _event: OptionList.OptionHighlighted) -> None:
        """What can be done differs per line."""
        self.refresh_bindings()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the activity, with every way to reach them."""
        event.stop()
        self.app.push_screen(ActivityScreen((event.option_id or "").partition(":")[2]))

    def action_fix_address(self) -> None:
        """Ask to correct what they have."""
        one = self._pointed()
        if one is not None:
            open_right(self, one.activity, Right.RECTIFICATION)


def lines(found: tuple[OldAddress, ...], texts: Texts, types: Types) -> tuple[Line, ...]:
    """A line per activity, with what they have below it."""
    shown: list[Line] = []
    for number, one in enumerate(found):
        name, *details = lookwords.old_address(one, texts, types)
        since = texts.get("who.since", day=local_day(one.since))
        done = one.state == "done"
        tone = Tone.GOOD if done else Tone.MIND
        shown.append(Line(f"{number}:{one.activity}", "", f"{name}. {since}", tone))
        shown += [Line("", detail, part=Part.DETAIL) for detail in details]
    return tuple(shown)
