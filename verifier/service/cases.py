"""The privacy officer's desk: requests a machine may not decide, with the legal clock.

The decision, what it does to what is held, the line in the processing log and the message to the
organisation's own systems are one transaction. The resident hears it, signed, when the wallet
next asks for the status.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from credential.names import Path
from credential.rights import Reason, Right, State
from credential.strictjson import Json, Object
from verifier import dates
from verifier.errors import NothingFound, UsageError
from verifier.processing import Activity
from verifier.service import processing, webhooks
from verifier.service.deciding import fits, outcome, reason
from verifier.service.office import Office
from verifier.store import cases as store
from verifier.store import effects
from verifier.store.cases import Listed
from verifier.store.effects import EMAIL, Effect, Held, members
from verifier.store.engine import again
from verifier.store.rights import OPEN_STATES

DAY: Final = 86_400
_SECTION: Final = "Regie formats 4"
_DECIDED: Final = (State.DONE, State.PARTLY, State.REFUSED)
_TEXT_MAX: Final = 1000


@dataclass(frozen=True)
class Case:
    """One line of the list: no word of the person, no value."""

    id: str
    right: Right
    received: int
    due: int | None
    state: State
    profile: str | None
    number: str | None
    extended: bool

    @property
    def open(self) -> bool:
        """Whether it waits for a decision."""
        return self.state.value in OPEN_STATES

    def overdue(self, now: int) -> bool:
        """Whether its term has passed."""
        return self.open and self.due is not None and self.due < now


@dataclass(frozen=True)
class CaseView(Case):
    """A request opened by whoever handles it: what was asked, written, and is held."""

    claims: tuple[Path, ...] | None
    proposed: Json = field(repr=False)
    text: str | None = field(repr=False)
    values: tuple[tuple[str, Path, Any], ...] = field(repr=False)
    contact: Object | None = field(repr=False)
    reason: Reason | None
    restricted: int | None
    restricted_until: int | None

    @property
    def members(self) -> tuple[tuple[str, Path, Any], ...]:
        """What is held, an object member by member: each can be corrected by itself."""
        return tuple(
            (query, at, one)
            for query, path, value in self.values
            for at, one in members(path, value).items()
        )

    @property
    def may_extend(self) -> bool:
        """Whether the term may still be extended."""
        return self.state is State.IN_PROGRESS and not self.extended

    @property
    def may_lift(self) -> bool:
        """Whether a restriction came of it that still stands."""
        return (
            self.restricted is not None
            and self.restricted_until is None
            and self.right in (Right.RESTRICTION, Right.OBJECTION)
            and not self.open
        )


def listed(
    office: Office, *, state: str | None = None, after: str | None = None, limit: int = 50
) -> tuple[Case, ...]:
    """Requests in the order they came; `state` "open" is what waits for a decision."""
    found = store.listed(office.store, office.sealer, state=state, after=after, limit=limit)
    return tuple(Case(**_members(one)) for one in found)


def find(office: Office, request: str) -> CaseView:
    """One request, opened; looking is the caller's to account for."""
    with office.store.reading() as connection:
        found, held = _found(connection, office, request)
        wrote = found.wrote or {}
        contact = None
        if held.registration is not None:
            contact = effects.contact_of(connection, office.sealer, held.registration.id)
    claims = wrote.get("claims")
    stated = found.asked.outcome["reason"]
    return CaseView(
        **_members(found),
        claims=None if claims is None else tuple(tuple(path) for path in claims),
        proposed=wrote.get("proposed"),
        text=wrote.get("text"),
        values=tuple(
            (query_id, tuple(path), value)
            for query_id, path, value in effects.values_of(held, office.sealer)
        ),
        contact=contact,
        reason=None if stated is None else Reason(*stated),
        restricted=held.restricted,
        restricted_until=held.row.restricted_until,
    )


def look(office: Office, request: str, *, role: str) -> CaseView:
    """The same, by somebody of the organisation: that they looked is on record."""
    with office.store.writing() as connection:
        _, held = _found(connection, office, request)
        processing.note(
            connection,
            office,
            Activity.STAFF_VIEW,
            subject=held.registration.id if held.registration else None,
            disclosure=held.id,
            role=role,
            trace=held.row.trace,
            now=office.now(),
        )
    return find(office, request)


def decide(
    office: Office,
    request: str,
    *,
    state: State,
    nl: str,
    en: str,
    by: str,
    code: str = "decided",
    corrected: dict[Path, Json] | None = None,
    erased: tuple[Path, ...] | None = None,
) -> CaseView:
    """Decide on an open request and do what follows; refused when somebody decided already.

    `corrected` are the values that take the place of what is held; `erased` names what goes when
    only part of it does. A refusal, or a yes to part, gives its reason in both languages.
    """
    if state not in _DECIDED:
        raise UsageError("rights.state", _SECTION)
    now = office.now()
    stated = _reason(code, nl, en, required=state is not State.DONE)
    until = dates.last_moment(now, f"P{office.config.answer_months}M")

    def once() -> Effect:
        with office.store.writing() as connection:
            found, held = _found(connection, office, request)
            kept = effects.erasable(connection, held)
            effect, gone = _effect(office, found, held, kept, state, corrected, erased)
            told = outcome(state, stated, gone)
            if not store.decide(
                connection, office.sealer, request, state.value, told, by, now, until
            ):
                raise NothingFound("rights.none", _SECTION)
            _account(connection, office, found, held, state, now)
            _tell_effect(connection, office, held, effect, now)
            effects.apply(connection, office.sealer, held, effect, now, until)
            return effect

    if again(once).removes:
        office.store.scrub()
    return find(office, request)


def extend(office: Office, request: str, *, nl: str, en: str, by: str) -> CaseView:
    """A longer term, once, with its reason, within the first one (AVG 12(3))."""
    now = office.now()
    stated = _reason("extended", nl, en, required=True)
    with office.store.writing() as connection:
        found, held = _found(connection, office, request)
        if found.asked.state != State.IN_PROGRESS.value or found.asked.extended is not None:
            raise UsageError("rights.extended", _SECTION)
        due = dates.last_moment(found.asked.received, office.config.rights.extended_term)
        told = outcome(State.EXTENDED, stated, ())
        if not store.extend(connection, office.sealer, request, due, told, by, now):
            raise UsageError("rights.extended", _SECTION)
        _account(connection, office, found, held, State.EXTENDED, now)
    return find(office, request)


_RESTRICTING: Final = (Right.RESTRICTION, Right.OBJECTION)


def lift(office: Office, request: str, *, nl: str, en: str, by: str) -> CaseView:
    """End a restriction, after the notice the law asks for (AVG 18(3)).

    From the day that is told the data is used again; `purge` ends the restriction then.
    """
    now = office.now()
    until = now + office.config.rights.notice_days * DAY
    with office.store.writing() as connection:
        found, held = _found(connection, office, request)
        right = Right(found.asked.asked)
        open_still = found.asked.state in OPEN_STATES
        if open_still or held.restricted is None or right not in _RESTRICTING:
            raise UsageError("rights.state", _SECTION)
        notice = [
            reason("restriction_ends", date=dates.for_people(until, "nl")).nl,
            reason("restriction_ends", date=dates.for_people(until, "en")).en,
        ]
        stated = Reason(
            "restriction_ends", f"{notice[0]} {nl}".strip(), f"{notice[1]} {en}".strip()
        )
        store.restate(connection, office.sealer, request, outcome(State.DONE, stated, ()), by)
        _account(connection, office, found, held, State.DONE, now)
        effects.apply(connection, office.sealer, held, Effect(restricted_until=until), now, now)
    return find(office, request)


@dataclass(frozen=True)
class Clock:
    """How many open requests are past their term, and how many nearly."""

    open: int
    soon: int
    overdue: int


def clock(office: Office) -> Clock:
    """For the reminder, the metrics and the officer's first page."""
    now = office.now()
    dues = [due for _, due in store.open_ones(office.store)]
    soon = now + office.config.rights.warn_days * DAY
    return Clock(
        len(dues),
        sum(1 for due in dues if now <= due < soon),
        sum(1 for due in dues if due < now),
    )


def _members(found: Listed) -> dict[str, Any]:
    asked = found.asked
    return {
        "id": asked.id,
        "right": Right(asked.asked),
        "received": asked.received,
        "due": asked.due,
        "state": State(asked.state),
        "profile": asked.profile,
        "number": found.number,
        "extended": asked.extended is not None,
    }


def _found(connection: Connection, office: Office, request: str) -> tuple[Listed, Held]:
    found = store.find(connection, office.sealer, request)
    held = None if found is None else effects.by_key(connection, found.asked.rights_jkt)
    if found is None or held is None:
        raise NothingFound("rights.none", _SECTION)
    return found, held


def _reason(code: str, nl: str, en: str, *, required: bool) -> Reason:
    nl, en = nl.strip(), en.strip()
    if (required and not (nl and en)) or bool(nl) != bool(en) or max(len(nl), len(en)) > _TEXT_MAX:
        raise UsageError("rights.reason", "AVG 12(4)")
    return Reason(code, nl, en) if nl else reason(code)


def _effect(
    office: Office,
    found: Listed,
    held: Held,
    kept: tuple[Path, ...],
    state: State,
    corrected: dict[Path, Json] | None,
    erased: tuple[Path, ...] | None,
) -> tuple[Effect, tuple[Path, ...]]:
    """What a decision does, and what of it is named as erased."""
    right = Right(found.asked.asked)
    if state is State.REFUSED:
        if corrected or erased:
            raise UsageError("rights.state", _SECTION)
        return Effect(), ()
    if held.erased is not None:
        # Its term ended while this waited: nothing is left, and the answer says why.
        return Effect(), ()
    if right is Right.RECTIFICATION:
        return _corrected(office, held, corrected), ()
    if right is Right.ERASURE:
        return _erased(found, held, kept, state, erased)
    if right in (Right.RESTRICTION, Right.OBJECTION):
        return Effect(restrict=held.erased is None), ()
    return Effect(), ()


def _corrected(office: Office, held: Held, corrected: dict[Path, Json] | None) -> Effect:
    """Only what is held can be corrected, by a value of the same kind; of an object a member."""
    now = effects.correctable(held, office.sealer)
    if not corrected or not all(
        path in now and fits(value, "" if path == EMAIL else now[path])
        for path, value in corrected.items()
    ):
        raise UsageError("rights.corrected", "AVG 16")
    return Effect(correct=tuple(corrected.items()))


def _erased(
    found: Listed,
    held: Held,
    kept: tuple[Path, ...],
    state: State,
    erased: tuple[Path, ...] | None,
) -> tuple[Effect, tuple[Path, ...]]:
    asked = (found.wrote or {}).get("claims")
    if erased is None and asked is not None and state is State.DONE:
        erased = tuple(path for path in kept if [*path] in asked)
    if erased is None and state is State.DONE:
        return Effect(erase=True), held.paths
    gone = tuple(path for path in erased or () if path in kept)
    if not gone:
        raise UsageError("rights.state", _SECTION)
    if set(held.paths) <= set(gone):
        return Effect(erase=True), gone
    return Effect(erase_paths=gone), gone


def _account(
    connection: Connection,
    office: Office,
    found: Listed,
    held: Held,
    state: State,
    now: int,
) -> None:
    standing = held.registration
    processing.note(
        connection,
        office,
        Activity.RIGHTS,
        subject=standing.id if standing else None,
        disclosure=held.id,
        role="privacy",
        trace=held.row.trace,
        now=now,
    )
    told: Object = {
        "case": found.asked.id,
        "right": found.asked.asked,
        "state": state.value,
        "registration": standing.number if standing else None,
        "profile": held.profile,
    }
    webhooks.emit(connection, office, webhooks.Event.RIGHT_DECIDED, told, now)


def _tell_effect(
    connection: Connection, office: Office, held: Held, effect: Effect, now: int
) -> None:
    """What the organisation's own systems must do as well (AVG 19)."""
    standing = held.registration
    about: Object = {
        "registration": standing.number if standing else None,
        "profile": held.profile,
    }
    if effect.erase or effect.erase_paths:
        told: Object = {"receipt": held.jti, **about}
        webhooks.emit(connection, office, webhooks.Event.DATA_ERASED, told, now)
    if effect.erase and held.founds:
        ended: Object = {**about, "event": "erased"}
        webhooks.emit(connection, office, webhooks.Event.REGISTRATION_ENDED, ended, now)
    if effect.restrict and standing is not None:
        webhooks.emit(connection, office, webhooks.Event.REGISTRATION_RESTRICTED, about, now)
