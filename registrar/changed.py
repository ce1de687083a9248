"""What a publication changes, in substance: not that everything is dated anew.

Lists, answers and revocations carry the day they were made, so their bytes always differ; what
they say may be the same (Regie formats 8).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from cryptography import x509

from credential import jose, statuslist, strictjson
from credential.errors import CredentialError
from credential.names import TYP_REGISTRATION, TYP_SCHEME, TYP_STATUS_LIST, TYP_TRUSTED_LIST
from credential.snapshot import ARCHIVE, SNAPSHOT
from credential.strictjson import Json, Object
from registrar import policypages
from registrar.placing import is_path
from registrar.publication import PAGES, REGISTRY

Read: TypeAlias = Callable[[str], bytes]
Word: TypeAlias = Literal["new", "changed", "gone"]

_DATED: Final = ("LoTESequenceNumber", "ListIssueDateTime", "NextUpdate")
_ALL: Final = frozenset({TYP_TRUSTED_LIST, TYP_STATUS_LIST, TYP_REGISTRATION})
_LARGEST: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class Change:
    """One file that says something else than in the publication before."""

    path: str
    word: Word


@dataclass(frozen=True)
class Compared:
    """What a publication changes, and every path that says the same as before."""

    changes: tuple[Change, ...]
    same: frozenset[str]


def compare(before: Read, tree: Mapping[str, bytes], gone: Sequence[str]) -> Compared:
    """The new tree against the published one, file by file."""
    old, new = _said_of(before), _said_of(tree.__getitem__)
    found = [Change(path, "gone") for path in gone]
    same: set[str] = set()
    for path, data in tree.items():
        if path.startswith((f"{ARCHIVE}/", "snapshots/")) or path in (SNAPSHOT, REGISTRY, PAGES):
            continue
        word = _word(before, path, data, old, new)
        if word is None:
            same.add(path)
        else:
            found.append(Change(path, word))
    return Compared(tuple(sorted(found, key=lambda one: one.path)), frozenset(same))


def published(read: Read) -> frozenset[str]:
    """Every path the last publication named; empty where there is none.

    Others may write in this folder: a list of files counts as the snapshot names it, and nothing
    leads out of the folder.
    """
    named: Object = {}
    with suppress(OSError, KeyError, CredentialError, UnicodeDecodeError):
        token = jose.parse(read(SNAPSHOT).decode("ascii"), typ=TYP_SCHEME, max_bytes=_LARGEST)
        named = strictjson.obj(token.dangerous_payload(), "files")
    found = {*named}
    for listed in (REGISTRY, PAGES):
        with suppress(OSError, KeyError, CredentialError):
            data = read(listed)
            if hashlib.sha256(data).hexdigest() == named.get(listed):
                document = strictjson.loads_object(data, max_bytes=_LARGEST)
                found |= strictjson.obj(document, "files").keys()
    return frozenset(filter(is_path, found))


def _word(before: Read, path: str, data: bytes, old: Object, new: Object) -> Word | None:
    """How this file differs in what it says; `None` where it does not."""
    if path in new:
        if path not in old:
            return "new"
        return None if old[path] == new[path] else "changed"
    try:
        present = before(path)
    except (OSError, KeyError):
        return "new"
    if present == data or _substance(path, present) == _substance(path, data):
        return None
    return "changed"


def _said_of(read: Read) -> Object:
    """What each answer of the register says, by its digest."""
    with suppress(OSError, KeyError, CredentialError):
        return strictjson.obj(strictjson.loads_object(read(REGISTRY), max_bytes=_LARGEST), "said")
    return {}


def _substance(path: str, data: bytes) -> object:
    """What this file says, without when it was made; its bytes where it cannot be read."""
    with suppress(CredentialError, ValueError):
        if path.endswith("index.html"):
            return policypages.undated(data)
        if path.endswith(".crl"):
            listed = x509.load_der_x509_crl(data)
            return sorted(one.serial_number for one in listed)
        if path.endswith(".jwt"):
            text = data.decode("ascii").strip()
            return _said(jose.parse(text, typ=_ALL, max_bytes=_LARGEST).dangerous_payload())
    return data


def _said(payload: Object) -> Json:
    if "LoTE" in payload:
        body = {**strictjson.obj(payload, "LoTE")}
        scheme = strictjson.obj(body, "ListAndSchemeInformation")
        said = {name: value for name, value in scheme.items() if name not in _DATED}
        return {**body, "ListAndSchemeInformation": said}
    if "status_list" in payload:
        return statuslist.decode(
            strictjson.text(strictjson.obj(payload, "status_list"), "lst")
        ).hex()
    return payload
