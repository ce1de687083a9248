"""An activity as a person sees it, folded from its events; pure, so that it can be rebuilt.

Source: regie.md 2. Nothing stands in the view that does not stand in an entry.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from credential.names import kind_of
from credential.strictjson import Json, Object
from wallet.events import Kind, Outcome, Type
from wallet.store.values import Entry

_TYPES: Final = {
    "request": Type.DISCLOSURE,
    "share": Type.DISCLOSURE,
    "receipt": Type.DISCLOSURE,
    "card": Type.CARD,
    "case": Type.CASE,
    "right": Type.RIGHT,
    "report": Type.REPORT,
    "processing": Type.RIGHT,
    "trust": Type.TRUST,
    "log": Type.LOG,
    "removed": Type.LOG,
}

_OUTCOMES: Final = {
    Kind.REQUEST_RECEIVED: Outcome.OPEN,
    Kind.REQUEST_REFUSED: Outcome.REFUSED,
    Kind.REQUEST_DECLINED: Outcome.DECLINED,
    Kind.REQUEST_UNMATCHED: Outcome.UNMATCHED,
    Kind.SHARE_INTENDED: Outcome.INTENDED,
    Kind.SHARE_ACKNOWLEDGED: Outcome.SHARED,
    Kind.SHARE_REJECTED: Outcome.REJECTED,
    Kind.SHARE_UNSENT: Outcome.UNSENT,
    Kind.SHARE_UNKNOWN: Outcome.UNKNOWN,
    Kind.CARD_OFFERED: Outcome.OPEN,
    Kind.CARD_REFUSED: Outcome.REFUSED,
    Kind.CASE_OPENED: Outcome.OPEN,
    Kind.CASE_STATE: Outcome.OPEN,
    Kind.RIGHT_ASKED: Outcome.OPEN,
}

# After which outcomes data may be with the other party.
ARRIVED: Final = (Outcome.INTENDED, Outcome.SHARED, Outcome.REJECTED, Outcome.UNKNOWN)

_DURATION: Final = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")


@dataclass(frozen=True)
class Claim:
    """One item of data in an activity: asked, shared, erased since."""

    asked: bool = False
    shared: bool = False
    erased: bool = False


@dataclass(frozen=True)
class Activity:
    """The row of one activity; text members are empty where nothing is stated."""

    id: str
    first_n: int
    last_n: int
    started: int
    updated: int
    type: str
    outcome: str
    reason: str = ""
    party_oin: str = ""
    party_service: str = ""
    party_name: str = ""
    service_name: str = ""
    purpose_id: str = ""
    purpose_nl: str = ""
    purpose_en: str = ""
    card_kind: str = ""
    receipt: str = ""
    right_name: str = ""
    right_state: str = ""
    retention: str = ""
    kept_until: str = ""
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict, compare=True)


def fold(activity: Activity | None, entry: Entry) -> Activity:
    """The activity after one more event."""
    kind = Kind(entry.kind)
    family = kind.value.partition(".")[0]
    if activity is None:
        activity = Activity(
            id=entry.activity,
            first_n=entry.n,
            last_n=entry.n,
            started=entry.at,
            updated=entry.at,
            type=_TYPES.get(family, Type.WALLET),
            outcome=Outcome.DONE,
        )
    body = entry.body
    activity = replace(activity, last_n=entry.n, updated=entry.at)
    # replace() cannot see that these are names of text members; `_stated` gives no others.
    activity = replace(activity, **_stated(body))  # type: ignore[arg-type]
    activity = _with_claims(activity, body)
    if family == "receipt":
        activity = replace(activity, receipt=kind.value.partition(".")[2])
    if family == "right":
        activity = _with_right(activity, kind, body)
    return replace(
        activity,
        outcome=_outcome(activity, kind, body),
        kept_until=_kept_until(activity, body),
    )


def words(activity: Activity) -> str:
    """What full-text search finds an activity by."""
    parts = [
        activity.party_name,
        activity.party_oin,
        activity.service_name,
        activity.purpose_nl,
        activity.purpose_en,
        activity.card_kind,
        activity.right_name,
        *sorted({kind_of(vct) or "" for vct, _ in activity.claims}),
        *sorted({path.replace("_", " ").replace(".", " ") for _, path in activity.claims}),
    ]
    return " ".join(part for part in parts if part)


def path_text(path: Json) -> str:
    """A path as the log and the commands write it: parts joined by a full stop."""
    if isinstance(path, list):
        return ".".join("*" if part is None else str(part) for part in path)
    return str(path)


def _stated(body: Object) -> dict[str, str]:
    party, purpose, retention = (
        _object(body, "party"),
        _object(body, "purpose"),
        body.get("retention"),
    )
    found = {
        "party_oin": _text(party, "oin"),
        "party_service": _text(party, "service_id"),
        "party_name": _text(party, "name"),
        "service_name": _text(party, "service_name"),
        "purpose_id": _text(purpose, "id"),
        "purpose_nl": _text(purpose, "nl"),
        "purpose_en": _text(purpose, "en"),
        "card_kind": _text(body, "kind"),
        "reason": _text(body, "reason"),
        "retention": _text(retention, "duration") if isinstance(retention, dict) else "",
    }
    issuer = _object(body, "issuer")
    if issuer and not party:
        found["party_oin"], found["party_name"] = _text(issuer, "oin"), _text(issuer, "name")
    return {name: value for name, value in found.items() if value}


def _with_claims(activity: Activity, body: Object) -> Activity:
    claims = dict(activity.claims)
    for member in ("asked", "shared"):
        for vct, path in _items(body.get(member)):
            claim = claims.get((vct, path), Claim())
            claims[vct, path] = (
                replace(claim, asked=True) if member == "asked" else replace(claim, shared=True)
            )
    return replace(activity, claims=claims)


def _with_right(activity: Activity, kind: Kind, body: Object) -> Activity:
    state = _text(body, "state") or ("asked" if kind is Kind.RIGHT_ASKED else "")
    claims = activity.claims
    erased = body.get("erased")
    if isinstance(erased, list):
        gone = {path_text(path) for path in erased}
        claims = {
            key: replace(claim, erased=claim.erased or key[1] in gone)
            for key, claim in claims.items()
        }
    return replace(activity, right_name=_text(body, "right"), right_state=state, claims=claims)


def _outcome(activity: Activity, kind: Kind, body: Object) -> str:
    stated = _text(body, "outcome")
    if stated in tuple(Outcome):
        return stated
    match kind:
        case Kind.RECEIPT_VERIFIED if activity.outcome == Outcome.UNKNOWN:
            # "Mogelijk gedeeld" is settled: the other party signed for it (regie.md 4).
            return Outcome.SHARED
        case Kind.RECEIPT_VERIFIED | Kind.RECEIPT_INVALID | Kind.RECEIPT_ABSENT:
            return activity.outcome
        case Kind.RIGHT_ASKED | Kind.RIGHT_ANSWERED if activity.type != Type.RIGHT:
            # A right asked about a disclosure does not change what happened to it.
            return activity.outcome
        case _:
            return _OUTCOMES.get(kind, Outcome.DONE)


def _kept_until(activity: Activity, body: Object) -> str:
    """The last day they may keep it, where that follows from the day of sharing alone."""
    stated = _text(body, "delete_by")
    if stated:
        return stated
    retention = body.get("retention")
    if not isinstance(retention, dict) or retention.get("starts") != "disclosure":
        return activity.kept_until
    until = add_duration(_day(activity.started), _text(retention, "duration"))
    return until.isoformat() if until else activity.kept_until


def add_duration(day: date, duration: str) -> date | None:
    """`day` plus an ISO 8601 duration of years, months, weeks and days; None if it is none."""
    match = _DURATION.fullmatch(duration)
    if match is None or duration == "P":
        return None
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    month = day.month - 1 + months
    year, month = day.year + years + month // 12, month % 12 + 1
    try:
        last = calendar.monthrange(year, month)[1]
        return date(year, month, min(day.day, last)) + timedelta(weeks=weeks, days=days)
    except (ValueError, OverflowError):
        return None


def _day(at: int) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _items(items: Json) -> Iterator[tuple[str, str]]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            paths = item.get("paths")
            for path in paths if isinstance(paths, list) else ():
                yield _text(item, "vct"), path_text(path)


def _object(members: Object, name: str) -> Object:
    value = members.get(name)
    return value if isinstance(value, dict) else {}


def _text(members: Json, name: str) -> str:
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, str) else ""
