"""In what state the machine of a ceremony is: looked at, never changed but for core dumps."""

import hashlib
import os
import resource
import stat
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final

from registrar.ceremony import Check

ENTROPY: Final = 256
"""Bits the kernel's generator has gathered once it is ready (random(4))."""

FRESH: Final = 12 * 3600
_PACKAGES: Final = ("credential", "registrar", "tokens")
_SWAP_HEADER: Final = 1


def look(folder: Path, *, system: Path = Path("/")) -> tuple[Check, ...]:
    """Network, age, generator, swap and the folder; what cannot be seen is not good."""
    return (
        _network(system),
        _uptime(system),
        _entropy(system),
        _swap(system),
        _core(),
        _folder(folder),
        _environment(),
    )


def program() -> tuple[str, bytes]:
    """The version, and the SHA-256 over every file of the program, to compare with a release."""
    total = hashlib.sha256()
    for package in _PACKAGES:
        root = Path(str(files(package)))
        for file in sorted(root.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                name = f"{package}/{file.relative_to(root).as_posix()}"
                total.update(hashlib.sha256(name.encode()).digest())
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return version("regie"), total.digest()


def _network(system: Path) -> Check:
    """No way out: every interface but the loopback is down."""
    try:
        up = [
            one.name
            for one in sorted((system / "sys/class/net").iterdir())
            if one.name != "lo" and (one / "operstate").read_text("ascii").strip() != "down"
        ]
    except OSError:
        return Check("network", good=False, detail="?")
    return Check("network", good=not up, detail=" ".join(up))


def _uptime(system: Path) -> Check:
    """Started for this, from a medium that was checked."""
    try:
        seconds = int(float((system / "proc/uptime").read_text("ascii").split()[0]))
    except (OSError, ValueError, IndexError):
        return Check("uptime", good=False, detail="?")
    return Check("uptime", good=seconds <= FRESH, detail=f"{seconds // 60} min")


def _entropy(system: Path) -> Check:
    """The kernel's generator, which every key here comes from, is ready."""
    try:
        found = int((system / "proc/sys/kernel/random/entropy_avail").read_text("ascii"))
    except (OSError, ValueError):
        return Check("entropy", good=False, detail="?")
    return Check("entropy", good=found >= ENTROPY, detail=str(found))


def _swap(system: Path) -> Check:
    """Nothing of the memory is written to a disk."""
    try:
        lines = (system / "proc/swaps").read_text("ascii").splitlines()
    except OSError:
        return Check("swap", good=False, detail="?")
    return Check("swap", good=len(lines) <= _SWAP_HEADER, detail=str(len(lines) - _SWAP_HEADER))


def _core() -> Check:
    """A program that stops badly leaves no copy of its memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    return Check("core", good=resource.getrlimit(resource.RLIMIT_CORE)[0] == 0)


def _folder(folder: Path) -> Check:
    """The folder of the root is its owner's alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.stat()
    good = found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077
    return Check("folder", good=good, detail=f"{stat.S_IMODE(found.st_mode):o}")


def _environment() -> Check:
    """The passphrase is not in the environment, where every program that is started reads it."""
    return Check("environment", good="REGIE_PASSPHRASE" not in os.environ)
