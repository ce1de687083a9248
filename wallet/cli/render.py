"""Activities as lines for people and as objects for machines."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from credential.names import kind_of
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object
from credential.transactiondata import Item
from wallet.errors import Usage
from wallet.events import Kind
from wallet.outcomes import outcome_text, right_text
from wallet.phrases import date_text, within
from wallet.statements import localised
from wallet.store.projection import Activity
from wallet.store.values import Entry
from wallet.texts import Texts


def moment(at: int) -> str:
    """A time as a machine reads it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_time(at: int) -> str:
    """A time as a person reads it, in the time zone of this computer."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%d-%m-%Y %H:%M")


def local_day(at: int) -> str:
    """A day as a person reads it."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%d-%m-%Y")


def parse_day(text: str, *, end: bool = False) -> int:
    """The first second of a day `JJJJ-MM-DD` here, with `end` the first one after it."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        # The day after, not so many seconds later: two days a year have another length.
        local = (day + timedelta(days=int(end))).replace(tzinfo=None).astimezone()
    except (ValueError, OverflowError):
        raise Usage("date.format") from None
    return int(local.timestamp())


def kind_path(vct: str, path: str) -> str:
    """An item of data as the commands name it."""
    return f"{kind_of(vct) or vct}:{path}"


def activity_object(activity: Activity) -> Object:
    """The members every command shows of an activity."""
    return {
        "id": activity.id,
        "type": activity.type,
        "outcome": activity.outcome,
        "reason": activity.reason or None,
        "started": moment(activity.started),
        "updated": moment(activity.updated),
        "party": _party(activity),
        "purpose": {"nl": activity.purpose_nl, "en": activity.purpose_en}
        if activity.purpose_nl or activity.purpose_en
        else None,
        "kind": activity.card_kind or None,
        "asked": _claims(activity, "asked"),
        "shared": _claims(activity, "shared"),
        "erased": _claims(activity, "erased"),
        "receipt": activity.receipt or None,
        "right": {"right": activity.right_name, "state": activity.right_state}
        if activity.right_name
        else None,
        "retention": activity.retention or None,
        "kept_until": activity.kept_until or None,
    }


def activity_line(texts: Texts, activity: Activity, events: Mapping[str, int] | None = None) -> str:
    """One line of the list: number, when, who, how it ended."""
    who = activity.party_name or texts.get(f"type.{activity.type}")
    words = ", ".join(
        filter(None, [outcome_text(activity, texts, events), right_text(activity, texts)])
    )
    return f"{activity.id[:8]}  {local_time(activity.started)}  {who}: {words}"


def event_line(texts: Texts, entry: Entry) -> str:
    """One event of an activity, with what it was about and why."""
    # Nobody knows whether a letter that was drafted was sent.
    drafted = entry.kind == Kind.RIGHT_ASKED and entry.body.get("state") == "initiated"
    happened = texts.get("event.right.initiated" if drafted else f"event.{entry.kind}")
    line = f"{local_time(entry.at)}  {happened}"
    kind, right, reason = (entry.body.get(name) for name in ("kind", "right", "reason"))
    if isinstance(kind, str) and kind:
        line += f": {texts.find(f'kind.{kind}') or kind}"
    if isinstance(right, str) and right:
        line += f": {texts.find(f'right.{right}') or right}"
    for name in ("phase", "step"):
        said = texts.find(f"case.{name}.{entry.body.get(name)}")
        line += f", {said}" if said else ""
    if isinstance(reason, str) and reason:
        line += f" ({texts.find(f'reason.{reason}') or texts.get('reason.other', code=reason)})"
    return line


def until_text(texts: Texts, kept_until: str, retention: Object | None, *, now: int) -> str:
    """Until when they say they keep it: a day, else the registered words, else that none said."""
    if kept_until and kept_until < moment(now)[:10]:
        return texts.get("who.past", day=date_text(kept_until))
    if kept_until:
        return texts.get("who.until", day=date_text(kept_until))
    stated = localised(retention, texts.lang)
    return within(stated) if stated else texts.get("who.no-date")


def signed(texts: Texts, items: Iterable[Item]) -> list[tuple[str, str]]:
    """What was handed in by sharing, as label and text."""
    return [
        (
            texts.get("activity.signed"),
            ", ".join(
                terminal_safe(part)
                for part in (
                    item.title.text(texts.lang),
                    item.reference,
                    *(one.name for one in item.attachments),
                )
            ),
        )
        for item in items
    ]


def _party(activity: Activity) -> Object | None:
    if not (activity.party_oin or activity.party_name):
        return None
    return {
        "name": activity.party_name,
        "oin": activity.party_oin,
        "service_id": activity.party_service,
        "service_name": activity.service_name,
    }


def _claims(activity: Activity, member: str) -> list[Json]:
    return [
        kind_path(vct, path)
        for (vct, path), claim in sorted(activity.claims.items())
        if getattr(claim, member)
    ]
