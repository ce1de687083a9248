"""What happened with a card, in sentences; for the screens and the commands."""

from collections.abc import Iterable

from credential.plaintext import terminal_safe
from wallet.changes import Change
from wallet.cli.render import local_day
from wallet.naming import Types, label_of, label_of_text
from wallet.phrases import claim_text
from wallet.service.cardlife import Happened
from wallet.texts import Texts


def line(what: Happened, vct: str, types: Types, texts: Texts) -> str:
    """One line: the day, what happened, and of which data."""
    return f"{local_day(what.at)}  {words(what, vct, types, texts)}"


def words(what: Happened, vct: str, types: Types, texts: Texts) -> str:
    """What happened and of which data, without the day."""
    if what.party or what.paths:
        party = terminal_safe(what.party) or texts.get("type.disclosure")
        ended = texts.find(f"outcome.{what.outcome}") or what.outcome
        labels = _labels(what.paths, vct, types, texts)
        return texts.get("card.happened.shared", party=party, outcome=ended, what=labels)
    because = texts.find(f"event.{what.kind}-{what.reason}") if what.reason else None
    said = because or texts.get(f"event.{what.kind}")
    if what.changed:
        labels = _labels(what.changed, vct, types, texts)
        return texts.get("card.happened.changed", said=said, what=labels)
    if what.reason:
        reason = texts.find(f"reason.{what.reason}") or texts.get("reason.other", code=what.reason)
        return f"{said} ({terminal_safe(reason)})"
    if what.copies:
        return texts.get("card.happened.copies", said=said, count=what.copies)
    return said


def changes(found: Iterable[Change], vct: str, types: Types, texts: Texts) -> tuple[str, ...]:
    """What a new card says else: before and after; for the screen, never for the log."""
    return tuple(_change(one, vct, types, texts) for one in found)


def _change(one: Change, vct: str, types: Types, texts: Texts) -> str:
    label = label_of(vct, one.path, types, texts.lang)
    if _long(one.before) or _long(one.after):
        return texts.get("card.change.other", label=label)
    if one.before is None:
        return texts.get("card.change.new", label=label, after=_value(one, one.after, texts))
    if one.after is None:
        return texts.get("card.change.gone", label=label, before=_value(one, one.before, texts))
    return texts.get(
        "card.change.from-to",
        label=label,
        before=_value(one, one.before, texts),
        after=_value(one, one.after, texts),
    )


def _value(one: Change, value: object, texts: Texts) -> str:
    return terminal_safe(claim_text(one.path, value, texts))  # type: ignore[arg-type]


def _long(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(part, dict) for part in value)


def _labels(paths: Iterable[str], vct: str, types: Types, texts: Texts) -> str:
    return ", ".join(dict.fromkeys(label_of_text(vct, path, types, texts.lang) for path in paths))
