"""From what a person typed to the master key: the passphrase, or the PIN where there is one."""

from pathlib import Path
from typing import Final

from wallet import device, keyfile, tries
from wallet.errors import NotReady
from wallet.keyfile import MasterKey

WRONG: Final = frozenset({"passphrase.wrong", "pin.wrong", "pin.blocked", "pin.no-keyring"})
"""What was typed does not open this wallet; nothing else is the matter with it."""


def key_file(home: Path) -> bytes:
    """The key file of `home`; `wallet.none` when there is no wallet."""
    try:
        return (home / keyfile.FILE).read_bytes()
    except OSError:
        raise NotReady("wallet.none") from None


def unlock(home: Path, secret: str) -> MasterKey:
    """The master key of `home`; `passphrase.wrong`, `pin.wrong` or `pin.blocked` without it.

    Six to eleven digits are a PIN where one is set: a passphrase has twelve characters or more.
    """
    content = key_file(home)
    if keyfile.is_pin(secret) and keyfile.has_pin(content):
        return _by_pin(home, content, secret.strip())
    return keyfile.unlock(content, secret)


def _by_pin(home: Path, content: bytes, pin: str) -> MasterKey:
    with tries.counted(home) as attempt:
        if attempt.number > tries.MOST:
            attempt.undo()
            raise NotReady("pin.blocked")
        keyring = device.find(home)
        if keyring is None:
            attempt.undo()
            raise NotReady("pin.no-keyring")
        try:
            master = keyfile.unlock_with_pin(content, pin, keyring)
        except NotReady as error:
            if error.code != "pin.wrong":
                attempt.undo()
                raise
            if attempt.left:
                raise NotReady("pin.wrong", left=attempt.left) from None
            # The last try: without the half in the keyring nobody can go on guessing, not even
            # with a copy of this folder.
            keyring.drop()
            raise NotReady("pin.blocked") from None
        attempt.right()
        return master
