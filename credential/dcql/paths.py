"""Claims path pointers (OpenID4VP 1.0 section 7), in their two readings.

A query and issuer metadata read an empty selection as an error: the card does not have the
claim. Type metadata reads it as an empty set (SD-JWT VC, type metadata).
"""

from typing import Final, TypeAlias

from credential.errors import Malformed, NotAllowed
from credential.names import Path
from credential.strictjson import Json

Selected: TypeAlias = tuple[tuple[Path, Json], ...]

MAX_PARTS: Final = 24
MAX_SELECTED: Final = 4096
_SECTION: Final = "OpenID4VP 1.0 7.1"


def parse_path(value: Json) -> Path:
    """A path as received; refuses negative indices, booleans and the empty path."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_PARTS:
        raise Malformed("dcql.path", "OpenID4VP 1.0 7")
    parts: list[str | int | None] = []
    for part in value:
        # `True` is an `int` to Python and not one to JSON, hence the exact type.
        if isinstance(part, float | list | dict) or (
            type(part) is not str and part is not None and (type(part) is not int or part < 0)
        ):
            raise Malformed("dcql.path", "OpenID4VP 1.0 7")
        parts.append(part)
    return tuple(parts)


def select(path: Path, payload: Json) -> Selected:
    """Each selected element with its concrete path; nothing selected is no error here."""
    if all(type(part) is str for part in path):
        return _member(path, payload)
    selected: list[tuple[Path, Json]] = [((), payload)]
    for part in path:
        step: list[tuple[Path, Json]] = []
        for at, value in selected:
            if type(part) is str:
                if not isinstance(value, dict):
                    raise NotAllowed("dcql.path_not_object", _SECTION)
                if part in value:
                    step.append(((*at, part), value[part]))
            elif not isinstance(value, list):
                raise NotAllowed("dcql.path_not_array", _SECTION)
            elif part is None:
                step.extend(((*at, index), item) for index, item in enumerate(value))
            elif type(part) is int and 0 <= part < len(value):
                step.append(((*at, part), value[part]))
        if len(step) > MAX_SELECTED:
            raise NotAllowed("dcql.path_too_wide", _SECTION, limit=MAX_SELECTED)
        selected = step
    return tuple(selected)


def _member(path: Path, payload: Json) -> Selected:
    """The common path, of names only."""
    value = payload
    for part in path:
        if not isinstance(value, dict):
            raise NotAllowed("dcql.path_not_object", _SECTION)
        if part not in value:
            return ()
        value = value[part]
    return ((path, value),)


def resolve(path: Path, payload: Json) -> tuple[Path, ...]:
    """The concrete paths a query's path selects; an empty selection is refused."""
    selected = select(path, payload)
    if not selected:
        raise NotAllowed("dcql.path_empty", _SECTION)
    return tuple(at for at, _ in selected)


def resolve_or_empty(path: Path, payload: Json) -> tuple[Path, ...]:
    """The concrete paths type metadata's path selects; may be none (SD-JWT VC, claim metadata)."""
    return tuple(at for at, _ in select(path, payload))


def covers(pattern: Path, concrete: Path) -> bool:
    """Whether a concrete path is what `pattern` selects, an ancestor of it, or part of it."""
    return all(
        asked == part if asked is not None else type(part) is int
        for asked, part in zip(pattern, concrete, strict=False)
    )
