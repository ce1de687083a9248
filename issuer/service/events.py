"""What the register tells has changed, and what time changes: cards end, or a better one waits.

A run does the same twice as once, and goes on where it was killed: a person is done before the
bookmark moves, and whoever failed is kept (sealed) for the next run. Only what is no longer true is
revoked (Regie formats 7; domain.md 6); the reasoning stands in `service/verdicts.py`.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from credential import base64url
from issuer import cards, facts, offer, registers
from issuer.accounting import new_span
from issuer.box import Box
from issuer.brp.changes import Feed
from issuer.brp.dates import day_of
from issuer.errors import Busy, IssuerError
from issuer.offer import Confirmed, Ended, Reason
from issuer.sealing import Sealer, keyed
from issuer.service import heritage, verdicts
from issuer.service.batches import open_sealed
from issuer.service.heritage import Holder, holders
from issuer.service.office import Office
from issuer.service.statuslists import end_cards
from issuer.service.verdicts import Comparison, Gone, Verdict
from issuer.sources import Granted, Occasion, PersonRecord
from issuer.store import Batch, Better, ProcessingRow, Revocation

WORK: Final = "sync-brp"
DAY: Final = 86_400
# A change may be told a little after the day it was made on.
_LAG_SECONDS: Final = 3_600
_BOOKMARK: Final = f"{WORK}/day"
_AGAIN: Final = f"{WORK}/again/"
_ACTIVITY: Final = "https://regie.example/ns/activity/card-maintenance"
# No municipality: an empty answer would say that someone left, and what ends a card is said.
_OCCASION: Final = Occasion(
    official=WORK, purpose="card-maintenance", municipality=None, handed_out=True
)


@dataclass
class Synced:
    """What a run did: counts, and nobody."""

    changed: int = 0
    """People the feed named, and those that failed before."""
    asked: int = 0
    """Of whom the register was asked: they hold cards."""
    revoked: dict[str, int] = field(default_factory=dict)
    """Copies per reason."""
    better: int = 0
    """Batches of which a resident is told that a new card says more."""
    failed: int = 0
    """People the next run tries again."""
    codes: set[str] = field(default_factory=set)
    """What went wrong with them."""

    def ended(self, reason: str, copies: int) -> None:
        """Counts copies that end."""
        if copies:
            self.revoked[reason] = self.revoked.get(reason, 0) + copies


def sync_brp(office: Office, feed: Feed, now: int) -> Synced:
    """Does everything that is due; raises `Busy` if another process is at it.

    What time ends is done first, so that it does not wait for a register that is down; then a
    `BrpError` of the feed ends the run.
    """
    with office.store.alone(WORK) as mine:
        if not mine:
            raise Busy("sync.busy", "Architecture, Storage")
        run = _Run(office, now, Synced())
        run.time()
        run.changes(feed)
        return run.done


@dataclass(frozen=True, repr=False)
class _Run:
    office: Office
    now: int
    done: Synced

    # ---- what time changes

    def time(self) -> None:
        """Titles that end within a day, each on its own day; birthdays that make a card better."""
        for one in holders(self.office):
            standing = self.office.store.standing
            for batch in standing.ending(one.code, self.now + DAY, self.now):
                revocation = Revocation(
                    "title_ended",
                    at=batch.true_until,
                    batches=frozenset({batch.issued_id}),
                    again=False,
                )
                self._end(one, batch.subject, frozenset({batch.kind}), revocation)
            born: dict[str, list[Better]] = defaultdict(list)
            for batch in standing.ageing(one.code, self.now + DAY, self.now):
                assert batch.renew_at is not None
                born[batch.subject].append(Better(batch, "birthday", batch.renew_at, None))
            for subject, found in born.items():
                self._tell(one, subject, found)

    # ---- what the register tells

    def changes(self, feed: Feed) -> None:
        """Everyone who failed before, and everyone the feed names; then the bookmark moves."""
        bookmarks = self.office.store.bookmarks
        before = bookmarks.value(_BOOKMARK)
        waiting = bookmarks.starting(_AGAIN)
        for name, sealed in waiting.items():
            bsn = self._sealer.open(base64url.decode(sealed), name).decode("ascii")
            self._one(bsn)
        for bsn in feed.changed_since(None if before is None else date.fromisoformat(before)):
            if self._again(bsn) not in waiting:
                self._one(bsn)
        reached = day_of(self.now - _LAG_SECONDS).isoformat()
        if before is None or reached > before:
            # Another run may have moved it meanwhile: what it did need not be done again.
            bookmarks.move(_BOOKMARK, before, reached, self.now)

    def _one(self, bsn: str) -> None:
        """One person; a fault is theirs alone, and tried again next time."""
        self.done.changed += 1
        name = self._again(bsn)
        try:
            self._person(bsn)
        except Exception as fault:  # noqa: BLE001 - nobody waits for what is wrong with another
            unexpected = f"unexpected.{type(fault).__name__}"
            self.done.codes.add(fault.code if isinstance(fault, IssuerError) else unexpected)
            self.done.failed += 1
            sealed = base64url.encode(self._sealer.seal(bsn.encode("ascii"), name))
            self.office.store.bookmarks.put(name, sealed, self.now)
        else:
            self.office.store.bookmarks.drop(name)

    def _person(self, bsn: str) -> None:
        held: list[tuple[Holder, str, list[Batch]]] = []
        for one in holders(self.office):
            subject = one.subject(bsn)
            # Whatever the wallet comes back for, it is asked again what is so.
            self.office.store.grants.mark_changed(one.code, subject)
            batches = self.office.store.standing.of(one.code, subject, self.now)
            personal = [batch for batch in batches if batch.kind not in registers.KINDS]
            if personal:
                held.append((one, subject, personal))
            self._running(one, subject, bsn)
        if not held:
            # Nobody is asked about who has no cards, and is not about to get any.
            return
        self.done.asked += 1
        self._account(held[0][0], held[0][1])
        # Few members first: who left is asked nothing about where to.
        record = self._fetch(bsn, frozenset())
        for one, subject, batches in held:
            keeps = one.keeps(record.municipality_code)
            found = verdicts.gone(record, self.now, keeps=keeps)
            if found is None:
                self._compare(one, subject, batches, bsn)
            else:
                self._leave(one, subject, batches, found)

    def _running(self, one: Holder, subject: str, bsn: str) -> None:
        """A case at the desk that has not handed out everything: ends if its data is of before."""
        for stored in self.office.store.cases.running(one.code, subject):
            kinds = frozenset(stored.case.kinds) & cards.KINDS.keys()
            collected = stored.case.collected if isinstance(stored.case, Confirmed) else {}
            if kinds <= collected.keys() or one.code != one.by.code:
                # What it handed out is looked at with the cards that are held.
                continue
            record = self._fetch(bsn, kinds)
            keeps = one.keeps(record.municipality_code)
            if verdicts.gone(record, self.now, keeps=keeps) is None and self._same(
                one, subject, open_sealed(self.office, stored), record
            ):
                continue
            self.office.store.cases.change(
                stored.case.case,
                lambda case: (
                    case if isinstance(case, Ended) else offer.end(case, Reason.CHANGED, self.now)
                ),
            )

    def _same(self, one: Holder, subject: str, box: Box, record: PersonRecord) -> bool:
        """Whether nothing in the box has stopped being true."""
        rules = heritage.rules(one.by)
        key = one.by.subject_key
        for kind in box.claims.keys() & cards.KINDS.keys():
            decision = cards.decide(record, kind, self.now, rules)
            if not isinstance(decision, Granted):
                return False
            held = facts.facts_of(key, subject, kind, box.claims[kind])
            claims = dict(decision.claims)
            if decision.with_pseudonym and facts.PSEUDONYM in box.claims[kind]:
                claims[facts.PSEUDONYM] = box.claims[kind][facts.PSEUDONYM]
            if facts.compare(key, subject, kind, held, claims, ground=one.codes).lost:
                return False
        return True

    def _leave(self, one: Holder, subject: str, batches: list[Batch], found: Gone) -> None:
        """Everything ends. Who moved still learns so here: a grant gives no cards by itself."""
        chosen = frozenset(batch.issued_id for batch in batches)
        revocation = Revocation(found.reason, batches=chosen, again=False)
        if found.at_once:
            self.office.store.grants.end_of_subject(one.code, subject)
            revocation = Revocation(found.reason, at_once=True)
        self._end(one, subject, frozenset(batch.kind for batch in batches), revocation)

    def _compare(self, one: Holder, subject: str, batches: list[Batch], bsn: str) -> None:
        kinds = frozenset(batch.kind for batch in batches) & cards.KINDS.keys()
        if not kinds:
            return
        record = self._fetch(bsn, kinds)
        rules = heritage.rules(one.by)
        comparison = Comparison(
            key=one.by.subject_key,
            subject=subject,
            decisions={kind: cards.decide(record, kind, self.now, rules) for kind in kinds},
            ground=one.codes,
        )
        ends: dict[str, list[Verdict]] = defaultdict(list)
        better = []
        for verdict in comparison.verdicts(batches):
            if verdict.ends is not None:
                ends[verdict.ends].append(verdict)
            elif verdict.better is not None:
                better.append(Better(verdict.batch, verdict.better, self.now, verdict.facts))
        for reason, found in ends.items():
            chosen = frozenset(verdict.batch.issued_id for verdict in found)
            revocation = Revocation(reason, batches=chosen, again=False)
            self._end(one, subject, frozenset(verdict.batch.kind for verdict in found), revocation)
        self._tell(one, subject, better)

    def _fetch(self, bsn: str, kinds: frozenset[str]) -> PersonRecord:
        return self.office.source.fetch(bsn, kinds, self.now, occasion=_OCCASION)

    # ---- doing it

    def _end(
        self, one: Holder, subject: str, kinds: frozenset[str], revocation: Revocation
    ) -> None:
        ended = end_cards(
            self.office,
            one.code,
            subject,
            kinds,
            now=self.now,
            revocation=revocation,
            said=revocation.reason,
        )
        self.done.ended(revocation.reason, sum(ended.copies.values()))

    def _tell(self, one: Holder, subject: str, found: list[Better]) -> None:
        if found:
            row = self._row(one, subject, "offer renewal")
            self.done.better += self.office.store.standing.tell(found, row)

    def _account(self, one: Holder, subject: str) -> None:
        self.office.store.accounts.record_processing(self._row(one, subject, "compare cards"))

    def _row(self, one: Holder, subject: str, name: str) -> ProcessingRow:
        return ProcessingRow(
            trace_id=self.office.trace(),
            span_id=new_span(self.office.entropy),
            parent_span_id=None,
            name=name,
            activity_id=_ACTIVITY,
            start_time=self.now * 1_000,
            end_time=self.now * 1_000,
            data_subject_id=subject,
            municipality=one.code,
        )

    def _again(self, bsn: str) -> str:
        return _AGAIN + keyed(self.office.secret, WORK, bsn)

    @property
    def _sealer(self) -> Sealer:
        return Sealer(self.office.secret, WORK, self.office.entropy)
