"""Shapes, declared once: what is read is held against them, and the description is made from them.

`faults` finds everything that is wrong at once, by place and code, never with the value (NLGov REST
API Design Rules 2.1: one answer with all faults). `openapi` is the same as JSON Schema 2020-12,
which OpenAPI 3.1 uses.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias

from credential.strictjson import Json, Object

DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})\Z", re.ASCII
)
Where: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, and a stable code; the sentence stands in the texts."""

    where: Where
    code: str

    @property
    def pointer(self) -> str:
        """The place as a JSON Pointer (RFC 6901)."""
        parts = (str(part).replace("~", "~0").replace("/", "~1") for part in self.where)
        return "".join(f"/{part}" for part in parts)


class Shape(Protocol):
    """What a value must look like."""

    @property
    def description(self) -> str:
        """What it means, in Dutch."""
        ...

    def faults(self, value: Json, where: Where) -> Iterator[Fault]:
        """Everything about this value that is wrong."""
        ...

    def openapi(self) -> Object:
        """The same as JSON Schema."""
        ...


@dataclass(frozen=True)
class Text:
    """A text: one of a few, of a form, or free within a length."""

    description: str
    one_of: tuple[str, ...] = ()
    pattern: str = ""
    format: str = ""
    longest: int = 400
    example: str = ""

    def faults(self, value: Json, where: Where) -> Iterator[Fault]:
        """Not a text, too long, or not one of those."""
        if not isinstance(value, str):
            yield Fault(where, "type")
        elif len(value) > self.longest:
            yield Fault(where, "length")
        elif self.one_of and value not in self.one_of:
            yield Fault(where, "choice")
        elif (self.pattern and not re.fullmatch(self.pattern, value, re.ASCII)) or (
            self.format == "date-time" and moment(value) is None
        ):
            yield Fault(where, "form")

    def openapi(self) -> Object:
        """As JSON Schema."""
        found: Object = {"type": "string", "description": self.description}
        if self.one_of:
            found["enum"] = list(self.one_of)
        if self.pattern:
            found["pattern"] = f"^{self.pattern}$"
        if self.format:
            found["format"] = self.format
        if not self.one_of:
            found["maxLength"] = self.longest
        if self.example:
            found["examples"] = [self.example]
        return found


@dataclass(frozen=True)
class Whole:
    """A whole number between two others."""

    description: str
    low: int = 0
    high: int = 2**53

    def faults(self, value: Json, where: Where) -> Iterator[Fault]:
        """Not a whole number, or out of bounds."""
        if not isinstance(value, int) or isinstance(value, bool):
            yield Fault(where, "type")
        elif not self.low <= value <= self.high:
            yield Fault(where, "bounds")

    def openapi(self) -> Object:
        """As JSON Schema."""
        return {
            "type": "integer",
            "description": self.description,
            "minimum": self.low,
            "maximum": self.high,
        }


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    description: str

    def faults(self, value: Json, where: Where) -> Iterator[Fault]:
        """Neither yes nor no."""
        if not isinstance(value, bool):
            yield Fault(where, "type")

    def openapi(self) -> Object:
        """As JSON Schema."""
        return {"type": "boolean", "description": self.description}


@dataclass(frozen=True)
class Anything:
    """A value that others describe: what stands in a card."""

    description: str

    def faults(self, _value: Json, _where: Where) -> Iterator[Fault]:
        """Nothing."""
        return iter(())

    def openapi(self) -> Object:
        """As JSON Schema."""
        return {"description": self.description}


@dataclass(frozen=True)
class Items:
    """A list of one shape."""

    description: str
    of: "Shape"
    most: int = 1000

    def faults(self, value: Json, where: Where) -> Iterator[Fault]:
        """Not a list, too long, or wrong inside."""
        if not isinstance(value, list):
            yield Fault(where, "type")
        elif len(value) > self.most:
            yield Fault(where, "length")
        else:
            for index, item in enumerate(value):
                yield from self.of.faults(item, (*where, index))

    def openapi(self) -> Object:
        """As JSON Schema."""
        return {
            "type": "array",
            "description": self.description,
            "items": self.of.openapi(),
            "maxItems": self.most,
        }


@dataclass(frozen=True)
class Maybe:
    """A shape, or `null`."""

    of: "Shape"

    @property
    def description(self) -> str:
        """What it means when it is there."""
        return self.of.description

    def faults(self, value: Json, where: Where) -> Iterator[Fault]:
        """Wrong, if it is there at all."""
        if value is not None:
            yield from self.of.faults(value, where)

    def openapi(self) -> Object:
        """As JSON Schema."""
        return {"anyOf": [self.of.openapi(), {"type": "null"}]}


@dataclass(frozen=True)
class Members:
    """An object with these members and no others; `name` makes it a schema of its own."""

    description: str
    members: Mapping[str, "Shape"]
    optional: frozenset[str] = frozenset()
    name: str = ""

    def faults(self, value: Json, where: Where) -> Iterator[Fault]:
        """Not an object, a member too few, one too many, or one that is wrong."""
        if not isinstance(value, dict):
            yield Fault(where, "type")
            return
        for name in value:
            if name not in self.members:
                # The name is the sender's own and could be anything: only its place is told.
                yield Fault(where, "unknown")
        for name, shape in self.members.items():
            if name in value:
                yield from shape.faults(value[name], (*where, name))
            elif name not in self.optional:
                yield Fault((*where, name), "missing")

    def openapi(self) -> Object:
        """A reference when it has a name."""
        return {"$ref": f"#/components/schemas/{self.name}"} if self.name else self.whole()

    def whole(self) -> Object:
        """As JSON Schema, written out."""
        return {
            "type": "object",
            "description": self.description,
            "properties": {name: shape.openapi() for name, shape in self.members.items()},
            "required": [name for name in self.members if name not in self.optional],
            "additionalProperties": False,
        }


def named(shape: Any) -> Iterator[Members]:  # noqa: ANN401 - any shape
    """Every shape with a name, in this one and below."""
    if isinstance(shape, Items | Maybe):
        yield from named(shape.of)
    elif isinstance(shape, Members):
        if shape.name:
            yield shape
        for inner in shape.members.values():
            yield from named(inner)


def moment(value: str) -> int | None:
    """A date-time with any offset as seconds, or `None` (RFC 3339)."""
    if not DATE_TIME.match(value):
        return None
    try:
        return int(datetime.fromisoformat(value).timestamp())
    except (ValueError, OverflowError):
        return None
