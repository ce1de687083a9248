"""The scheme and the status lists as one file, for a machine that nothing reaches but a stick.

A bundle is laid out as a mirror is: `scheme/…` and `status/…`; who reads it checks every byte.
"""

import io
import tarfile
from pathlib import Path

from verifier.config import Config
from verifier.errors import NotReady
from verifier.scheme import SchemeFolder


def write(config: Config, file: Path) -> int:
    """Write what is in force; the same contents give the same bytes. Returns how many files."""
    folder = SchemeFolder(config.scheme_folder, config.fingerprint)
    name = folder.current_name()
    if name is None:
        raise NotReady("scheme.missing", "Regie formats 8")
    root = config.scheme_folder / name
    pending = file.with_name(f".{file.name}.next")
    count = 0
    with tarfile.open(pending, "w", format=tarfile.PAX_FORMAT) as tar:
        for one in sorted(path for path in root.rglob("*") if path.is_file()):
            path = one.relative_to(root).as_posix()
            data = one.read_bytes()
            member = tarfile.TarInfo(path if path.startswith("status/") else f"scheme/{path}")
            member.size, member.mode = len(data), 0o644
            tar.addfile(member, io.BytesIO(data))
            count += 1
    pending.replace(file)
    return count
