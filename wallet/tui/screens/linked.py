"""What could be linked by whom: by what each organisation could see that it is the same person."""

from textual.app import ComposeResult
from textual.widgets import OptionList, Static

from wallet import lookwords
from wallet.service.overview import Link, Linkable, linked
from wallet.texts import Texts
from wallet.tui.page import Page
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.widgets import Line, Part, Picker, Tone, plain


class LinkedScreen(Page):
    """By what somebody is recognised, who could, and who received nothing to do it with."""

    NAME = "linked"

    def content(self) -> ComposeResult:
        """What this is, the list, and what it leaves out."""
        yield plain("", "spaced", "intro")
        yield Picker(id="linked")
        yield plain("", "spaced", "quiet", "rest")

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back."""
        access = self.access
        self.start("read", lambda: linked(access.wallet, now=access.now()), self._show)

    def _show(self, found: Linkable) -> None:
        texts, picker = self.texts, self.query_one(Picker)
        picker.show(lines(found, texts), (0, 0))
        picker.display = bool(found.links)
        name = "linked.what" if found.links else "linked.none"
        self.query_one(".intro", Static).update(texts.get(name))
        rest = [texts.get("linked.municipality")]
        if found.unlinked:
            names = lookwords.listed(found.unlinked, texts)
            rest.insert(0, texts.get("linked.unlinked", names=names))
        self.query_one(".rest", Static).update("\n".join(rest))
        if found.links:
            picker.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the newest activity with this organisation."""
        event.stop()
        self.app.push_screen(ActivityScreen((event.option_id or "").partition(":")[2]))


def lines(found: Linkable, texts: Texts) -> tuple[Line, ...]:
    """A part per means of recognition, a line per organisation."""
    shown: list[Line] = []
    for link in found.links:
        shown.append(Line("", texts.get(f"linked.{link.means.value}"), part=Part.HEADING))
        if link.together:
            shown.append(Line("", lookwords.together(link, texts), part=Part.DETAIL))
        shown += _parties(link, len(shown), texts)
    return tuple(shown)


def _parties(link: Link, start: int, texts: Texts) -> list[Line]:
    found, names = [], [one.name for one in link.parties]
    for number, one in enumerate(link.parties, start):
        name = lookwords.named(one.name, one.service, names)
        again = one.times > 1
        words = texts.get("linked.alone", name=name, times=one.times) if again else name
        # The number makes the id unique: one activity may stand under several.
        found.append(
            Line(f"{number}:{one.activity}", "", words, Tone.MIND if again else Tone.PLAIN)
        )
    return found
