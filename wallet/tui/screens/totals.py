"""What stands in the log, added up: per organisation, per item of data, per month."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.widget import Widget

from credential.names import kind_of
from credential.plaintext import terminal_safe
from wallet.cli.render import local_day
from wallet.cli.summing import month_text
from wallet.service.overview import Totals, totals
from wallet.store import Filter
from wallet.tui import filterwords
from wallet.tui.page import Page
from wallet.tui.widgets import Reading, Row, plain

MOST = 200
"""Lines per part; the command shows all."""


class TotalsScreen(Page):
    """The sums of what fits a filter."""

    NAME = "totals"
    AUTO_FOCUS = "Reading"

    def __init__(self, wanted: Filter | None = None) -> None:
        super().__init__()
        self._wanted = wanted or Filter()

    def content(self) -> ComposeResult:
        """Filled once it was counted."""
        yield Reading(id="totals")

    def on_mount(self) -> None:
        """Counts."""
        access, wanted = self.access, self._wanted
        self.start("read", lambda: totals(access.wallet, wanted), self._show)

    def _show(self, found: Totals) -> None:
        self.query_one(Reading).mount_all(self._lines(found))

    def _lines(self, found: Totals) -> Iterator[Widget]:
        texts = self.texts
        if not found.activities:
            yield plain(texts.get("totals.none"))
            return
        chosen = [*filterwords.said(self._wanted, self.access)]
        if self._wanted.search:
            chosen.append(f'"{terminal_safe(self._wanted.search)}"')
        if chosen:
            yield plain(self.say("totals.chosen", what=", ".join(chosen)), "spaced")
        sums = {"requests": found.requests, "shared": found.shared}
        yield plain(texts.get("totals.activities", count=found.activities, **sums))
        yield plain(texts.get("totals.parties"), "strong")
        for party in found.parties[:MOST]:
            line = texts.get("totals.line", requests=party.requests, shared=party.shared)
            last = texts.get("totals.last", day=local_day(party.last))
            yield Row(terminal_safe(party.name or party.oin), f"{line}, {last}")
        yield plain(texts.get("totals.attributes"), "strong")
        for item in found.attributes[:MOST]:
            name = "totals.attribute-one" if item.parties == 1 else "totals.attribute"
            line = texts.get(name, requests=item.requests, shared=item.shared, parties=item.parties)
            label = self.access.label_text(item.vct, item.path)
            title = self.access.title(item.vct, kind_of(item.vct) or item.vct)
            yield Row(label, f"{title}: {line}")
        yield plain(texts.get("totals.months"), "strong")
        for one in found.months[:MOST]:
            line = texts.get("totals.line", requests=one.requests, shared=one.shared)
            yield Row(month_text(one.month), line)
