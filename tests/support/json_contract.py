"""What docs/json.md promises of every command, held against what a command writes."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from wallet.cli import COMMANDS, load_command

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
_MEMBER = re.compile(r"`([a-z_][a-z0-9_.*\[\]]*)`")


@cache
def promised() -> dict[str, frozenset[str]]:
    """The members of every command; `As X` takes those of another."""
    sections: dict[str, tuple[set[str], list[str]]] = {}
    members: set[str] = set()
    others: list[str] = []
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            members, others = sections.setdefault(line[3:], (set(), []))
        elif line.startswith(("As `", "As in `")):
            others += re.findall(r"as `([a-z -]+)`", line, re.IGNORECASE)
        elif line.startswith("- "):
            # Behind a colon stand words and values; members that follow begin a line of their own.
            members |= set(_MEMBER.findall(line.partition(": ")[0]))

    def of(name: str) -> frozenset[str]:
        own, more = sections[name]
        return frozenset(own).union(*(of(other) for other in more))

    return {name: of(name) for name in sections}


def command_of(arguments: Sequence[str]) -> str:
    """Which command these words run."""
    words = [one for one in arguments if one in COMMANDS]
    if not words:
        return "--version"
    below = getattr(load_command(words[0]), "commands", {})
    rest = arguments[list(arguments).index(words[0]) + 1 :]
    sub = next((one for one in rest[:1] if one in below), None)
    return words[0] if sub is None else f"{words[0]} {sub}"


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Every member of a line, by its path."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from paths(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, dict | list):
                yield from paths(part, path if isinstance(part, list) else f"{path}[]")
        yield from () if any(isinstance(part, dict | list) for part in value) else (path,)
    else:
        yield path


def check(arguments: Sequence[str], line: dict[str, Any]) -> None:
    """Refuses a line with a member that docs/json.md does not have for this command."""
    command = "refusal" if "error" in line and "fault" in line else command_of(arguments)
    members = promised().get(command, frozenset())
    strange = {one for one in paths(line) if one != "version" and not _known(one, members)}
    assert not strange, f"docs/json.md, `{command}`, lacks {sorted(strange)}"


def _known(path: str, members: frozenset[str]) -> bool:
    # An object that is null or a plain sentence stands where its members would.
    whole = {one.rpartition(".")[0].removesuffix("[]") for one in members}
    every = tuple(one.removesuffix("*") for one in members if one.endswith(".*"))
    return path in members or path in _parents(whole) or path.startswith(every or ("\0",))


def _parents(paths: set[str]) -> set[str]:
    """Each of these and everything it stands in."""
    found = set()
    for path in paths:
        parts = path.split(".")
        found |= {".".join(parts[:end]).removesuffix("[]") for end in range(1, len(parts) + 1)}
    return found - {""}
