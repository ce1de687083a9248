"""Cards from home: which municipality, which cards, and logging in with the browser."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Checkbox, Input, OptionList, Static

from credential.plaintext import terminal_safe
from wallet import browser
from wallet.browser import Listener
from wallet.errors import WalletError
from wallet.service import get
from wallet.service.collecting import Progress
from wallet.service.get import Login
from wallet.service.looking import Look
from wallet.tui.access import Access
from wallet.tui.keys import key
from wallet.tui.page import Finished, Page
from wallet.tui.screens.receive import ReceiveScreen
from wallet.tui.screens.unlock import typed
from wallet.tui.widgets import Answer, Line, Picker, Reading, Status, Tick, Tone, note, plain


def issuers(access: Access) -> tuple[tuple[str, str], ...]:
    """Number and name of everyone on the trusted list who may issue now, by name."""
    now = access.now()
    trust = access.wallet.trust(now)
    trust.require_fresh(now)
    found = [(one.oin, one.name) for one in trust.issuers if one.issuing(now)]
    return tuple(sorted(found, key=lambda one: one[1].casefold()))


class GetScreen(Page):
    """Which municipality; typing narrows the list."""

    NAME = "get"
    AUTO_FOCUS = "Input"

    def __init__(self) -> None:
        super().__init__()
        self._issuers: tuple[tuple[str, str], ...] = ()

    def content(self) -> ComposeResult:
        """A line to search in, and the list."""
        yield plain(self.say("get.which"), "spaced")
        yield typed(placeholder=self.say("get.search"))
        yield Picker(id="issuers")
        yield plain("", "none")

    def on_mount(self) -> None:
        """Who may issue, by the list this wallet has."""
        self.start("read", lambda: issuers(self.access), self._listed)

    def _listed(self, found: tuple[tuple[str, str], ...]) -> None:
        self._issuers = found
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Fewer lines with each letter."""
        event.stop()
        self._show()

    def _show(self) -> None:
        wanted = self.query_one(Input).value.strip().casefold()
        found = [(oin, name) for oin, name in self._issuers if wanted in name.casefold()]
        picker, none = self.query_one(Picker), self.query_one(".none", Static)
        picker.show(tuple(Line(oin, "", terminal_safe(name)) for oin, name in found), (0, 0))
        picker.display, none.display = bool(found), not found
        none.update(self.say("get.none"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the one that is pointed at."""
        event.stop()
        option = self.query_one(Picker).highlighted_option
        if option is not None and option.id:
            self._look(option.id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter in the list."""
        event.stop()
        if event.option_id:
            self._look(event.option_id)

    def _look(self, oin: str) -> None:
        access = self.access
        self.start(
            "get",
            lambda: get.look(access.wallet, access.fetch(), oin, now=access.now()),
            self._choose,
        )

    def _choose(self, found: Look) -> None:
        self.app.push_screen(KindsScreen(found))

    def back_message(self) -> str:
        """Nothing was fetched."""
        return self.say("get.left")


class KindsScreen(Page):
    """Which cards; what a person has to decide about is not ticked beforehand."""

    NAME = "kinds"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("left", "left", "app.focus_previous", show=False),
        key("right", "right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "Checkbox"

    def __init__(self, found: Look) -> None:
        super().__init__()
        self._found = found
        regie = found.described.metadata.nl_regie
        self._decided = frozenset(() if regie is None else regie.declared)

    def content(self) -> ComposeResult:
        """Who, the cards, what happens next."""
        found = self._found
        with Reading():
            yield plain(terminal_safe(found.issuer), "strong")
            yield note(Tone.GOOD, self.say("offer.known", host=found.host))
            yield plain(self.say("offer.which"), "strong")
            for kind in found.kinds:
                decided = kind in self._decided
                words = self.say("get.decided", title=self.access.kind(kind))
                label = words if decided else self.access.kind(kind)
                yield Tick(label, value=not decided, name=kind)
            yield plain(self.say("get.next", host=found.login_host), "spaced", "quiet")
        yield Horizontal(
            Answer(self.say("answer.refuse-offer"), id="refuse"),
            Answer(self.say("answer.get"), id="accept"),
            classes="answers",
        )

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """The answer."""
        event.stop()
        if event.button.id == "accept":
            self._accept()
        else:
            self.action_back()

    def _accept(self) -> None:
        found = self._found
        chosen = tuple(str(box.name) for box in self.query(Checkbox) if box.value)
        if not chosen:
            self.tell(self.say("get.tick-first"), Tone.MIND)
            return
        if chosen == found.kinds:
            self._log_in(found)
            return
        access, oin = self.access, found.described.issuer.oin
        self.start(
            "get",
            lambda: get.look(access.wallet, access.fetch(), oin, chosen, now=access.now()),
            self._log_in,
        )

    def _log_in(self, found: Look) -> None:
        self.app.switch_screen(LoginScreen(found))

    def back_message(self) -> str:
        """Nothing was fetched."""
        return self.say("get.left")


@dataclass
class Waiting:
    """A login under way; `stopped` is set by whoever does not want to wait any longer."""

    login: Login
    listener: Listener
    opened: bool
    stopped: bool = False


class LoginScreen(Page):
    """Waits while the resident logs in elsewhere; stopping is always possible."""

    NAME = "login"
    BINDINGS: ClassVar[list[BindingType]] = [key("b", "again")]
    AUTO_FOCUS = "#stop"

    def __init__(self, found: Look) -> None:
        super().__init__()
        self._found = found
        self._waiting: Waiting | None = None
        self._over = False

    def content(self) -> ComposeResult:
        """What happens now, where, and how it goes on."""
        issuer = terminal_safe(self._found.issuer)
        with Reading():
            yield plain(self.say("login.opens", issuer=issuer), "strong")
            yield plain(self.say("login.back"), "indent")
            yield plain(self.say("login.private", host=self._found.login_host), "spaced", "indent")
            yield plain("", "address", "spaced", "indent")
        yield Horizontal(Answer(self.say("answer.stop"), id="stop"), classes="answers")

    def on_mount(self) -> None:
        """Announces the login, opens the browser, and waits."""
        self.start("get", self._begin, self._began, failed=self._failed)

    def _begin(self) -> Waiting:
        access, listener = self.access, Listener()
        try:
            login = get.begin(
                access.wallet,
                access.fetch(),
                self._found,
                redirect_uri=listener.redirect_uri,
                now=access.now(),
            )
        except BaseException:
            listener.close()
            raise
        return Waiting(login, listener, _open(login.url))

    def _began(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._tell_address(waiting)
        if self._over:
            self._stop()
            return
        self.query_one(Status).begin(self.say("doing.login"), forget=True)
        self._listen(waiting)

    def _tell_address(self, waiting: Waiting) -> None:
        name = "login.opened" if waiting.opened else "login.no-browser"
        self.query_one(".address", Static).update(self.say(name, url=waiting.login.url))

    @work(thread=True)
    def _listen(self, waiting: Waiting) -> None:
        """Without the turn of whoever changes something: this may take a quarter of an hour."""
        try:
            query = waiting.listener.wait(cancelled=lambda: waiting.stopped)
        except WalletError as error:
            gone = error
            self.post_message(Finished(lambda: self._gave_up(waiting, gone)))
        else:
            self.post_message(Finished(lambda: self._came(waiting, query)))
        finally:
            waiting.listener.close()

    def _came(self, waiting: Waiting, query: str) -> None:
        if waiting.stopped:
            return
        waiting.stopped = True
        access, login = self.access, waiting.login
        self.start(
            "accept",
            lambda: get.finish(access.wallet, access.fetch(), login, query, now=access.now()),
            self._received,
            hold=True,
            failed=self._failed,
        )

    def _received(self, progress: Progress) -> None:
        """Past the questions: going back leads to where all this began."""
        self.access.forget_types()
        app = self.app
        while isinstance(app.screen, LoginScreen | GetScreen):
            app.pop_screen()
        app.push_screen(ReceiveScreen(progress))

    def _gave_up(self, waiting: Waiting, error: WalletError) -> None:
        """Nobody came back in time; what was stopped here was told already."""
        if not waiting.stopped:
            waiting.stopped = True
            self._abandon(waiting, error.code, lambda: self._failed(error))

    def _failed(self, error: WalletError) -> None:
        """The refusal takes the place of this screen: waiting is over."""
        self.leave()
        below = self.app.screen
        if isinstance(below, Page):
            below.refused(error)

    def action_again(self) -> None:
        """The page to log in, once more."""
        waiting = self._waiting
        if waiting is not None and not waiting.stopped:
            waiting.opened = _open(waiting.login.url)
            self._tell_address(waiting)

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """Stop waiting."""
        event.stop()
        self.action_back()

    def action_back(self) -> None:
        """Escape: on record that nothing came of it, and back."""
        self._over = True
        if self._waiting is not None:
            self._stop()

    def _stop(self) -> None:
        waiting = self._waiting
        if waiting is None or waiting.stopped:
            return
        waiting.stopped = True
        self._abandon(waiting, "declined", lambda: self.leave(self.say("get.left")))

    def _abandon(self, waiting: Waiting, reason: str, then: Callable[[], None]) -> None:
        access, login = self.access, waiting.login
        self.start(
            "",
            lambda: get.abandon(access.wallet, login, reason, now=access.now()),
            lambda _: then(),
            hold=True,
        )

    def on_unmount(self) -> None:
        """Nobody looks any more: nothing listens any more."""
        if self._waiting is not None:
            self._waiting.stopped = True


def _open(url: str) -> bool:
    found = browser.beside_terminal()
    return found is not None and found(url)
