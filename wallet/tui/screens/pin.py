"""A PIN beside the passphrase: set, changed or taken away."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from wallet import tries
from wallet.errors import Usage
from wallet.service import locks
from wallet.service.locks import PinState
from wallet.tui.keys import key
from wallet.tui.screens.phrase import SecretPage
from wallet.tui.widgets import Answer, Reading, Tone, note, plain


class PinScreen(SecretPage):
    """Says plainly where a PIN is not possible."""

    NAME = "pin"
    FIELDS = ("passphrase", "new", "again")
    BINDINGS: ClassVar[list[BindingType]] = [key("ctrl+s", "keep-pin", "keep")]

    def __init__(self) -> None:
        super().__init__()
        self._state: PinState | None = None

    def content(self) -> ComposeResult:
        """Filled once it is known how it stands."""
        with Reading(can_focus=False):
            yield Vertical(id="pin", classes="auto")

    def on_mount(self) -> None:
        """Looks whether this computer can keep a PIN."""
        access = self.access
        self.start("read", lambda: locks.pin_state(access.wallet), self._show)

    def _show(self, state: PinState) -> None:
        self._state = state
        tone = {PinState.SET: Tone.GOOD, PinState.NONE: Tone.PLAIN}.get(state, Tone.MIND)
        place = self.query_one("#pin", Vertical)
        place.remove_children()
        place.mount(note(tone, self.texts.get(f"pin.state.{state.value}")))
        if state is not PinState.NO_KEYRING:
            place.mount(plain(self.texts.get("pin.what", tries=tries.MOST), "spaced"))
            place.mount_all(self.fields())
        if state in (PinState.SET, PinState.BLOCKED):
            place.mount(Horizontal(Answer(self.say("pin.remove"), id="remove"), classes="answers"))
        self.refresh_bindings()
        reading = self.query_one(Reading)
        reading.can_focus = state is PinState.NO_KEYRING
        self.call_after_refresh(self._focus)

    def _focus(self) -> None:
        reading = self.query_one(Reading)
        (reading if reading.can_focus else self.query_one("#passphrase")).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to keep where a PIN is not possible."""
        if action == "keep" and self._state in (None, PinState.NO_KEYRING):
            return False
        return super().check_action(action, parameters)

    def action_keep(self) -> None:
        """From now on this PIN."""
        self.keep()

    def keep(self) -> None:
        """The two must be equal."""
        passphrase, pin, access = self.value("passphrase"), self.value("new"), self.access
        if pin.strip() != self.value("again").strip():
            self.wrong(Usage("pin.differs"))
            return
        self.start(
            "pin",
            lambda: locks.set_pin(access.wallet, passphrase, pin, now=access.now()),
            lambda _: self.leave(self.texts.get("pin.set"), Tone.GOOD),
            hold=True,
            failed=self.wrong,
        )

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """No PIN any more."""
        event.stop()
        access = self.access
        self.start(
            "pin",
            lambda: locks.remove_pin(access.wallet, now=access.now()),
            lambda _: self.leave(self.texts.get("pin.removed"), Tone.GOOD),
            hold=True,
        )
