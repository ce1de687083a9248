"""Locking by itself when nobody is there: the wallet is closed, its screens stay as they were.

Source: Architecture, Wallet. Nothing is locked while something is leaving or being recorded.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from textual import events
from textual.widgets import Input

from wallet.tui.screens.lock import LockScreen

if TYPE_CHECKING:
    from wallet.tui.app import RegieApp

CHECK_SECONDS: Final = 5.0
_TOUCHES: Final = (
    events.Key,
    events.Paste,
    events.MouseDown,
    events.MouseScrollUp,
    events.MouseScrollDown,
)


class AutoLock:
    """When somebody last was there, and what happens when that is too long ago."""

    def __init__(self, app: "RegieApp") -> None:
        self._app = app
        self._at = self._clocks()
        self._after: list[Callable[[], None]] = []

    @property
    def locked(self) -> bool:
        """Whether the wallet is closed under a screen that says so."""
        return any(isinstance(screen, LockScreen) for screen in self._app.screen_stack)

    @property
    def seconds(self) -> float:
        """How long nobody was there; by two clocks, one stands still while a laptop sleeps."""
        return max(now - at for now, at in zip(self._clocks(), self._at, strict=True))

    def swallows(self, event: events.Event) -> bool:
        """Whether this key came too late: it opens nothing, it finds the wallet locked."""
        if not isinstance(event, _TOUCHES):
            return False
        late = self.check()
        self._at = self._clocks()
        return late

    def check(self) -> bool:
        """Locks when it is time; whether it did."""
        access = self._app.access
        minutes = access.wallet.config.lock_minutes if access.is_open else 0
        if not minutes or self.seconds < minutes * 60:
            return False
        return self.lock(minutes)

    def lock(self, minutes: int = 0) -> bool:
        """Closes the wallet and covers the screens; not while anything is being done."""
        app, access = self._app, self._app.access
        if self.locked or not access.is_open or app.held or not access.turn.acquire(blocking=False):
            return False
        try:
            for screen in app.screen_stack:
                for field in screen.query(Input):
                    if field.password:
                        field.value = ""
            access.close()
        finally:
            access.turn.release()
        app.push_screen(LockScreen(minutes))
        return True

    def after(self, task: Callable[[], None]) -> None:
        """Does this now, or once the wallet is open again: what came in while it was locked."""
        if self.locked:
            self._after.append(task)
        else:
            task()

    def reopened(self) -> None:
        """The wallet is open again: on with what was there."""
        self._at = self._clocks()
        self._app.pop_screen()
        waiting, self._after = self._after, []
        for task in waiting:
            self._app.call_after_refresh(task)

    def _clocks(self) -> tuple[float, float]:
        access = self._app.access
        return access.monotonic(), float(access.now())
