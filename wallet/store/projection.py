"""An activity as a person sees it, folded from its events; pure, so that it can be rebuilt.

Source: formats.md 2. Nothing stands in the view that does not stand in an entry.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

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

_OUTCOME_WORDS: Final = frozenset(outcome.value for outcome in Outcome)

# After which outcomes data may be with the other party.
ARRIVED: Final = (Outcome.INTENDED, Outcome.SHARED, Outcome.REJECTED, Outcome.UNKNOWN)

_REUSE: Final = "reuse"
_MAX_OTHERS: Final = 50
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
    others: str = ""
    """Who else is in it: an intermediary, those it is passed on to, the hosts; one a line."""
    reused: int = 0
    """1 where a copy was used that had been used before."""
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)


MEMBERS: Final = tuple(f.name for f in fields(Activity))
_EMPTY: Final = dict.fromkeys(MEMBERS, "") | {"reused": 0}
_NO_CLAIM: Final = Claim()


Draft = dict[str, Any]
"""The members of an activity while its events are taken in: one copy, however many events."""


def fold(activity: Activity | None, entry: Entry) -> Activity:
    """The activity after one more event."""
    if activity is None:
        draft = start(entry)
    else:
        draft = {name: getattr(activity, name) for name in MEMBERS}
        draft["claims"] = dict(activity.claims)
    take(draft, entry)
    return Activity(**draft)


def start(entry: Entry) -> Draft:
    """The members of an activity before its first event is taken in."""
    family = entry.kind.partition(".")[0]
    return _EMPTY | {
        "id": entry.activity,
        "first_n": entry.n,
        "started": entry.at,
        "type": _TYPES.get(family, Type.WALLET).value,
        "outcome": Outcome.DONE.value,
        "claims": {},
    }


def take(draft: Draft, entry: Entry) -> None:
    """Takes one more event into the members."""
    kind, body = Kind(entry.kind), entry.body
    family, _, step = kind.value.partition(".")
    draft["last_n"], draft["updated"] = entry.n, entry.at
    _state(draft, body)
    _others(draft, body)
    _claim(draft["claims"], body)
    if family == "receipt":
        draft["receipt"] = step
    if family == "right":
        _right(draft, kind, body)
    if family == "processing":
        draft["right_name"], draft["right_state"] = family, Outcome.DONE.value
    draft["outcome"] = _outcome(draft, kind, body)
    _keep_until(draft, body)


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
        activity.others,
        *sorted({kind_of(vct) or "" for vct, _ in activity.claims}),
        *sorted({path.replace("_", " ").replace(".", " ") for _, path in activity.claims}),
    ]
    return " ".join(part for part in parts if part)


def path_text(path: Json) -> str:
    """A path as the log and the commands write it: parts joined by a full stop."""
    if isinstance(path, list):
        return ".".join("*" if part is None else str(part) for part in path)
    return str(path)


def _state(draft: Draft, body: Object) -> None:
    party, purpose = body.get("party"), body.get("purpose")
    if isinstance(party, dict):
        _set(draft, "party_oin", party.get("oin"))
        _set(draft, "party_service", party.get("service_id"))
        _set(draft, "party_name", party.get("name"))
        _set(draft, "service_name", party.get("service_name"))
    elif isinstance(issuer := body.get("issuer"), dict):
        _set(draft, "party_oin", issuer.get("oin"))
        _set(draft, "party_name", issuer.get("name"))
    if isinstance(purpose, dict):
        _set(draft, "purpose_id", purpose.get("id"))
        _set(draft, "purpose_nl", purpose.get("nl"))
        _set(draft, "purpose_en", purpose.get("en"))
    if isinstance(retention := body.get("retention"), dict):
        _set(draft, "retention", retention.get("duration"))
    _set(draft, "card_kind", body.get("kind"))
    _set(draft, "reason", body.get("reason"))


def _set(draft: Draft, name: str, value: Json) -> None:
    if isinstance(value, str) and value:
        draft[name] = value


def _others(draft: Draft, body: Object) -> None:
    known = dict.fromkeys(str(draft["others"]).splitlines())
    for name in _named(body):
        if len(known) < _MAX_OTHERS:
            known.setdefault(name)
    draft["others"] = "\n".join(known)
    warnings = body.get("warnings")
    for warning in warnings if isinstance(warnings, list) else ():
        if isinstance(warning, dict) and warning.get("code") == _REUSE and warning.get("accepted"):
            draft["reused"] = 1


def _named(body: Object) -> Iterator[str]:
    intermediary = body.get("intermediary")
    names: list[Json] = [intermediary.get("name")] if isinstance(intermediary, dict) else []
    for member in ("shared_with", "peers"):
        found = body.get(member)
        names += found if isinstance(found, list) else []
    for name in names:
        if isinstance(name, str) and name.split():
            yield " ".join(name.split())


def _claim(claims: dict[tuple[str, str], Claim], body: Object) -> None:
    for key in _items(body.get("asked")):
        claims[key] = replace(claims.get(key, _NO_CLAIM), asked=True)
    for key in _items(body.get("shared")):
        claims[key] = replace(claims.get(key, _NO_CLAIM), shared=True)


def _right(draft: Draft, kind: Kind, body: Object) -> None:
    draft["right_name"] = _text(body, "right")
    draft["right_state"] = _text(body, "state") or ("asked" if kind is Kind.RIGHT_ASKED else "")
    erased, everything = body.get("erased"), body.get("gone") is True
    gone = {path_text(path) for path in (erased if isinstance(erased, list) else ())}
    for key, claim in draft["claims"].items():
        # What they signed to be gone is named, or is all there was.
        if key[1] in gone or (everything and claim.shared):
            draft["claims"][key] = replace(claim, erased=True)


def _outcome(draft: Draft, kind: Kind, body: Object) -> str:
    stated, before = body.get("outcome"), str(draft["outcome"])
    if isinstance(stated, str) and stated in _OUTCOME_WORDS:
        return stated
    match kind:
        case Kind.RECEIPT_VERIFIED if before in (Outcome.UNKNOWN, Outcome.UNSENT):
            # "Mogelijk gedeeld" is settled: the other party signed for it (formats.md 4), even if
            # it said before that it had nothing.
            return Outcome.SHARED.value
        case Kind.RECEIPT_VERIFIED | Kind.RECEIPT_INVALID | Kind.RECEIPT_ABSENT:
            return before
        case Kind.RIGHT_ASKED | Kind.RIGHT_ANSWERED if draft["type"] != Type.RIGHT:
            # A right asked about a disclosure does not change what happened to it.
            return before
        case Kind.REPORT_MADE if draft["type"] != Type.REPORT:
            return before
        case _:
            return _OUTCOMES.get(kind, Outcome.DONE).value


def _keep_until(draft: Draft, body: Object) -> None:
    """The last day they may keep it, where that follows from the day of sharing alone."""
    stated, retention = _text(body, "delete_by"), body.get("retention")
    if stated:
        draft["kept_until"] = stated
    elif isinstance(retention, dict) and retention.get("starts") == "disclosure":
        until = add_duration(_day(draft["started"]), _text(retention, "duration"))
        if until:
            draft["kept_until"] = until.isoformat()


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


def _text(members: Json, name: str) -> str:
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, str) else ""
