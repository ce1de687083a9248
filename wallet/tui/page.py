"""What every screen does alike: bar, keys, work in the background, going back, refusals."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from credential.errors import CredentialError
from wallet.errors import WalletError, from_credential
from wallet.progress import Progress, Stopped
from wallet.texts import Texts
from wallet.tui.access import Access
from wallet.tui.keybar import KeyBar
from wallet.tui.keys import key
from wallet.tui.widgets import Answer, Status, Tone, TopBar, plain

if TYPE_CHECKING:
    from wallet.tui.app import RegieApp

T = TypeVar("T")

_READING: Final = frozenset({"read", "evidence", "verify"})
"""What a screen does to have something to show."""


class Finished(Message):
    """Work came to an end; `deliver` shows what came of it."""

    def __init__(self, deliver: Callable[[], None]) -> None:
        super().__init__()
        self.deliver = deliver


class Page(Screen[None]):
    """One question put to the resident."""

    NAME: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "back")]
    AUTO_FOCUS = ""

    held = False
    """While true nothing can be pressed: something is leaving, or being recorded."""
    came = False
    """Whether anything was ever read or done here."""
    running: Progress | None = None
    """Work that can be stopped with escape, between two of its steps."""

    @property
    def regie(self) -> "RegieApp":
        """The application, by its own type."""
        return cast("RegieApp", self.app)

    @property
    def access(self) -> Access:
        """The wallet behind the screens."""
        return self.regie.access

    @property
    def texts(self) -> Texts:
        """The sentences of this run."""
        return self.regie.access.texts

    def say(self, name: str, /, **params: object) -> str:
        """A sentence of the screens."""
        return self.texts.get(f"tui.{name}", **params)

    def compose(self) -> ComposeResult:
        """Bar, content, what is going on, keys."""
        yield TopBar(self.heading(), self.regie.note)
        with Vertical(id="body"):
            yield from self.content()
        yield Status(self.texts)
        yield KeyBar(self.texts)

    def heading(self) -> str:
        """What stands at the top."""
        return f"Regie · {self.say(f'title.{self.NAME}')}"

    def content(self) -> ComposeResult:
        """The screen itself."""
        yield from ()

    def help_text(self) -> str:
        """What F1 tells about this screen."""
        return self.say(f"help.{self.NAME}")

    # --- work ---------------------------------------------------------------------------------

    def start(
        self,
        doing: str,
        task: Callable[[], T],
        then: Callable[[T], None],
        *,
        hold: bool = False,
        failed: Callable[[WalletError], None] | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Does `task` in a thread, one change to the wallet at a time, and then `then` here.

        `hold` keeps every key quiet until it is done, and starts nothing else: for what cannot
        be taken back. Without `doing` nothing is said of it: for what happens by itself.
        `progress` is what the task reports its steps to; with it escape stops the task.
        """
        if self.held or not self.works():
            return
        self.held, self.running = hold, progress
        self.refresh_bindings()
        if doing:
            sentence = self.say(f"doing.{doing}")
            self.query_one(Status).begin(sentence, forget=doing != "read", progress=progress)
        unread = doing in _READING and not self.came
        self._work(task, then, failed or (self._unread if unread else self.refused))

    def works(self) -> bool:
        """Whether anything can be started: nothing while the wallet is locked."""
        return not self.regie.locked

    @work(thread=True)
    def _work(
        self,
        task: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[WalletError], None],
    ) -> None:
        try:
            with self.access.turn:
                result = task()
        except Stopped:
            self.post_message(Finished(self.stopped))
        except WalletError as error:
            self.post_message(Finished(lambda error=error: failed(error)))  # type: ignore[misc]
        except CredentialError as error:
            refused = from_credential(error)
            self.post_message(Finished(lambda: failed(refused)))
        except Exception as error:  # noqa: BLE001 - the outermost door of a thread
            broken = error
            self.post_message(Finished(lambda: self._unexpected(broken)))
        else:
            self.post_message(Finished(lambda: self._brought(then, result)))

    def on_finished(self, message: Finished) -> None:
        """The thread is done; what it brought is shown."""
        message.stop()
        self.held, held, self.running = False, self.held, None
        while held and self.app.screen is not self and self in self.app.screen_stack:
            # What left is answered here, and not by whatever was opened over it, as help.
            self.app.pop_screen()
        self.query_one(Status).end()
        self.refresh_bindings()
        # The wallet may have locked since: then what came is shown once it is open again.
        if self.works():
            message.deliver()
        else:
            self.regie.guard.after(message.deliver)

    def _brought(self, then: Callable[[T], None], result: T) -> None:
        self.came = True
        then(result)

    def _unread(self, error: WalletError) -> None:
        """What has nothing to show makes room for the reason: going back passes no empty screen."""
        from wallet.tui.screens.refusal import RefusalScreen  # noqa: PLC0415 - it is a Page too

        if self.app.screen is self and len(self.app.screen_stack) > 1:
            self.app.switch_screen(RefusalScreen(error))
        else:
            self.refused(error)

    def stopped(self) -> None:
        """The resident stopped the work; a screen that has nothing to show without it leaves."""
        self.tell(self.say("progress.stopped"))

    def refused(self, error: WalletError) -> None:
        """A refusal: its sentence, its hint, and whether anything was shared."""
        from wallet.tui.screens.refusal import RefusalScreen  # noqa: PLC0415 - it is a Page too

        self.app.push_screen(RefusalScreen(error))

    def _unexpected(self, error: Exception) -> None:
        from wallet.tui.screens.refusal import unexpected  # noqa: PLC0415 - it is a Page too

        self.app.push_screen(unexpected(error))

    # --- telling and leaving --------------------------------------------------------------------

    def tell(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """One line above the keys."""
        self.query_one(Status).tell(text, tone)

    def back_message(self) -> str:
        """What the screen before this one says when the resident came back without answering."""
        return ""

    def action_back(self) -> None:
        """Escape: stops what runs and can be stopped, else goes back; nothing was shared."""
        if self.running is not None:
            self.running.stop()
            self.query_one(Status).begin(self.say("progress.stopping"), forget=True)
        else:
            self.leave(self.back_message())

    def leave(self, message: str = "", tone: Tone = Tone.PLAIN) -> None:
        """Goes back, with something to say."""
        self.app.pop_screen()
        below = self.app.screen
        if message and isinstance(below, Page):
            below.tell(message, tone)

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],  # noqa: ARG002 - Textual's signature
    ) -> bool | None:
        """Nothing can be pressed while something is leaving, but stopping what can be stopped."""
        if action == "back" and self.running is not None:
            return True
        return not (self.held and action != "help")


class Dialog(ModalScreen[str]):
    """A short question over a screen; the first answer is the safe one, and escape means it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "back", "dismiss('')"),
        key("f1", "help", "app.help"),
        key("left", "left", "app.focus_previous", show=False),
        key("right", "right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "Answer"

    def __init__(self, texts: Texts, sentences: tuple[str, ...], answers: dict[str, str]) -> None:
        super().__init__()
        self._texts, self._sentences, self._answers = texts, sentences, answers

    def compose(self) -> ComposeResult:
        """Sentences, then answers."""
        with Vertical(classes="dialog"):
            for sentence in self._sentences:
                yield plain(sentence, "sentence")
            yield from self.extra()
            with Horizontal(classes="answers"):
                for name, label in self._answers.items():
                    yield Answer(label, id=name)
        yield KeyBar(self._texts)

    def help_text(self) -> str:
        """What F1 tells about a question like this."""
        return self._texts.get("tui.help.dialog")

    def extra(self) -> tuple[Widget, ...]:
        """What stands between question and answers."""
        return ()

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """The answer, by its name."""
        event.stop()
        self.dismiss(event.button.id or "")
