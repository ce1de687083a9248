"""Publishing status lists and revoking cards (Token Status List; formats.md 7)."""

import gzip
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credential import base64url, statuslist, strictjson
from credential.staleness import STATUS_LIFE, STATUS_TTL
from credential.strictjson import Json, Object
from issuer import offer
from issuer.accounting import new_span
from issuer.errors import NothingFound, SettingsFault, WalletFault
from issuer.offer import Ended, Reason
from issuer.service.heritage import Holder, holder, holders
from issuer.service.office import Municipality, Office
from issuer.store import ProcessingRow, Revocation

TOLD_AS: Final = {
    "request": "holder",
    "death": "died",
    "compromise": "compromise",
    "changed": "other",
    "error": "corrected",
}
"""Why a clerk revokes, and what the resident's wallet is told (reason of a notice)."""

_ENDS_GRANTS: Final = ("holder", "died", "compromise")
"""After these no wallet of this person comes back for copies."""
_FOR_GOOD: Final = frozenset({"died", "holder", "compromise"})
# After anything else the wallet may come back for what is so now.

_NUMBERS: Final = 2**31
_ACTIVITY: Final = "https://regie.example/ns/activity/card-revocation"


@dataclass(frozen=True)
class Revoked:
    """What a revocation did, without saying whose."""

    copies: dict[str, int]
    at_once: bool
    stopped: int
    """Running cases that were ended, so that they give no more of these cards."""
    wallets: int = 0
    """Wallets that may come back for no new copies any more."""


def publish(office: Office, now: int, to: Path | None = None) -> int:
    """Signs every list that is kept here anew; also as static files under `to`."""
    made = 0
    fault: SettingsFault | None = None
    for one in holders(office):
        try:
            made += _publish(office, one, now, to)
        except SettingsFault as wrong:
            # One municipality's certificate must not let the lists of the others grow old.
            fault = wrong
    if fault is not None:
        raise fault
    return made


def _publish(office: Office, one: Holder, now: int, to: Path | None) -> int:
    leaf = one.by.certificates.status
    leaf.require_valid(now, now + STATUS_LIFE)

    def sign(number: int, bits: bytes) -> str:
        return statuslist.build_token(
            one.status_uri(number),
            bits,
            iat=now,
            exp=now + STATUS_LIFE,
            ttl=STATUS_TTL,
            signer=leaf.signer,
            x5c=[leaf.der],
        )

    if one.closed_at is None:
        lists = office.store.lists.publish(
            one.code, office.pool, sign, now=now, decoys=office.settings.status.decoys
        )
    else:
        lists = office.store.closing.publish(one.code, sign, now=now, ended=one.closed_at)
    if to is not None:
        for item in lists:
            path = to / statuslist.mirror_path(one.status_uri(item.number))
            _write(path, item.token.encode("ascii"))
        index = strictjson.dumps(aggregation(office, one.code))
        _write(to / aggregation_path(one.aggregation_uri), index)
    return len(lists)


def due(office: Office, now: int) -> bool:
    """Whether a list was signed longer ago than the interval, or never."""
    interval = office.settings.status.interval_minutes * 60
    for one in holders(office):
        oldest = office.store.lists.oldest_signature(one.code)
        if oldest is None:
            # One that was carried on without a list has nothing to sign.
            if one.ended is None or office.store.lists.numbers(one.code):
                return True
        elif now - oldest >= interval:
            return True
    return False


def aggregation(office: Office, code: str) -> Object:
    """The addresses of all lists kept under this code (Token Status List, 9)."""
    one = holder(office, code)
    uris: list[Json] = [one.status_uri(number) for number in office.store.lists.numbers(one.code)]
    return {"status_lists": uris}


def aggregation_uri(municipality: Municipality) -> str:
    """Where the addresses of all lists stand."""
    return municipality.certificates.status_aggregation or municipality.at("status-lists")


def aggregation_path(uri: str) -> str:
    """Where a mirror keeps the list of lists of this address: beside the lists, as JSON."""
    return f"status/{base64url.encode(hashlib.sha256(uri.encode()).digest())}.json"


def token(office: Office, code: str, number: int) -> str:
    """One list as last signed."""
    one = holder(office, code)
    # No database holds a larger number.
    found = office.store.lists.published(one.code, number) if number < _NUMBERS else None
    if found is None:
        raise WalletFault("not_found", "status.unknown_list", "RFC 9110 15.5.5", status=404)
    return found.token


def compressed(text: str) -> bytes:
    """A token as gzip: base64url of random bits still shrinks by a quarter."""
    return gzip.compress(text.encode("ascii"), 6, mtime=0)


def revoke(
    office: Office,
    municipality: Municipality,
    bsn: str,
    kinds: frozenset[str],
    *,
    now: int,
    at_once: bool,
    reason: str,
) -> Revoked:
    """Ends the person's running cases with these kinds, and marks all copies as invalid.

    It shows from the next publication on. `reason` is one of `TOLD_AS`. Raises `NothingFound` if
    there is nothing to end.
    """
    copies: dict[str, int] = {}
    stopped = wallets = 0
    for one in holders(office):
        # Its own, and those of municipalities that it carries on.
        if one.by.code != municipality.code:
            continue
        done = end_cards(
            office,
            one.code,
            one.subject(bsn),
            kinds,
            now=now,
            revocation=Revocation(TOLD_AS[reason], at_once=at_once),
            said=reason,
        )
        stopped += done.stopped
        wallets += done.wallets
        for kind, count in done.copies.items():
            copies[kind] = copies.get(kind, 0) + count
    if not copies and not stopped and not wallets:
        raise NothingFound("revoke.nothing", "Regie formats 7")
    return Revoked(copies, at_once, stopped, wallets)


def end_cards(
    office: Office,
    code: str,
    name: str,
    kinds: frozenset[str],
    *,
    now: int,
    revocation: Revocation,
    said: str,
) -> Revoked:
    """All of these kinds that this subject holds at the municipality `code`, or may yet get.

    In this order: grants end or ask the register again before they give more, running cases end,
    and only then what was handed out is marked. `said` stands in the processing log.
    """
    wallets = 0
    if revocation.reason in _ENDS_GRANTS:
        wallets = office.store.grants.end_of_subject(code, name)
    else:
        office.store.grants.mark_changed(code, name, kinds=kinds)
    over = Reason.REVOKED if revocation.reason in _FOR_GOOD else Reason.CHANGED
    stopped = _stop_cases(office, code, name, kinds, now, over)

    def account(copies: Mapping[str, int]) -> ProcessingRow:
        return ProcessingRow(
            trace_id=office.trace(),
            span_id=new_span(office.entropy),
            parent_span_id=None,
            name=f"revoke {','.join(sorted(copies))} ({said})",
            activity_id=_ACTIVITY,
            start_time=now * 1_000,
            end_time=now * 1_000,
            data_subject_id=name,
            municipality=code,
        )

    copies = office.store.lists.revoke(code, name, kinds, account, now=now, revocation=revocation)
    return Revoked(copies, revocation.at_once, stopped, wallets)


def _stop_cases(
    office: Office, code: str, name: str, kinds: frozenset[str], now: int, over: Reason
) -> int:
    """Ends what would still hand out these cards, with claims from before the revocation."""
    stopped = 0
    for stored in office.store.cases.running(code, name):
        if kinds & set(stored.case.kinds):
            office.store.cases.change(
                stored.case.case,
                lambda case: case if isinstance(case, Ended) else offer.end(case, over, now),
            )
            stopped += 1
    return stopped


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)
