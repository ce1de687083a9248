"""Where the members of a TOML text stand: the line of every table, member and element.

`tomllib` says what a text means and not where. This says where and leaves the rest to `tomllib`:
it is asked only about text that was read there first.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import Final, TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""The way to a member: names, and the number of an element in its array."""

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BETWEEN: Final = re.compile(r"[ \t]*(?:(\.)[ \t]*)?")
_SCALAR: Final = re.compile(r"[^,\]}\n#]*")
_STRINGS: Final = (
    ('"""', re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL)),
    ("'''", re.compile(r"'''.*?'{3,5}", re.DOTALL)),
    ('"', re.compile(r'"(?:[^"\\\n]|\\.)*"')),
    ("'", re.compile(r"'[^'\n]*'")),
)

MOST_NAMES: Final = 8
"""Names after each other in one key; reading more costs the square of it in memory."""

_KEYS: Final = re.compile(r"[\w-]+(?:[ \t]*\.[ \t]*[\w-]+)+")
_UNREAD: Final = re.compile(
    "|".join([*(whole.pattern for _, whole in _STRINGS), r"#[^\n]*"]), re.DOTALL
)


def deep(text: str) -> int | None:
    """The line of the first key of more than `MOST_NAMES` names, before `tomllib` meets it."""
    bare = _UNREAD.sub(_stripped, text)
    for found in _KEYS.finditer(bare):
        if found[0].count(".") >= MOST_NAMES:
            return bare.count("\n", 0, found.start()) + 1
    return None


def _stripped(found: re.Match[str]) -> str:
    """A string as one name on as many lines; nothing for a comment."""
    return "" if found[0].startswith("#") else "s" + "\n" * found[0].count("\n")


def lines(text: str) -> Mapping[Place, int]:
    """The line, counted from one, of every member of a text that `tomllib` reads."""
    return _Scanner(text).document()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.here = text, 0
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.found: dict[Place, int] = {}
        self.tables: dict[Place, int] = {}

    def document(self) -> Mapping[Place, int]:
        under: Place = ()
        while self._skip():
            if self._takes("[["):
                under = self._header(array=True)
            elif self._takes("["):
                under = self._header(array=False)
            else:
                self._pair(under)
        return self.found

    def _header(self, *, array: bool) -> Place:
        start = self.here
        self._skip()
        keys = self._keys()
        self._skip()
        self.here += 2 if array else 1
        under: Place = ()
        for number, key in enumerate(keys):
            under = (*under, key)
            self._mark(under, start)
            if array and number == len(keys) - 1:
                self.tables[under] = self.tables.get(under, -1) + 1
            if under in self.tables:
                under = (*under, self.tables[under])
                self._mark(under, start)
        return under

    def _pair(self, under: Place) -> None:
        start = self.here
        for key in self._keys():
            under = (*under, key)
            self._mark(under, start)
        self.here += 1  # the equals sign
        self._skip()
        self._value(under)

    def _value(self, under: Place) -> None:
        if self._takes("["):
            self._elements(under)
        elif self._takes("{"):
            self._members(under)
        elif not self._string():
            self._match(_SCALAR)

    def _elements(self, under: Place) -> None:
        number = 0
        while self._skip() and not self._takes("]"):
            self._mark((*under, number), self.here)
            self._value((*under, number))
            self._skip()
            self._takes(",")
            number += 1

    def _members(self, under: Place) -> None:
        while self._skip() and not self._takes("}"):
            self._pair(under)
            self._skip()
            self._takes(",")

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            quoted = self._string()
            keys.append(_unquoted(quoted) if quoted else self._match(_BARE))
            if not self._match(_BETWEEN).strip():
                return keys

    def _string(self) -> str:
        for opening, whole in _STRINGS:
            if self.text.startswith(opening, self.here):
                return self._match(whole)
        return ""

    def _match(self, shape: re.Pattern[str]) -> str:
        found = shape.match(self.text, self.here)
        if found is None:
            raise LookupError("a text that tomllib does not read either")
        self.here = found.end()
        return found[0]

    def _takes(self, mark: str) -> bool:
        found = self.text.startswith(mark, self.here)
        self.here += len(mark) if found else 0
        return found

    def _skip(self) -> bool:
        """Past blanks and comments; whether anything is left."""
        self._match(_BLANK)
        return self.here < len(self.text)

    def _mark(self, place: Place, at: int) -> None:
        self.found.setdefault(place, bisect_right(self.starts, at))


def _unquoted(text: str) -> str:
    return str(tomllib.loads(f"k = {text}")["k"])
