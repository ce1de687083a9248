"""Logs of others: brought in as closed segments, judged whenever they are looked at.

Source: formats.md 2, Export. What such a log says is the word of its resident and of those who
signed its evidence; nothing of it becomes part of the own log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from credential import base64url, jose
from credential.log.entries import Entry as Event
from credential.strictjson import Object
from wallet.errors import Usage
from wallet.service import exporting
from wallet.service.exporting import Checked
from wallet.service.wallet import Wallet
from wallet.store.foreign import ForeignLog
from wallet.store.projection import Activity, Draft, start, take
from wallet.store.values import Entry


@dataclass(frozen=True)
class Segment:
    """One log of somebody else: what stands here, and its verdict as of now."""

    kept: ForeignLog
    checked: Checked


def bring_in(wallet: Wallet, content: bytes, *, now: int) -> Segment:
    """Keeps what `exporting.open_file` read, with its verdict on record, whole or not.

    A file that does not hold is kept too: that is what somebody gave you.
    """
    checked = exporting.judge(wallet, content, now=now)
    segment, store = checked.exported.segment, wallet.store
    own = store.chain
    if (segment.log_id, _key(segment.log_key)) == (own.log_id, _key(own.public_key)):
        raise Usage("import.own")
    kept = ForeignLog(
        activity=store.new_activity(),
        log=base64url.encode(segment.log_id),
        imported_at=now,
        entries=len(checked.exported.entries),
        withheld=checked.exported.withheld,
        faults=len(checked.judgement.faults),
        sha256=base64url.sha256(content),
        content=content,
    )
    body: Object = {
        "log": kept.log,
        "entries": kept.entries,
        "withheld": kept.withheld,
        "faults": kept.faults,
        "sha256": kept.sha256,
    }
    store.bring_log(kept, _activities(checked.exported.entries), body, at=now)
    return Segment(kept, checked)


def _key(key: jose.PublicKey) -> str:
    return jose.thumbprint(key)


def one(wallet: Wallet, beginning: str, *, now: int) -> Segment:
    """One that was brought in, judged anew."""
    kept = wallet.store.foreign_log(beginning)
    return Segment(kept, exporting.judge(wallet, kept.content, now=now))


def _activities(events: Sequence[Event]) -> Iterable[Activity]:
    """As the own view tells activities, of these events alone."""
    drafts: dict[str, Draft] = {}
    for event in events:
        entry = Entry(event.n, event.activity, event.kind.value, event.at, event.body)
        take(drafts.setdefault(entry.activity, start(entry)), entry)
    return (Activity(**draft) for draft in drafts.values())
