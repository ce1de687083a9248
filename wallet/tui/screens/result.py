"""What came of sharing: what they signed for, the code to type, and where to go on."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Digits, Static

from wallet import proof
from wallet.service.share import Done
from wallet.sharing import Acknowledged, Rejected, Unknown, Unsent
from wallet.tui import onward, panel
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.panel import Item, Told
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.qr import QrScreen
from wallet.tui.screens.right import RightScreen
from wallet.tui.widgets import Reading, Tone, note, plain


class ResultScreen(Page):
    """How sharing ended, in words that say whether anything left."""

    NAME = "result"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("p", "browser"),
        key("q", "qr"),
        key("t", "panel-code"),
        key("a", "activity"),
        key("o", "receipt"),
    ]
    AUTO_FOCUS = "Reading"

    def __init__(self, done: Done, name: str, *, item: Item | None = None) -> None:
        super().__init__()
        self._done, self._with, self._item = done, name or done.host, item

    def content(self) -> ComposeResult:
        """The outcome, the code, the address."""
        done = self._done
        with Reading():
            match done.settlement:
                case Acknowledged():
                    yield from self._shared()
                case Rejected(reason):
                    sentence = self.texts.get("error.share.rejected.sentence", reason=reason)
                    yield note(Tone.MIND, sentence)
                    yield plain(self.say("hint.share.rejected"), "spaced")
                    yield plain(self.say("shared.done"), "strong")
                case Unsent():
                    sentence = self.texts.get("error.share.unsent.sentence", host=done.host)
                    yield note(Tone.BAD, sentence)
                    yield plain(self.texts.get("error.share.unsent.hint"), "spaced")
                    yield plain(self.say("shared.nothing"), "strong")
                case Unknown():
                    sentence = self.texts.get("error.share.unknown.sentence", host=done.host)
                    yield note(Tone.MIND, sentence)
                    yield plain(self.say("hint.share.unknown"), "spaced")
                    yield plain(self.say("shared.maybe"), "strong")
            yield plain("", "said")

    def _shared(self) -> ComposeResult:
        done = self._done
        yield note(Tone.GOOD, self.say("told.done", name=self._with))
        if done.verdict is not None:
            good = isinstance(done.verdict, proof.Verified)
            sentence = self.texts.get(f"share.receipt.{proof.word(done.verdict)}")
            yield note(Tone.GOOD if good else Tone.MIND, sentence)
        if done.confirm_code is not None:
            code = f"{done.confirm_code[:3]} {done.confirm_code[3:]}"
            yield plain(self.say("result.type", host=done.host), "strong")
            with Vertical(classes="number"):
                yield Digits(code)
            yield plain(self.say("result.code", code=code), "spaced")
        if done.redirect_uri is not None:
            yield plain(self.texts.get("share.redirect", uri=done.redirect_uri), "spaced")

    def on_mount(self) -> None:
        """Without a code to type, the page of whoever asked is where it goes on."""
        done = self._done
        if done.redirect_uri is not None and done.confirm_code is None:
            onward.offer(self, done.redirect_uri, self._with)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with this outcome."""
        done = self._done
        possible = {
            "browser": done.redirect_uri is not None,
            "qr": done.redirect_uri is not None,
            "panel_code": bool(self._item and self._item.code and done.confirm_code),
            "receipt": isinstance(done.settlement, Unknown),
        }
        return possible.get(action, True) and super().check_action(action, parameters)

    def action_browser(self) -> None:
        """The page where it goes on."""
        uri = self._done.redirect_uri
        if uri is not None:
            self.start("browser", lambda: onward.opened(uri), self._opened)

    def action_qr(self) -> None:
        """The same page, for a telephone."""
        uri = self._done.redirect_uri
        if uri is not None:
            self.app.push_screen(QrScreen(self.say("qr.result"), uri, self.texts))

    def _opened(self, opened: bool) -> None:
        self.tell(self.say("result.opened" if opened else "result.no-browser"))

    def action_activity(self) -> None:
        """Everything about this disclosure."""
        self.app.push_screen(ActivityScreen(self._done.id))

    def action_receipt(self) -> None:
        """Ask for the receipt: that settles it."""
        self.app.push_screen(RightScreen(self._done.id, "receipt"))

    def action_panel_code(self) -> None:
        """Somebody types the code on the page."""
        item, code = self._item, self._done.confirm_code
        if item is not None and code is not None:
            self.start("panel", lambda: panel.run(item.code, code), self._typed)

    def _typed(self, told: Told) -> None:
        said = self.query_one(".said", Static)
        said.update(told.say)
        said.add_class("strong")
        said.scroll_visible(animate=False)
