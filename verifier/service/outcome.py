"""What becomes of one checked answer: its outcome, what of it is kept, and for whom."""

from collections.abc import Callable
from dataclasses import dataclass, field

from credential import dcql
from verifier.checks import Accepted, Refused, Report, Unknown
from verifier.decisions import Decided
from verifier.profiles import Action, Profile
from verifier.store.register import Founding, Registration, Value
from verifier.transaction import Outcome

Paths = tuple[tuple[str, tuple[str | int, ...]], ...]


@dataclass(frozen=True)
class Becomes:
    """The outcome of one answer, and what of it is kept."""

    outcome: Outcome
    rule: str
    registration: str | None = None
    founding: Founding | None = None
    values: tuple[Value, ...] = field(default=(), repr=False)
    kept: Paths = ()
    """The paths the receipt names: of values, of what a decision came from, of what is hashed."""
    decisions: tuple[Decided, ...] = field(default=(), repr=False)


def outcome_of(report: Report) -> tuple[Outcome, str]:
    """The verdict as it is recorded."""
    match report.verdict:
        case Accepted():
            return Outcome.ACCEPTED, ""
        case Refused(rule=rule):
            return Outcome.REFUSED, rule
        case Unknown(rule=rule):
            return Outcome.UNDETERMINED, rule


def becomes(
    profile: Profile,
    report: Report,
    person: str | None,
    standing: Registration | None,
    new: Callable[[], tuple[str, str]],
) -> Becomes:
    """Keep what the profile promised to keep, for the registration it concerns, and no more.

    `new` draws the id and the number of a registration that does not exist yet.
    """
    outcome, rule = outcome_of(report)
    if outcome is not Outcome.ACCEPTED:
        return Becomes(outcome, rule)
    if profile.action is Action.PERMIT:
        # A company has no registration here: the application holds on to the disclosure.
        return _keeping(Becomes(outcome, rule), profile, report)
    if person is None:
        return Becomes(outcome, rule)
    known = Becomes(outcome, rule, standing.id if standing else None)
    if profile.action is Action.RIGHTS or (standing and standing.ended is not None):
        return known
    if standing is not None and standing.restricted is not None:
        # Its person asked to leave the data alone (AVG 18): nothing is added to it.
        return Becomes(Outcome.REFUSED, "registration.restricted", standing.id)
    if profile.attaches:
        if standing is None or standing.confirmed is None:
            return Becomes(outcome, rule)
        return _keeping(known, profile, report)
    if standing is not None and standing.confirmed is not None:
        # Registered already: nothing of this visit is needed, so nothing is kept.
        return known
    drawn = new()
    founding = Founding(
        id=standing.id if standing else drawn[0],
        number=standing.number if standing else drawn[1],
        person=person,
    )
    # Of the pseudonym a keyed hash is kept, and the receipt says so.
    hashed = tuple((query_id, (profile.same_person,)) for query_id in profile.personal())
    return _keeping(Becomes(outcome, rule, founding.id, founding), profile, report, hashed)


def _keeping(found: Becomes, profile: Profile, report: Report, hashed: Paths = ()) -> Becomes:
    values = _values(profile, report)
    decisions = tuple(one for one in report.decided if one.name in profile.keep_decisions)
    kept = (
        *((value.query_id, value.path) for value in values),
        *_sources(profile, report),
        *hashed,
    )
    return Becomes(
        found.outcome,
        found.rule,
        found.registration,
        found.founding,
        values,
        tuple(dict.fromkeys(kept)),
        decisions,
    )


def _values(profile: Profile, report: Report) -> tuple[Value, ...]:
    """What the profile keeps, of what was asked; anything beyond the request is dropped."""
    return tuple(
        Value(query_id, tuple(part for part in at if part is not None), value)
        for query_id, path in profile.keep
        for card in report.presented.get(query_id, ())
        for at, value in dcql.select(path, card.payload)
    )


def _sources(profile: Profile, report: Report) -> Paths:
    """Where a decision that is kept came from: something of those claims stays with us."""
    return tuple(
        (query_id, tuple(part for part in at if part is not None))
        for decision in profile.decisions
        if decision.name in profile.keep_decisions
        for query_id, path in decision.sources
        for card in report.presented.get(query_id, ())[:1]
        for at, _ in dcql.select(path, card.payload)
    )
