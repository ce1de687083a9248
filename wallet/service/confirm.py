"""Once more who is there, before anything leaves or is wiped (Architecture, Wallet)."""

from pathlib import Path
from typing import Final

from wallet import keyfile, unlocking
from wallet.unlocking import WRONG

__all__ = ["TRIES", "WRONG", "check", "takes_pin"]

TRIES: Final = 3
"""How often a question at the terminal is put again after a typing error."""


def check(home: Path, secret: str) -> None:
    """Whether this is the passphrase or the PIN of `home`; else one of `WRONG`."""
    unlocking.unlock(home, secret)


def takes_pin(home: Path) -> bool:
    """Whether a PIN is set, so that the question can name it."""
    return keyfile.has_pin(unlocking.key_file(home))
