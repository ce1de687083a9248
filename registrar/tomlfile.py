"""A small TOML file of the registrar's own, read member by member."""

import tomllib
from collections.abc import Mapping
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
