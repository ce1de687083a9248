"""Any order of recording, crashing, removing and reopening leaves a log that is whole."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.wallets import NOW, give_card, intend, new_store, open_store, request_body

from wallet import log
from wallet.events import Kind
from wallet.store import Filter
from wallet.store.values import Evidence


class LogMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.removed = 0
        self.finished = []
        self.at = NOW

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = Path(self.folder.name)
        self.store = new_store(self.home)
        self.card = give_card(self.store, copies=4).id

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    @rule(
        kind=st.sampled_from([Kind.REQUEST_DECLINED, Kind.REQUEST_REFUSED, Kind.REQUEST_UNMATCHED])
    )
    def decline(self, kind):
        activity = self.store.new_activity()
        self.store.append(activity, Kind.REQUEST_RECEIVED, request_body(), at=self.at)
        self.store.append(activity, kind, {"reason": "x"}, at=self.at, texts={"t": b"value"})
        self.finished.append(activity)

    @precondition(lambda self: self.store.candidates())
    @rule(
        outcome=st.sampled_from(
            [
                Kind.SHARE_ACKNOWLEDGED,
                Kind.SHARE_REJECTED,
                Kind.SHARE_UNKNOWN,
                Kind.SHARE_UNSENT,
                None,
            ]
        )
    )
    def share(self, outcome):
        before = self.store.copies_left(self.card)
        activity = self.store.new_activity()
        copy = self.store.candidates()[0].id
        intend(self.store, activity, at=self.at)
        if outcome is None:
            self.reopen()
        else:
            back = [copy] if outcome is Kind.SHARE_UNSENT else []
            self.store.settle(activity, outcome, {}, at=self.at, returned_copies=back)
        assert self.store.copies_left(self.card) == before - (outcome is not Kind.SHARE_UNSENT)
        self.finished.append(activity)

    @precondition(lambda self: self.finished)
    @rule(data=st.data())
    def receipt(self, data):
        activity = data.draw(st.sampled_from(self.finished))
        self.store.append(
            activity, Kind.RECEIPT_VERIFIED, {}, at=self.at, evidence=[Evidence("receipt", b"r")]
        )

    @precondition(lambda self: self.finished)
    @rule(data=st.data())
    def remove(self, data):
        activity = data.draw(st.sampled_from(self.finished))
        self.finished.remove(activity)
        self.removed += len(self.store.events(activity))
        self.store.forget_activity(activity, at=self.at)

    @rule()
    def reopen(self):
        self.store.close()
        self.at += 1
        self.store = open_store(self.home, at=self.at)

    @invariant()
    def whole(self):
        if hasattr(self, "store"):
            report = log.verify(self.store)
            assert report.ok, report.faults
            assert len(report.removed) == self.removed
            assert not list(self.store.activities(Filter(outcome="intended")))


LogMachine.TestCase.settings = settings(
    max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLogMachine = LogMachine.TestCase
