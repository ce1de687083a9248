"""An access key in a hardware token (PKCS#11): its file names the key instead of holding it.

So a rotation moves and keeps files as before, whatever is in them.
"""

import json
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tokens.hardware import HardwareToken
from tokens.signing import TokenKey
from verifier.errors import NotReady, UsageError

_HEAD: Final = b"[pkcs11]"
_LABEL: Final = "regie/verifier/access"
_MEMBERS: Final = ("module", "token_label", "pin_file", "label")


@dataclass(frozen=True)
class Place:
    """Which key of which token; the PIN stands in a file of its own, mode 0600."""

    module: str
    token_label: str
    pin_file: str
    label: str = f"{_LABEL}/1"

    def following(self) -> "Place":
        """The place of the key after this one."""
        head, _, number = self.label.rpartition("/")
        return replace(self, label=f"{head}/{int(number) + 1}" if number.isdecimal() else _LABEL)

    def dump(self) -> bytes:
        """The file that names the key."""
        lines = (f"{name} = {json.dumps(getattr(self, name))}\n" for name in _MEMBERS)
        return _HEAD + b"\n" + "".join(lines).encode()


def named(text: str) -> Place:
    """MODULE:LABEL:PIN-FILE as it is given on the command line."""
    module, _, rest = text.partition(":")
    label, _, pin_file = rest.partition(":")
    if not (module and label and pin_file and text.isprintable()):
        raise UsageError("input.value", "", name="--pkcs11")
    return Place(module, label, str(Path(pin_file).resolve()))


def place_of(data: bytes, name: str) -> Place | None:
    """The place that a key file names; `None` for a file that holds the key itself."""
    if not data.startswith(_HEAD):
        return None
    try:
        found = tomllib.loads(data.decode("utf-8"))["pkcs11"]
        module, token, pin, label = (found[member] for member in _MEMBERS)
    except (ValueError, KeyError):
        raise NotReady("keys.token_file", "", file=name) from None
    if not all(isinstance(one, str) and one for one in (module, token, pin, label)):
        raise NotReady("keys.token_file", "", file=name)
    return Place(module, token, pin, label)


def load(place: Place, pin: bytes) -> TokenKey:
    """What asks the token for its signatures."""
    signer = _open(place, pin).signer(place.label)
    if signer is None:
        raise NotReady("hsm.key_missing", "", label=place.label)
    return TokenKey(signer)


def make(place: Place, pin: bytes) -> TokenKey:
    """The key of this place, made if it is not there."""
    _open(place, pin).make_signer(place.label)
    return load(place, pin)


def drop(place: Place, pin: bytes) -> None:
    """Destroys the key."""
    _open(place, pin).destroy(place.label)


def _open(place: Place, pin: bytes) -> HardwareToken:
    text = pin.decode("ascii", "replace").strip()
    return HardwareToken(place.module, place.token_label, text, NotReady)
