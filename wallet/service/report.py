"""Reporting an organisation to the supervisory authority, with the evidence (ARF 3.0 RPT_DPA; TS8).

Which authority: as the registration certificate states it; it stands in the entry since the
request came. The access certificate names none, and where nothing is stated the register that is
named there is where it can be looked up. What is sent is signed by the organisation itself, and
told by the log in the form of TS10; no value of a card is in it.
"""

import io
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from credential import strictjson
from credential.log import Event
from credential.log.entries import Entry as LogEntry
from credential.log.rendering import render
from credential.strictjson import Json, Object
from wallet import files
from wallet.errors import NoMatch, Usage
from wallet.events import Kind, Outcome
from wallet.letters import Letter
from wallet.service import elsewhere, evidence, reminders
from wallet.service.elsewhere import Way
from wallet.service.wallet import Wallet
from wallet.store.projection import Activity
from wallet.store.rights import OVER, PASSING
from wallet.store.values import Entry, RightsCase

REPORTED: Final = "reported"
MAX_WORDS: Final = 4000
LETTER: Final = "melding.txt"
LOG: Final = "ts10.json"
INDEX: Final = "bewijs.json"
_AUTHORITY: Final = ("name", "country", "email", "phone", "uri")
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Facts:
    """What can be told of one activity, for a report; `codes` are what seems wrong with it."""

    activity: Activity
    body: Object = field(repr=False)
    authority: Mapping[str, str]
    ways: tuple[Way, ...]
    registrar: str
    codes: tuple[str, ...]
    late: tuple[RightsCase, ...] = ()

    @property
    def intermediary(self) -> str:
        """Who asked on behalf of the organisation, if somebody did."""
        found = self.body.get("intermediary")
        return str(found.get("name") or "") if isinstance(found, dict) else ""


def facts(wallet: Wallet, beginning: str, *, now: int) -> Facts:
    """Everything a report about this activity is made from."""
    store = wallet.store
    activity = store.activity(store.find_activity(beginning))
    assert activity is not None
    if not activity.party_name:
        raise NoMatch("report.nobody")
    body: Object = {}
    for entry in store.events(activity.id):
        body = {**body, **entry.body}
    authority = _authority(body.get("authority"))
    late = tuple(
        one
        for one in store.rights_cases(activity.id)
        if one.right not in (reminders.REPORT, *PASSING)
        and one.state not in OVER
        and reminders.late(one, now)
    )
    states = {one.state for one in store.rights_cases(activity.id)}
    return Facts(
        activity,
        body,
        authority,
        tuple(elsewhere.read({**authority})),
        str(body.get("registrar_url") or ""),
        tuple(_codes(activity, body, states, late=bool(late))),
        late,
    )


def bundle(wallet: Wallet, found: Facts, letter: Letter, *, now: int) -> bytes:
    """One file with the letter, the evidence as it was signed, and the log's words (RPT_DPA_04)."""
    parts: dict[str, bytes] = {LETTER: letter.text.encode()}
    index: list[Json] = []
    count: Counter[str] = Counter()
    for one in evidence.examine(wallet, found.activity.id, now=now):
        count[one.role] += 1
        name = f"bewijs/{one.role}-{count[one.role]}.jwt"
        parts[name] = one.content
        index.append(
            {
                "file": name,
                "role": one.role,
                "sha256": one.sha256,
                "signed_by": one.signer or None,
                "oin": one.oin or None,
                "signed_at": None if one.signed_at is None else _stamp(one.signed_at),
                "verdict": one.verdict or "holds",
                "verified_at": _stamp(one.as_of),
            }
        )
    entries = wallet.store.events(found.activity.id)
    parts[LOG] = strictjson.dumps([*render([_told(one) for one in entries])])
    parts[INDEX] = strictjson.dumps({"version": 1, "documents": index})
    return _packed(parts, now)


def names(wallet: Wallet, activity: str) -> tuple[str, ...]:
    """What the file holds, for the letter to name."""
    roles = dict.fromkeys(one.role for one in wallet.store.evidence(activity))
    return (*roles, "log")


def save(content: bytes, file: Path) -> None:
    """The file, for the owner alone; one that is there stays."""
    files.write_new(file, content)


def begin(wallet: Wallet, found: Facts, way: Way | None, letter: Letter, *, now: int) -> RightsCase:
    """On record that it was begun: when, to whom, how (RPT_DPA_05 and 05a); the words erasable."""
    channel = "file" if way is None else way.channel.value
    contact = "" if way is None else way.contact
    reached: Object = {"channel": channel, "contact": contact}
    authority: Object = {**found.authority}
    case = RightsCase(
        wallet.store.new_id(),
        found.activity.id,
        reminders.REPORT,
        REPORTED,
        now,
        None,
        None,
        {"claims": [], **reached, "authority": authority},
    )
    about: list[Json] = [*found.codes]
    body: Object = {"authority": authority, **reached, "about": about}
    wallet.store.open_right(
        case, body, at=now, kind=Kind.REPORT_MADE, texts={"report": letter.text.encode()}
    )
    return case


def require_words(text: str) -> str:
    """The same words, if there are not too many of them."""
    if len(text) > MAX_WORDS:
        raise Usage("case.text_size", limit=MAX_WORDS)
    return text


def _authority(value: Json) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    nested = value.get("contacts")
    stated = {**(nested if isinstance(nested, dict) else {}), **value}
    return {name: text for name in _AUTHORITY if isinstance(text := stated.get(name), str) and text}


def _codes(activity: Activity, body: Object, states: set[str], *, late: bool) -> list[str]:
    """What the log itself says that seems not to be in order."""
    listed = body.get("warnings")
    found = [
        f"warning.{one['code']}"
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict) and one.get("code") in ("over_asking", "bsn")
    ]
    if activity.outcome == Outcome.REFUSED:
        found.append("refused_by_wallet")
    if activity.receipt == "invalid":
        found.append("receipt_invalid")
    if body.get("registered") not in (None, "yes"):
        found.append("not_registered")
    if late:
        found.append("no_answer")
    if "refused" in states:
        found.append("right_refused")
    if "denied" in states:
        found.append("denies_receipt")
    return found


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _told(entry: Entry) -> LogEntry:
    return LogEntry(entry.n, entry.activity, Event(entry.kind), entry.at, entry.body)


def _packed(parts: Mapping[str, bytes], now: int) -> bytes:
    moment = datetime.fromtimestamp(now, UTC).timetuple()[:6]
    stamp: tuple[int, ...] = max(moment, _FIRST_DAY)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, stamp)  # type: ignore[arg-type]
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            packed.writestr(info, content)
    return made.getvalue()
