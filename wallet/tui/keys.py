"""Every action of the screens: its key, its sentence, and the command that does the same.

The sentence of a key is `tui.key.<id>`, its explanation `tui.tip.<id>`.
"""

from collections.abc import Mapping
from typing import Final

from textual.binding import Binding

NAVIGATION: Final = ""
"""The twin of what only moves between screens: a command line has no screens."""

TWINS: Final[Mapping[str, str]] = {
    "unlock": "cards",
    "no-wallet": "init",
    "link": "add",
    "card": "card",
    "forget-card": "forget",
    "sync": "sync",
    "waiting": "requests",
    "requests": "requests",
    "look": "requests",
    "case": "requests show",
    "open-case": "requests show",
    "supplement": "requests supplement",
    "recipients": "requests recipients",
    "withdraw": "requests withdraw",
    "correct": "correct",
    "processing": "processing",
    "get": "get",
    "again": "get",
    "log-in": "get",
    "refresh": "refresh",
    "fetch-new": "refresh",
    "accept": "add",
    "refuse-offer": "add",
    "collect": "requests",
    "share": "share",
    "decline": "share",
    "resend": "share",
    "activities": "activities",
    "search": "activities",
    "filter": "activities",
    "more": "activities",
    "activity": "activity",
    "evidence": "activity",
    "verify": "activities verify",
    "head": "activities head",
    "export": "activities export",
    "forget-activity": "activities forget",
    "who": "who",
    "erase": "ask",
    "status": "ask",
    "receipt": "ask",
    "confirm-right": "ask",
    "help": "--help",
    "back": NAVIGATION,
    "quit": NAVIGATION,
    "theme": NAVIGATION,
    "palette": NAVIGATION,
    "scroll-up": NAVIGATION,
    "scroll-down": NAVIGATION,
    "page-up": NAVIGATION,
    "page-down": NAVIGATION,
    "browser": NAVIGATION,
    "panel-number": NAVIGATION,
    "panel-code": NAVIGATION,
    "left": NAVIGATION,
    "right": NAVIGATION,
}
"""Action id to the command line that does the same."""


def key(keys: str, name: str, action: str = "", *, show: bool = True) -> Binding:
    """A key for the action `name`; its words are looked up where it is shown."""
    return Binding(
        keys,
        action or name.replace("-", "_"),
        f"tui.key.{name}",
        show=show,
        tooltip=f"tui.tip.{name}",
        id=name,
    )
