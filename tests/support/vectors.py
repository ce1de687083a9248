"""Reads the data of `tests/vectors/data`.

Every call with a literal path or pattern is what `test_every_file_used.py` counts: so write
the path out where it is read.
"""

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1] / "vectors"
DATA = ROOT / "data"


def read_bytes(path: str) -> bytes:
    return (DATA / path).read_bytes()


def read_text(path: str) -> str:
    return (DATA / path).read_text(encoding="utf-8")


def read_json(path: str) -> Any:
    """With the standard reader: vectors are ours to trust, not to test our reader with."""
    return json.loads(read_bytes(path))


def read_yaml(path: str) -> Any:
    """As YAML without tags; `support.sdtags` reads the `!sd` of the SD-JWT inputs."""
    return yaml.safe_load(read_text(path))


def files(pattern: str) -> list[str]:
    """The paths under `data` that match, sorted; for `pytest.mark.parametrize`."""
    found = sorted(p.relative_to(DATA).as_posix() for p in DATA.glob(pattern) if p.is_file())
    assert found, f"no vector matches {pattern}"
    return found
