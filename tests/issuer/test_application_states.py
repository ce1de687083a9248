"""The states of what a person decides: every step from every state, and the term in between."""

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from issuer import application, transitions
from issuer.application import (
    ANSWER_SECONDS,
    DAY,
    OBJECTION_SECONDS,
    RECIPIENTS_SECONDS,
    Application,
    Closed,
    Decided,
    File,
    InformationRequested,
    InProgress,
    Issued,
    Outcome,
    Received,
    Terms,
    Type,
    Why,
    Withdrawn,
    at,
    due,
    erase_at,
    phase,
)
from issuer.errors import DeskFault, IssuerError, NothingFound, WalletFault

NOW = 1_767_225_600
TERMS = Terms(days=56, extension_days=42, reminder_days=7)


def received(type_: Type = Type.CARD, kind: str = "urgentie", about: tuple[str, ...] = ()):
    file = File(
        case="ABCDEFGHIJ",
        municipality="0599",
        subject="s" * 43,
        type=type_,
        kind=kind,
        about=about,
        received_at=NOW,
        due_at=NOW + 56 * DAY,
        history=(),
    )
    return application.receive(file)


def in_progress(**more) -> InProgress:
    return transitions.take(received(**more), "anna", NOW + DAY)


def decided(outcome: Outcome = Outcome.GRANTED, ends_at: int | None = None, **more) -> Decided:
    return transitions.decide(
        in_progress(**more), "bram", outcome, four_eyes=False, ends_at=ends_at, now=NOW + 2 * DAY
    )


def correction(**more) -> Decided:
    return decided(type_=Type.CORRECTION, kind="woonadres", about=("address",), **more)


def refused_code(call, *args, **more) -> str:
    with pytest.raises(IssuerError) as refused:
        call(*args, **more)
    return refused.value.code


# ---- the way through


@pytest.mark.spec("Architecture", "Issuer", "ontvangen, in behandeling, besloten, uitgereikt")
def test_a_card_goes_from_received_to_issued():
    found = transitions.collected(decided(), NOW + 3 * DAY)
    assert isinstance(found, Issued)
    assert [one.phase for one in found.file.history] == [
        "received",
        "in_progress",
        "decided",
        "issued",
    ]
    assert transitions.collected(found, NOW + 4 * DAY) == found


@pytest.mark.spec("Regie domain", "2.9", "a correction: besloten, hersteld, afgesloten")
def test_a_correction_closes_when_the_register_holds_it():
    found = transitions.corrected(correction(), NOW + 3 * DAY)
    assert found.why is Why.CORRECTED
    assert phase(found) == "closed"
    assert refused_code(transitions.corrected, found, NOW) == "application.decided_already"
    assert refused_code(transitions.collected, correction(), NOW) == "application.ended"


def test_a_state_survives_its_json():
    decoder = msgspec.json.Decoder(Application)
    for state in (
        received(),
        in_progress(),
        transitions.ask(in_progress(), "anna", NOW + DAY),
        decided(),
        transitions.collected(decided(), NOW + 3 * DAY),
        transitions.corrected(correction(), NOW + 3 * DAY),
        transitions.withdraw(received(), NOW),
    ):
        assert decoder.decode(msgspec.json.encode(state)) == state
        assert "anna" not in repr(state) + repr(state.file)
        assert "ssss" not in repr(state) + repr(state.file)


# ---- the term


@pytest.mark.spec("Awb", "4:15", "the term stands still while the resident is asked")
def test_the_term_stands_still_until_the_answer():
    asked = transitions.ask(in_progress(), "anna", NOW + 10 * DAY)
    assert due(asked) == NOW + 56 * DAY + ANSWER_SECONDS
    answered = transitions.supplement(asked, NOW + 13 * DAY)
    assert isinstance(answered, InProgress)
    assert answered.taken_by == "anna"
    assert due(answered) == NOW + 59 * DAY


@pytest.mark.spec("Awb", "4:15", "or until the time to answer has passed unused")
def test_without_an_answer_the_term_runs_on():
    asked = transitions.ask(in_progress(), "anna", NOW + 10 * DAY)
    assert at(asked, NOW + 10 * DAY + ANSWER_SECONDS - 1) is asked
    late = at(asked, NOW + 40 * DAY)
    assert isinstance(late, InProgress)
    assert due(late) == NOW + 56 * DAY + ANSWER_SECONDS
    assert late.file.history[-1].at == NOW + 10 * DAY + ANSWER_SECONDS


def test_a_clerk_may_stop_waiting():
    asked = transitions.ask(in_progress(), "anna", NOW + 10 * DAY)
    assert refused_code(transitions.take, asked, "bram", NOW + 11 * DAY) == "application.taken"
    taken = transitions.take(asked, "bram", NOW + 11 * DAY, over=True)
    assert taken.taken_by == "bram"
    assert due(taken) == NOW + 57 * DAY


def test_an_extension_comes_once_in_time_and_only_where_there_is_one():
    once = transitions.extend(in_progress(), TERMS, NOW + 20 * DAY)
    assert due(once) == NOW + 98 * DAY
    assert once.file.extended_at == NOW + 20 * DAY
    again = refused_code(transitions.extend, once, TERMS, NOW + 21 * DAY)
    assert again == "application.extended_already"
    late = refused_code(transitions.extend, in_progress(), TERMS, NOW + 56 * DAY)
    assert late == "application.extended_late"
    none = Terms(days=56, extension_days=0, reminder_days=7)
    code = refused_code(transitions.extend, in_progress(), none, NOW + 20 * DAY)
    assert code == "application.no_extension"


@pytest.mark.spec("Wet BRP", "2.58", "four weeks; eight more for civil status or nationality only")
@pytest.mark.parametrize(
    ("kind", "about", "more"),
    [
        ("woonadres", ("address",), 0),
        ("woongeschiedenis", ("stays",), 0),
        ("verblijfsrecht", ("housing_residence_right",), 0),
        ("verblijfsrecht", ("nationalities", "source"), 56),
        ("persoonsgegevens", ("family_name",), 56),
        ("persoonsgegevens", ("housing_pseudonym",), 0),
    ],
)
def test_the_term_of_a_correction(kind, about, more):
    terms = application.correction_terms(kind, about)
    assert (terms.days, terms.extension_days) == (28, more)


# ---- decisions


def test_only_what_is_in_progress_is_decided():
    def decide(found):
        return transitions.decide(
            found, "anna", Outcome.GRANTED, four_eyes=False, ends_at=None, now=NOW + 3 * DAY
        )

    asked = transitions.ask(in_progress(), "anna", NOW + DAY)
    expected = {
        "application.not_taken": received(),
        "application.waiting": asked,
        "application.decided_already": decided(),
        "application.withdrawn": transitions.withdraw(received(), NOW),
    }
    for code, found in expected.items():
        assert refused_code(decide, found) == code


def test_four_eyes_where_configured():
    found = in_progress()
    for clerk, fits in (("anna", False), ("bram", True)):
        if fits:
            done = transitions.decide(
                found, clerk, Outcome.REFUSED, four_eyes=True, ends_at=None, now=NOW + 2 * DAY
            )
            assert done.decided_by == clerk
        else:
            with pytest.raises(DeskFault):
                transitions.decide(
                    found, clerk, Outcome.REFUSED, four_eyes=True, ends_at=None, now=NOW + 2 * DAY
                )


@pytest.mark.spec("Awb", "6:7", "six weeks to object; then a refusal is final")
def test_a_refusal_becomes_final():
    found = decided(Outcome.REFUSED)
    last = NOW + 2 * DAY + OBJECTION_SECONDS
    assert at(found, last - 1) is found
    closed = at(found, last)
    assert isinstance(closed, Closed)
    assert (closed.why, closed.closed_at) == (Why.FINAL, last)
    assert refused_code(transitions.collected, found, NOW + 3 * DAY) == "application.ended"


def test_what_was_granted_ends_on_its_day_or_when_it_is_taken_back():
    found = decided(ends_at=NOW + 30 * DAY)
    assert at(found, NOW + 30 * DAY - 1) is found
    over = at(found, NOW + 40 * DAY)
    assert isinstance(over, Closed)
    assert (over.why, over.closed_at) == (Why.EXPIRED, NOW + 30 * DAY)
    back = transitions.end(transitions.collected(found, NOW + 3 * DAY), Why.REVOKED, NOW + 4 * DAY)
    assert back.why is Why.REVOKED
    # A clerk whose connection broke may say it again; another reason comes too late.
    assert transitions.end(back, Why.REVOKED, NOW + 5 * DAY) == back
    code = refused_code(transitions.end, back, Why.REPLACED, NOW + 5 * DAY)
    assert code == "application.decided_already"
    assert refused_code(decided, ends_at=NOW) == "application.ends_before"


# ---- what the resident does


def test_withdrawing_is_possible_until_the_decision():
    for found in (received(), in_progress(), transitions.ask(in_progress(), "anna", NOW + DAY)):
        gone = transitions.withdraw(found, NOW + 2 * DAY)
        assert isinstance(gone, Withdrawn)
        assert transitions.withdraw(gone, NOW + 3 * DAY) is gone
    assert refused_code(transitions.withdraw, decided(), NOW + 3 * DAY) == "application.over"


def test_more_may_be_added_until_the_decision_and_not_without_end():
    found = received()
    for _ in range(transitions.MOST_SUPPLEMENTS):
        found = transitions.supplement(found, NOW)
    assert isinstance(found, Received)
    assert refused_code(transitions.supplement, found, NOW) == "application.supplements"
    assert refused_code(transitions.supplement, decided(), NOW) == "application.over"


@pytest.mark.spec("Wet BRP", "3.23", "the resident says within eight weeks; then they are told")
def test_recipients_are_told_when_the_resident_wants_it():
    found = correction()
    assert application.asks_recipients(found, NOW + 3 * DAY)
    yes = transitions.answer_recipients(found, True, NOW + 3 * DAY)
    closed = transitions.corrected(yes, NOW + 4 * DAY)
    assert application.to_tell(closed)
    no = transitions.answer_recipients(closed, False, NOW + 5 * DAY)
    assert not application.to_tell(no)
    with pytest.raises(NothingFound):
        transitions.told(no, "anna", NOW + 6 * DAY)
    done = transitions.told(closed, "anna", NOW + 6 * DAY)
    assert not application.asks_recipients(done, NOW + 6 * DAY)
    assert done.recipients.told_by == "anna"
    for late in (found, closed):
        code = refused_code(
            transitions.answer_recipients, late, True, NOW + 2 * DAY + RECIPIENTS_SECONDS
        )
        assert code == "application.recipients"


def test_nobody_is_asked_about_recipients_of_a_card_or_a_refusal():
    for found in (decided(), correction(outcome=Outcome.REFUSED), received()):
        with pytest.raises(WalletFault):
            transitions.answer_recipients(found, True, NOW + 3 * DAY)


# ---- erasure


def test_nothing_goes_before_the_time_to_object_is_over():
    keep = 100 * DAY
    final = NOW + 2 * DAY + OBJECTION_SECONDS + keep
    assert erase_at(received(), keep) is None
    assert erase_at(correction(), keep) is None
    assert erase_at(decided(), keep) == final
    assert erase_at(decided(Outcome.REFUSED), keep) == final
    assert erase_at(transitions.corrected(correction(), NOW + 3 * DAY), keep) == final
    late = transitions.corrected(correction(), NOW + 90 * DAY)
    assert erase_at(late, keep) == NOW + 90 * DAY + keep
    assert erase_at(transitions.withdraw(received(), NOW + DAY), keep) == NOW + DAY + keep


# ---- any order of anything


class Machine(RuleBasedStateMachine):
    """Whatever people do in whatever order, the file stays one that can be explained."""

    @initialize(card=st.booleans())
    def begin(self, card: bool) -> None:
        self.now = NOW
        kind, about = ("urgentie", ()) if card else ("verblijfsrecht", ("nationalities",))
        self.state: Application = received(Type.CARD if card else Type.CORRECTION, kind, about)
        self.outcomes: set[Outcome] = set()
        self.over = False

    def go(self, call, *args, **more) -> None:
        before = self.state
        try:
            self.state = call(self.state, *args, **more)
        except IssuerError:
            assert self.state is before
        else:
            assert not (self.over and phase(self.state) in ("received", "in_progress"))

    @rule(days=st.integers(0, 40))
    def wait(self, days: int) -> None:
        self.now += days * DAY
        self.state = at(self.state, self.now)

    @rule(clerk=st.sampled_from(("anna", "bram")), over=st.booleans())
    def take(self, clerk: str, over: bool) -> None:
        self.go(transitions.take, clerk, self.now, over=over)

    @rule()
    def ask(self) -> None:
        self.go(transitions.ask, "anna", self.now)

    @rule()
    def supplement(self) -> None:
        self.go(transitions.supplement, self.now)

    @rule()
    def extend(self) -> None:
        self.go(transitions.extend, TERMS, self.now)

    @rule(outcome=st.sampled_from(Outcome), ends=st.none() | st.integers(1, 100))
    def decide(self, outcome: Outcome, ends: int | None) -> None:
        ends_at = None if ends is None else self.now + ends * DAY
        self.go(transitions.decide, "bram", outcome, four_eyes=True, ends_at=ends_at, now=self.now)

    @rule()
    def collect(self) -> None:
        self.go(transitions.collected, self.now)

    @rule()
    def correct(self) -> None:
        self.go(transitions.corrected, self.now)

    @rule(why=st.sampled_from((Why.REVOKED, Why.REPLACED)))
    def end(self, why: Why) -> None:
        self.go(transitions.end, why, self.now)

    @rule(tell=st.booleans())
    def recipients(self, tell: bool) -> None:
        self.go(transitions.answer_recipients, tell, self.now)

    @precondition(lambda self: isinstance(self.state, Closed))
    @rule()
    def tell(self) -> None:
        self.go(transitions.told, "anna", self.now)

    @rule()
    def withdraw(self) -> None:
        self.go(transitions.withdraw, self.now)

    @invariant()
    def explains_itself(self) -> None:
        state = self.state
        times = [one.at for one in state.file.history]
        assert times == sorted(times)
        assert phase(state) == type(state).__struct_config__.tag
        # One decision at most, and it is never another one later.
        phases = [one.phase for one in state.file.history]
        assert phases.count("decided") <= 1
        if isinstance(state, Decided | Issued | Closed):
            self.outcomes.add(state.outcome)
            assert len(self.outcomes) == 1
            assert "withdrawn" not in phases
        self.over = self.over or isinstance(state, Decided | Issued | Closed | Withdrawn)
        # The term is only ever moved by an extension and by the time the resident was asked.
        extension = 42 * DAY if state.file.extended_at is not None else 0
        waited = 0
        for step, after in zip(state.file.history, state.file.history[1:], strict=False):
            if step.phase == "information_requested" and after.phase == "in_progress":
                waited += after.at - step.at
        assert state.file.due_at == NOW + 56 * DAY + extension + waited
        assert not (application.standing(state) and state.outcome is Outcome.REFUSED)
        assert isinstance(state, InformationRequested) <= (due(state) > state.file.due_at)


Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestMachine = Machine.TestCase
