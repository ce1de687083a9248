"""One change in plain words: what it lets whom do, and whether that is more or less than before.

What no rule can weigh counts as wider, so that nobody lets it pass unread: another purpose, another
key, another number.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, TypeVar

from registrar.party import Local
from registrar.texts import Language
from registrar.wording import Words

Direction: TypeAlias = Literal["wider", "narrower", "neutral"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("wider", "narrower", "neutral")

T = TypeVar("T")


@dataclass(frozen=True)
class Change:
    """One line: which way, a stable code, whom and what it is about, and the sentence."""

    direction: Direction
    code: str
    party: str
    use: str
    text: str


@dataclass(frozen=True)
class Notes:
    """The changes found so far, in the words of one language."""

    words: Words
    found: list[Change] = field(default_factory=list)
    party: str = ""
    use: str = ""

    def about(self, party: str, use: str = "") -> "Notes":
        """The same notes, for what is said of this party or of this purpose of it."""
        return Notes(self.words, self.found, party, use)

    def add(self, direction: Direction, code: str, **params: str | int) -> None:
        """One more line."""
        text = self.words.say(f"changes.{code}", **params)
        self.found.append(Change(direction, code, self.party, self.use, text))

    def moved(self, code: str, old: object, new: object, direction: Direction = "neutral") -> None:
        """A line where something is not what it was."""
        if old != new:
            self.add(direction, code, old=self.said(old), new=self.said(new))

    def told(self, direction: Direction, code: str, old: Local, new: Local) -> None:
        """A line for a text that differs, in each language in which it does."""
        for lang, before, after in self._both(old, new):
            if before != after:
                text = self.words.say(f"changes.{code}", old=before, new=after)
                self._in(lang, direction, code, text)

    def other(self, direction: Direction, new: Local, old: Local | None = None) -> None:
        """What stands in the other language, after a line that told this one."""
        lang, before, after = self._both(old or Local("", ""), new)[1]
        if before == after:
            return
        code = "other_text_moved" if before else "other_text"
        text = self.words.say(f"changes.{code}", old=before, new=after)
        self._in(lang, direction, code, text)

    def _both(self, old: Local, new: Local) -> list[tuple[Language, str, str]]:
        """Each language with both texts, that of the reader first."""
        found: list[tuple[Language, str, str]] = [("nl", old.nl, new.nl), ("en", old.en, new.en)]
        return found if self.words.lang == "nl" else found[::-1]

    def _in(self, lang: Language, direction: Direction, code: str, text: str) -> None:
        """The line, said to be of the other language where it is."""
        if lang != self.words.lang:
            text = self.words.say(f"changes.in_{lang}", text=text)
        self.found.append(Change(direction, code, self.party, self.use, text))

    def said(self, value: object) -> str:
        """What stands there, or that nothing does."""
        return str(value) if value else self.words.say("changes.nothing")

    def each(
        self,
        old: Iterable[str],
        new: Iterable[str],
        code: str,
        *,
        more: Direction = "wider",
        less: Direction = "narrower",
    ) -> None:
        """A line for everything that came and for everything that went."""
        before, after = list(old), list(new)
        for one in after:
            if one not in before:
                self.add(more, f"{code}_added", what=one)
        for one in before:
            if one not in after:
                self.add(less, f"{code}_gone", what=one)


def wider_if(more: object) -> Direction:
    """Wider, or else narrower."""
    return "wider" if more else "narrower"


def matched(
    old: Sequence[T], new: Sequence[T], key: Callable[[T], str]
) -> Iterator[tuple[T | None, T | None]]:
    """What stands on both sides together, in the order of the new; what went comes last."""
    before = {key(one): one for one in old}
    for one in new:
        yield before.pop(key(one), None), one
    for gone in before.values():
        yield gone, None
