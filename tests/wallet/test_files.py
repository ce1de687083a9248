"""Files are written whole, for the owner alone, and never in the place of somebody else's."""

import os
import stat
from pathlib import Path

import pytest

from wallet import files
from wallet.errors import Usage

NEW = b"what this wallet writes"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_draft_that_somebody_holds_open_is_not_written_in(tmp_path: Path) -> None:
    place, draft = tmp_path / "wallet.toml", tmp_path / "wallet.toml.new"
    draft.write_bytes(b"")
    draft.chmod(0o666)
    with draft.open("rb") as held:
        files.write_atomically(place, NEW)
        assert held.read() == b""
    assert (place.read_bytes(), mode(place)) == (NEW, 0o600)
    assert [one.name for one in tmp_path.iterdir()] == ["wallet.toml"]


def test_a_file_for_the_resident_leaves_those_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "log.html"
    others = dict.fromkeys(("log.html.new", "log.html.0.new", "log.html.old"), b"my own")
    for name, content in others.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o644)
    files.write_new(place, NEW)
    assert (place.read_bytes(), mode(place)) == (NEW, 0o600)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p != place} == others


def test_one_that_stands_there_stays(tmp_path: Path) -> None:
    place = tmp_path / "log.html"
    place.write_bytes(b"my own")
    with pytest.raises(Usage, match=r"export\.exists"):
        files.write_new(place, NEW)
    assert place.read_bytes() == b"my own"


@pytest.mark.parametrize("write", [files.write_atomically, files.write_new])
def test_a_disk_that_is_full_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: object
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises((OSError, Usage)):
        write(tmp_path / "x", NEW)  # type: ignore[operator]
    assert list(tmp_path.iterdir()) == []
