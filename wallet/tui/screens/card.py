"""One card: its face, what is on it, how it stands, and throwing it away."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from credential.names import Path
from credential.plaintext import terminal_safe
from credential.strictjson import Json
from wallet.cardpicture import Face, face
from wallet.cli.render import local_day
from wallet.phrases import claim_text
from wallet.service import cards
from wallet.service.cards import Held
from wallet.tui import views
from wallet.tui.access import Access
from wallet.tui.cardface import CardFace
from wallet.tui.keys import key
from wallet.tui.page import Dialog, Page
from wallet.tui.screens.correct import CorrectScreen
from wallet.tui.screens.history import HistoryScreen
from wallet.tui.widgets import Reading, Row, Tone, plain


@dataclass(frozen=True)
class CardView:
    """A card with its data by label."""

    held: Held
    face: Face
    rows: tuple[tuple[str, str], ...] = field(repr=False)


def view(access: Access, name: str) -> CardView:
    """The card as it stands now."""
    held = cards.one(access.wallet, name, now=access.now())
    card = held.card
    known = access.types().get(card.vct)
    order = [claim.path[0] for claim in (() if known is None else known.claims)]
    names = [name for name in order if isinstance(name, str) and name in held.claims]
    rows = tuple(
        (access.label(card.vct, path) if path else "", claim_text(path, value, access.texts))
        for name in dict.fromkeys([*names, *held.claims])
        for path, value in _leaves((name,), held.claims[name])
    )
    title = terminal_safe(access.title(card.vct, card.kind))
    colours = None if known is None else known.colours
    return CardView(held, face(title, views.issuer_of(held, access.texts), colours), rows)


def _leaves(path: Path, value: Json) -> Iterator[tuple[Path, Json]]:
    """Every value with its path; a list of plain values is one value."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves((*path, name), part)
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for index, part in enumerate(value):
            if index:
                yield (), ""
            yield from _leaves((*path, index), part)
    else:
        yield path, value


class CardScreen(Page):
    """What the municipality wrote on this card."""

    NAME = "card"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("k", "correct"),
        key("h", "card-history"),
        key("g", "forget-card"),
    ]
    AUTO_FOCUS = "Reading"

    def __init__(self, name: str) -> None:
        super().__init__()
        self._card = name
        self._view: CardView | None = None

    def content(self) -> ComposeResult:
        """Filled once the card was read."""
        yield Reading(id="card")

    def on_mount(self) -> None:
        """Read it."""
        self.start("read", lambda: view(self.access, self._card), self._show)

    def _show(self, found: CardView) -> None:
        self._view = found
        card = found.held.card
        reading = self.query_one(Reading)
        tone = views.CARD_TONES.get(found.held.state, Tone.PLAIN)
        state = views.card_state(found.held, self.texts)
        why = views.card_why(found.held, self.texts)
        reading.mount(
            CardFace(found.face, tone, state, views.copies_left(card.copies, self.texts)),
            *(plain(text, "indent") for text in [why] if text),
            Row(self.say("card.since"), local_day(card.issued_at)),
            Row(self.say("card.until"), local_day(card.expires_at)),
            Row(self.say("card.looked"), local_day(found.held.known_at)),
            plain(self.say("card.on-it"), "strong"),
            *(Row(label, value) for label, value in found.rows),
            plain(self.say("card.wrong"), "spaced", "quiet"),
        )

    def action_correct(self) -> None:
        """Something is wrong: ask the municipality to correct it."""
        self.app.push_screen(CorrectScreen(self._card))

    def action_card_history(self) -> None:
        """What happened with it, and who saw some of it."""
        self.app.push_screen(HistoryScreen(self._card))

    def action_forget_card(self) -> None:
        """Asks first; "keep" is the first answer."""
        if self._view is None:
            return
        sentences = (self.texts.get("forget.question"), self.texts.get("forget.warning"))
        answers = {"keep": self.say("answer.keep"), "forget": self.say("answer.forget")}
        self.app.push_screen(Dialog(self.texts, sentences, answers), self._answered)

    def _answered(self, answer: str | None) -> None:
        found = self._view
        if answer != "forget" or found is None:
            return
        access = self.access
        self.start(
            "forget",
            lambda: cards.forget(access.wallet, found.held.card, now=access.now()),
            lambda _: self.leave(self.texts.get("forget.done"), Tone.GOOD),
            hold=True,
        )
