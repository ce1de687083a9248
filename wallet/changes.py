"""What is different on a new card from the one it takes the place of; pure.

Values are for the screen alone. The log keeps which paths changed, never what they said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from credential.names import Path, path_text
from credential.strictjson import Json, Object

_MACHINE: Final = frozenset({"vct", "vct#integrity", "iat", "nbf", "exp", "iss", "cnf", "status"})
# Every new card has another day it was looked up on: that is no news about the resident.
_EACH_TIME: Final = frozenset({"reference_moment"})


@dataclass(frozen=True)
class Change:
    """One claim that says something else now; None where it was not there, or is there no more."""

    path: Path
    before: Json = field(repr=False)
    after: Json = field(repr=False)

    @property
    def text(self) -> str:
        """The path as the log writes it."""
        return path_text(self.path)


def between(before: Object, after: Object) -> tuple[Change, ...]:
    """What differs, in the order of the new card; a list is one claim."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return tuple(
        Change(path, old.get(path), new.get(path))
        for path in dict.fromkeys([*new, *old])
        if old.get(path) != new.get(path)
    )


def _leaves(payload: Object) -> Iterator[tuple[Path, Json]]:
    for name, value in payload.items():
        if name not in _MACHINE and name not in _EACH_TIME:
            yield from _below((name,), value)


def _below(path: Path, value: Json) -> Iterator[tuple[Path, Json]]:
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _below((*path, name), part)
    else:
        yield path, value
