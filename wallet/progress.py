"""How far long work is, and stopping it between two of its steps.

Work that may last longer than a second takes a `Report` and calls it after each step; whoever
stops the work raises in that call, so that nothing is left half done.
"""

from collections.abc import Callable
from typing import Final

from wallet.errors import ExitCode, WalletError

Report = Callable[[int, int], None]
"""How many steps are done, of how many."""

FULL: Final = "█"
EMPTY: Final = "░"


class Stopped(WalletError):
    """The person did not want to wait for it any longer (exit 130)."""

    def __init__(self) -> None:
        super().__init__("work.stopped", exit=ExitCode.INTERRUPTED)


class Progress:
    """A `Report` that remembers what it was told, and in which work can be stopped."""

    def __init__(self) -> None:
        self.done, self.total, self.stopping = 0, 0, False

    def __call__(self, done: int, total: int) -> None:
        """One step further; raises `Stopped` once somebody asked for that."""
        self.done, self.total = done, total
        if self.stopping:
            raise Stopped

    def stop(self) -> None:
        """The next step is not taken."""
        self.stopping = True

    @property
    def percent(self) -> int:
        """How far, in whole hundredths; never 100 before the last step."""
        return 0 if self.total <= 0 else min(100, max(0, self.done * 100 // self.total))


def silent(done: int, total: int) -> None:
    """For work of which nobody wants to know how far it is."""


def bar(percent: int, width: int) -> str:
    """A bar of exactly this width, for eyes; the number stands beside it for everybody."""
    full = percent * width // 100
    return FULL * full + EMPTY * (width - full)
