"""What a clerk reads: dates and times on a Dutch clock, claims with their labels and values."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from issuer.application import Application
from issuer.offer import Case, Ended
from issuer.service.clerks import NotGiven
from issuer.texts import Language, fault, find, sentence

_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)
_NOTE: Final = re.compile(r"\(([a-z_]+)(?:: ([a-z_,-]+))?\)\Z")
_STREET: Final = ("street_address", "house_number", "house_letter", "house_number_addition")


class Words:
    """Values as text, in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def day(self, at: int) -> str:
        """A date."""
        return self._date(_local(at).strftime("%Y-%m-%d"))

    def time(self, at: int) -> str:
        """A time of the same day."""
        return _local(at).strftime("%H:%M")

    def moment(self, at: int) -> str:
        """Date and time."""
        return f"{self.day(at)} {self.time(at)}"

    def date(self, text: str) -> str:
        """A date of the register, as much of it as is known."""
        return self._date(text) if text else self._say("unknown")

    def kind(self, kind: str) -> str:
        """The name of a kind of card."""
        return find(self._language, f"kind.{kind}") or kind

    def kinds(self, kinds: Mapping[str, Any] | tuple[str, ...] | list[str]) -> str:
        """Names of kinds in one line."""
        return ", ".join(self.kind(one) for one in kinds)

    def claim(self, name: str) -> str:
        """The label of a claim, as the wallet shows it."""
        return find(self._language, f"claim.{name}") or name

    def claims(self, claims: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
        """Label and values of everything a card would say."""
        return [(self.claim(name), self._values(name, value)) for name, value in claims.items()]

    def reason(self, one: NotGiven) -> str:
        """Why something is not given."""
        return fault(self._language, f"refusal.{one.reason}", **one.params)[0]

    def state(self, case: Case) -> str:
        """How far a case is."""
        name = type(case).__name__.lower()
        if isinstance(case, Ended):
            reason = sentence(self._language, f"reason.{case.reason.value}")
            return sentence(self._language, "case.ended", reason=reason)
        return sentence(self._language, f"case.{name}")

    def application(self, one: Application) -> str:
        """What is applied for."""
        key = f"desk_applications.{one.file.type.value}"
        return sentence(self._language, key, kind=self.kind(one.file.kind))

    def phase(self, name: str) -> str:
        """How far an application is."""
        return sentence(self._language, f"desk_phase.{name}")

    def handler(self, one: Application) -> str:
        """Who works on it, or decided it."""
        who = getattr(one, "taken_by", None) or getattr(one, "decided_by", None)
        return who or sentence(self._language, "desk_applications.nobody")

    def path(self, path: tuple[str | int | None, ...]) -> str:
        """The label of a claim by its path; what lies deeper is named after it."""
        first = self.claim(str(path[0]))
        if len(path) == 1:
            return first
        dotted = ".".join(part if isinstance(part, str) else "*" for part in path)
        return f"{first}: {self.claim(dotted)}"

    def value(self, name: str, value: object) -> list[str]:
        """A value as people read it."""
        return self._values(name, value)

    def said(self, table: str, key: str) -> str:
        """A word of a table, or the key itself: what is on record is shown whatever happens."""
        return find(self._language, f"{table}.{key}") or key

    def purpose(self, text: str) -> str:
        """A purpose on record, with its reference."""
        code, _, rest = text.partition(" ")
        plain = _NOTE.sub(lambda note: f"({self._note(note[1], note[2])})", rest)
        return f"{self.said('desk_purpose', code)} {plain}".strip()

    def _note(self, what: str, more: str | None) -> str:
        """A decision, a reason with its kinds, or a relation with the document that was seen."""
        said = find(self._language, f"desk_decided.{what}") or find(
            self._language, f"desk_reason.{what}"
        )
        if said is None:
            what, seen = f"relation_{what}", f"seen_{more}"
            return f"{self.said('desk_person', what)}: {self.said('desk_person', seen)}"
        return f"{said}: {self.kinds(more.split(','))}" if more else said

    def _values(self, name: str, value: object) -> list[str]:
        match value:
            case bool():
                return [self._say("yes" if value else "no")]
            case int() if name == "sex":
                return [self.said("desk_words", f"sex_{value}")]
            case [*items]:
                return [text for one in items for text in self._values(name, one)]
            case {**members} if "from" in members or "until" in members:
                return [self._stay(members)]
            case {**members}:
                street = " ".join(str(members[key]) for key in _STREET if key in members)
                rest = [str(one) for key, one in members.items() if key not in _STREET]
                return [", ".join(part for part in (street, *rest) if part)]
            case _:
                return [self._date(str(value))]

    def _stay(self, stay: Mapping[Any, Any]) -> str:
        where = stay.get("municipality") or stay.get("country") or self._say("unknown")
        since = self._date(str(stay["from"])) if "from" in stay else self._say("unknown")
        until = self._date(str(stay["until"])) if "until" in stay else self._say("today")
        return self._say("stay", where=str(where), since=since, until=until)

    def _date(self, text: str) -> str:
        found = _DATE.match(text)
        if found is None or self._language == "en":
            return text
        return f"{found[3]}-{found[2]}-{found[1]}"

    def _say(self, key: str, **params: str | int) -> str:
        return sentence(self._language, f"desk_words.{key}", **params)


def _local(at: int) -> datetime:
    try:
        zone: tzinfo = ZoneInfo("Europe/Amsterdam")
    except ZoneInfoNotFoundError:
        zone = UTC
    return datetime.fromtimestamp(at, zone)
