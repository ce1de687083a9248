"""`wallet.head`: slots that wrap the master key, and the keys derived from it (formats.md 9)."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from credential import base64url, strictjson
from credential.errors import CredentialError
from credential.strictjson import Object
from wallet.errors import NotReady, Usage

FILE: Final = "wallet.head"
VERSION: Final = 1
MASTER_KEY_BYTES: Final = 32
DEVICE_SECRET_BYTES: Final = 32
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
MIN_OWN_PHRASE: Final = 12
MIN_PIN: Final = 6
MAX_PIN: Final = MIN_OWN_PHRASE - 1
"""A PIN is always shorter than a passphrase, so that one line to type in serves both."""
KIB_PER_MIB: Final = 1024
# formats.md 9: 64 MiB, t=3, p=4; refuse below 64 MiB (too cheap to guess) or above 1 GiB (a file
# someone else made must not fill the memory of this computer).
MEMORY_KIB: Final = 64 * KIB_PER_MIB
MAX_MEMORY_KIB: Final = 1024 * KIB_PER_MIB
TIME_COST: Final = 3
LANES: Final = 4
MAX_TIME_COST: Final = 16
MAX_LANES: Final = 16

LABEL_DATABASE: Final = b"regie/db/1"
LABEL_LOG: Final = b"regie/log/1"
LABEL_EXPORT: Final = b"regie/export/1"
LABEL_PIN: Final = b"regie/pin/1"

Entropy = Callable[[int], bytes]


@dataclass(frozen=True)
class MasterKey:
    """The one secret behind everything in the wallet; only derived keys are used."""

    _key: bytes = field(repr=False)

    def derive(self, label: bytes) -> bytes:
        """32 bytes for one use; HKDF-SHA-256 with a fixed label."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(self._key)


class DeviceKeyring(Protocol):
    """The keyring of the operating system: holds the 32 bytes a PIN alone cannot give."""

    def get(self) -> bytes | None:
        """The device secret, None when there is none yet."""

    def put(self, secret: bytes) -> None:
        """Keeps the device secret."""

    def drop(self) -> None:
        """Destroys the device secret; without one nothing happens."""


def create(passphrase: str, *, entropy: Entropy) -> tuple[bytes, MasterKey]:
    """A new master key and the key file with its passphrase slot."""
    master = entropy(MASTER_KEY_BYTES)
    slot = _seal("passphrase", _stretch_text(passphrase), master, entropy, device=None)
    return _file([slot]), MasterKey(master)


def unlock(content: bytes, passphrase: str) -> MasterKey:
    """The master key; `passphrase.wrong` when the passphrase does not open its slot."""
    slot = _slot(content, "passphrase")
    return MasterKey(_open(slot, _stretch_text(passphrase), device=None, wrong="passphrase.wrong"))


def change_passphrase(content: bytes, old: str, new: str, *, entropy: Entropy) -> bytes:
    """The same key file with another passphrase: rewrites a slot, not the database."""
    slots = _slots(content)
    master = _open(
        _slot(content, "passphrase"), _stretch_text(old), device=None, wrong="passphrase.wrong"
    )
    slot = _seal("passphrase", _stretch_text(new), master, entropy, device=None)
    return _file([slot, *(s for s in slots if s.get("type") != "passphrase")])


def add_pin(
    content: bytes, passphrase: str, pin: str, keyring: DeviceKeyring, *, entropy: Entropy
) -> bytes:
    """The key file with a PIN slot beside the passphrase; the keyring holds the other half."""
    slots = _slots(content)
    master = _open(
        _slot(content, "passphrase"),
        _stretch_text(passphrase),
        device=None,
        wrong="passphrase.wrong",
    )
    secret = entropy(DEVICE_SECRET_BYTES)
    keyring.put(secret)
    slot = _seal("pin", pin.encode(), master, entropy, device=secret)
    return _file([*(s for s in slots if s.get("type") != "pin"), slot])


def remove_pin(content: bytes) -> bytes:
    """The key file without its PIN slot."""
    return _file([slot for slot in _slots(content) if slot.get("type") != "pin"])


def has_pin(content: bytes) -> bool:
    """Whether there is a PIN slot."""
    return any(slot.get("type") == "pin" for slot in _slots(content))


def is_pin(text: str) -> bool:
    """Whether this has the shape of a PIN: six to eleven digits."""
    text = text.strip()
    return text.isascii() and text.isdecimal() and MIN_PIN <= len(text) <= MAX_PIN


def check_own_pin(pin: str) -> None:
    """Refuses a PIN of another shape, and one that everybody tries first."""
    if not is_pin(pin):
        raise Usage("pin.shape", minimum=MIN_PIN, maximum=MAX_PIN)
    steps = {int(after) - int(before) for before, after in pairwise(pin.strip())}
    if steps in ({0}, {1}, {-1}):
        raise Usage("pin.easy")


def unlock_with_pin(content: bytes, pin: str, keyring: DeviceKeyring) -> MasterKey:
    """The master key by PIN; needs the device secret of this computer's keyring."""
    secret = keyring.get()
    if secret is None:
        raise NotReady("pin.no-keyring")
    return MasterKey(_open(_slot(content, "pin"), pin.encode(), device=secret, wrong="pin.wrong"))


def check_own_phrase(phrase: str) -> None:
    """Refuses a phrase of the resident's own that is shorter than 12 characters."""
    if len(_normal(phrase)) < MIN_OWN_PHRASE:
        raise Usage("passphrase.short", minimum=MIN_OWN_PHRASE)


def _normal(phrase: str) -> str:
    # Typed on another keyboard or pasted with a line end, it stays the same phrase.
    return " ".join(unicodedata.normalize("NFKC", phrase).split())


def _stretch_text(phrase: str) -> bytes:
    return _normal(phrase).encode()


def _seal(
    kind: str, secret: bytes, master: bytes, entropy: Entropy, *, device: bytes | None
) -> Object:
    salt, nonce = entropy(SALT_BYTES), entropy(NONCE_BYTES)
    header: Object = {
        "type": kind,
        "kdf": "argon2id",
        "memory_kib": MEMORY_KIB,
        "time_cost": TIME_COST,
        "lanes": LANES,
        "salt": base64url.encode(salt),
        "nonce": base64url.encode(nonce),
    }
    key = _key(header, secret, device)
    wrapped = AESGCM(key).encrypt(nonce, master, _associated(header))
    return {**header, "wrapped": base64url.encode(wrapped)}


def _open(slot: Object, secret: bytes, *, device: bytes | None, wrong: str) -> bytes:
    try:
        header: Object = {name: value for name, value in slot.items() if name != "wrapped"}
        nonce = base64url.decode(strictjson.text(slot, "nonce"))
        wrapped = base64url.decode(strictjson.text(slot, "wrapped"))
        key = _key(header, secret, device)
        return AESGCM(key).decrypt(nonce, wrapped, _associated(header))
    except InvalidTag:
        raise NotReady(wrong) from None
    except (CredentialError, ValueError):
        raise NotReady("keyfile.damaged") from None


def _key(header: Object, secret: bytes, device: bytes | None) -> bytes:
    memory = strictjson.integer(header, "memory_kib")
    time_cost = strictjson.integer(header, "time_cost")
    lanes = strictjson.integer(header, "lanes")
    if header.get("kdf") != "argon2id" or not MEMORY_KIB <= memory <= MAX_MEMORY_KIB:
        raise NotReady("keyfile.unsafe")
    if not (TIME_COST <= time_cost <= MAX_TIME_COST and 1 <= lanes <= MAX_LANES):
        raise NotReady("keyfile.unsafe")
    stretched = Argon2id(
        salt=base64url.decode(strictjson.text(header, "salt")),
        length=32,
        iterations=time_cost,
        lanes=lanes,
        memory_cost=memory,
    ).derive(secret)
    if device is None:
        return stretched
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=LABEL_PIN).derive(stretched + device)


def _associated(header: Object) -> bytes:
    return strictjson.dumps({"version": VERSION, "slot": header})


def _file(slots: list[Object]) -> bytes:
    return strictjson.dumps({"version": VERSION, "slots": list(slots)})


def _slots(content: bytes) -> list[Object]:
    try:
        members = strictjson.loads_object(content)
        if strictjson.integer(members, "version") != VERSION:
            raise NotReady("keyfile.newer")
        found = strictjson.array(members, "slots")
    except CredentialError:
        raise NotReady("keyfile.damaged") from None
    return [slot for slot in found if isinstance(slot, dict)]


def _slot(content: bytes, kind: str) -> Object:
    for slot in _slots(content):
        if slot.get("type") == kind:
            return slot
    raise NotReady("keyfile.no-slot", slot=kind)
