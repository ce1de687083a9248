"""What an organisation asks or promises otherwise than the last time something was shared with it.

The last time is what the log says of it (formats.md 2); what was not stated then is "not stated".
"""

from dataclasses import dataclass

from credential.plaintext import terminal_safe
from credential.registration import Localised, Registration, Retention
from credential.strictjson import Json, Object

Claim = tuple[str, str]
"""A type of card, and a path as the log writes it."""


@dataclass(frozen=True)
class Terms:
    """On which terms something was shared, or is asked for now."""

    purpose_id: str
    purpose: Localised | None
    retention: Retention | None
    recipients: tuple[str, ...] | None
    asked: tuple[Claim, ...]


@dataclass(frozen=True)
class Changed:
    """Which of the terms differ; `before` is as it was."""

    before: Terms
    purpose: bool
    retention: bool
    recipients: bool
    more: tuple[Claim, ...]
    less: tuple[Claim, ...]

    @property
    def anything(self) -> bool:
        """Whether anything is different at all."""
        return bool(self.purpose or self.retention or self.recipients or self.more or self.less)


def stated(registered: Registration | None, asked: tuple[Claim, ...]) -> Terms:
    """The terms of a request, by its registration; without one none are stated."""
    if registered is None:
        return Terms("", None, None, None, asked)
    return Terms(
        registered.intended_use_id,
        registered.purpose,
        registered.retention,
        registered.recipients,
        asked,
    )


def logged(body: Object) -> Terms:
    """The terms of an earlier disclosure, as the log keeps them."""
    purpose, retention = body.get("purpose"), body.get("retention")
    shared_with, asked = body.get("shared_with"), body.get("asked")
    return Terms(
        purpose_id=_text(purpose, "id"),
        purpose=Localised(_text(purpose, "nl"), _text(purpose, "en") or _text(purpose, "nl"))
        if isinstance(purpose, dict)
        else None,
        retention=Retention(
            _text(retention, "duration"),
            _text(retention, "starts"),
            Localised(_text(retention, "nl"), _text(retention, "en")),
        )
        if isinstance(retention, dict)
        else None,
        recipients=tuple(terminal_safe(one) for one in shared_with if isinstance(one, str))
        if isinstance(shared_with, list)
        else None,
        asked=tuple(
            (_text(one, "vct"), path)
            for one in (asked if isinstance(asked, list) else [])
            if isinstance(one, dict)
            for path in _paths(one.get("paths"))
        ),
    )


def compare(before: Terms, now: Terms) -> Changed | None:
    """What is different, if anything is."""
    found = Changed(
        before=before,
        purpose=(before.purpose_id, _dutch(before)) != (now.purpose_id, _dutch(now)),
        retention=_period(before.retention) != _period(now.retention),
        recipients=_set(before.recipients) != _set(now.recipients),
        more=tuple(one for one in dict.fromkeys(now.asked) if one not in before.asked),
        less=tuple(one for one in dict.fromkeys(before.asked) if one not in now.asked),
    )
    return found if found.anything else None


def _dutch(terms: Terms) -> str:
    return "" if terms.purpose is None else terms.purpose.nl


def _period(retention: Retention | None) -> tuple[str, str] | None:
    """What counts; the words around it may be put better without anything changing."""
    return None if retention is None else (retention.duration, retention.starts)


def _set(recipients: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if recipients is None else frozenset(recipients)


def _paths(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _text(holder: Json, name: str) -> str:
    value = holder.get(name) if isinstance(holder, dict) else None
    return terminal_safe(value) if isinstance(value, str) else ""
