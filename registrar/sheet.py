"""A file of the register while it is read: every fault is kept, and reading goes on."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Final, TypeAlias, TypeVar

from credential.plaintext import terminal_safe
from registrar.findings import Finding
from registrar.lines import MOST_NAMES, Place, deep, lines

Key: TypeAlias = tuple[str, ...]
"""A member by what it means, in names: `("service", "inschrijving", "hosts")`."""

MOST: Final = 262_144
"""Octets of one file of a register."""

LONGEST: Final = 500
"""Characters of one text: no reader shows more, and every wallet fetches what is published."""
ELEMENTS: Final = 64

_SHOWN: Final = 80
# Seconds are counted from 1970, and written with a year of four digits.
_YEARS: Final = range(1971, 9999)
LINK: Final = b"\0"
"""What stands for a file that is a link: what is reviewed would not be what is read."""

T = TypeVar("T")
_SYNTAX_LINE: Final = re.compile(r"\(at line (\d{1,9}),")


class Sheet:
    """One TOML file: what stands where in it, and what is wrong with it."""

    def __init__(self, file: str, data: bytes, where: str) -> None:
        self.file, self.where, self.text = file, where, ""
        self.findings: list[Finding] = []
        self._keys: dict[Key, Place] = {}
        self._sections: list[Section] = []
        self.table = self._read(data)

    @property
    def readable(self) -> bool:
        """Whether it is TOML at all."""
        return self.table is not None

    def root(self, key: Key = ()) -> "Section":
        """The whole file, to read from."""
        return Section(self, self.table or {}, (), key)

    def line(self, *key: str) -> int:
        """The line of this member, or of the nearest around it."""
        while key and key not in self._keys:
            key = key[:-1]
        return self._line(self._keys[key]) if key else 1

    def knows(self, *key: str) -> bool:
        """Whether this member stands in this file."""
        return key in self._keys

    def note(self, code: str, place: Place, what: str) -> None:
        """Keep one fault."""
        shown = terminal_safe(what)[:_SHOWN]
        self.findings.append(Finding(code, self.where, shown, self.file, self._line(place)))

    def close(self) -> None:
        """Name every member that nobody asked for: it was meant to say something."""
        for section in self._sections:
            for name in section.table.keys() - section.asked:
                self.note("toml.unknown", (*section.place, name), section.named(name))

    def mark(self, key: Key, place: Place) -> None:
        """Remember where a member stands."""
        self._keys.setdefault(key, place)

    def opened(self, section: "Section") -> None:
        """Keep a section, to look later what was never asked of it."""
        self._sections.append(section)

    @cached_property
    def _lines(self) -> Mapping[Place, int]:
        return lines(self.text)

    def _line(self, place: Place) -> int:
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines[place] if place else 1

    def _read(self, data: bytes) -> Mapping[str, Any] | None:
        if data == LINK:
            self.findings.append(Finding("toml.link", self.where, self.file, self.file, 1))
            return None
        if len(data) > MOST:
            self.findings.append(Finding("toml.large", self.where, str(MOST), self.file, 1))
            return None
        try:
            text = data.decode("utf-8")
            far = deep(text.replace("\r\n", "\n"))
            if far is not None:
                what = str(MOST_NAMES)
                self.findings.append(Finding("toml.deep", self.where, what, self.file, far))
                return None
            found = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            known = _SYNTAX_LINE.search(str(error))
            what = terminal_safe(str(error).partition(" (at ")[0])[:_SHOWN]
            number = int(known[1]) if known else 1
            self.findings.append(Finding("toml.syntax", self.where, what, self.file, number))
            return None
        self.text = text.replace("\r\n", "\n")
        return found


class Section:
    """One table of a file; a member that is not right is noted, and something empty is returned."""

    def __init__(self, sheet: Sheet, table: Mapping[str, Any], place: Place, key: Key) -> None:
        self.sheet, self.table, self.place, self.key = sheet, table, place, key
        self.asked: set[str] = set()
        sheet.opened(self)

    def __contains__(self, name: str) -> bool:
        return name in self.table

    def named(self, name: str) -> str:
        """The member as it is called in sentences: `intended_use.retention.duration`."""
        names = [str(part) for part in self.place if isinstance(part, str)]
        return ".".join([*names[-2:], name])

    def fault(self, code: str, name: str, what: str = "", *, element: int | None = None) -> None:
        """Note that this member is not right."""
        place = (*self.place, name) if element is None else (*self.place, name, element)
        self.sheet.note(code, place, what or self.named(name))

    def text(self, name: str) -> str:
        """The member as text that is not empty."""
        value = self._value(name)
        if not isinstance(value, str) or not value:
            return self._wrong(name, "")
        if _hides(value):
            self.fault("toml.hidden", name)
            return ""
        if len(value) > LONGEST:
            self.fault("toml.long", name, str(LONGEST))
            return ""
        return value

    def text_or(self, name: str, default: str) -> str:
        """The member as text, or the default where it is absent."""
        return self.text(name) if name in self else default

    def optional(self, name: str) -> str | None:
        """The member as text, or `None` where it is absent."""
        return self.text(name) if name in self else None

    def matching(self, name: str, shape: re.Pattern[str], code: str) -> str:
        """The member as text of this shape."""
        value = self.text(name)
        if value and not shape.fullmatch(value):
            self.fault(code, name, value)
            return ""
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """The member as true or false."""
        value = self._value(name) if name in self else default
        return value if isinstance(value, bool) else self._wrong(name, default)

    def texts(self, name: str, *, most: int = ELEMENTS) -> tuple[str, ...]:
        """The member as an array of so many texts at most; absent is an empty one."""
        value = self._value(name) if name in self else []
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            return self._wrong(name, ())
        if len(value) > most:
            self.fault("toml.many", name, str(most))
            return ()
        for number, one in enumerate(value):
            if len(one) > LONGEST:
                self.fault("toml.long", name, str(LONGEST), element=number)
            elif _hides(one):
                self.fault("toml.hidden", name, element=number)
            elif one in value[:number]:
                self.fault("toml.twice", name, one, element=number)
            self.sheet.mark((*self.key, name, one), (*self.place, name, number))
        return tuple(value)

    def moment(self, name: str) -> int:
        """The member as seconds: a date or a date-time, UTC where no offset stands."""
        value = self._value(name)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=UTC)
        if not isinstance(value, datetime) or value.year not in _YEARS:
            return self._wrong(name, 0)
        return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())

    def section(self, name: str) -> "Section":
        """The member as a table; absent is an empty one, of which everything is missing."""
        value = self._value(name) if name in self else {}
        if not isinstance(value, dict):
            value = self._wrong(name, {})
        return Section(self.sheet, value, (*self.place, name), (*self.key, name))

    def sections(self, name: str, by: str | None = None) -> tuple["Section", ...]:
        """The member as an array of tables, each known by one of its members or by its number."""
        value = self._value(name) if name in self else []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            value = self._wrong(name, [])
        found = []
        for number, one in enumerate(value):
            place = (*self.place, name, number)
            own = one.get(by) if by else None
            key = (*self.key, name, own if isinstance(own, str) else str(number))
            self.sheet.mark(key, place)
            found.append(Section(self.sheet, one, place, key))
        return tuple(found)

    def _value(self, name: str) -> object:
        self.asked.add(name)
        if name not in self.table:
            return None
        self.sheet.mark((*self.key, name), (*self.place, name))
        return self.table[name]

    def _wrong(self, name: str, instead: T) -> T:
        self.fault("toml.member" if name in self else "toml.missing", name)
        return instead


def _hides(text: str) -> bool:
    """Whether people would see something else than what stands there."""
    return terminal_safe(text, max_length=4 * len(text)) != text
