"""Colours: calm dark and light, two of high contrast, and two that obey the terminal's own."""

from typing import Final

from textual.theme import Theme

DEFAULT: Final = "regie-donker"
NAMES: Final = (
    DEFAULT,
    "regie-licht",
    "regie-contrast-donker",
    "regie-contrast-licht",
    "ansi-dark",
    "ansi-light",
)

THEMES: Final = (
    Theme(
        name=DEFAULT,
        dark=True,
        primary="#7ab8f5",
        secondary="#9fd3c7",
        accent="#f2c14e",
        foreground="#f2f2f2",
        background="#10161d",
        surface="#18212b",
        panel="#22303d",
        success="#7bd88f",
        warning="#f2c14e",
        error="#ff8a80",
    ),
    Theme(
        name="regie-licht",
        dark=False,
        primary="#154273",
        secondary="#1b6e5a",
        accent="#8a4b00",
        foreground="#16191d",
        background="#ffffff",
        surface="#f3f5f7",
        panel="#e3e8ed",
        success="#146c2e",
        warning="#8a4b00",
        error="#a4161a",
    ),
    Theme(
        name="regie-contrast-donker",
        dark=True,
        primary="#ffff00",
        secondary="#00ffff",
        accent="#ffff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        success="#00ff00",
        warning="#ffff00",
        error="#ff9090",
    ),
    Theme(
        name="regie-contrast-licht",
        dark=False,
        primary="#0000a0",
        secondary="#004040",
        accent="#0000a0",
        foreground="#000000",
        background="#ffffff",
        surface="#ffffff",
        panel="#ffffff",
        success="#005000",
        warning="#5a3000",
        error="#900000",
    ),
)


def following(name: str) -> str:
    """The theme after this one."""
    return NAMES[(NAMES.index(name) + 1) % len(NAMES)] if name in NAMES else DEFAULT
