"""The resident's own view, through the wallet: cards, cases, and what was done with their data.

Regie formats 12. Only the bearer's own: another's case does not exist here.
"""

from collections.abc import Sequence
from typing import Final

from credential.strictjson import Json, Object
from issuer import mymessages, registers
from issuer.errors import FieldFault, TokenFault, WalletFault
from issuer.mymessages import CardRequest, CorrectionRequest
from issuer.service import applications, casewords
from issuer.service.access import Access, Asked, authorise
from issuer.service.casefiles import View
from issuer.service.office import Municipality, Office
from issuer.store.accounts import Query
from issuer.store.grants import ACTIVE
from issuer.store.notices import Notice
from issuer.store.promises import until_allowed
from issuer.texts import Language, find

MOST_LINES: Final = 2_000
_SYSTEMS: Final = frozenset({"login", "refill", "sync-brp"})
"""Officials in the query protocol that are no people."""
_AT_THE_ADDRESS: Final = "adres"
_OWN: Final = "personen"


def enter(office: Office, municipality: Municipality, asked: Asked) -> Access:
    """The bearer, who must be known to be the resident: at the desk, once the clerk confirmed."""
    access = authorise(office, municipality, asked)
    if access.case is not None:
        grant = office.store.grants.find(access.grant_id)
        if grant is None or grant.state != ACTIVE:
            raise TokenFault("insufficient_scope", "my.not_confirmed", "RFC 6750 3.1", status=403)
    box = access.box
    if box is not None and box.gone and box.represented is not None:
        # Who spoke for another speaks no longer: of age now, or no longer theirs to speak for.
        raise TokenFault("insufficient_scope", "my.speaks_no_more", "Wet BRP 2.55(5)", status=403)
    return access


def overview(office: Office, access: Access, now: int) -> Object:
    """`GET my`: the state of the cards, the cases, and when copies may be asked again."""
    cases: list[Json] = [
        casewords.message(access.municipality, one, now)
        for one in applications.own(office, access.municipality, access.subject, now)
    ]
    return {
        "cards": _cards(office, access, now),
        "cases": cases,
        "refill": _refill(office, access, now),
    }


def case(office: Office, access: Access, now: int, case_id: str) -> Object:
    """`GET my/cases/ID`: one case, with the signed decision once there is one."""
    found = applications.find_own(office, access.municipality, access.subject, case_id, now)
    return _answer(access, found, now)


def open_case(office: Office, access: Access, now: int, body: bytes, keys: list[str]) -> Object:
    """`POST my/cases`: a new case; the same `Idempotency-Key` and content give the same one."""
    key = mymessages.idempotency_key(keys)
    try:
        made = _open(office, access, now, mymessages.case_request(body), key)
    except FieldFault as fault:
        raise WalletFault("invalid_field", fault.code, fault.section) from None
    return _answer(access, made, now)


def supplement(office: Office, access: Access, now: int, body: bytes, case_id: str) -> Object:
    """`POST my/cases/ID/supplement`: words, files or both."""
    more = mymessages.supplement_request(body)
    found = applications.supplement(
        office, access.municipality, access.subject, case_id, more.text, more.attachments, now
    )
    return _answer(access, found, now)


def recipients(office: Office, access: Access, now: int, body: bytes, case_id: str) -> Object:
    """`POST my/cases/ID/recipients`: whether they must be told of a correction (Wet BRP 3.23)."""
    tell = mymessages.recipients_request(body)
    found = applications.tell_recipients(
        office, access.municipality, access.subject, case_id, tell, now
    )
    return _answer(access, found, now)


def withdraw(office: Office, access: Access, now: int, body: bytes, case_id: str) -> Object:
    """`POST my/cases/ID/withdraw`: taken back, before the decision."""
    mymessages.withdraw_request(body)
    found = applications.withdraw(office, access.municipality, access.subject, case_id, now)
    return _answer(access, found, now)


def processing(office: Office, access: Access, language: Language) -> Object:
    """`GET my/processing`: the own lines of the processing log and of the query protocol.

    Who works at the municipality is told by role (Wet BRP 3.22). A search at the address stands
    there if it was the resident's own: another's would tell what a housemate applied for.
    """
    store = office.store.accounts
    steps = store.processing_of(access.municipality.code, access.subject, most=MOST_LINES)
    queries = store.queries_of(access.subject, most=MOST_LINES)
    asked_then = {one.at for one in queries if one.operation == _OWN}
    return {
        "processing": [
            {
                "at": one.start_time // 1_000,
                "activity": one.activity_id.rpartition("/")[2],
                "name": _done(language, one.name),
                "purpose": _why(language, one.activity_id.rpartition("/")[2]),
            }
            for one in steps
        ],
        "queries": [
            _query(language, one)
            for one in queries
            if one.operation != _AT_THE_ADDRESS or one.at in asked_then
        ],
    }


# ---- parts


def _open(
    office: Office,
    access: Access,
    now: int,
    request: CardRequest | CorrectionRequest,
    key: str,
) -> View:
    if registers.of_business(access.kinds):
        # Nobody is known here who could apply; and no register of ours to correct.
        raise WalletFault("invalid_request", "application.not_ours", "Regie domain 2.6")
    match request:
        case CardRequest():
            return applications.open_card(
                office,
                access.municipality,
                access.subject,
                request.kind,
                request.fields,
                request.attachments,
                now,
                key=key,
            )
        case CorrectionRequest():
            return applications.open_correction(
                office,
                access.municipality,
                access.subject,
                request.kind,
                request.claims,
                request.explanation,
                request.attachments,
                now,
                key=key,
            )


def _answer(access: Access, found: View, now: int) -> Object:
    answer: Object = {"case": casewords.message(access.municipality, found, now)}
    signed = casewords.decision(access.municipality, found, now)
    return answer if signed is None else {**answer, "decision": signed}


def _cards(office: Office, access: Access, now: int) -> list[Json]:
    """Per kind: something valid, something better to be had, taken back and why, or nothing."""
    code = access.municipality.code
    valid = {
        row.kind
        for row in office.store.audit.cards(code, access.subject)
        if row.expires_at > now and row.copies > row.revoked
    }
    told: dict[str, Notice] = {}
    for notice in office.store.notices.of(code, access.subject, now, grant_id=access.grant_id):
        told.setdefault(notice.kind, notice)
    found: list[Json] = []
    for kind in access.municipality.settings.kinds:
        last = told.get(kind)
        if last is not None and (last.event == "renewable") == (kind in valid):
            found.append({"kind": kind, "state": last.event, "reason": last.reason, "at": last.at})
        else:
            found.append({"kind": kind, "state": "valid" if kind in valid else "none"})
    return found


def _refill(office: Office, access: Access, now: int) -> Object:
    """In how many seconds a wallet may ask the next batch of a kind; 0: now."""
    if access.case is not None:
        return {}
    had = office.store.promises.refilled(access.grant_id, now)
    return {kind: until_allowed(now) if kind in had else 0 for kind in access.kinds}


def _query(language: Language, one: Query) -> Object:
    fields: list[Json] = list(one.fields)
    role = "system" if one.official in _SYSTEMS else "clerk"
    return {
        "at": one.at,
        "purpose": _why(language, one.purpose.partition(" ")[0]),
        "official_role": find(language, f"query_role.{role}") or role,
        "fields": fields,
        "found": one.found,
    }


def _why(language: Language, name: str) -> str:
    return find(language, f"processing_why.{name}") or name


def _done(language: Language, name: str) -> str:
    """A line of the processing log as a sentence: `issue woonadres,huishouden (...)`."""
    verb, _, rest = name.partition(" ")
    kinds = rest.partition(" ")[0].split(",")
    return find(language, f"processing_done.{verb}", kinds=_names(language, kinds)) or name


def _names(language: Language, kinds: Sequence[str]) -> str:
    return ", ".join(find(language, f"kind.{kind}") or kind for kind in kinds)
