"""The desk: a clerk offers cards to a person and binds them to one wallet (formats.md 6)."""

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from credential import base64url
from credential.names import GRANT_PRE_AUTHORIZED
from credential.strictjson import Json, Object
from issuer import offer
from issuer.accounting import new_span
from issuer.box import Box
from issuer.errors import DeskFault, NothingFound, WalletFault
from issuer.offer import Case, Confirmed, Offered
from issuer.registers import Entry
from issuer.representation import Representation
from issuer.service import desklog, homeoffers, settling
from issuer.service.business import look_up_entries
from issuer.service.desklog import Action
from issuer.service.lookup import NotOffered, look_up, one_of
from issuer.service.oauth import code_mac, pre_authorized_code
from issuer.service.office import Municipality, Office
from issuer.sources import LeftOut, Occasion
from issuer.status import below
from issuer.store import ProcessingRow
from issuer.texts import sentence

_REFERENCE_BYTES: Final = 16
_CASE_BYTES: Final = 5
_DAY: Final = 86_400
_CODES: Final = 10**6
_ACTIVITY: Final = "https://regie.example/ns/activity/card-offer"
PURPOSE: Final = "card-issuance"


@dataclass(frozen=True, repr=False)
class Opened:
    """What the clerk shows (the link) and says (the code)."""

    case: str
    municipality: str
    link: str
    uri: str
    code: str
    expires_at: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class OfferMade(Opened):
    """The same, and what is not in it."""

    refused: tuple[NotOffered, ...]
    left_out: tuple[tuple[str, LeftOut], ...]
    restricted: bool
    """The person asked that data is not given to others (Wet BRP 2.59)."""


def make_offer(
    office: Office,
    bsn: str,
    kinds: Collection[str] | None,
    *,
    clerk: str,
    now: int,
    municipality: str | None = None,
    represented: Representation | None = None,
) -> OfferMade:
    """Looks the person up, decides per kind, and opens a case for what is granted.

    `kinds` of `None` are all that the municipality issues. Raises `NothingFound` with the reason
    if no card can be given.
    """
    issuer = one_of(office, municipality)
    asked = None if kinds is None else frozenset(kinds)
    if asked is not None and not (asked and asked <= set(office.kinds(issuer))):
        raise DeskFault("desk.unknown_kind", "Regie domain 2.6")
    found = look_up(
        office,
        bsn,
        asked,
        occasion=Occasion(clerk, PURPOSE, municipality=None, represented=represented),
        now=now,
        municipality=issuer,
    )
    _require_any(found.box, found.refused)
    opened = open_offer(office, found.issuer, found.box, clerk=clerk, purpose=PURPOSE, now=now)
    return OfferMade(
        **vars(opened),
        refused=found.refused,
        left_out=found.left_out,
        restricted=found.restricted,
    )


def offer_entries(
    office: Office,
    entries: Sequence[Entry],
    *,
    clerk: str,
    now: int,
    municipality: str | None = None,
) -> OfferMade:
    """Asks the registers of companies and buildings, and opens one case for what is granted.

    That the clerk saw who may act for a company goes on record with the offer.
    """
    issuer = one_of(office, municipality)
    found = look_up_entries(office, issuer, entries, now)
    _require_any(found.box, found.refused)
    seen = any(one.authority_seen_at is not None for one in entries)
    purpose = f"{PURPOSE} (authorised: officers_register)" if seen else PURPOSE
    opened = open_offer(office, issuer, found.box, clerk=clerk, purpose=purpose, now=now)
    return OfferMade(
        **vars(opened), refused=found.refused, left_out=found.left_out, restricted=False
    )


def fetch_offer(office: Office, municipality: Municipality, reference: str, now: int) -> Object:
    """The credential offer behind a link (OpenID4VCI 1.0, 4.1.3); gone once it was used."""
    from_home = homeoffers.fetch(office, municipality, reference.upper(), now)
    if from_home is not None:
        return from_home
    stored = office.store.cases.by_reference(base64url.sha256(reference.upper().encode()))
    if (
        stored is None
        or stored.case.municipality != municipality.code
        or not isinstance(offer.expire(stored.case, now), Offered)
    ):
        raise WalletFault("not_found", "offer.unknown", "RFC 9110 15.5.5", status=404)
    kinds: list[Json] = list(stored.case.kinds)
    return {
        "credential_issuer": municipality.identifier,
        "credential_configuration_ids": kinds,
        "grants": {
            GRANT_PRE_AUTHORIZED: {
                "pre-authorized_code": pre_authorized_code(office, reference.upper()),
                "tx_code": {
                    "input_mode": "numeric",
                    "length": 6,
                    "description": sentence("nl", "offer.code_hint"),
                },
            }
        },
    }


def confirm(office: Office, case_id: str, number: str, *, clerk: str, now: int) -> Confirmed:
    """The clerk types what the resident reads from their wallet; wrong numbers count."""
    said = "".join(number.split())
    _on_record(office, case_id, Action.CONFIRM, clerk, now)
    found = office.store.cases.change(
        case_id,
        lambda case: offer.confirm(
            case,
            number=said,
            clerk=clerk,
            four_eyes=office.settings.desk.four_eyes,
            now=now,
        ),
    )
    match found:
        case Confirmed():
            return found
        case Offered():
            raise DeskFault("desk.not_redeemed", "Regie formats 6")
        case _:
            wrong = offer.wrong_number(found)
            assert wrong is not None
            raise wrong


def refuse(office: Office, case_id: str, *, clerk: str, now: int) -> Case:
    """The clerk stops the case."""
    _on_record(office, case_id, Action.REFUSE, clerk, now)
    return office.store.cases.change(case_id, lambda case: offer.refuse(case, now, clerk=clerk))


def cases(office: Office, now: int) -> list[Case]:
    """All cases as they stand now, the newest first."""
    return [offer.expire(case, now) for case in office.store.cases.every()]


def find(office: Office, case_id: str, now: int) -> Case:
    """One case as it stands now."""
    return offer.expire(office.store.cases.find(case_id.upper()).case, now)


def purge(office: Office, now: int, keep: int) -> int:
    """Ends what passed its time, erasing what was sealed, and forgets what ended long ago."""
    for case in office.store.cases.overdue(now):
        office.store.cases.change(case, lambda found: offer.expire(found, now))
    settling.settle(office, now)
    office.store.accounts.purge(now)
    office.store.accounts.purge_processing(now - office.settings.keep_processing_days * _DAY)
    office.store.logins.purge(now, keep)
    office.store.grants.purge(now, keep)
    office.store.promises.purge(now)
    office.store.notifications.purge(now)
    office.store.clerks.purge(now, desklog.idle_seconds(office))
    return office.store.cases.purge(now, keep)


def open_offer(
    office: Office, issuer: Municipality, box: Box, *, clerk: str, purpose: str, now: int
) -> Opened:
    """Opens a case for every card in the box; the desk log knows before anyone else."""
    kinds = tuple(box.claims)
    reference = _base32(office.entropy(_REFERENCE_BYTES))
    case_id = _base32(office.entropy(_CASE_BYTES))
    code = f"{below(_CODES, office.entropy):06d}"
    state = Offered(
        case=case_id,
        municipality=issuer.code,
        kinds=kinds,
        clerk=clerk,
        created_at=now,
        expires_at=now + offer.OFFER_SECONDS,
    )
    sealed = office.cases.seal(msgspec.json.encode(box), case_id)
    office.store.clerks.act(
        desklog.row(
            office,
            issuer.code,
            Action.OFFER,
            clerk=clerk,
            purpose=purpose,
            now=now,
            case=case_id,
            subject=box.subject,
            represented=box.represented,
        )
    )
    office.store.cases.add(
        state,
        reference_hash=base64url.sha256(reference.encode()),
        code_hash=base64url.sha256(pre_authorized_code(office, reference).encode()),
        code_mac=code_mac(office, case_id, code),
        sealed=sealed,
        processed=ProcessingRow(
            trace_id=office.trace(),
            span_id=new_span(office.entropy),
            parent_span_id=None,
            name="offer " + ",".join(kinds),
            activity_id=_ACTIVITY,
            start_time=now * 1_000,
            end_time=now * 1_000,
            data_subject_id=box.subject,
            municipality=issuer.code,
        ),
    )
    path = issuer.at(f"o/{reference}")
    return Opened(
        case=case_id,
        municipality=issuer.code,
        link=path.upper(),
        uri=f"openid-credential-offer://?credential_offer_uri={_escape(path)}",
        code=code,
        expires_at=state.expires_at,
        kinds=kinds,
    )


def _require_any(box: Box, refused: Sequence[NotOffered]) -> None:
    if not box.claims and refused:
        first = refused[0]
        raise NothingFound(f"refusal.{first.reason}", "Regie domain 2.8", **first.params)
    if not box.claims:
        raise NothingFound("desk.no_cards", "Regie domain 2.8")


def _on_record(office: Office, case_id: str, action: Action, clerk: str, now: int) -> None:
    case = office.store.cases.find(case_id).case
    office.store.clerks.act(
        desklog.row(
            office, case.municipality, action, clerk=clerk, purpose=PURPOSE, now=now, case=case_id
        )
    )


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=")


def _escape(url: str) -> str:
    return url.replace(":", "%3A").replace("/", "%2F")
