"""Lines that fit the terminal: at most 80 columns, what follows on hangs under its beginning."""

import shutil
import textwrap
from typing import Final, TextIO

WIDTH: Final = 80
HANG: Final = 2


def fitted(text: str, stream: TextIO | None, *, hang: int = 0) -> str:
    """The text as it is for a program that reads it, folded for a person at a terminal."""
    if stream is None or not stream.isatty():
        return text
    width = min(shutil.get_terminal_size().columns or WIDTH, WIDTH)
    return "\n".join(fold(line, width, hang=hang) for line in text.split("\n"))


def fold(line: str, width: int = WIDTH, *, hang: int = 0) -> str:
    """One line on as many as it takes; addresses and commands stay in one piece."""
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        width,
        initial_indent=indent,
        subsequent_indent=indent + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
