"""JSON as signed messages need it: one reading per text, and bounds before belief.

Refuses duplicate names, NaN and infinities, a byte order mark, lone surrogates, text that
is too large or nested too deeply (RFC 8259, 9).
"""

import json
import math
from json.encoder import c_make_encoder  # type: ignore[attr-defined] # the type stubs lack it
from json.encoder import encode_basestring as quote
from typing import Final, NoReturn, TypeAlias

from credential.errors import Malformed

__all__ = [
    "Json",
    "Object",
    "array",
    "boolean",
    "dumps",
    "dumps_text",
    "integer",
    "integer_or_none",
    "loads",
    "loads_object",
    "numeric_date",
    "obj",
    "quote",
    "text",
    "text_or_none",
    "texts",
]

Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
Object: TypeAlias = dict[str, Json]

MAX_BYTES: Final = 65_536
MAX_DEPTH: Final = 24

_SPACE: Final = " \t\n\r"


def _no_duplicates(pairs: list[tuple[str, Json]]) -> Object:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("json.duplicate", "RFC 8259 4")
    return members


def _no_constant(_name: str) -> NoReturn:
    raise Malformed("json.not_a_number", "RFC 8259 6")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Malformed("json.number", "RFC 8259 6")
    return value


def _unwritable(_value: object) -> NoReturn:
    raise TypeError


# The scanner of a prepared decoder: no keyword handling, no second search for blanks.
_decoder = json.JSONDecoder(
    object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_float=_finite
)
_scan = _decoder.scan_once  # type: ignore[attr-defined] # the type stubs lack it
# The writer likewise: `JSONEncoder` makes one for every text. UTF-8, no blanks, names sorted.
_chunks = c_make_encoder(None, _unwritable, quote, None, ":", ",", True, False, False)


def loads_object(
    data: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> Object:
    """As `loads`, for a text that must be an object."""
    value = loads(data, max_bytes=max_bytes, max_depth=max_depth)
    if type(value) is not dict:
        raise Malformed("json.not_an_object", "RFC 8259 4")
    return value


def loads(data: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Json:
    """The one value this text stands for; every other text is `Malformed`."""
    size = len(data)
    if size > max_bytes:
        raise Malformed("json.size", "RFC 8259 9", limit=max_bytes)
    if isinstance(data, bytes):
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise Malformed("json.utf8", "RFC 8259 8.1") from None
    else:
        text = data
        if not text.isascii():
            _encodable(text)
    if text[:1] in _SPACE:
        text = text.lstrip(_SPACE)
    try:
        value, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError):
        if text.startswith("\ufeff"):
            raise Malformed("json.bom", "RFC 8259 8.1") from None
        raise Malformed("json.syntax", "RFC 8259 2") from None
    if end != len(text) and text[end:].strip(_SPACE):
        raise Malformed("json.syntax", "RFC 8259 2")
    # Only text with an escape can hold a lone surrogate, only long text with many brackets can
    # be deep: everything else needs no second look.
    if "\\" in text or (size > 2 * max_depth and text.count("{") + text.count("[") > max_depth):
        _inspect(value, max_depth)
    read: Json = value
    return read


def dumps(value: Json) -> bytes:
    """UTF-8, names sorted, no blanks; refuses what `loads` would refuse."""
    try:
        return "".join(_chunks(value, 0)).encode()
    except (ValueError, TypeError, RecursionError):
        raise Malformed("json.unwritable", "RFC 8259 6") from None


def dumps_text(value: Json) -> str:
    """As `dumps`, before the encoding; a lone surrogate shows only when that is done."""
    try:
        return "".join(_chunks(value, 0))
    except (ValueError, TypeError, RecursionError):
        raise Malformed("json.unwritable", "RFC 8259 6") from None


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Malformed("json.surrogate", "RFC 8259 8.2") from None


def _inspect(value: Json, depth: int) -> None:
    if isinstance(value, str):
        _encodable(value)
    elif isinstance(value, list | dict):
        if depth == 0:
            raise Malformed("json.depth", "RFC 8259 9")
        if isinstance(value, dict):
            for name in value:
                _encodable(name)
        for part in value.values() if isinstance(value, dict) else value:
            _inspect(part, depth - 1)


# Typed members of an object someone else wrote.


def _wrong(name: str) -> Malformed:
    return Malformed("json.member", member=name)


def text(members: Object, name: str) -> str:
    """The member as a string."""
    value = members.get(name)
    if not isinstance(value, str):
        raise _wrong(name)
    return value


def text_or_none(members: Object, name: str) -> str | None:
    """The member as a string, `None` if it is absent; `null` is not absent."""
    return text(members, name) if name in members else None


def integer(members: Object, name: str) -> int:
    """The member as an integer; a boolean is none."""
    value = members.get(name)
    if type(value) is not int:
        raise _wrong(name)
    return value


def integer_or_none(members: Object, name: str) -> int | None:
    """The member as an integer, `None` if it is absent."""
    return integer(members, name) if name in members else None


def numeric_date(members: Object, name: str) -> int:
    """The member as seconds since the epoch; a fraction is cut off (RFC 7519, 2)."""
    value = members.get(name)
    if type(value) is float:
        value = math.floor(value)
    if type(value) is not int or not 0 <= value < 1 << 40:
        raise _wrong(name)
    return value


def boolean(members: Object, name: str, *, default: bool) -> bool:
    """The member as a boolean, `default` if it is absent."""
    value = members.get(name, default)
    if not isinstance(value, bool):
        raise _wrong(name)
    return value


def obj(members: Object, name: str) -> Object:
    """The member as an object."""
    value = members.get(name)
    if not isinstance(value, dict):
        raise _wrong(name)
    return value


def array(members: Object, name: str) -> list[Json]:
    """The member as an array."""
    value = members.get(name)
    if not isinstance(value, list):
        raise _wrong(name)
    return value


def texts(members: Object, name: str) -> tuple[str, ...]:
    """The member as an array of strings."""
    values = array(members, name)
    found = tuple(value for value in values if isinstance(value, str))
    if len(found) != len(values):
        raise _wrong(name)
    return found
