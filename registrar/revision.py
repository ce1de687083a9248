"""A register as a revision of its git repository has it: read, never checked out."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from registrar.errors import BadInput
from registrar.register import MOST_FILES, is_register_file
from registrar.sheet import LINK, MOST

PREFIX: Final = "git:"
_NAME: Final = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9._/@~^{}+-]{0,199}")
_SECONDS: Final = 60
_HEAD: Final = 3
_LINK: Final = "120000"


def gather(folder: Path, revision: str) -> dict[str, bytes]:
    """The register's files and certificate requests of this revision, by their path in `folder`."""
    if not _NAME.fullmatch(revision):
        raise BadInput("diff.git", revision=revision)
    commit = _git(folder, revision, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    listed = _git(folder, revision, "ls-tree", "-r", "-z", commit.decode().strip())
    rows = [row.partition("\t") for row in listed.decode("utf-8", "replace").split("\0")]
    names = [name for _, _, name in rows if is_kept(name)]
    links = {name for mode, _, name in rows if mode.startswith(_LINK)}
    if len(names) > MOST_FILES:
        raise BadInput("diff.large")
    asked = "".join(f"{commit.decode().strip()}:./{name}\n" for name in names)
    found = _contents(_git(folder, revision, "cat-file", "--batch", given=asked.encode()), names)
    return {name: LINK if name in links else data for name, data in found.items()}


def is_kept(name: str) -> bool:
    """Whether a path is one that says what the register lets whom do."""
    request = name.startswith("parties/") and name.endswith(".csr") and "/." not in name
    return (is_register_file(name) or request) and "\n" not in name


def _contents(batch: bytes, names: list[str]) -> dict[str, bytes]:
    """The files of `git cat-file --batch`: a line with the size, the bytes, an end of line."""
    found: dict[str, bytes] = {}
    place = 0
    for name in names:
        end = batch.index(b"\n", place)
        words = batch[place:end].split()
        if len(words) != _HEAD or words[1] != b"blob":
            raise BadInput("diff.git", revision=name)
        size = int(words[2])
        # As a file in the folder: of one that is too large, just too much.
        found[name] = batch[end + 1 : end + 1 + min(size, MOST + 1)]
        place = end + size + 2
    return found


def _git(folder: Path, revision: str, *words: str, given: bytes = b"") -> bytes:
    program = shutil.which("git")
    if program is None:
        raise BadInput("diff.git_missing")
    try:
        done = subprocess.run(  # noqa: S603 - git itself, with words that hold no option
            [program, "-C", str(folder), "--no-pager", *words],
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            # Nothing is asked of the person, and nothing is fetched.
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"},
        )
    except subprocess.TimeoutExpired:
        raise BadInput("diff.large") from None
    if done.returncode:
        raise BadInput("diff.git", revision=revision)
    return done.stdout
