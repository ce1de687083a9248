"""One batch of copies: its places taken and accounted for, then signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from credential import base64url, jose, kinds
from credential.strictjson import Json, Object
from issuer import facts, offer
from issuer.accounting import new_span, traceparent
from issuer.box import Box
from issuer.errors import WalletFault
from issuer.offer import Confirmed
from issuer.service import copies, permission, types
from issuer.service.access import Access, Asked
from issuer.service.office import Office
from issuer.status import Place
from issuer.store import Issuance, Permit, ProcessingRow, StoredCase

_ACTIVITY: Final = "https://regie.example/ns/activity/card-issuance"
_NOTIFICATION_BYTES: Final = 16


@dataclass(frozen=True, repr=False)
class Batch:
    """One kind for the keys that were proved; `waiting`: the request it was promised on."""

    kind: str
    keys: Sequence[Object]
    waiting: str | None = None


@dataclass(frozen=True, repr=False)
class Claims:
    """What the cards of a batch say, and when time alone may change it."""

    claims: Object
    ask_again_at: int | None
    registered: bool
    """From a register, whose changes end them; else a person decided."""


def of_case(office: Office, access: Access, batch: Batch, asked: Asked) -> Object:
    """The cards of a case at the desk that the clerk confirmed."""
    assert access.case is not None
    case_id = access.case.case

    def decide(stored: StoredCase) -> Confirmed:
        case = offer.expire(stored.case, asked.now)
        if not isinstance(case, Confirmed) or stored.sealed is None:
            raise WalletFault("credential_request_denied", "case.ended", "OpenID4VCI 1.0 8.3.1.2")
        return offer.collect(case, batch.kind, asked.now)

    stored = office.store.cases.find(case_id)
    decide(stored)
    box = open_sealed(office, stored)
    claims = Claims(box.claims[batch.kind], box.ask_again_at, registered=True)

    def take(issuance: Issuance, processed: ProcessingRow) -> list[Place]:
        return office.store.issue(
            case_id,
            decide,
            issuance,
            office.pool,
            processed,
            now=asked.now,
            waiting=batch.waiting,
        )

    making = _Making(office, access, batch, claims, asked)
    # The wallet may say which session of its own this belongs to; else it is the case's.
    trace, parent = traceparent(asked.traceparent) or (stored.trace, None)
    return making.cards(take(making.issuance(), making.processed(trace, parent)))


def of_grant(office: Office, access: Access, batch: Batch, claims: Claims, asked: Asked) -> Object:
    """The cards of a wallet's standing grant: a batch of each kind in an hour."""
    making = _Making(office, access, batch, claims, asked)
    trace, parent = traceparent(asked.traceparent) or (office.trace(), None)
    permit = Permit(
        municipality=access.municipality.code,
        grant_id=access.grant_id,
        changed=access.changed,
        request=_request(access, batch),
        promise=batch.waiting,
        decided=not claims.registered,
    )
    places = office.store.issue_granted(
        permit, making.issuance(), office.pool, making.processed(trace, parent), now=asked.now
    )
    return making.cards(places)


def open_sealed(office: Office, stored: StoredCase) -> Box:
    """What was sealed in a case."""
    assert stored.sealed is not None
    data = office.cases.open(stored.sealed, stored.case.case)
    return msgspec.json.decode(data, type=Box)


def _request(access: Access, batch: Batch) -> str:
    """What makes a second request the same one: the access token and the keys, in any order."""
    keys = sorted(jose.thumbprint(key) for key in batch.keys)
    return base64url.sha256(".".join((access.token_hash, *keys)))


class _Making:
    """One batch on its way: times, rows and copies of one moment."""

    def __init__(
        self, office: Office, access: Access, batch: Batch, claims: Claims, asked: Asked
    ) -> None:
        self._office = office
        self._access = access
        self._batch = batch
        self._claims = claims
        self._now = asked.now
        self._leaf = access.municipality.certificates.card
        self._iat, self._exp = kinds.times(batch.kind, asked.now)
        self._leaf.require_signs(self._iat, self._exp)
        permission.require_signing(office, access.municipality, batch.kind, asked.now)
        self._notification = base64url.encode(office.entropy(_NOTIFICATION_BYTES))

    def issuance(self) -> Issuance:
        """What is kept of it."""
        kept = None
        if self._claims.registered:
            kept = facts.keep(
                self._access.municipality.subject_key,
                self._access.subject,
                self._batch.kind,
                self._claims.claims,
                ask_again_at=self._claims.ask_again_at,
            )
        return Issuance(
            kind=self._batch.kind,
            copies=len(self._batch.keys),
            subject=self._access.subject,
            expires_at=self._exp,
            kept=kept,
            grant_id=self._access.grant_id,
            notification_hash=base64url.sha256(self._notification),
        )

    def processed(self, trace: str, parent: str | None) -> ProcessingRow:
        """Its line of the processing log."""
        return ProcessingRow(
            trace_id=trace,
            span_id=new_span(self._office.entropy),
            parent_span_id=parent,
            name=f"issue {self._batch.kind}",
            activity_id=_ACTIVITY,
            start_time=self._now * 1_000,
            end_time=self._now * 1_000,
            data_subject_id=self._access.subject,
            municipality=self._access.municipality.code,
        )

    def cards(self, places: Sequence[Place]) -> Object:
        """The credential response (OpenID4VCI 1.0, 8.3), one copy for each key."""
        sheet = copies.Sheet(
            self._batch.kind,
            self._claims.claims,
            self._iat,
            self._exp,
            types.integrity(self._office, self._batch.kind, self._now),
        )
        made: list[Json] = []
        for key, (number, idx) in zip(self._batch.keys, places, strict=True):
            card = copies.make(
                sheet,
                holder=key,
                uri=self._access.municipality.status_uri(number),
                idx=idx,
                leaf=self._leaf,
                entropy=self._office.entropy,
            )
            made.append({"credential": card})
        return {"credentials": made, "notification_id": self._notification}
