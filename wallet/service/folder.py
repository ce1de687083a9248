"""Checking the folder of a wallet and the computer it stands on; no passphrase is needed for it."""

import resource
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from wallet import config as settings
from wallet import device, files, handover, hygiene, keyfile, lock, tries
from wallet.desktop import ENTRY, TYPES, Desktop
from wallet.errors import WalletError
from wallet.findings import Finding, Repair, bad, good, mind, refused
from wallet.service.wallet import MAKING, SCHEME_FOLDER
from wallet.store import DATABASE_FILE
from wallet.store.chain import FILE as HEAD_FILE
from wallet.unlocking import key_file

_OPEN: Final = 0o077
_SWAPS: Final = Path("/proc/swaps")
_IN_MEMORY: Final = ("/dev/zram",)
_MAX_SWAPS: Final = 65_536

FILES: Final = (
    DATABASE_FILE,
    f"{DATABASE_FILE}-wal",
    f"{DATABASE_FILE}-shm",
    HEAD_FILE,
    settings.FILE,
    tries.FILE,
    handover.FILE,
    MAKING,
    # The last: after a reset that was cut short it is damaged, never absent.
    keyfile.FILE,
)
FOLDERS: Final = (SCHEME_FOLDER, f"{SCHEME_FOLDER}.new", f"{SCHEME_FOLDER}.old")
"""What a wallet makes; anything else in its folder is the resident's, and stays as it is."""


def check(home: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Everything that can be seen from outside."""
    yield _permissions(home)
    left = leftovers(home)
    if left:
        yield mind("leftovers", repair=Repair.LEFTOVERS, count=len(left))
    yield from _key_file(home)
    try:
        settings.load(home)
        yield good("settings")
    except WalletError as error:
        yield refused("settings-bad", error)
    yield _process()
    swap = _swap()
    if swap is not None:
        yield swap
    with suppress(WalletError):
        yield _links(environment)


def open_files(home: Path) -> tuple[Path, ...]:
    """What other people on this computer can read or change."""
    found = [home, home / lock.FILE, *map(home.joinpath, FILES), *_drafts(home)]
    for name in FOLDERS:
        found += [home / name, *sorted((home / name).rglob("*"))]
    return tuple(path for path in found if _is_open(path))


def _is_open(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISLNK(mode) and bool(stat.S_IMODE(mode) & _OPEN)


def close_files(home: Path) -> None:
    """What the wallet made, for the owner alone."""
    for path in open_files(home):
        path.chmod(files.PRIVATE_FOLDER if path.is_dir() else files.PRIVATE)


def leftovers(home: Path) -> tuple[Path, ...]:
    """Drafts of files that a crash left; what they were to replace is whole."""
    found = [*_drafts(home), *(home / name for name in FOLDERS if name != SCHEME_FOLDER)]
    return tuple(path for path in found if path.exists())


def _drafts(home: Path) -> list[Path]:
    return [home / f"{name}{files.DRAFT}" for name in FILES]


def _permissions(home: Path) -> Finding:
    found = open_files(home)
    if not found:
        return good("permissions")
    return bad("permissions-open", repair=Repair.PERMISSIONS, count=len(found), file=found[0].name)


def _key_file(home: Path) -> Iterator[Finding]:
    try:
        has_pin = keyfile.has_pin(key_file(home))
    except WalletError as error:
        yield refused("keyfile-bad", error)
        return
    yield good("keyfile")
    if device.find(home) is None:
        yield bad("pin-dead") if has_pin else good("pin-impossible")
    elif has_pin and tries.used(home) >= tries.MOST:
        yield mind("pin-blocked")
    else:
        yield good("pin-set" if has_pin else "pin-none")


def _process() -> Finding:
    """Whether this program leaves its memory nowhere (Architecture, Wallet)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    closed = soft == hard == 0 and not hygiene.dumpable()
    return good("process") if closed else mind("process-open")


def _links(environment: Mapping[str, str]) -> Finding:
    """Whether links open in this wallet; that they do not is a choice."""
    desktop = Desktop.of(environment)
    ours = [desktop.opened_by(scheme.partition("/")[2]) == ENTRY for scheme in TYPES]
    if any(ours) and not (all(ours) and desktop.command()):
        return mind("links-part")
    return good("links" if all(ours) else "links-none")


def _swap() -> Finding | None:
    """Memory that is written to disk; None where that cannot be seen."""
    content = files.read_bounded(_SWAPS, _MAX_SWAPS)
    if content is None:
        return None
    places = [line.split()[0] for line in content.decode("ascii", "replace").splitlines()[1:]]
    if all(place.startswith(_IN_MEMORY) for place in places):
        return good("swap")
    return mind("swap-on")
