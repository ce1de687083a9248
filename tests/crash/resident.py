"""One wallet that is killed again and again, and what must hold of it after every kill.

Issue 2, "Crash": never a presentation that reached the verifier without an entry, never a broken
chain, never a copy used twice unasked, and every "mogelijk gedeeld" is settled by asking.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crash.corporation import Arrival, Corporation
from crash.jobs import PASSPHRASE, unlock
from crash.town import Ended, Town

from credential import strictjson
from wallet import clock, log
from wallet.events import Kind, Outcome
from wallet.service.requests import CLOSED
from wallet.service.wallet import key_file
from wallet.store import Filter, Store

SAID_TO_ARRIVE = (Outcome.UNKNOWN, Outcome.SHARED)


@dataclass(frozen=True)
class Standing:
    """What a wallet holds at one moment."""

    outcomes: dict[str, str]
    kinds: dict[str, list[str]]
    digests: dict[str, dict[str, set[str]]]
    keys: dict[str, str]
    fresh: Counter[str]
    busy: int
    waiting: frozenset[str]
    erased: dict[str, set[str]]
    open_rights: Counter[str]

    def intended(self) -> int:
        return sum(Kind.SHARE_INTENDED in kinds for kinds in self.kinds.values())


@dataclass
class Resident:
    """The wallet in `home`."""

    town: Town
    home: Path
    mutant: str | None = None
    bindings: dict[str, str] = field(default_factory=dict)

    @property
    def corporation(self) -> Corporation:
        return self.town.corporation

    def run(
        self,
        job: str,
        *,
        last: str | None = None,
        after: float | None = None,
        since: str | None = None,
        **arguments: Any,
    ) -> Ended:
        """One job in a process of its own; `last`, or `after` and `since`, say when that dies."""
        ended = self.town.forks.run(
            job,
            self.home,
            arguments=arguments,
            last=last,
            after=after,
            since=since,
            mutant=self.mutant,
        )
        assert last is None or ended.killed, f"never came to {last}: {ended}"
        assert ended.ended != "broke", ended
        return ended

    def do(self, job: str, **arguments: Any) -> dict[str, Any]:
        """One job that nobody interrupts and that must succeed."""
        ended = self.run(job, **arguments)
        assert ended.ended == "done", ended.error
        return ended.result

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store, only to be read."""
        master = unlock(key_file(self.home), PASSPHRASE)
        found = Store.open(self.home, master, write=False, entropy=clock.random_bytes)
        try:
            yield found
        finally:
            found.close()

    def report(self) -> log.Report:
        """What `activities verify` says."""
        with self.store() as store:
            return log.verify(store)

    def standing(self) -> Standing:
        with self.store() as store:
            activities = [one.id for one in store.activities(Filter(type="disclosure"))]
            events = {one: store.events(one) for one in activities}
            rows = store.database.rows
            return Standing(
                outcomes={one.id: one.outcome for one in store.activities(Filter())},
                kinds={one: [entry.kind for entry in found] for one, found in events.items()},
                digests={
                    one: {sent.compact.split("~")[0]: _digests(entries) for sent in store.sent(one)}
                    for one, entries in events.items()
                },
                keys={row["jkt"]: row["activity"] for row in rows("SELECT * FROM rights_keys")},
                fresh=Counter({card.kind: card.copies for card in store.cards()}),
                busy=len(rows("SELECT 1 FROM copies WHERE activity IS NOT NULL")),
                waiting=frozenset(one.id for one in store.requests()),
                erased={
                    one: {
                        row["path"]
                        for row in rows(
                            "SELECT path FROM activity_claims WHERE activity = ? AND erased", (one,)
                        )
                    }
                    for one in activities
                },
                open_rights=Counter(
                    case.right for case in store.rights_cases() if case.state not in CLOSED
                ),
            )

    def twin(self) -> "Resident":
        """The same wallet once more, to die in another way."""
        return Resident(self.town, self.town.copy(self.home), self.mutant, dict(self.bindings))

    # --- what must hold --------------------------------------------------------------------

    def reopen(self) -> list[str]:
        """The chain holds as the crash left it, and nothing is left to mend after opening."""
        found = self.report()
        assert found.ok, f"the chain is broken by the crash: {found.faults}"
        opened = self.do("open")
        notices = opened["notices"]
        assert ("log.head-mended" in notices) == found.mended, "mended without a word"
        after = self.report()
        assert after.ok, f"the chain is broken after opening: {after.faults}"
        assert not after.mended, "the head file is still behind after opening"
        assert opened["again"] == [], "the same notice twice"
        return list(notices)

    def account(self, before: Standing, transaction: str) -> Standing:
        """What arrived is on record, and every copy is either fresh or spent by an entry."""
        self.corporation.idle()
        now = self.standing()
        for arrival in self.corporation.of(transaction):
            self._on_record(arrival, now)
        assert Outcome.INTENDED not in now.outcomes.values(), "it stands as if it were going on"
        assert now.busy == 0, "a copy hangs between fresh and spent"
        spent = now.intended() - before.intended()
        assert now.fresh == before.fresh - Counter(dict.fromkeys(before.fresh, spent)), (
            f"{spent} shared, but the copies went from {before.fresh} to {now.fresh}"
        )
        bodies = self.corporation.bodies[transaction]
        assert len(set(bodies)) <= 1, "a retry sent other bytes"
        return now

    def _on_record(self, arrival: Arrival, now: Standing) -> None:
        activity = now.keys.get(arrival.jkt)
        assert activity is not None, "reached the verifier without an entry in the log"
        assert Kind.SHARE_INTENDED in now.kinds[activity], "arrived and was never intended"
        assert now.outcomes[activity] in SAID_TO_ARRIVE, (
            f"it arrived and the log says {now.outcomes[activity]}"
        )
        for card, digests in arrival.disclosed.items():
            assert digests <= now.digests[activity].get(card, set()), (
                "more arrived than is on record"
            )
        for binding, key in arrival.bindings.items():
            used = self.bindings.setdefault(key, binding)
            assert used == binding, "a copy was used twice"

    def settle(self, activity: str, how: str) -> dict[str, Any]:
        """Asks about what may have been shared; the outcome is what the corporation knows."""
        jkt = {one: jkt for jkt, one in self.standing().keys.items()}[activity]
        known = self.corporation.knows(jkt)
        if how == "resend":
            found = self.do("resend", activity=activity)
            known = True
        else:
            found = self.do("ask", activity=activity, right=how)
        self.corporation.idle()
        outcome = self.standing().outcomes[activity]
        assert outcome == (Outcome.SHARED if known else Outcome.UNSENT), (
            f"asked by {how}: {outcome}, while the corporation has {'it' if known else 'nothing'}"
        )
        return found

    def uncertain(self) -> list[str]:
        outcomes = self.standing().outcomes
        return [one for one, outcome in outcomes.items() if outcome == Outcome.UNKNOWN]

    def share_whole(self) -> None:
        """A disclosure that nobody interrupts still works, with copies nobody has seen."""
        before = self.standing()
        asked = self.corporation.ask()
        done = self.do("share", link=asked.link)
        assert done["receipt"] == "verified", done
        now = self.account(before, asked.transaction)
        assert now.outcomes[done["activity"]] == Outcome.SHARED
        assert self.report().ok


def _digests(entries: Any) -> set[str]:
    """Every digest that the entry of sharing names."""
    found: set[str] = set()
    for entry in entries:
        if entry.kind == Kind.SHARE_INTENDED:
            for card in strictjson.array(entry.body, "shared"):
                for digests in strictjson.obj(card, "digests").values():
                    found.update(digests)
    return found


def die_and_settle(one: Resident, last: str, how: str) -> None:
    """Killed at this boundary; then all that must hold, up to a whole disclosure after it."""
    before = one.standing()
    asked = one.corporation.ask()
    one.run("share", last=last, link=asked.link)
    one.corporation.idle()
    notices = one.reopen()
    now = one.account(before, asked.transaction)
    uncertain = one.uncertain()
    assert ("share.unknown" in notices) == bool(uncertain)
    for activity in uncertain:
        one.settle(activity, how)
    if now.waiting:
        # The question was not answered: it can be, now.
        one.do("share", link=asked.link)
        [activity] = now.waiting
        assert one.standing().outcomes[activity] == Outcome.SHARED
    else:
        one.share_whole()
    one.account(before, asked.transaction)
