"""Publishing status lists and revoking cards (protocols.md 9; regie.md 7)."""

import gzip
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credential import base64url, statuslist, strictjson
from credential.strictjson import Json, Object
from issuer import status
from issuer.accounting import new_span, subject
from issuer.errors import NothingFound, WalletFault
from issuer.service.office import Municipality, Office
from issuer.store import ProcessingRow

_NUMBERS: Final = 2**31
_ACTIVITY: Final = "https://regie.example/ns/activity/card-revocation"


@dataclass(frozen=True)
class Revoked:
    """What a revocation did, without saying whose."""

    copies: dict[str, int]
    at_once: bool


def publish(office: Office, now: int, to: Path | None = None) -> int:
    """Signs every list of every municipality anew; also as static files under `to`."""
    made = 0
    for one in office.municipalities.values():
        leaf = one.certificates.status

        def sign(number: int, bits: bytes, one: Municipality = one) -> str:
            return statuslist.build_token(
                one.status_uri(number),
                bits,
                iat=now,
                exp=now + status.LIFE_SECONDS,
                ttl=status.TTL_SECONDS,
                signer=one.certificates.status.signer,
                x5c=[one.certificates.status.der],
            )

        leaf.require_valid(now, now + status.LIFE_SECONDS)
        lists = office.store.lists.publish(
            one.code, office.pool, sign, now=now, decoys=office.settings.status.decoys
        )
        made += len(lists)
        if to is not None:
            for item in lists:
                path = to / statuslist.mirror_path(one.status_uri(item.number))
                _write(path, item.token.encode("ascii"))
            index = strictjson.dumps(aggregation(office, one))
            _write(to / aggregation_path(aggregation_uri(one)), index)
    return made


def due(office: Office, now: int) -> bool:
    """Whether a list was signed longer ago than the interval, or never."""
    interval = office.settings.status.interval_minutes * 60
    for one in office.municipalities.values():
        oldest = office.store.lists.oldest_signature(one.code)
        if oldest is None or now - oldest >= interval:
            return True
    return False


def aggregation(office: Office, municipality: Municipality) -> Object:
    """The addresses of all lists (protocols.md 9.7)."""
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
        raise WalletFault("not_found", "status.unknown_list", "RFC9110 15.5.5", status=404)
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
    """Marks all copies of these kinds of one person; seen from the next publication on."""
    name = subject(municipality.subject_key, municipality.code, bsn)
    copies = office.store.lists.revoke(municipality.code, name, kinds, now=now, at_once=at_once)
    if not copies:
        raise NothingFound("revoke.nothing", "regie 7")
    office.store.accounts.record_processing(
        ProcessingRow(
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
    )
    return Revoked(copies, at_once)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)
