"""How far long work is, on the terminal of a person who waits; nothing in a file or a pipe."""

import os
import sys
from types import TracebackType
from typing import Final, Self

from wallet import clock
from wallet.cli.output import Output
from wallet.progress import bar

AFTER: Final = 1.0
"""Seconds before anything is said of it: most work is done by then."""
_WIDTH: Final = 30
_DUMB: Final = ("", "dumb")


class Waiting:
    """A `Report` that draws one line on standard error, and wipes it at the end.

    A terminal that cannot draw gets a plain line per tenth instead.
    """

    def __init__(self, what: str, *, terminal: str) -> None:
        self._what = what
        self._start, self._percent, self._drawn = clock.monotonic(), -1, False
        self._dumb = terminal in _DUMB
        self._tty = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """One step further; Ctrl-C stops between two steps."""
        if not self._tty or clock.monotonic() - self._start < AFTER:
            return
        percent = min(100, done * 100 // total) if total > 0 else 0
        step = 10 if self._dumb else 1
        if percent // step == self._percent // step:
            return
        self._percent = percent
        if self._dumb:
            sys.stderr.write(f"{self._what}: {percent} %\n")
        else:
            sys.stderr.write(f"\r{self._what} {bar(percent, _WIDTH)} {percent:3} %")
            self._drawn = True
        sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The line goes, however it ended."""
        if self._drawn:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def waiting(say: Output, doing: str) -> Waiting:
    """For the terminal of this run."""
    return Waiting(say.texts.get(f"doing.{doing}"), terminal=os.environ.get("TERM", ""))
