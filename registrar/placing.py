"""Putting a publication into its folder: all of it or none, for whoever reads it meanwhile.

Others write in the same folder (issuers their status lists), so files are replaced, never the
folder. The one step is the rename of `scheme.jws`: before it every file readers decide with stands
in the archive under its hash, after it the fixed names follow (Regie formats 8). A command that is
killed leaves the publication before it, or one that the next command completes.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from credential import strictjson
from credential.snapshot import ARCHIVE, SNAPSHOT, is_needed
from registrar.errors import BadInput

Read: TypeAlias = Callable[[str], bytes]

STAGE: Final = ".next"
_PLAN: Final = "plan"
_FILES: Final = "files"
_PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._%-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._%-]*)*")


def is_path(path: str) -> bool:
    """Whether this names a file below the folder: what others write there may not lead out."""
    return _PATH.fullmatch(path) is not None


def reader(folder: Path) -> Read:
    """The files of a published folder."""

    def read(path: str) -> bytes:
        return (folder / path).read_bytes()

    return read


def stage(target: Path, tree: Mapping[str, bytes], obsolete: Iterable[str]) -> Read:
    """Lay down what changes beside what stands; answers what readers will find after `place`."""
    clear(target)
    fresh = target / STAGE / _FILES
    fresh.mkdir(parents=True)
    changed = [path for path, data in tree.items() if not _stands(target / path, data)]
    for folder in {(target / path).parent for path in changed}:
        # Others may write in this folder: no link of theirs leads our files elsewhere.
        if not folder.resolve().is_relative_to(target.resolve()):
            clear(target)
            raise BadInput("publish.stage", folder=str(folder))
    for number, path in enumerate(changed):
        _write(fresh / str(number), tree[path], durable=_must_last(path))
    gone = sorted(path for path in obsolete if path not in tree and (target / path).is_file())
    plan = strictjson.dumps(
        {
            "version": 1,
            "snapshot": hashlib.sha256(tree[SNAPSHOT]).hexdigest(),
            "changed": [*changed],
            "obsolete": [*gone],
        }
    )
    _write(target / STAGE / _PLAN, plan, durable=True)

    places = {path: fresh / str(number) for number, path in enumerate(changed)}

    def read(path: str) -> bytes:
        if path in gone:
            raise FileNotFoundError(path)
        return places.get(path, target / path).read_bytes()

    return read


def place(target: Path) -> None:
    """Make the staged publication the one that is read."""
    changed, obsolete, _ = _planned(target)
    fresh = {path: target / STAGE / _FILES / str(n) for n, path in enumerate(changed)}
    # The archive, the one step, and then what is only another name for the archive.
    first = [path for path in changed if path.startswith(f"{ARCHIVE}/")]
    for path in (*first, SNAPSHOT, *(path for path in changed if path != SNAPSHOT)):
        # What was moved before, by this command or a killed one, is not there any more.
        if path in fresh and fresh[path].is_file():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            fresh[path].replace(target / path)
        if path == SNAPSHOT:
            _settle(target)
    for path in obsolete:
        (target / path).unlink(missing_ok=True)
    clear(target)


def heal(target: Path) -> bool:
    """Complete what a killed command had made the one that is read; else take its traces away."""
    if not (target / STAGE / _PLAN).is_file():
        clear(target)
        return False
    _, _, snapshot = _planned(target)
    present = target / SNAPSHOT
    placed = present.is_file() and hashlib.sha256(present.read_bytes()).hexdigest() == snapshot
    if placed:
        place(target)
    else:
        clear(target)
    return placed


def clear(target: Path) -> None:
    """Take away what was staged."""
    stage_folder = target / STAGE
    if stage_folder.is_symlink():
        raise BadInput("publish.stage", folder=str(stage_folder))
    # The plan first: without it nothing of the rest is ever placed.
    (stage_folder / _PLAN).unlink(missing_ok=True)
    shutil.rmtree(stage_folder, ignore_errors=True)


def _planned(target: Path) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    data = (target / STAGE / _PLAN).read_bytes()
    plan = strictjson.loads_object(data, max_bytes=len(data))
    changed, obsolete = strictjson.texts(plan, "changed"), strictjson.texts(plan, "obsolete")
    if not all(map(is_path, (*changed, *obsolete))):
        raise BadInput("publish.stage", folder=str(target / STAGE))
    return changed, obsolete, strictjson.text(plan, "snapshot")


def _stands(file: Path, data: bytes) -> bool:
    try:
        return file.stat().st_size == len(data) and file.read_bytes() == data
    except OSError:
        return False


def _must_last(path: str) -> bool:
    """Whether a power cut may not tear it: the rest fails its hash, and is written again."""
    return is_needed(path) or path == SNAPSHOT or path.startswith((f"{ARCHIVE}/", "snapshots/"))


def _write(file: Path, data: bytes, *, durable: bool) -> None:
    with file.open("wb") as handle:
        handle.write(data)
        if durable:
            handle.flush()
            os.fsync(handle.fileno())


def _settle(folder: Path) -> None:
    """The renames so far survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
