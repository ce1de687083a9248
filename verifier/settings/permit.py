"""Settings of a permit desk: `[permit]` in `verifier.toml`."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from verifier.errors import NotReady
from verifier.texts import LANGUAGES, Language, sentence

_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,31}\Z", re.ASCII)
# What people apply for where an administrator wrote no list; the words stand in texts.
DEFAULT_ACTIVITIES: Final = ("terras", "reclame", "verbouwen", "gebruik")
MAX_ACTIVITIES: Final = 50


@dataclass(frozen=True)
class Activity:
    """Something one can apply for."""

    id: str
    names: dict[Language, str]


def _defaults() -> tuple[Activity, ...]:
    return tuple(
        Activity(one, {lang: sentence(lang, f"permit.activity.{one}") for lang in LANGUAGES})
        for one in DEFAULT_ACTIVITIES
    )


@dataclass(frozen=True)
class PermitSettings:
    """What one can apply for, with how many attachments, and how long a decision may take."""

    weeks: int = 8
    """The term for a decision; eight weeks where no law says otherwise (Awb 4:13)."""
    attachments: int = 5
    attachment_bytes: int = 5 << 20
    concept_bytes: int = 1 << 30
    """Room for the attachments of everybody who is still filling in."""
    uploads_per_minute: int = 30
    """Per address."""
    activities: tuple[Activity, ...] = field(default_factory=_defaults)
    require_establishment: bool = False
    """Refuse a company without an establishment; else what the cards say is shown, no more."""
    status_seconds: int = 3600
    """How long a wallet waits before it asks again how an application stands."""

    def activity(self, name: str) -> Activity | None:
        """The activity of this id."""
        return next((one for one in self.activities if one.id == name), None)


def parse(raw: dict[str, Any], _home: Path) -> PermitSettings:
    """Read and check `[permit]`; names the key that is wrong."""
    found = raw.get("permit", {})
    if not isinstance(found, dict):
        raise _wrong("permit")
    required = found.get("require_establishment", False)
    if not isinstance(required, bool):
        raise _wrong("permit.require_establishment")
    activities = _activities(found["activity"]) if "activity" in found else _defaults()
    return PermitSettings(
        weeks=_number(found, "weeks", 8, 1, 52),
        attachments=_number(found, "attachments", 5, 0, 20),
        attachment_bytes=_number(found, "attachment_bytes", 5 << 20, 1024, 20 << 20),
        concept_bytes=_number(found, "concept_bytes", 1 << 30, 1 << 20, 1 << 40),
        uploads_per_minute=_number(found, "uploads_per_minute", 30, 1, 100_000),
        activities=activities,
        require_establishment=required,
        status_seconds=_number(found, "status_seconds", 3600, 1, 7 * 86_400),
    )


def _activities(value: Any) -> tuple[Activity, ...]:  # noqa: ANN401 - what TOML gives
    found = []
    for one in value if isinstance(value, list) and 0 < len(value) <= MAX_ACTIVITIES else ():
        known = one if isinstance(one, dict) else {}
        names = {lang: str(known.get(lang, "")) for lang in LANGUAGES}
        if not all(names.values()) or not _ID.match(str(known.get("id", ""))):
            raise _wrong("permit.activity")
        found.append(Activity(known["id"], names))
    if not found or len({one.id for one in found}) != len(found):
        raise _wrong("permit.activity")
    return tuple(found)


def _number(found: dict[str, Any], key: str, default: int, low: int, high: int) -> int:
    value = found.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _wrong(f"permit.{key}")
    return value


def _wrong(key: str) -> NotReady:
    return NotReady("config.value", "", key=key)
