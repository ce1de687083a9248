"""The files of a register in its folder: read for review, laid out for git; no key is touched."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

from registrar import data, kinds
from registrar.errors import BadInput
from registrar.register import SCHEME, is_register_file
from registrar.sheet import LINK, MOST

IGNORED: Final = ".gitignore"
README: Final = "README.md"


def gather(home: Path) -> dict[str, bytes]:
    """The register's own files by their path; of a file that is too large, just too much."""
    found = [home / SCHEME, *(home / "kinds").rglob("*.toml"), *(home / "parties").rglob("*.toml")]
    names = {
        str(file.relative_to(home)): file for file in found if file.is_file() or file.is_symlink()
    }
    return {
        name: LINK if _is_link(home, names[name]) else _read(names[name])
        for name in sorted(names)
        if is_register_file(name)
    }


def requests(home: Path, party: str = "*") -> Iterator[tuple[Path, bytes]]:
    """Certificate requests, of one party or of all; nothing of one that is a link."""
    for file in sorted((home / "parties").glob(f"{party}/*.csr")):
        if _is_link(home, file):
            yield file, b""
        elif file.is_file():
            yield file, _read(file)


def laid_out() -> dict[str, bytes]:
    """What a new register begins with: its kinds, what git leaves out, a page for reviewers."""
    templates = files(data)
    return {
        IGNORED: (templates / "gitignore").read_bytes(),
        README: (templates / "README.md").read_bytes(),
        **kinds.shipped(),
    }


def uses(home: Path, party: str) -> dict[str, bytes]:
    """The purposes of a party that stand in files of their own, by their path."""
    found = sorted((home / "parties" / party / "uses").glob("*.toml"))
    return {str(file.relative_to(home)): _read(file) for file in found}


def _is_link(home: Path, file: Path) -> bool:
    """Whether it stands elsewhere: what is reviewed here would not be what is read."""
    around = [one for one in file.parents if home in one.parents]
    return any(one.is_symlink() for one in (file, *around))


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as handle:
            return handle.read(MOST + 1)
    except OSError:
        raise BadInput("register.file", file=file.name) from None
