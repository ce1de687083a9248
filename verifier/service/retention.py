"""Keeping no longer than was promised: purge, ending a registration, figures without persons."""

from verifier import dates
from verifier.config import Config
from verifier.errors import NothingFound
from verifier.store import Store, retention
from verifier.store.retention import Limits, Purged

DAY = 86_400


def purge(config: Config, store: Store, now: int) -> Purged:
    """Apply every retention period as of now."""
    return retention.purge(
        store,
        Limits(
            now=now,
            transactions_before=now - config.forget_seconds,
            unconfirmed_before=now - config.unconfirmed_days * DAY,
            unlinked_before=now - config.receipt_days * DAY,
            remove_after=dates.last_moment(now, f"P{config.answer_months}M"),
        ),
    )


def end(store: Store, number: str, now: int) -> int:
    """End a registration; returns until when what belongs to it is kept."""
    promised = retention.retention_of(store, number)
    if promised is None:
        raise NothingFound("registration.none", "Regie formats 3")
    delete_by = dates.last_moment(now, promised["duration"])
    if not retention.end_registration(store, number, now, delete_by):
        raise NothingFound("registration.none", "Regie formats 3")
    return delete_by
