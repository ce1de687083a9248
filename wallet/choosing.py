"""An answer chosen part by part: which data of a part, of which card, or that part not at all.

Every step leads to one of the allowed answers (OpenID4VP 1.0, 6.4), never to one in between.
"""

from dataclasses import dataclass, field
from typing import Final

from wallet.options import Option, Pick
from wallet.phrases import claim_text, listed
from wallet.question import Question
from wallet.texts import Texts

FEW: Final = 2
"""So many data are named rather than counted."""
Way = tuple[Pick, ...]
"""The cards that answer one part; none: the part is left out."""


@dataclass(frozen=True)
class Part:
    """A part of the request that can be answered in more than one way, and the words for each."""

    query: str
    title: str
    ways: tuple[Way, ...] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)

    def chosen(self, option: Option) -> int:
        """Which way this answer takes here."""
        return self.ways.index(option.of(self.query))


def parts(question: Question, texts: Texts) -> tuple[Part, ...]:
    """The parts that leave a choice, in the order they are asked in."""
    found = []
    for asked in question.asked:
        ways: list[Way] = []
        for one in question.options:
            if (way := one.of(asked.query)) not in ways:
                ways.append(way)
        if len(ways) > 1:
            words = tuple(_words(way, ways, texts) for way in ways)
            found.append(Part(asked.query, asked.title, tuple(ways), words))
    return tuple(found)


def choose(question: Question, option: Option, query: str, way: Way) -> Option:
    """The allowed answer that takes this way here, and differs least from the present one."""
    able = [one for one in question.options if one.of(query) == way]
    others = [asked.query for asked in question.asked if asked.query != query]
    return max(able, key=lambda one: sum(one.of(name) == option.of(name) for name in others))


def _words(way: Way, ways: list[Way], texts: Texts) -> str:
    if not way:
        return texts.get("question.leave_out")
    answered = [one for one in ways if one]
    sets = {frozenset(pick.card for pick in one) for one in answered}
    labels = list(dict.fromkeys(i.label for one in answered for pick in one for i in pick.items))
    here = {item.label for pick in way for item in pick.items}
    missing = [label for label in labels if label not in here]
    if missing:
        what = texts.get("question.without", labels=listed(missing, texts))
    elif 0 < len(labels) <= FEW:
        what = listed(labels, texts)
    else:
        what = texts.get("question.whole", count=len(labels))
    if len(sets) == 1:
        return what[:1].upper() + what[1:]
    cards = listed([_card(pick, answered, texts) for pick in way], texts)
    return texts.get("question.of_card", cards=cards, what=what)


def _card(pick: Pick, answered: list[Way], texts: Texts) -> str:
    """A card so that it is told from the others: by its issuer, else by what stands on it."""
    name = texts.get("question.card", title=pick.title, issuer=pick.issuer)
    alike = {
        other.card
        for way in answered
        for other in way
        if (other.title, other.issuer) == (pick.title, pick.issuer)
    }
    if len(alike) == 1 or not pick.items:
        return name
    first = pick.items[0]
    return f"{name}: {claim_text(first.path, first.value, texts, ours=pick.ours)}"
