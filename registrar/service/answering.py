"""A question about a day, and the answer: for machines, and in sentences."""

from dataclasses import dataclass

from registrar.history import Verdict, Window
from registrar.published import Past
from registrar.wording import Words


@dataclass(frozen=True)
class Question:
    """Which day is asked about, and what there is to answer with beside the register."""

    asked: Window
    words: Words
    past: Past | None
    """The last publication until then; `None` where none is kept or nobody asked for it."""
    archived: bool
    """Whether the archive was asked."""
    coming: bool
    """Whether the day has yet to come: what is said of it may still change."""

    @property
    def then(self) -> Past | None:
        """The publication of then, where it is certain that readers decided by it."""
        past = self.past
        return None if past is None or past.ended or past.missing is not None else past

    @property
    def day(self) -> str:
        """The day in words."""
        return self.words.day(self.asked.start)

    def say(self, key: str, **params: str | int) -> str:
        """A sentence about what was, or will be if nothing changes."""
        tense = "_coming" if self.coming else ""
        return self.words.say(f"history.{key}{tense}", day=self.day, **params)

    def archive(self, key: str, **params: str | int) -> str:
        """A sentence about the publication of then."""
        if self.past is None:
            return self.words.say("history.archive_none")
        trust = self.past.trust
        day = self.words.day(trust.issued)
        if self.past.missing is not None:
            key, params = "archive_missing", {"missing": self.past.missing}
        elif self.past.ended:
            key, params = "archive_ended", {"end": self.words.day(self.past.snapshot.next_update)}
        return self.words.say(f"history.{key}", sequence=trust.sequence, day=day, **params)


@dataclass(frozen=True)
class Answer:
    """Whether it was allowed: by the register, and by the publication of then if one is asked."""

    party: str
    kind: str
    use: str
    start: int
    end: int
    allowed: bool
    whole: bool
    reason: str
    published: bool | None
    sequence: int | None
    coming: bool
    lines: tuple[str, ...]


def answer(
    question: Question,
    party: str,
    verdict: Verdict,
    then: Verdict | None,
    reason: str,
    lines: tuple[str, ...],
    *,
    kind: str = "",
    use: str = "",
) -> Answer:
    """The answer to this question."""
    return Answer(
        party=party,
        kind=kind,
        use=use,
        start=question.asked.start,
        end=question.asked.end,
        allowed=verdict.allowed,
        whole=verdict.whole,
        reason=reason,
        published=None if then is None else then.allowed,
        sequence=question.past.trust.sequence if question.past is not None else None,
        coming=question.coming,
        lines=lines,
    )
