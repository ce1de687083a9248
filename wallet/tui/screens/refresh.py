"""What became of the cards: what each municipality tells, and new cards in the place of old."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from credential.plaintext import terminal_safe
from wallet import cardwords
from wallet.errors import WalletError
from wallet.issuance import Trigger
from wallet.outcomes import told_text
from wallet.service import get, refresh
from wallet.service.collecting import Progress
from wallet.service.looking import Look
from wallet.service.refresh import Found, News
from wallet.store.values import Card
from wallet.tui import views
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.get import KindsScreen
from wallet.tui.widgets import Reading, Tone, note, plain


class RefreshScreen(Page):
    """Looks, tells what changed and why, and fetches what can be fetched."""

    NAME = "refresh"
    BINDINGS: ClassVar[list[BindingType]] = [key("i", "log-in")]
    AUTO_FOCUS = "Reading"

    def __init__(self, trigger: Trigger = "user") -> None:
        super().__init__()
        self._trigger = trigger
        self._found: Found | None = None
        self._progress: dict[str, Progress] = {}
        self._failures: dict[str, WalletError] = {}

    def content(self) -> ComposeResult:
        """Filled by what the municipalities tell."""
        yield Reading(id="refresh")

    def on_mount(self) -> None:
        """Starts at once: that is what the key was for."""
        access = self.access
        self.start(
            "refresh",
            lambda: refresh.look(access.wallet, access.fetch(), now=access.now()),
            self._looked,
        )

    def _looked(self, found: Found) -> None:
        self._found = found
        self._show()
        self._renew([news for news in found.issuers if news.fetch])

    def _renew(self, left: list[News]) -> None:
        """One municipality after another; one that fails does not keep the others waiting."""
        if not left:
            return
        news, rest, access = left[0], left[1:], self.access

        def came(progress: Progress) -> None:
            self._progress[news.oin] = progress
            self._show()
            self._renew(rest)

        def failed(error: WalletError) -> None:
            self._failures[news.oin] = error
            self._show()
            self._renew(rest)

        self.start(
            "accept",
            lambda: refresh.renew(
                access.wallet, access.fetch(), news, now=access.now(), trigger=self._trigger
            ),
            came,
            failed=failed,
        )

    # --- what is shown --------------------------------------------------------------------------

    def _show(self) -> None:
        if self._found is not None:
            reading = self.query_one(Reading)
            reading.remove_children()
            reading.mount_all(self._lines(self._found))
            self.refresh_bindings()

    def _lines(self, found: Found) -> Iterator[Widget]:
        texts = self.texts
        if not found.issuers:
            yield note(Tone.MIND, self.say("refresh.nobody"))
        # A card taken back is told below with its reason, where its municipality gave one.
        told = {(news.oin, one.kind) for news in found.issuers for one in news.told}
        for card in found.distrusted:
            title, issuer = self.access.kind(card.kind), terminal_safe(card.issuer_name)
            yield note(Tone.BAD, texts.get("refresh.distrusted", title=title, issuer=issuer))
        for card in found.lists.revoked:
            if (card.issuer_oin, card.kind) not in told:
                title, issuer = self.access.kind(card.kind), terminal_safe(card.issuer_name)
                yield note(Tone.BAD, self.say("refresh.revoked", title=title, issuer=issuer))
        for news in found.issuers:
            yield plain(terminal_safe(news.name), "strong")
            yield from self._told(news)
            yield from self._state(news)
            yield from self._came(news)
        if found.lists.missing:
            yield note(Tone.MIND, texts.get("refresh.lists-missing", count=found.lists.missing))

    def _told(self, news: News) -> Iterator[Widget]:
        for told in news.told:
            if told.state != "valid":
                tone = Tone.BAD if told.state == "revoked" else Tone.MIND
                reason = told_text(told.reason, self.texts)
                title = self.access.kind(told.kind)
                name = f"refresh.{told.state}-because"
                yield note(tone, self.texts.get(name, title=title, reason=reason))

    def _state(self, news: News) -> Iterator[Widget]:
        texts, issuer = self.texts, terminal_safe(news.name)
        match news.state:
            case "login":
                yield note(Tone.MIND, self.say("refresh.login", issuer=issuer))
            case "withdrawn" if news.successors:
                names = ", ".join(terminal_safe(name) for name in news.successors)
                text = texts.get("refresh.successor", issuer=issuer, successors=names)
                yield note(Tone.MIND, text)
                yield plain(self.say("refresh.at-successor"), "indent")
            case "withdrawn" | "suspended" | "compromised":
                yield note(Tone.BAD, texts.get(f"refresh.{news.state}", issuer=issuer))
            case "unreachable" | "refused":
                name = f"refresh.{news.state}"
                yield note(Tone.BAD, texts.get(name, issuer=issuer, reason=news.error))
            case _ if news.wait:
                minutes = -(-news.wait // 60)
                yield note(Tone.PLAIN, texts.get("refresh.wait", issuer=issuer, minutes=minutes))
            case _ if not news.fetch:
                yield note(Tone.GOOD, self.say("refresh.current"))
            case _:
                pass

    def _came(self, news: News) -> Iterator[Widget]:
        failure, progress = self._failures.get(news.oin), self._progress.get(news.oin)
        if failure is not None:
            yield note(Tone.BAD, views.refusal_line(failure, self.texts))
        if progress is None:
            return
        for card in progress.received:
            copies = views.copies_left(card.copies, self.texts)
            title = self.access.kind(card.kind)
            yield note(Tone.GOOD, self.say("receive.card", title=title, copies=copies))
            yield from self._changed(card, progress)
        yield from (note(Tone.BAD, text) for text in views.denied_lines(progress, self.texts))
        if progress.state == "pending":
            yield note(Tone.BUSY, self.say("refresh.pending"))

    def _changed(self, card: Card, progress: Progress) -> Iterator[Widget]:
        """What the new card says else: before and after, here and nowhere else."""
        if card.id in progress.changed:
            found, types = progress.changed[card.id], self.access.types()
            if not found:
                yield plain(self.texts.get("card.change.none"), "indent", "quiet")
            for text in cardwords.changes(found, card.vct, types, self.texts):
                yield plain(f"  {text}", "indent")

    # --- what can be done -----------------------------------------------------------------------

    def _target(self) -> str:
        """Where only a new login helps: there, or at who took the work over."""
        for news in () if self._found is None else self._found.issuers:
            if news.state == "login":
                return news.oin
            if news.state == "withdrawn" and len(news.successors) == 1:
                return news.successors[0]
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Logging in only where that is what is needed."""
        if action == "log_in" and not self._target():
            return False
        return super().check_action(action, parameters)

    def action_log_in(self) -> None:
        """Once more with the browser."""
        access, target = self.access, self._target()
        self.start(
            "get",
            lambda: get.look(access.wallet, access.fetch(), target, now=access.now()),
            self._choose,
        )

    def _choose(self, found: Look) -> None:
        self.app.switch_screen(KindsScreen(found))
