"""Wie heeft wat: per organisation which data, since when and until when."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static

from wallet import lookwords
from wallet.cli.render import local_day, until_text
from wallet.service.overview import Share, holders
from wallet.texts import Texts
from wallet.tui.access import Access
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.linked import LinkedScreen
from wallet.tui.screens.oldaddress import OldAddressScreen
from wallet.tui.screens.right import RightScreen
from wallet.tui.widgets import Line, Part, Picker, Tone, plain


def lines(access: Access) -> tuple[Line, ...]:
    """Every organisation with what it has, since when and until when."""
    found: list[Line] = []
    every = holders(access.wallet)
    names = [one.name for one in every]
    for holder in every:
        heading = lookwords.named(holder.name, holder.service, names)
        found.append(Line("", heading, part=Part.HEADING))
        for share in holder.shares:
            found.append(_share(len(found), share, access.texts, access.now()))
            claims = access.by_card((item.vct, item.path) for item in share.items)
            found += [
                Line("", f"{title}: {', '.join(label for _, _, label in held)}", part=Part.DETAIL)
                for title, held in claims.items()
            ]
    return tuple(found)


def _share(number: int, share: Share, texts: Texts, now: int) -> Line:
    since = texts.get("who.since", day=local_day(share.since))
    until = until_text(texts, share.kept_until, share.retention, now=now)
    words = f"{since}, {until}"
    if not share.certain:
        words = f"{words} {texts.get('who.maybe')}"
    tone = Tone.GOOD if share.certain else Tone.MIND
    # The number makes the id unique: one activity may stand with two dates.
    return Line(f"{number}:{share.activity}", "", words, tone)


class WhoScreen(Page):
    """What organisations have of this resident."""

    NAME = "who"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("e", "erase"),
        key("o", "old-address"),
        key("k", "linked"),
    ]

    def content(self) -> ComposeResult:
        """The list."""
        yield plain(self.say("who.what"), "spaced", "intro")
        yield Picker(id="who")

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back."""
        self.start("read", lambda: lines(self.access), self._show)

    def _show(self, found: tuple[Line, ...]) -> None:
        picker = self.query_one(Picker)
        picker.show(found, (0, 0))
        picker.display = bool(found)
        self.query_one(".intro", Static).update(
            self.say("who.what") if found else self.texts.get("who.none")
        )
        if found:
            picker.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to erase where nobody has anything."""
        if action == "erase" and self.query_one(Picker).highlighted is None:
            return False
        return super().check_action(action, parameters)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the newest activity with this item."""
        event.stop()
        self.app.push_screen(ActivityScreen((event.option_id or "").partition(":")[2]))

    def action_old_address(self) -> None:
        """Who has an address that is no longer true."""
        self.app.push_screen(OldAddressScreen())

    def action_linked(self) -> None:
        """What could be linked by whom."""
        self.app.push_screen(LinkedScreen())

    def action_erase(self) -> None:
        """Ask to erase what was shared in the activity of this item."""
        picker = self.query_one(Picker)
        option = picker.highlighted_option
        if option is not None and option.id is not None:
            self.app.push_screen(RightScreen(option.id.partition(":")[2], "erasure"))
