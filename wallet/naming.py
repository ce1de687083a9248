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
