"""Members of a TOML table, typed, with the name of what is wrong."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from registrar.errors import BadInput

Table: TypeAlias = Mapping[str, Any]


def parse(text: str, source: str) -> Table:
    """The TOML document of this text."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput("toml.syntax", file=source, reason=str(error)) from None


def text(table: Table, name: str) -> str:
    """The member as text that is not empty."""
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise BadInput("toml.member", member=name)
    return value


def text_or(table: Table, name: str, default: str) -> str:
    """The member as text, or the default where it is absent."""
    return text(table, name) if name in table else default


def flag(table: Table, name: str, *, default: bool) -> bool:
    """The member as true or false."""
    value = table.get(name, default)
    if not isinstance(value, bool):
        raise BadInput("toml.member", member=name)
    return value


def table(holder: Table, name: str) -> Table:
    """The member as a table; absent is an empty one."""
    value = holder.get(name, {})
    if not isinstance(value, dict):
        raise BadInput("toml.member", member=name)
    return value


def tables(holder: Table, name: str) -> tuple[Table, ...]:
    """The member as an array of tables; absent is an empty one."""
    value = holder.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise BadInput("toml.member", member=name)
    return tuple(value)


def texts(holder: Table, name: str) -> tuple[str, ...]:
    """The member as an array of texts; absent is an empty one."""
    value = holder.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise BadInput("toml.member", member=name)
    return tuple(value)


def moment(holder: Table, name: str) -> int:
    """The member as seconds: a date or a date-time, UTC where no offset stands."""
    value = holder.get(name)
    if isinstance(value, datetime):
        return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
    if isinstance(value, date):
        return int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp())
    raise BadInput("toml.member", member=name)
