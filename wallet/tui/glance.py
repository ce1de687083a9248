"""The first screen at a glance: what waits, who has data, the cards, and what happened last."""

from dataclasses import dataclass
from typing import Final

from wallet import reminderwords
from wallet.events import Outcome
from wallet.service import cards, reminders
from wallet.service.overview import card_events
from wallet.store import Filter
from wallet.tui import views
from wallet.tui.access import Access
from wallet.tui.screens.requests import waiting
from wallet.tui.widgets import Line

NEWS: Final = 8
"""How much of what happened is read; how much is shown hangs on the room there is."""
MOST_WAITING: Final = 6


@dataclass(frozen=True)
class Standing:
    """Everything the first screen shows."""

    waiting: tuple[Line, ...]
    cards: tuple[Line, ...]
    news: tuple[Line, ...]
    notices: tuple[str, ...]
    with_whom: str
    """With how many organisations data still are, and who erases first; empty of nobody."""

    def news_in(self, room: int, width: int) -> tuple[Line, ...]:
        """As much of the news as fits on `room` lines of this width beside what comes first."""
        waits = min(len(self.waiting), MOST_WAITING)
        # Three headings with the line above each, of which the first has none; nothing waits or
        # no cards is said in one line.
        taken = len(self.notices) + max(waits, 1) + max(len(self.cards), 1) + 5
        taken += -(-len(self.with_whom) // max(1, width))
        return self.news[: max(0, room - taken)]


def standing(access: Access) -> Standing:
    """How the wallet stands now."""
    wallet, texts, now = access.wallet, access.texts, access.now()
    found = [*waiting(access)]
    maybe = Filter(outcome=Outcome.UNKNOWN.value, limit=20)
    found += [views.maybe_line(one, texts) for one in wallet.store.activities(maybe)]
    unique = {line.id: line for line in reversed(found)}
    news = tuple(
        views.activity_line(one, texts, card_events(wallet, one))
        for one in wallet.store.activities(Filter(limit=NEWS))
    )
    notices = tuple(texts.get(f"tui.notice.{one.code}") for one in wallet.notices)
    return Standing(
        tuple(reversed(unique.values())),
        views.card_lines(cards.held(wallet, now=now), texts),
        news,
        notices,
        reminderwords.standing(reminders.standing(wallet, now=now), texts),
    )
