"""What an organisation says it holds: sealed to this wallet, kept beside the entry (formats.md 4).

The signed answer vouches for the request; the data beside it is what this organisation sent over
its own address, encrypted to a key made for this one request.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from credential import jose, jwe, strictjson
from credential.jose import PrivateKey
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object
from wallet import files
from wallet.errors import NoMatch
from wallet.service.wallet import Wallet

KID: Final = "access"
MAX_DATA: Final = 1 << 20
MAX_DEPTH: Final = 24
MOST: Final = 2000
"""Of the acts, and of the items: more is in the file the resident can save."""
MOST_TEXT: Final = 2000
_LANGUAGES: Final = ("nl", "en")


@dataclass(frozen=True)
class Said:
    """A text of theirs in both languages, safe to print."""

    nl: str
    en: str

    def text(self, lang: str) -> str:
        """For a reader of this language."""
        return self.en if lang == "en" else self.nl


@dataclass(frozen=True)
class Act:
    """One thing they did with the data: when, what, why, in which role."""

    at: int | None
    name: Said
    purpose: Said
    role: str


@dataclass(frozen=True)
class Item:
    """One item they hold: where it stands in their answer, and what it is."""

    path: tuple[str, ...]
    value: Json = field(repr=False)


@dataclass(frozen=True)
class Told:
    """What they told at `at`; `items` are in their order, `raw` is everything."""

    at: int
    items: tuple[Item, ...] = field(repr=False)
    acts: tuple[Act, ...]
    more: bool
    raw: Object = field(repr=False)


def new_key() -> tuple[PrivateKey, Object]:
    """A key for one answer, and its public half as it is asked to be used."""
    key = jose.generate_key()
    return key, {**jose.public_jwk(key.public_key()), "kid": KID, "alg": "ECDH-ES", "use": "enc"}


def open_data(token: str, key: PrivateKey) -> bytes:
    """The JSON object that was sealed to this key, as it was sent."""
    plain = jwe.decrypt(token, key=key, kid=KID, enc_allowed=jwe.ENC_VALUES, max_bytes=MAX_DATA)
    _ = _load(plain)
    return plain


def told(wallet: Wallet, activity: str) -> Told | None:
    """What they told last about this disclosure, unless the resident wiped it."""
    found = wallet.store.access_data(activity)
    if found is None:
        return None
    at, content = found
    return read(content, at)


def read(content: bytes, at: int) -> Told:
    """Their answer in two parts: what they hold, and what they did with it."""
    raw = _load(content)
    listed = raw.get("processing")
    acts = [_act(one) for one in (listed if isinstance(listed, list) else ())]
    items = [*_items({name: part for name, part in raw.items() if name != "processing"})]
    more = len(acts) > MOST or len(items) > MOST
    return Told(at, tuple(items[:MOST]), tuple(acts[:MOST]), more, raw)


def save(wallet: Wallet, activity: str, file: Path) -> None:
    """Everything they sent as a file for the owner alone, that does not exist yet."""
    found = wallet.store.access_data(activity)
    if found is None:
        raise NoMatch("data.none")
    files.write_new(file, found[1])


def _load(content: bytes) -> Object:
    return strictjson.loads_object(content, max_bytes=MAX_DATA, max_depth=MAX_DEPTH)


def _act(value: Json) -> Act:
    members = value if isinstance(value, dict) else {}
    role = members.get("role")
    return Act(
        _moment(members.get("time")),
        _said(members.get("name")) or _said(members.get("activity")) or Said("", ""),
        _said(members.get("purpose")) or Said("", ""),
        terminal_safe(role, max_length=100) if isinstance(role, str) else "",
    )


def _moment(value: Json) -> int | None:
    try:
        return int(datetime.fromisoformat(str(value)).timestamp())
    except (ValueError, OverflowError, OSError):
        return None


def _said(value: Json) -> Said | None:
    if isinstance(value, str):
        value = {"nl": value, "en": value}
    if not isinstance(value, dict):
        return None
    nl, en = (value.get(lang) for lang in ("nl", "en"))
    if not isinstance(nl, str) or not isinstance(en, str):
        return None
    return Said(*(terminal_safe(text, max_length=MOST_TEXT) for text in (nl, en)))


def _items(value: Json, path: tuple[str, ...] = ()) -> Iterator[Item]:
    """Every value with its place; a text in both languages is one value."""
    if isinstance(value, dict):
        said = {name: value[name] for name in _LANGUAGES if isinstance(value.get(name), str)}
        if len(said) == len(_LANGUAGES):
            yield Item(path, said)
        for name, part in value.items():
            if len(said) < len(_LANGUAGES) or name not in _LANGUAGES:
                yield from _items(part, (*path, name))
    elif path == ("values",) and isinstance(value, list):
        for one in value:
            yield from _claim(one)
    elif isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        for number, part in enumerate(value, 1):
            yield from _items(part, (*path, str(number)))
    elif value is not None and value not in ([], {}):
        yield Item(path, value)


def _claim(one: Json) -> Iterator[Item]:
    """A claim as it was shared: the question it answered, its path, its value."""
    match one:
        case [str(), [*parts], value]:
            yield Item(("values", *(str(part) for part in parts)), value)
        case _:
            yield from _items(one, ("values",))
