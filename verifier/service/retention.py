"""Keeping no longer than was promised: purge, the events a term begins with, and the proof.

A term begins with the disclosure itself, or with an event: the end of the registration or of the
tenancy, a decision (Regie formats 3). Until the event nobody knows the day; from then on it stands
beside the data.
"""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Connection

from credential.strictjson import Object
from verifier import clock, dates, keys, statement
from verifier.config import Config
from verifier.errors import NothingFound, Refused, UsageError
from verifier.processing import Activity
from verifier.service import processing, webhooks
from verifier.service.office import OpenedOffice
from verifier.service.verifier import credentials
from verifier.store import Store, purges, register, retention
from verifier.store.retention import Limits, Purged
from verifier.texts import LANGUAGES, Language, sentence

DAY: Final = 86_400
END_OF_REGISTRATION: Final = "end_of_registration"
END_OF_TENANCY: Final = "end_of_tenancy"
NOT_ALLOCATED: Final = "not_allocated"
"""No tenancy came of what was shared for one: nothing waits any more."""
STARTS: Final = (END_OF_REGISTRATION, END_OF_TENANCY, "decision")
EVENTS: Final = (*STARTS, NOT_ALLOCATED)
_UNITS: Final = (("Y", "year"), ("M", "month"), ("W", "week"), ("D", "day"))


def purge(
    config: Config,
    store: Store,
    now: int,
    entropy: Callable[[int], bytes] = clock.random_bytes,
) -> Purged:
    """Apply every retention period as of now; each batch leaves a signed statement.

    Needs neither scheme nor certificates that are still valid: what was promised is due even then.
    A second one at the same moment leaves it to the first.
    """
    office = OpenedOffice(config, store, keys.load_sealer(config.keys, entropy), entropy=entropy)
    chain, signer = credentials(config)
    limits = _limits(config, now)

    def state(connection: Connection, done: Purged) -> None:
        name = entropy(12).hex()
        stated = statement.Statement(name, now, done.counts, done.numbers)
        token = statement.build(stated, signer=signer, x5c=chain)
        purges.add(connection, name, now, token)
        if done.numbers:
            told: Object = {"statement": name, **done.counts}
            webhooks.emit(connection, office, webhooks.Event.DATA_PURGED, told, now)
        # One line, about nobody: whose data went must not be known from then on.
        processing.note(
            connection,
            office,
            Activity.PURGE,
            subject=None,
            disclosure=None,
            role="system",
            trace=None,
            now=now,
        )

    total, more = Purged(), True
    with store.alone("purge") as mine:
        while mine and more:
            done, more = retention.purge_some(store, office.sealer, limits, state)
            total += done
        store.scrub()
    return total


def _limits(config: Config, now: int) -> Limits:
    return Limits(
        now=now,
        transactions_before=now - config.forget_seconds,
        unconfirmed_before=now - config.unconfirmed_days * DAY,
        unlinked_before=now - config.receipt_days * DAY,
        statement_over=lambda at: dates.last_moment(at, f"P{config.answer_months}M") < now,
        deliveries_before=now - config.api.keep_days * DAY,
        concepts_before=now - 2 * config.session_seconds,
        remove_after=dates.last_moment(now, f"P{config.answer_months}M"),
    )


def happened(
    store: Store,
    number: str,
    event: str,
    now: int,
    *,
    emitter: webhooks.Emitting | None = None,
    receipt: str | None = None,
) -> int | None:
    """Something a term begins with took place; returns when the last of it will be gone.

    `None` when nothing that is kept waited for it. The end of a registration also ends that its
    person is recognised by it. Told twice, the first counts. What was not allocated goes at the
    next purge. `receipt` says which, where that is not clear: several may not be allocated, or one
    term began with such an event before while another waits for its own.
    """
    if event not in EVENTS:
        raise UsageError("retention.event", "Regie formats 3")
    with store.writing() as connection:
        # Locked before it is read: who shares meanwhile waits, and is promised no less.
        found = register.by_number(connection, number, lock=True)
        if found is None:
            raise NothingFound("registration.none", "Regie formats 3")
        if event == NOT_ALLOCATED:
            return _not_allocated(connection, found.id, now, receipt)
        waiting = _waiting(connection, found.id, event, receipt)
        before = retention.last_of(connection, found.id, event)
        if receipt is None and waiting and before is not None and before > now:
            # The same event once more, or that of another tenancy: nobody here can tell.
            raise Refused("retention.several", "Regie formats 3", status=409)
        begun = [
            until
            for promise in waiting
            if retention.begin_term(
                connection,
                promise.disclosure,
                until := dates.last_moment(now, promise.duration),
            )
        ]
        if event == END_OF_REGISTRATION:
            begun.append(_end(connection, found.id, found.ended, now, event))
        last = max(begun, default=None)
        if emitter is not None and event == END_OF_REGISTRATION:
            told: Object = {
                "registration": number,
                "profile": found.profile,
                "event": event,
                "deleteBy": dates.stamp(last),
            }
            webhooks.emit(connection, emitter, webhooks.Event.REGISTRATION_ENDED, told, now)
        return last


def _waiting(
    connection: Connection, registration: str, event: str, receipt: str | None
) -> tuple[retention.Promise, ...]:
    """What waits for this event; with `receipt` that one alone."""
    return tuple(
        promise
        for promise in retention.promises(connection, registration)
        if promise.starts == event and receipt in (None, promise.receipt)
    )


def _not_allocated(
    connection: Connection, registration: str, now: int, receipt: str | None
) -> int | None:
    waiting = _waiting(connection, registration, END_OF_TENANCY, receipt)
    if len(waiting) > 1:
        raise Refused("retention.several", "Regie formats 3", status=409)
    begun = [retention.begin_term(connection, promise.disclosure, now) for promise in waiting]
    return now if any(begun) else None


def _end(connection: Connection, registration: str, ended: int | None, now: int, by: str) -> int:
    if ended is not None:
        raise NothingFound("registration.ended", "Regie formats 3")
    promised = retention.retention_of(connection, registration)
    # Without a promise there is nothing to keep it for.
    delete_by = dates.last_moment(now, promised["duration"]) if promised else now
    retention.end_registration(connection, registration, now, delete_by, by)
    return delete_by


def happened_to(connection: Connection, disclosure: str, event: str, now: int) -> int | None:
    """The same for one disclosure without a registration, in the transaction of the event."""
    promise = retention.promise_of(connection, disclosure)
    if promise is None or promise.starts != event:
        return None
    until = dates.last_moment(now, promise.duration)
    return until if retention.begin_term(connection, disclosure, until) else None


def end(store: Store, number: str, now: int, *, emitter: webhooks.Emitting | None = None) -> int:
    """End a registration; returns until when what belongs to it is kept."""
    until = happened(store, number, END_OF_REGISTRATION, now, emitter=emitter)
    assert until is not None
    return until


def in_words(
    promised: Mapping[str, str] | None,
    delete_by: int | None,
    lang: Language,
    receipt_until: int | None = None,
) -> str:
    """Until when something is kept, as it is said to its person."""
    if delete_by is not None:
        return sentence(lang, "retention.until", date=dates.for_people(delete_by, lang))
    if promised is None or promised.get("starts") not in ("disclosure", *STARTS):
        until = "" if receipt_until is None else dates.for_people(receipt_until, lang)
        return sentence(lang, "retention.received_only", date=until) if until else ""
    said = sentence(
        lang,
        f"retention.{promised['starts']}",
        period=period_in_words(promised["duration"], lang),
    )
    return f"{said[0].upper()}{said[1:]}."


def period_in_words(duration: str, lang: Language) -> str:
    """`P2Y` as "2 jaar"."""
    assert lang in LANGUAGES
    parts, digits = [], ""
    for one in duration.removeprefix("P"):
        if one.isdigit():
            digits += one
            continue
        unit = dict(_UNITS)[one]
        count = int(digits or 0)
        digits = ""
        if count == 1:
            parts.append(sentence(lang, f"retention.{unit}"))
        elif count:
            parts.append(sentence(lang, f"retention.{unit}s", count=count))
    if len(parts) > 1:
        first, last = ", ".join(parts[:-1]), parts[-1]
        return sentence(lang, "retention.and", first=first, last=last)
    return parts[0] if parts else sentence(lang, "retention.days", count=0)
