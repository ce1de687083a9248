"""An optional panel of keys that play the other parties: for examples and for practice.

`REGIE_PANEL` names a JSON file `{"title", "items": [{"key", "label", "run"|"open", "number",
"code"}]}`. A key runs a program; what it brings goes through the same door as a pasted link.
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from credential import strictjson
from credential.errors import CredentialError
from credential.plaintext import terminal_safe
from credential.strictjson import Object
from wallet import hygiene
from wallet.errors import ExitCode, Usage, WalletError

VARIABLE: Final = "REGIE_PANEL"
SECONDS: Final = 60
_MAX_OUTPUT: Final = 65_536


@dataclass(frozen=True)
class Item:
    """One key: a program to run, or a screen to open."""

    key: str
    label: str
    run: tuple[str, ...] = ()
    opens: str = ""
    number: tuple[str, ...] = ()
    code: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """The keys, in the order they are shown."""

    title: str
    items: tuple[Item, ...]

    def item(self, pressed: str) -> Item | None:
        """The item of a key."""
        return next((item for item in self.items if item.key == pressed), None)


@dataclass(frozen=True)
class Told:
    """What a program said in its last line."""

    say: str = ""
    link: str = field(default="", repr=False)
    tx_code: str = field(default="", repr=False)
    label: str = ""


def read(path: Path) -> Panel:
    """The panel in this file; a file that is not one is refused by its name."""
    try:
        found = strictjson.loads_object(path.read_bytes())
        items = strictjson.array(found, "items")
        return Panel(_text(found, "title"), tuple(_item(one) for one in items))
    except (OSError, CredentialError):
        raise Usage("config.value", key=VARIABLE) from None


def run(command: Sequence[str], typed: str | None = None) -> Told:
    """Runs a program without a keyboard and without secrets; `typed` is its standard input."""
    try:
        done = subprocess.run(  # noqa: S603 - named by who started this wallet
            [*command],
            input=(typed or "").encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=hygiene.clean_environment(),
            timeout=SECONDS,
            check=False,
        )
        last = done.stdout[-_MAX_OUTPUT:].strip().rpartition(b"\n")[2]
        found = strictjson.loads_object(last)
    except (OSError, subprocess.TimeoutExpired, CredentialError):
        raise WalletError("panel.failed", exit=ExitCode.UNEXPECTED) from None
    return Told(*(_text(found, name) for name in ("say", "link", "tx_code", "label")))


def _item(value: object) -> Item:
    if not isinstance(value, Mapping):
        raise Usage("config.value", key=VARIABLE)
    return Item(
        key=_text(value, "key"),
        label=_text(value, "label"),
        run=_argv(value, "run"),
        opens=_text(value, "open"),
        number=_argv(value, "number"),
        code=_argv(value, "code"),
    )


def _text(found: Mapping[str, object] | Object, name: str) -> str:
    text = found.get(name)
    if not isinstance(text, str):
        return ""
    # A link is checked by its own door; everything else is shown.
    return text if name == "link" else terminal_safe(text)


def _argv(found: Mapping[str, object], name: str) -> tuple[str, ...]:
    parts = found.get(name)
    return tuple(str(part) for part in parts) if isinstance(parts, list) else ()
