"""The words in which a register is explained to people: kinds, claims, days, grounds, states."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import typemetadata
from credential.errors import CredentialError
from credential.names import Path, path_text
from credential.trust.spans import Span, at
from credential.typemetadata import TypeMetadata
from registrar import party as model
from registrar.party import Local
from registrar.texts import Language, sentence

_MONTHS: Final[Mapping[Language, Sequence[str]]] = {
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def types_of(documents: Mapping[str, bytes]) -> dict[str, TypeMetadata]:
    """Every kind of the scheme by its `vct`, with all it extends (SD-JWT VC 6)."""
    by_vct = {typemetadata.parse(data).vct: data for data in documents.values()}
    return {vct: _resolved(vct, by_vct) for vct in by_vct}


def _resolved(vct: str, by_vct: Mapping[str, bytes]) -> TypeMetadata:
    try:
        return typemetadata.resolve(vct, lambda wanted: by_vct[wanted])
    except (CredentialError, KeyError):
        # What it extends is not ours to explain: its own words are.
        return typemetadata.parse(by_vct[vct])


def day(moment: int, lang: Language) -> str:
    """The day of this moment, written out."""
    found = time.gmtime(moment)
    return f"{found.tm_mday} {_MONTHS[lang][found.tm_mon - 1]} {found.tm_year}"


@dataclass(frozen=True)
class Words:
    """One language and the kinds of one scheme.

    What is called otherwise than `before` has its own name or path behind it: new words say nothing
    of what they stand for.
    """

    lang: Language
    types: Mapping[str, TypeMetadata]
    before: Mapping[str, TypeMetadata] | None = None
    _said: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _named: dict[tuple[str, Path], str] = field(default_factory=dict, repr=False, compare=False)

    def say(self, key: str, **params: str | int) -> str:
        """The sentence under this key."""
        if params:
            return sentence(self.lang, key, **params)
        # A scheme of hundreds of parties says the same words on every page.
        if key not in self._said:
            self._said[key] = sentence(self.lang, key)
        return self._said[key]

    def text(self, local: Local) -> str:
        """The text in this language."""
        return local.nl if self.lang == "nl" else local.en

    def day(self, moment: int) -> str:
        """The day of this moment."""
        return day(moment, self.lang)

    def kind(self, kind: str) -> str:
        """What people call this kind; its own name if the scheme has no words for it."""
        vct = model.vct(kind)
        found = self.types.get(vct)
        if found is None:
            return kind
        name, known = found.name(self.lang), self.before
        if known is None or (vct in known and known[vct].name(self.lang) == name):
            return name
        return f"{name} [{kind}]"

    def claim(self, kind: str, path: Path) -> str:
        """What people call this claim, under the names of what it is part of."""
        known = self._named.get((kind, path))
        if known is None:
            known = self._named[kind, path] = self._claim(kind, path)
        return known

    def _claim(self, kind: str, path: Path) -> str:
        vct = model.vct(kind)
        name = _label(self.types.get(vct), path, self.lang)
        if name is None:
            return path_text(path)
        if self.before is None or _label(self.before.get(vct), path, self.lang) == name:
            return name
        return f"{name} [{path_text(path)}]"

    def period(self, duration: str) -> str:
        """An ISO 8601 period in words: `P1Y6M` is a year and six months."""
        parts = [
            self.say(f"words.period.{unit}{'_one' if count == '1' else ''}", count=count)
            for count, unit in re.findall(r"(\d+)([YMWD])", duration)
        ]
        if len(parts) <= 1:
            return "".join(parts)
        return self.say("words.and", first=", ".join(parts[:-1]), last=parts[-1])

    def ground(self, gdpr: str) -> str:
        """The ground of the GDPR in plain words, with its article."""
        article, paragraph, letter = gdpr.split(".")
        key = f"words.ground.{gdpr.replace('.', '_')}"
        plain = self.say(key if article == "6" else "words.ground.special")
        return self.say(
            "words.article", plain=plain, article=article, paragraph=paragraph, letter=letter
        )

    def state(self, spans: Sequence[Span], now: int) -> tuple[str, str]:
        """How it stands now: a stable word and the sentence; no spans is always in force."""
        if not spans:
            return "always", self.say("words.state.always")
        found = at(spans, now)
        if found is None:
            return "not_yet", self.say("words.state.not_yet", day=self.day(spans[0].since))
        code = state_code(found)
        return code, self.say(f"words.state.{code}", day=self.day(found.since))

    def coming(self, spans: Sequence[Span], now: int) -> tuple[str, ...]:
        """What is announced, oldest first."""
        begun = at(spans, now)
        later = [one for one in spans if one.since > now and (begun or one is not spans[0])]
        return tuple(
            self.say(f"words.coming.{state_code(one)}", day=self.day(one.since)) for one in later
        )


def _label(found: TypeMetadata | None, path: Path, lang: Language) -> str | None:
    parts = [found.label(path[: end + 1], lang) if found else None for end in range(len(path))]
    if not parts or parts[-1] is None:
        return None
    return ", ".join(dict.fromkeys(part for part in parts if part))


def state_code(span: Span) -> str:
    """The stable word for a span."""
    if span.state == "notified":
        return "notified"
    known = ("paused", "suspended", "reduced", "merged", "ceased", "compromised")
    return span.reason if span.reason in known else "withdrawn"
