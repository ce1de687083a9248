"""What an applicant writes, strictly read, and the hash that the wallet signs for it; pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from credential import base64url
from verifier.attachments import Attachment

MIN_DESCRIPTION: Final = 10
MAX_DESCRIPTION: Final = 2000
MAX_WAIT: Final = timedelta(days=5 * 366)
LABEL: Final = "regie/aanvraag/1"
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


@dataclass(frozen=True)
class Form:
    """The applicant's own words; nobody checked them."""

    activity: str
    description: str = field(repr=False)
    start: str
    """The day it is to begin, YYYY-MM-DD."""
    salt: str = field(default="", repr=False)
    """Random, fresh for each version: whoever has only the hash cannot try out guesses."""

    def members(self) -> dict[str, str]:
        """As it is stored and hashed."""
        return {
            "activity": self.activity,
            "description": self.description,
            "start": self.start,
            "salt": self.salt,
        }


def form_of(members: Mapping[str, Any]) -> Form:
    """A form as it was stored."""
    return Form(**{one: members[one] for one in ("activity", "description", "start", "salt")})


def read(
    fields: Mapping[str, str], activities: Iterable[str], today: date, salt: str
) -> tuple[Form, tuple[str, ...]]:
    """What was filled in, and which fields are wrong; an empty tuple when it can be shared."""
    given = Form(
        activity=fields.get("activity", ""),
        # One form of line end, so that the same words always have the same hash.
        description="\n".join(fields.get("description", "").strip().splitlines()),
        start=fields.get("start", "").strip(),
        salt=salt,
    )
    wrong = []
    if given.activity not in tuple(activities):
        wrong.append("activity")
    if not MIN_DESCRIPTION <= len(given.description) <= MAX_DESCRIPTION or not _words(
        given.description
    ):
        wrong.append("description")
    if not _begins(given.start, today):
        wrong.append("start")
    return given, tuple(wrong)


def hash_of(number: str, profile: str, form: Form, attachments: Sequence[Attachment]) -> str:
    """SHA-256 over the canonical JSON of the application: sorted names, no blanks, UTF-8."""
    document = {
        "type": LABEL,
        "number": number,
        "profile": profile,
        "form": form.members(),
        "attachments": [
            {"name": one.name, "sha256": one.sha256, "size": one.size} for one in attachments
        ],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64url.encode(sha256(text.encode()).digest())


def _words(text: str) -> bool:
    return all(one.isprintable() or one == "\n" for one in text)


def _begins(text: str, today: date) -> bool:
    if not _DATE.match(text):
        return False
    try:
        start = date.fromisoformat(text)
    except ValueError:
        return False
    return today <= start <= today + MAX_WAIT
