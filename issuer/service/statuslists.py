"""Publishing status lists and revoking cards (Token Status List; formats.md 7)."""

import gzip
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credential import base64url, statuslist, strictjson
from credential.strictjson import Json, Object
from issuer import offer, status
from issuer.accounting import new_span, subject
from issuer.errors import NothingFound, SettingsFault, WalletFault
from issuer.offer import Ended, Reason
from issuer.service.issuance import open_sealed
from issuer.service.office import Municipality, Office
from issuer.store import ProcessingRow

_NUMBERS: Final = 2**31
_ACTIVITY: Final = "https://regie.example/ns/activity/card-revocation"


@dataclass(frozen=True)
class Revoked:
    """What a revocation did, without saying whose."""

    copies: dict[str, int]
    at_once: bool
    stopped: int
    """Running cases that were ended, so that they give no more of these cards."""


def publish(office: Office, now: int, to: Path | None = None) -> int:
    """Signs every list of every municipality anew; also as static files under `to`."""
    made = 0
    fault: SettingsFault | None = None
    for one in office.municipalities.values():
        try:
            made += _publish(office, one, now, to)
        except SettingsFault as wrong:
            # One municipality's certificate must not let the lists of the others grow old.
            fault = wrong
    if fault is not None:
        raise fault
    return made


def _publish(office: Office, one: Municipality, now: int, to: Path | None) -> int:
    leaf = one.certificates.status
    leaf.require_valid(now, now + status.LIFE_SECONDS)

    def sign(number: int, bits: bytes) -> str:
        return statuslist.build_token(
            one.status_uri(number),
            bits,
            iat=now,
            exp=now + status.LIFE_SECONDS,
            ttl=status.TTL_SECONDS,
            signer=leaf.signer,
            x5c=[leaf.der],
        )

    lists = office.store.lists.publish(
        one.code, office.pool, sign, now=now, decoys=office.settings.status.decoys
    )
    if to is not None:
        for item in lists:
            path = to / statuslist.mirror_path(one.status_uri(item.number))
            _write(path, item.token.encode("ascii"))
        index = strictjson.dumps(aggregation(office, one))
        _write(to / aggregation_path(aggregation_uri(one)), index)
    return len(lists)


def due(office: Office, now: int) -> bool:
    """Whether a list was signed longer ago than the interval, or never."""
    interval = office.settings.status.interval_minutes * 60
    for one in office.municipalities.values():
        oldest = office.store.lists.oldest_signature(one.code)
        if oldest is None or now - oldest >= interval:
            return True
    return False


def aggregation(office: Office, municipality: Municipality) -> Object:
    """The addresses of all lists (Token Status List, 9)."""
    uris: list[Json] = [
        municipality.status_uri(number) for number in office.store.lists.numbers(municipality.code)
    ]
    return {"status_lists": uris}


def aggregation_uri(municipality: Municipality) -> str:
    """Where the addresses of all lists stand."""
    return municipality.certificates.status_aggregation or municipality.at("status-lists")


def aggregation_path(uri: str) -> str:
    """Where a mirror keeps the list of lists of this address: beside the lists, as JSON."""
    return f"status/{base64url.encode(hashlib.sha256(uri.encode()).digest())}.json"


def token(office: Office, municipality: Municipality, number: int) -> str:
    """One list as last signed."""
    # No database holds a larger number.
    known = number < _NUMBERS
    found = office.store.lists.published(municipality.code, number) if known else None
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

    In that order: what is handed out before a case ends is marked, and nothing is after it. It
    shows from the next publication on.
    """
    name = subject(municipality.subject_key, municipality.code, bsn)
    stopped = _stop_cases(office, municipality, name, kinds, now)

    def account(copies: Mapping[str, int]) -> ProcessingRow:
        return ProcessingRow(
            trace_id=office.trace(),
            span_id=new_span(office.entropy),
            parent_span_id=None,
            name=f"revoke {','.join(sorted(copies))} ({reason})",
            activity_id=_ACTIVITY,
            start_time=now * 1_000,
            end_time=now * 1_000,
            data_subject_id=name,
            municipality=municipality.code,
        )

    copies = office.store.lists.revoke(
        municipality.code, name, kinds, account, now=now, at_once=at_once
    )
    if not copies and not stopped:
        raise NothingFound("revoke.nothing", "Regie formats 7")
    return Revoked(copies, at_once, stopped)


def _stop_cases(
    office: Office, municipality: Municipality, name: str, kinds: frozenset[str], now: int
) -> int:
    """Ends what would still hand out these cards, with claims from before the revocation."""
    stopped = 0
    for stored in office.store.cases.running(municipality.code):
        if not kinds & set(stored.case.kinds) or open_sealed(office, stored).subject != name:
            continue
        office.store.cases.change(
            stored.case.case,
            lambda case: case if isinstance(case, Ended) else offer.end(case, Reason.REVOKED, now),
        )
        stopped += 1
    return stopped


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)
