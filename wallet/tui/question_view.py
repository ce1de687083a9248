"""The question as a screen shows it: the same sentences as the command line, in the same order."""

from dataclasses import dataclass, field

from wallet import wording
from wallet.caution import Warn
from wallet.cautionwords import details
from wallet.options import Option
from wallet.phrases import claim_text, within
from wallet.question import Question
from wallet.texts import Texts


@dataclass(frozen=True)
class Section:
    """A heading with its lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class CardPart:
    """What would leave of one card: label, value, and what it means where that is not plain."""

    source: str
    notes: tuple[str, ...]
    """What the issuer says about this organisation seeing it."""
    rows: tuple[tuple[str, str, str], ...] = field(repr=False)


@dataclass(frozen=True)
class Caution:
    """Something to mind, with the question that accepts it."""

    warn: Warn
    sentence: str
    details: tuple[str, ...]
    accept: str


def before(question: Question, texts: Texts) -> tuple[Section, ...]:
    """Who, why, and what is signed for."""
    return _sections(question, texts)[: _first(question)]


def lacking(question: Question, texts: Texts) -> tuple[Section, ...]:
    """What is asked and not there; only of a question that cannot be answered."""
    first = _first(question)
    return _sections(question, texts)[first : first + 2]


def after(question: Question, texts: Texts) -> tuple[Section, ...]:
    """What is not asked, how long, and with whom."""
    skipped = {texts.get(f"question.{name}") for name in ("which", "cannot_answer", "mind")}
    rest = _sections(question, texts)[_first(question) :]
    return tuple(one for one in rest if one.heading not in skipped)


def parts(option: Option, texts: Texts) -> tuple[CardPart, ...]:
    """Which data, per card, with the value beside each; what a code means is said once."""
    explained: set[str] = set()
    found: list[CardPart] = []
    for pick in option.picks:
        source = texts.get("question.from_card", title=pick.title, issuer=pick.issuer)
        rows: list[tuple[str, str, str]] = []
        for item in pick.items:
            fresh = item.explained is not None and item.label not in explained
            notes = [texts.get("question.always")] if item.always else []
            notes += [within(item.explained)] if fresh and item.explained else []
            explained.add(item.label)
            meaning = " ".join(f"({one})" for one in notes)
            rows.append(
                (item.label, claim_text(item.path, item.value, texts, ours=pick.ours), meaning)
            )
        found.append(
            CardPart(
                source,
                wording.wish(pick, texts),
                tuple(rows) or ((texts.get("question.only_existence"), "", ""),),
            )
        )
    return tuple(found)


def cautions(question: Question, option: Option | None, texts: Texts) -> tuple[Caution, ...]:
    """What to mind before this option is shared."""
    return tuple(
        Caution(
            warn,
            texts.get(f"warning.{warn.value}"),
            details(question, option, warn, texts),
            texts.get(f"tui.accept.{warn.value}"),
        )
        for warn in (question.warnings if option is None else option.warnings)
    )


def _first(question: Question) -> int:
    """How many sections stand before the data."""
    return 3 if question.to_sign else 2


def _sections(question: Question, texts: Texts) -> tuple[Section, ...]:
    """The lines of the command line by their headings: those that are not indented."""
    found: list[tuple[str, list[str]]] = []
    first = question.options[0] if question.options else None
    for line in wording.lines(question, first, texts):
        if line.startswith(" ") and found:
            found[-1][1].append(line.strip())
        else:
            found.append((line, []))
    return tuple(Section(heading, tuple(lines)) for heading, lines in found)
