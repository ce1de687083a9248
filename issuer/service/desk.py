"""The desk: a clerk offers cards to a person and binds them to one wallet (formats.md 6)."""

import base64
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import msgspec

from credential import base64url
from credential.names import GRANT_PRE_AUTHORIZED
from credential.strictjson import Json, Object
from issuer import cards, eligibility, offer
from issuer.accounting import new_span, subject
from issuer.errors import DeskFault, NothingFound, WalletFault
from issuer.offer import Case, Confirmed, Offered
from issuer.pseudonym import LocalKey
from issuer.service.issuance import Sealed
from issuer.service.oauth import code_mac, pre_authorized_code
from issuer.service.office import Municipality, Office
from issuer.sources import Cards, Desk, Granted, LeftOut, NoCards, Occasion, PersonRecord, Refused
from issuer.status import below
from issuer.store import ProcessingRow
from issuer.texts import sentence

_REFERENCE_BYTES: Final = 16
_CASE_BYTES: Final = 5
_CODES: Final = 10**6
_ACTIVITY: Final = "https://regie.example/ns/activity/card-offer"
_PURPOSE: Final = "card-issuance"


@dataclass(frozen=True)
class NotOffered:
    """A kind that is not offered, and the code of the sentence that says why."""

    kind: str
    reason: str
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class OfferMade:
    """What the clerk shows (the link) and says (the code)."""

    case: str
    municipality: str
    link: str
    uri: str
    code: str
    expires_at: int
    kinds: tuple[str, ...]
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
) -> OfferMade:
    """Looks the person up, decides per kind, and opens a case for what is granted.

    `kinds` of `None` are all that the municipality issues. Raises `NothingFound` with the reason
    if no card can be given.
    """
    if municipality is not None and municipality not in office.municipalities:
        raise DeskFault("desk.unknown_municipality", "Architecture, Issuer")
    known = {
        kind
        for one in office.municipalities.values()
        if municipality in (None, one.code)
        for kind in one.settings.kinds
    }
    asked = frozenset(known if kinds is None else kinds)
    if not asked or not asked <= known:
        raise DeskFault("desk.unknown_kind", "Regie domain 2.6")
    occasion = Occasion(
        official=clerk, purpose=_PURPOSE, municipality=_register_code(office, municipality)
    )
    record = office.source.fetch(bsn, asked, now, occasion=occasion)
    issuer = _issuer(office, record, municipality)
    _eligible(record, now)
    rules = cards.Rules(frozenset(issuer.settings.region_codes))
    granted: dict[str, Object] = {}
    refused: list[NotOffered] = []
    left_out: list[tuple[str, LeftOut]] = []
    for kind in sorted(asked & set(issuer.settings.kinds), key=issuer.settings.kinds.index):
        decision = cards.decide(record, kind, now, rules)
        match decision:
            case Granted():
                granted[kind] = _with_pseudonym(issuer, record.bsn, decision)
                left_out += [(kind, one) for one in decision.left_out]
            case Refused():
                refused.append(NotOffered(kind, decision.code, dict(decision.params)))
    refused += [
        NotOffered(kind, "kind_not_offered", {"kind": kind})
        for kind in sorted(frozenset(kinds or ()) - set(issuer.settings.kinds))
    ]
    if not granted and refused:
        raise NothingFound(f"refusal.{refused[0].reason}", "Regie domain 2.8", **refused[0].params)
    if not granted:
        raise NothingFound("desk.no_cards", "Regie domain 2.8")
    return _open(office, issuer, record, granted, clerk, now, tuple(refused), tuple(left_out))


def fetch_offer(office: Office, municipality: Municipality, reference: str, now: int) -> Object:
    """The credential offer behind a link (OpenID4VCI 1.0, 4.1.3); gone once it was used."""
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
    office.store.accounts.purge(now)
    return office.store.cases.purge(now, keep)


def _register_code(office: Office, wanted: str | None) -> str | None:
    """The code the register filters on, where all that is wanted here has only one."""
    codes = {
        code
        for one in office.municipalities.values()
        if wanted in (None, one.code)
        for code in one.settings.register_codes
    }
    return codes.pop() if len(codes) == 1 else None


def _issuer(office: Office, record: PersonRecord, wanted: str | None) -> Municipality:
    """The issuer of a card is the resident's own municipality (formats.md 1)."""
    issuer = office.for_resident(record.municipality_code)
    if issuer is None or (wanted is not None and issuer.code != wanted):
        raise NothingFound("desk.not_our_resident", "Regie formats 1")
    return issuer


def _eligible(record: PersonRecord, now: int) -> None:
    route = eligibility.eligible(record, now)
    match route:
        case Cards():
            return
        case Desk() | NoCards():
            raise NothingFound(f"refusal.{route.code}", "Regie domain 2.8")


def _with_pseudonym(issuer: Municipality, bsn: str, decision: Granted) -> Object:
    if not decision.with_pseudonym:
        return decision.claims
    region = LocalKey(issuer.housing_key, issuer.settings.housing_region)
    return {**decision.claims, "housing_pseudonym": region.of(bsn)}


def _open(
    office: Office,
    issuer: Municipality,
    record: PersonRecord,
    granted: dict[str, Object],
    clerk: str,
    now: int,
    refused: tuple[NotOffered, ...],
    left_out: tuple[tuple[str, LeftOut], ...],
) -> OfferMade:
    reference = _base32(office.entropy(_REFERENCE_BYTES))
    case_id = _base32(office.entropy(_CASE_BYTES))
    code = f"{below(_CODES, office.entropy):06d}"
    name = subject(issuer.subject_key, issuer.code, record.bsn)
    state = Offered(
        case=case_id,
        municipality=issuer.code,
        kinds=tuple(granted),
        clerk=clerk,
        created_at=now,
        expires_at=now + offer.OFFER_SECONDS,
    )
    sealed = office.cases.seal(msgspec.json.encode(Sealed(name, granted)), case_id)
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
            name="offer " + ",".join(granted),
            activity_id=_ACTIVITY,
            start_time=now * 1_000,
            end_time=now * 1_000,
            data_subject_id=name,
            municipality=issuer.code,
        ),
    )
    path = issuer.at(f"o/{reference}")
    return OfferMade(
        case=case_id,
        municipality=issuer.code,
        link=path.upper(),
        uri=f"openid-credential-offer://?credential_offer_uri={_escape(path)}",
        code=code,
        expires_at=state.expires_at,
        kinds=tuple(granted),
        refused=refused,
        left_out=left_out,
        restricted=record.restricted,
    )


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=")


def _escape(url: str) -> str:
    return url.replace(":", "%3A").replace("/", "%2F")
