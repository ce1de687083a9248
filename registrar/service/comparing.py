"""What a change of the register lets whom do, against a revision or what was published."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credential import strictjson
from credential.errors import CredentialError
from registrar import certificates, changes, register, registerfiles, revision
from registrar.changes import Change
from registrar.errors import BadInput, NotReady, RegistrarError
from registrar.findings import wrong
from registrar.home import Home
from registrar.party import Party
from registrar.register import SCHEME
from registrar.texts import Language

PUBLISHED: Final = "published.json"
_MOST: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class Compared:
    """Every change, what the register was compared with, and how much of that was unreadable."""

    changes: tuple[Change, ...]
    old: str
    faults: int
    names: Mapping[str, str]
    """The name of every party by its file."""

    def count(self, direction: str) -> int:
        """How many changes go this way."""
        return sum(one.direction == direction for one in self.changes)


def compare(home: Home, old: str | None, lang: Language) -> Compared:
    """The register of `home` against `git:REV`, a folder, or what was published last.

    The new state must be readable whole. Of an old one that is not, what could not be read counts
    as not there, so that it shows as something new.
    """
    home.require()
    before = _before(home, old)
    after = _folder(home.path)
    was, now = register.read(before), register.read(after)
    now.require()
    found = changes.compare(was, now, lang, requests=(_keys(before), _keys(after)))
    names = {party.id: party.name for party in (*was.parties, *now.parties)}
    return Compared(found, old or "", len(wrong(was.faults)), names)


def remember(home: Home) -> None:
    """Keep what the register says now as what was published; the next `diff` begins there."""
    files = {name: data.decode("utf-8", "replace") for name, data in _folder(home.path).items()}
    home.write(PUBLISHED, strictjson.dumps({"version": 1, "files": {**files}}))


def parties_before(home: Home, names: Collection[str]) -> dict[str, Party]:
    """These parties as they were published last, as far as they were there."""
    try:
        files = _published(home.path / PUBLISHED)
    except NotReady:
        return {}
    wanted = {f"parties/{name}.toml" for name in names}
    known = register.read({path: data for path, data in files.items() if path in wanted})
    return {one.id: one for one in known.parties}


def _before(home: Home, old: str | None) -> dict[str, bytes]:
    if old is None:
        return _published(home.path / PUBLISHED)
    if old.startswith(revision.PREFIX):
        return revision.gather(home.path, old.removeprefix(revision.PREFIX))
    if not (Path(old) / SCHEME).is_file():
        raise BadInput("diff.folder", folder=old)
    return _folder(Path(old))


def _published(file: Path) -> dict[str, bytes]:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise NotReady("diff.never") from None
    try:
        files = strictjson.obj(strictjson.loads_object(data, max_bytes=_MOST), "files")
    except CredentialError:
        raise NotReady("diff.never") from None
    return {
        name: text.encode()
        for name, text in files.items()
        if isinstance(text, str) and revision.is_kept(name)
    }


def _folder(folder: Path) -> dict[str, bytes]:
    requests = {
        str(file.relative_to(folder)): data for file, data in registerfiles.requests(folder)
    }
    return {**registerfiles.gather(folder), **requests}


def _keys(files: Mapping[str, bytes]) -> dict[str, str]:
    """The key of each request by `party/name`; one that cannot be read is its own bytes."""
    found: dict[str, str] = {}
    for name, pem in files.items():
        if not name.endswith(".csr"):
            continue
        try:
            key = certificates.requested_key(pem)
            data = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        except (RegistrarError, ValueError):
            data = pem
        place = name.removeprefix("parties/").removesuffix(".csr")
        found[place] = hashlib.sha256(data).hexdigest()
    return found
