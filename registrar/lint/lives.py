"""Steps of lives: in the order of their days, and each possible after the one before."""

from collections.abc import Iterator, Sequence
from typing import Final

from credential.trust.lists import MAX_HISTORY
from credential.trust.lives import MAX_ANNOUNCED, MAX_NAMES
from credential.trust.spans import in_force
from registrar import life
from registrar.findings import Finding
from registrar.life import ENDS, Event, Step
from registrar.party import Issuing, Party
from registrar.register import Register

Key = tuple[str, ...]

_REASONS: Final = frozenset(step.value for step in ENDS)
_WHILE_SUSPENDED: Final = frozenset({Step.RESUMED, Step.RENAMED, *ENDS})


def check(register: Register, *, now: int) -> Iterator[Finding]:
    """Everything about lives that cannot have been, or that is more than readers take."""
    for party in register.parties:
        yield from _many(register, party, now)
        yield from _steps(register, party, party.steps, ())
        yield from _names(register, party)
        for service in party.services:
            for use in service.intended_uses:
                key = ("service", service.id, "intended_use", use.id)
                yield from _steps(register, party, use.steps, key)
        if party.issuing is not None:
            yield from _steps(register, party, party.issuing.steps, ("issuing",))
            yield from _short(register, party, party.issuing)


def _steps(
    register: Register, party: Party, events: Sequence[Event], key: Key
) -> Iterator[Finding]:
    for number, event in enumerate(events):
        code = _fault(events[:number], event)
        if code is not None:
            place = (*key, "step", str(number))
            yield register.finding(f"lint.{code}", party.id, event.step.value, *place)


def _fault(before: Sequence[Event], event: Event) -> str | None:
    """Why this step cannot follow those before it; `None` when it can."""
    if not before:
        return None if event.step is Step.ADMITTED else "step_first"
    if _too_early(before, event):
        return "step_order"
    ended = life.end_of(before)
    if ended is not None:
        return _after_end(ended, event)
    if event.step is Step.ADMITTED:
        return "step_again"
    held = not in_force(life.spans(before), before[-1].on)
    if held and event.step not in _WHILE_SUSPENDED:
        return "step_while_suspended"
    if event.step is Step.RESUMED and not held:
        return "step_not_suspended"
    return _kinds(before, event)


def _too_early(before: Sequence[Event], event: Event) -> bool:
    """A day may hold a new name and one other step; readers take no two states on one day."""
    last = before[-1]
    if event.on != last.on:
        return event.on < last.on
    return Step.RENAMED not in (event.step, last.step)


def _after_end(ended: Event, event: Event) -> str | None:
    if ended.step is Step.COMPROMISED:
        # A stolen key writes any date: under these numbers nothing ever counts again.
        return "step_after_compromise"
    possible = event.step in (Step.ADMITTED, Step.COMPROMISED)
    return None if possible else "step_after_end"


def _kinds(before: Sequence[Event], event: Event) -> str | None:
    if event.step not in (Step.EXTENDED, Step.REDUCED):
        return None
    running = [kind for kind in event.kinds if in_force(life.spans(before, kind), event.on)]
    if event.step is Step.EXTENDED and running:
        return "step_kind_already"
    if event.step is Step.REDUCED and len(running) != len(event.kinds):
        return "step_kind_never"
    return None


def _many(register: Register, party: Party, now: int) -> Iterator[Finding]:
    """What a list would be refused for, of everybody in it (Regie trust 4.4)."""
    key = ("issuing",) if party.issuing is not None else ()
    if len(party.formerly) > MAX_NAMES:
        yield register.finding("lint.many_names", party.id, str(MAX_NAMES), *key, "step")
    if party.issuing is None:
        return
    lived = [party.issuing.spans(), *map(party.issuing.spans, party.issuing.kinds)]
    coming = [sum(span.since > now for span in spans) for spans in lived]
    # Days pass by themselves: what is to come counts as what was, from the start.
    if max(coming) > MAX_ANNOUNCED:
        yield register.finding("lint.many_coming", party.id, str(MAX_ANNOUNCED), *key, "step")
    if max(map(len, lived)) > MAX_HISTORY:
        yield register.finding("lint.many_steps", party.id, str(MAX_HISTORY), *key, "step")


def _names(register: Register, party: Party) -> Iterator[Finding]:
    for name, _ in party.formerly:
        if name == party.name:
            yield register.finding("lint.renamed", party.id, name, "name")


def _short(register: Register, party: Party, issuing: Issuing) -> Iterator[Finding]:
    """The short form: an end has a reason, and comes after the beginning."""
    if issuing.withdrawn is None:
        if issuing.withdrawal_reason is not None:
            yield register.finding("lint.withdrawn", party.id, "", "issuing", "withdrawal_reason")
        return
    reason = issuing.withdrawal_reason
    if reason is None or reason not in _REASONS:
        place = ("issuing", "withdrawal_reason" if reason else "withdrawn")
        yield register.finding("lint.withdrawal_reason", party.id, reason or "", *place)
    if issuing.withdrawn <= issuing.since and not issuing.steps:
        yield register.finding("lint.withdrawn_before", party.id, "", "issuing", "withdrawn")
