"""One question to a register over https, and its answer in the shape it promises."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, TypeVar

import msgspec

from credential.strictjson import Json, Object
from issuer.brp.errors import NotFound, Unreadable
from issuer.brp.link import Link

JSON: Final = "application/hal+json, application/json"

T = TypeVar("T")


def ask(link: Link, path: str, shape: type[T], headers: dict[str, str]) -> T | None:
    """The answer; `None` when the register says that it has no such entry."""
    try:
        body = link.ask("GET", path, headers={"Accept": JSON, **headers})
    except NotFound:
        return None
    return decode(body, shape)


def decode(body: bytes, shape: type[T]) -> T:
    """An answer as a value; raises `Unreadable` without what stood in it."""
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(body, type=shape)
    # A msgspec message may quote a value; only the fact goes on, not even as context.
    raise Unreadable("brp.unreadable", "Regie domain 2.6", why="shape")


def certain(claims: Mapping[str, Json]) -> Object:
    """Without the claims for which the register has no value."""
    return {name: value for name, value in claims.items() if value not in (None, "", {}, [])}
