"""What an organisation holds and did, in words; names of members it made up itself stay as sent."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from credential.names import Path
from credential.plaintext import terminal_safe
from credential.strictjson import Json
from wallet.naming import path_of_text
from wallet.phrases import claim_text
from wallet.service.accessdata import Act, Item, Told
from wallet.texts import Texts

_MOMENT = 20  # 2026-11-21T22:00:00Z


def parts(
    told: Told, texts: Texts, label: Callable[[Path], str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A heading with its lines: the data itself, the rest they hold, what they did."""
    values = [one for one in told.items if one.path[0] == "values"]
    others = [one for one in told.items if one.path[0] != "values"]
    lines = [_value(one, texts, label) for one in values]
    yield texts.get("data.values"), tuple(lines or [texts.get("data.no-values")])
    if others:
        yield texts.get("data.others"), tuple(_other(one, texts) for one in others)
    acts = [act(one, texts) for one in told.acts]
    yield texts.get("data.acts"), tuple(acts or [texts.get("data.no-acts")])
    if told.more:
        yield texts.get("data.more"), ()


def act(one: Act, texts: Texts) -> str:
    """One thing they did: when, what, why."""
    when = "" if one.at is None else f"{_time(one.at)}  "
    why = one.purpose.text(texts.lang)
    role = texts.find(f"data.role.{one.role}") or one.role
    said = texts.get("data.why", what=one.name.text(texts.lang), why=why) if why else ""
    return when + (said or one.name.text(texts.lang)) + (f" ({role})" if role else "")


def _value(one: Item, texts: Texts, label: Callable[[Path], str]) -> str:
    path = path_of_text(".".join(one.path[1:])) if one.path[1:] else ("values",)
    return f"{terminal_safe(label(path))}: {claim_text(path, one.value, texts)}"


def _other(one: Item, texts: Texts) -> str:
    names = [texts.find(f"data.member.{name}") or terminal_safe(name) for name in one.path]
    return f"{', '.join(names)}: {_plain(one.value, texts)}"


def _plain(value: Json, texts: Texts) -> str:
    match value:
        case {"nl": str(nl), "en": str(en)}:
            return terminal_safe(en if texts.lang == "en" else nl, max_length=2000)
        case str() if len(value) == _MOMENT and value.endswith("Z"):
            try:
                return _time(int(datetime.fromisoformat(value).timestamp()))
            except ValueError:
                return terminal_safe(value)
        case _:
            return claim_text((), value, texts)


def _time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%d-%m-%Y %H:%M")
