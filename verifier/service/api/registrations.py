"""Registrations as another system reads them; what is about a person only on request, and noted."""

from collections.abc import Collection
from typing import Final

from credential.strictjson import Object
from verifier.dates import stamp
from verifier.errors import NothingFound, Refused, UsageError
from verifier.processing import Activity
from verifier.service import processing, retention
from verifier.service.api.verdicts import decision
from verifier.service.verifier import Verifier
from verifier.settings.api import Client
from verifier.store import decisions, listing
from verifier.store.listing import Listed
from verifier.store.retention import last_of

ROLE: Final = "system"
_DETAILS: Final = (
    "since",
    "confirmedAt",
    "endedAt",
    "endedBy",
    "deleteBy",
    "dossier",
    "verdict",
)


def page(
    verifier: Verifier,
    client: Client,
    *,
    profile: str | None,
    state: str | None,
    since: int | None,
    after: tuple[int, str] | None,
    limit: int,
) -> tuple[list[Object], tuple[int, str] | None]:
    """A page, and the key the next one begins after; a page that is not full is the last."""
    profiles = client.profiles if profile is None else client.profiles & {profile}
    found = listing.registrations(
        verifier.store, profiles, state=state, since=since, after=after, limit=limit + 1
    )
    shown = found[:limit]
    key = (shown[-1].since, shown[-1].id) if len(found) > limit else None
    return [members(one) for one in shown], key


def one(
    verifier: Verifier,
    client: Client,
    number: str,
    fields: Collection[str],
    *,
    trace: str | None,
) -> Object:
    """One registration; with values or contact only from one that is not restricted (AVG 18)."""
    with verifier.store.writing() if fields else verifier.store.reading() as connection:
        found = listing.registration(connection, number, client.profiles)
        if found is None:
            raise _none()
        if not fields:
            return members(found)
        if found.state == "restricted":
            raise Refused("api.restricted", "Regie formats 4", status=403)
        now = verifier.now()
        processing.note(
            connection,
            verifier,
            Activity.API_READ,
            subject=found.id,
            disclosure=None,
            role=ROLE,
            trace=trace,
            now=now,
        )
        more: Object = {}
        if "values" in fields:
            more["values"] = [
                {"query": query, "path": path, "value": value}
                for query, path, value in listing.values_of(connection, verifier.sealer, found.id)
            ]
        if "contact" in fields:
            more["contact"] = listing.contact_of(connection, verifier.sealer, found.id)
    if "decisions" in fields:
        kept = decisions.of_registration(verifier.store, verifier.sealer, found.id)
        more["decisions"] = list(map(decision, kept))
    return members(found) | more


def members(found: Listed) -> Object:
    """A registration without anything about who; of a restricted one only that it exists."""
    told: Object = {"number": found.number, "profile": found.profile, "state": found.state}
    if found.state == "restricted":
        return told | dict.fromkeys(_DETAILS)
    return told | {
        "since": stamp(found.since),
        "confirmedAt": stamp(found.confirmed),
        "endedAt": stamp(found.ended),
        "endedBy": found.ended_by,
        "deleteBy": stamp(found.delete_by),
        "dossier": found.dossier,
        "verdict": found.outcome,
    }


def happened(
    verifier: Verifier, client: Client, number: str, event: str, receipt: str | None
) -> Object:
    """Something a retention period begins with; told twice, the first counts.

    `receipt` says for which of what was shared, where several may be meant.
    """
    with verifier.store.reading() as connection:
        if listing.registration(connection, number, client.profiles) is None:
            raise _none()
    try:
        until = retention.happened(
            verifier.store, number, event, verifier.now(), emitter=verifier, receipt=receipt
        )
    except (NothingFound, UsageError):
        until = None  # it happened before: what was said then still holds
    if until is None:
        with verifier.store.reading() as connection:
            found = listing.registration(connection, number, client.profiles)
            if found is None:
                raise _none()
            until = last_of(connection, found.id, event)
        if event == retention.END_OF_REGISTRATION or until is None:
            until = max((one for one in (until, found.delete_by) if one), default=None)
    with verifier.store.reading() as connection:
        now_is = listing.registration(connection, number, client.profiles)
    if now_is is not None and now_is.state == "restricted":
        until = None
    return {"registration": number, "event": event, "deleteBy": stamp(until)}


def _none() -> Refused:
    return Refused("api.not_found", "", status=404)
