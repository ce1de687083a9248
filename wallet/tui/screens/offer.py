"""An offer of cards: who gives them, which, and the code that was spoken."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from credential.plaintext import terminal_safe
from wallet.service import add
from wallet.service.collecting import Progress
from wallet.service.looking import Look
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.panel import Item
from wallet.tui.screens.get import LoginScreen
from wallet.tui.screens.receive import ReceiveScreen
from wallet.tui.screens.unlock import typed
from wallet.tui.widgets import Answer, Reading, Tone, note, plain


class OfferScreen(Page):
    """Yes or no to these cards; nothing is sent before that."""

    NAME = "offer"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("o", "accept"),
        key("n", "refuse-offer"),
        key("left", "left", "app.focus_previous", show=False),
        key("right", "right", "app.focus_next", show=False),
    ]

    def __init__(
        self, found: Look, *, spoken: str = "", said: str = "", item: Item | None = None
    ) -> None:
        super().__init__()
        self._found, self._spoken, self._said, self._item = found, spoken, said, item

    def content(self) -> ComposeResult:
        """Who, which cards, the code, the answer."""
        found = self._found
        self.texts.learn(found.names(self.texts.lang))
        with Reading():
            yield plain(self.texts.get("question.who"), "strong")
            yield plain(terminal_safe(found.issuer), "indent")
            yield from self._standing()
            yield plain(self.say("offer.which"), "strong")
            for kind in found.kinds:
                yield plain(f"· {self.access.kind(kind)}", "indent")
            if found.needs_login:
                yield plain(self.say("get.next", host=found.login_host), "spaced", "quiet")
        if found.tx_code is not None:
            yield plain(self._said or self.say("offer.code"), "strong")
            yield plain(self.say("offer.code-to", host=found.host), "quiet")
            yield typed(value=self._spoken, id="code")
        with Horizontal(classes="answers"):
            yield Answer(self.say("answer.refuse-offer"), id="refuse")
            yield Answer(self.say("answer.accept"), id="accept")

    def _standing(self) -> ComposeResult:
        """Whether the scheme vouches for who offers, and where everything goes."""
        found = self._found
        if found.registered:
            yield note(Tone.GOOD, self.say("offer.known", host=found.host))
            return
        yield note(Tone.MIND, self.texts.get("add.stranger", host=found.host))
        yield plain(self.texts.get("add.stranger-risk"), "indent", "quiet")
        if found.login_host != found.host:
            words = self.texts.get("add.stranger-server", host=found.login_host)
            yield plain(words, "indent", "quiet")

    def on_mount(self) -> None:
        """The code first, else the safe answer."""
        self.query_one("#code" if self._found.tx_code is not None else "#refuse").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter after the code."""
        event.stop()
        self.action_accept()

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """The answer."""
        event.stop()
        if event.button.id == "accept":
            self.action_accept()
        else:
            self.action_refuse_offer()

    def action_accept(self) -> None:
        """Redeem the offer, or log in where that is what the offer is for."""
        if self._found.needs_login:
            self.app.switch_screen(LoginScreen(self._found))
            return
        code: str | None = None
        if self._found.tx_code is not None:
            field = self.query_one("#code", Input)
            code = field.value.replace(" ", "")
            if not code:
                field.focus()
                self.tell(self.say("offer.code-first"), Tone.MIND)
                return
        access = self.access
        self.start(
            "accept",
            lambda: add.accept(
                access.wallet, access.fetch(), self._found, tx_code=code, now=access.now()
            ),
            self._accepted,
            hold=True,
        )

    def _accepted(self, progress: Progress) -> None:
        self.access.forget_types()
        self.app.switch_screen(ReceiveScreen(progress, item=self._item))

    def action_refuse_offer(self) -> None:
        """On record; nobody is told."""
        access = self.access
        self.start(
            "decline",
            lambda: add.decline(access.wallet, self._found, now=access.now()),
            lambda _: self.leave(self.say("offer.refused")),
            hold=True,
        )

    def back_message(self) -> str:
        """Nothing was fetched."""
        return self.say("offer.left")
