"""The operator's files: every key there, nobody else's to read, and nothing left behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credential.trust.walk import Level
from registrar import own
from registrar.errors import RegistrarError
from registrar.home import Home
from registrar.keystore import TOKEN
from registrar.ledger import Ledger
from registrar.own import Owned

_OTHERS: Final = 0o077
_SECRET: Final = ("keys", "tls")
_PRIVATE: Final = (".key", ".pin")


@dataclass(frozen=True)
class Seen:
    """One thing that was looked at."""

    code: str
    name: str = ""
    count: int = 0
    level: Level = Level.OK


def check(
    home: Home, owned: Owned, ledger: Ledger, passphrase: bytes | None, now: int
) -> Iterator[Seen]:
    """Keys, permissions, leftovers, and whether the root is where it should not be."""
    yield from _keys(home, owned, ledger, passphrase, now)
    yield from _open(home.path)
    yield from _left(home.path)
    if not home.scheme().development and _root_here(home.path):
        yield Seen("root_here", level=Level.FAULT)


def _keys(
    home: Home, owned: Owned, ledger: Ledger, passphrase: bytes | None, now: int
) -> Iterator[Seen]:
    """The key of every certificate in use is there and is its key, as far as it can be opened."""
    try:
        store = home.keys(passphrase)
    except RegistrarError as error:
        yield Seen("keys_unreadable", error.code, level=Level.FAULT)
        return
    used = [one for slot in own.SLOTS for one in owned.used(slot, ledger, now)]
    missing = [one.name for one in used if not store.has(one.name)]
    for name in missing:
        yield Seen("key_missing", name, level=Level.FAULT)
    closed = 0
    for one in used:
        if one.name in missing:
            continue
        try:
            key = store.load(one.name)
        except RegistrarError as error:
            if error.code != "home.passphrase":
                yield Seen("key_unreadable", one.name, level=Level.FAULT)
            closed += error.code == "home.passphrase"
            continue
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        theirs = one.certificate.public_key().public_bytes(*form)
        if key.public_key().public_bytes(*form) != theirs:
            yield Seen("key_other", one.name, level=Level.FAULT)
    if closed:
        yield Seen("keys_closed", count=closed)
    elif not missing:
        place = "keys_token" if (home.path / TOKEN).is_file() else "keys"
        yield Seen(place, count=len(used))


def _open(folder: Path) -> Iterator[Seen]:
    """What is secret is its owner's alone: keys, codes of a token, and the folder around them."""
    secret = [path for name in _SECRET for path in (folder / name).rglob("*")]
    files = [path for path in secret if path.is_file() and path.suffix in _PRIVATE]
    files += [path for path in folder.glob("*.pin") if path.is_file()]
    places = [path for path in (folder / "keys",) if path.is_dir()]
    found = [path for path in (*files, *places) if path.stat().st_mode & _OTHERS]
    if found:
        name = str(found[0].relative_to(folder))
        yield Seen("open_files", name, len(found), Level.FAULT)
    else:
        yield Seen("permissions")


def _left(folder: Path) -> Iterator[Seen]:
    """What a command that was killed left; the next one clears it away or writes over it."""
    found = [path for path in folder.rglob(".*.new") if path.is_file()]
    if found:
        name = str(found[0].relative_to(folder))
        yield Seen("leftovers", name, len(found), Level.WARNING)


def _root_here(folder: Path) -> bool:
    """Whether the root's key lies in the folder that publishes (Regie trust 1.4)."""
    return any(folder.glob("keys/root*.key")) or any(folder.glob("*/keys/root*.key"))
