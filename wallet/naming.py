"""What people call kinds of cards and the claims on them, and where a claim's value stands."""

from collections.abc import Mapping

from credential.names import Path, path_text
from credential.plaintext import terminal_safe
from credential.strictjson import Json
from credential.typemetadata import TypeMetadata

Types = Mapping[str, TypeMetadata]


def title_of(vct: str, otherwise: str, types: Types, lang: str) -> str:
    """What people call this kind of card; what a stranger wrote is made safe to print."""
    found = types.get(vct)
    return terminal_safe(otherwise) if found is None else found.name(lang)


def label_of(vct: str, path: Path, types: Types, lang: str) -> str:
    """What people call this claim, else its path."""
    found = types.get(vct)
    label = None if found is None else found.label(path, lang)
    return label or terminal_safe(path_text(path))


def explanation_of(vct: str, path: Path, types: Types, lang: str) -> str | None:
    """What this claim means, in the sentence the scheme has for it."""
    found = types.get(vct)
    claim = None if found is None else found.claim(path)
    return None if claim is None else claim.description(lang)


def label_of_text(vct: str, path: str, types: Types, lang: str) -> str:
    """As `label_of`, of a path as the log writes it."""
    return label_of(vct, path_of_text(path), types, lang)


def path_of_text(path: str) -> Path:
    """The path that the log writes so."""
    return tuple(
        None if part == "*" else int(part) if part.isdecimal() else part for part in path.split(".")
    )


def value_at(payload: Json, path: Path) -> Json:
    """The value at a concrete path that was just selected."""
    for part in path:
        match payload, part:
            case dict(), str():
                payload = payload[part]
            case list(), int():
                payload = payload[part]
            case _:
                return None
    return payload
