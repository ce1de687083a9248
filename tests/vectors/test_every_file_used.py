"""No vector lies idle: a test reads it, or `excluded.toml` says why none does."""

import ast
import tomllib
from fnmatch import fnmatchcase

from support import vectors

READERS = {"read_bytes", "read_text", "read_json", "read_yaml", "files"}
TESTS = vectors.ROOT.parent


def read_by_tests():
    """The literal paths and patterns that the tests hand to `support.vectors`."""
    for module in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            # A path may also stand in a list that is handed over item by item.
            if name in READERS or name == "parametrize":
                yield from (
                    leaf.value
                    for leaf in ast.walk(node)
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                )


def excluded():
    return tomllib.loads((vectors.ROOT / "excluded.toml").read_text("utf-8"))["excluded"]


def paths():
    found = (
        path.relative_to(vectors.DATA).as_posix()
        for path in vectors.DATA.rglob("*")
        if path.is_file()
    )
    return sorted(path for path in found if not path.endswith("README.md"))


def test_every_file_is_used_or_excluded():
    read = [pattern for pattern in read_by_tests() if "/" in pattern]
    without = [pattern for entry in excluded() for pattern in entry["paths"]]
    idle = [
        path for path in paths() if not any(fnmatchcase(path, one) for one in (*read, *without))
    ]
    assert idle == []


def test_every_exclusion_has_a_reason_and_a_file():
    for entry in excluded():
        assert len(entry["reason"]) > 20
        for pattern in entry["paths"]:
            assert any(fnmatchcase(path, pattern) for path in paths()), pattern


def test_every_folder_says_where_it_comes_from():
    for folder in (vectors.DATA, *(one for one in vectors.DATA.iterdir() if one.is_dir())):
        assert (folder / "README.md").is_file()
