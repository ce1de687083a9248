"""What opens the wallet: the passphrase and the PIN, and changing both (Regie formats 9).

A change rewrites a slot of `wallet.head`, never the database; it is on record before it is made.
"""

from enum import StrEnum
from typing import Final

from credential.strictjson import Object
from wallet import device, files, keyfile, tries
from wallet.errors import NotReady
from wallet.events import Kind
from wallet.keyfile import DeviceKeyring
from wallet.service.wallet import Wallet
from wallet.unlocking import key_file

PASSPHRASE: Final = "passphrase"  # noqa: S105 - a name in the log
PIN: Final = "pin"
PIN_REMOVED: Final = "pin-removed"


class PinState(StrEnum):
    """How it stands with the PIN of this wallet."""

    SET = "set"
    NONE = "none"
    BLOCKED = "blocked"
    NO_KEYRING = "no-keyring"


def pin_state(wallet: Wallet) -> PinState:
    """Whether there is a PIN, and whether this computer can keep one."""
    if _keyring(wallet) is None:
        return PinState.NO_KEYRING
    if not keyfile.has_pin(key_file(wallet.home)):
        return PinState.NONE
    return PinState.BLOCKED if tries.used(wallet.home) >= tries.MOST else PinState.SET


def change_passphrase(wallet: Wallet, old: str, new: str, *, now: int) -> None:
    """From now on another passphrase opens this wallet; the PIN stays as it is."""
    keyfile.check_own_phrase(new)
    content = keyfile.change_passphrase(key_file(wallet.home), old, new, entropy=wallet.entropy)
    _keep(wallet, content, PASSPHRASE, now)


def set_pin(wallet: Wallet, passphrase: str, pin: str, *, now: int) -> None:
    """A PIN beside the passphrase, in the place of an older one; needs a keyring that locks."""
    pin = pin.strip()
    keyfile.check_own_pin(pin)
    keyring = _keyring(wallet)
    if keyring is None:
        raise NotReady("pin.no-keyring")
    content = keyfile.add_pin(
        key_file(wallet.home), passphrase, pin, keyring, entropy=wallet.entropy
    )
    tries.forget(wallet.home)
    _keep(wallet, content, PIN, now)


def remove_pin(wallet: Wallet, *, now: int) -> None:
    """Only the passphrase opens this wallet again; the half in the keyring is destroyed."""
    content = key_file(wallet.home)
    if not keyfile.has_pin(content):
        raise NotReady("pin.none")
    keyring = _keyring(wallet)
    if keyring is not None:
        keyring.drop()
    _keep(wallet, keyfile.remove_pin(content), PIN_REMOVED, now)
    tries.forget(wallet.home)


def _keyring(wallet: Wallet) -> DeviceKeyring | None:
    return device.find(wallet.home)


def _keep(wallet: Wallet, content: bytes, what: str, now: int) -> None:
    # On record first: after a crash in between it says too much, never too little.
    body: Object = {"setting": what}
    wallet.store.append(wallet.store.new_activity(), Kind.PIN_CHANGED, body, at=now)
    files.write_atomically(wallet.home / keyfile.FILE, content)
