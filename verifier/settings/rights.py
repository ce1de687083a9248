"""Settings of the rights endpoint: `[rights]` in `verifier.toml`."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from verifier.errors import NotReady

_MAX_NOTICE: Final = 31


class Organisation(StrEnum):
    """What kind of organisation this is: the law gives each its own term."""

    CORPORATION = "corporation"
    MUNICIPALITY = "municipality"


@dataclass(frozen=True)
class RightsSettings:
    """The legal clock, and how long before its end a restriction is announced."""

    organisation: Organisation = Organisation.CORPORATION
    notice_days: int = 7
    """Between telling that a restriction ends and its end (AVG 18(3))."""
    warn_days: int = 7
    """From how many days before the end of its term a request is called urgent."""

    @property
    def term(self) -> str:
        """How long an answer may take: AVG 12(3), or four weeks under the Wet BRP."""
        return "P4W" if self.organisation is Organisation.MUNICIPALITY else "P1M"

    @property
    def extended_term(self) -> str:
        """The same, extended once, counted from the day the request came."""
        return "P8W" if self.organisation is Organisation.MUNICIPALITY else "P3M"


def parse(raw: dict[str, Any], _home: Path) -> RightsSettings:
    """Read and check `[rights]`; names the key that is wrong."""
    found = raw.get("rights", {})
    if not isinstance(found, dict):
        raise _wrong("rights")
    try:
        organisation = Organisation(found.get("organisation", Organisation.CORPORATION))
    except ValueError:
        raise _wrong("rights.organisation") from None
    return RightsSettings(
        organisation=organisation,
        notice_days=_days(found, "notice_days", 7),
        warn_days=_days(found, "warn_days", 7),
    )


def _days(found: dict[str, Any], key: str, default: int) -> int:
    value = found.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MAX_NOTICE:
        raise _wrong(f"rights.{key}")
    return value


def _wrong(key: str) -> NotReady:
    return NotReady("config.value", "", key=key)
