"""What residents apply for and correct: opened, followed, and turned into cards (domain.md 2.9).

What they write is sealed for its case; it stands in no log. There is no BSN in an application.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from credential import base64url, strictjson
from credential.strictjson import Json, Object
from issuer import declared, dossier, evidence, transitions
from issuer.application import (
    DAY,
    Closed,
    Decided,
    File,
    InformationRequested,
    InProgress,
    Issued,
    Received,
    Type,
    Why,
    Withdrawn,
    at,
    receive,
    standing,
)
from issuer.box import Box
from issuer.brp.dates import day_of
from issuer.brp.fields import PERSONAL_KINDS
from issuer.cards.draft import RESTRICTED
from issuer.config import Declared
from issuer.dossier import Claimed, Dossier, Said
from issuer.errors import NothingFound, WalletFault
from issuer.evidence import Attachment
from issuer.sealing import derive, keyed
from issuer.service.casefiles import (
    View,
    change,
    open_dossier,
    processed,
    seal,
    seal_files,
    terms,
    view,
)
from issuer.service.office import Municipality, Office
from issuer.store.applications import Change, StoredApplication

MOST_OPEN: Final = 10
MOST_CLAIMS: Final = 20
MOST_TEXT: Final = 2_000
SOURCE: Final = "gemeente"
"""Claim `source` of a card that a person decided."""

_CASE_BYTES: Final = 6  # one more than a case of the desk: they are told apart by their length
_MOST_VALUE: Final = 4_096
_MOST_STEPS: Final = 8
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_CODES: Final = ("housing_pseudonym", "housing_pseudonym_previous")
_SECTION: Final = "Architecture, Issuer"


@dataclass(frozen=True)
class Denied:
    """There is no card of this kind: `refused`, `withdrawn` or `ended`."""

    code: str


def declared_kinds(office: Office, municipality: Municipality) -> dict[str, Declared]:
    """The kinds a person decides about at this municipality."""
    return {
        one.kind: one for one in office.settings.declared if one.kind in municipality.settings.kinds
    }


# ---- what the resident does


def open_card(
    office: Office,
    municipality: Municipality,
    subject: str,
    kind: str,
    fields: Mapping[str, Json],
    attachments: Sequence[Attachment],
    now: int,
    *,
    key: str = "",
) -> View:
    """Applies for a card of a declared kind; the same `key` and content make one application.

    Raises `FieldFault` naming a field that does not fit, `WalletFault` for everything else.
    """
    wanted = declared_kinds(office, municipality).get(kind)
    if wanted is None:
        raise WalletFault("invalid_request", "application.kind", _SECTION)
    file = _file(office, municipality, subject, Type.CARD, kind, now)
    content = Dossier(fields=declared.check(wanted.fields, fields))
    return _open(office, file, content, attachments, now, key)


def open_correction(
    office: Office,
    municipality: Municipality,
    subject: str,
    kind: str,
    claims: Sequence[Claimed],
    explanation: str,
    attachments: Sequence[Attachment],
    now: int,
    *,
    key: str = "",
) -> View:
    """Asks that the register is corrected (Wet BRP 2.58); `key` as in `open_card`.

    Only what the municipality itself keeps: of another register it is no source.
    """
    if kind not in municipality.settings.kinds or kind not in PERSONAL_KINDS:
        raise WalletFault("invalid_request", "application.not_ours", "Wet BRP 2.58")
    if not 0 < len(claims) <= MOST_CLAIMS:
        raise WalletFault("invalid_request", "application.claims", _SECTION)
    for one in claims:
        _check_claim(one)
    about = tuple(dict.fromkeys(str(one.path[0]) for one in claims))
    file = _file(office, municipality, subject, Type.CORRECTION, kind, now, about)
    content = Dossier(claims=tuple(claims), explanation=_text(explanation))
    return _open(office, file, content, attachments, now, key)


def supplement(
    office: Office,
    municipality: Municipality,
    subject: str,
    case_id: str,
    text: str,
    attachments: Sequence[Attachment],
    now: int,
) -> View:
    """The resident adds words, files or both; what was asked for is answered by it."""
    if not text.strip() and not attachments:
        raise WalletFault("invalid_request", "application.empty", _SECTION)
    said = _text(text)
    _own(office, municipality, subject, case_id)

    def step(stored: StoredApplication) -> Change:
        before = len(office.store.applications.attachments(case_id))
        evidence.check(attachments, before=before)
        after = transitions.supplement(stored.application, now)
        content = open_dossier(office, stored)
        if said:
            more = (*content.supplements, Said(now, said))
            content = msgspec.structs.replace(content, supplements=more)
        sealed = seal_files(office, case_id, attachments, before)
        return change(office, stored, after, content, now, did="supplement", files=sealed)

    return view(office, office.store.applications.change(case_id, step), now)


def withdraw(
    office: Office, municipality: Municipality, subject: str, case_id: str, now: int
) -> View:
    """The resident takes it back; after the decision there is nothing to take back."""
    _own(office, municipality, subject, case_id)

    def step(stored: StoredApplication) -> Change:
        after = transitions.withdraw(stored.application, now)
        return change(office, stored, after, open_dossier(office, stored), now, did="withdraw")

    return view(office, office.store.applications.change(case_id, step), now)


def tell_recipients(
    office: Office, municipality: Municipality, subject: str, case_id: str, tell: bool, now: int
) -> View:
    """Whether those who received the old data must be told of the correction (Wet BRP 3.23)."""
    _own(office, municipality, subject, case_id)

    def step(stored: StoredApplication) -> Change:
        after = transitions.answer_recipients(stored.application, tell, now)
        return change(office, stored, after, open_dossier(office, stored), now, did="recipients")

    return view(office, office.store.applications.change(case_id, step), now)


def own(office: Office, municipality: Municipality, subject: str, now: int) -> list[View]:
    """Everything of one resident, the newest first."""
    found = office.store.applications.of_subject(municipality.code, subject)
    return [view(office, one, now) for one in found]


def find_own(
    office: Office, municipality: Municipality, subject: str, case_id: str, now: int
) -> View:
    """One application of this resident; another's does not exist."""
    return view(office, _own(office, municipality, subject, case_id), now)


# ---- the card that was granted


def granted_claims(
    office: Office,
    municipality: Municipality,
    subject: str,
    kind: str,
    now: int,
    *,
    box: Box | None = None,
) -> Object | Denied | None:
    """What a card of a declared kind says; `None` while a person still has to decide, or may.

    `box` is the bearer's: an application knows no BSN, so the recognition codes are of the box.
    """
    if box is not None and box.gone:
        # What a municipality decided is about its own residents.
        return Denied("ended")
    found = office.store.applications.of_kind(municipality.code, subject, kind)
    standings = [(at(one.application, now), one) for one in found]
    for state, stored in standings:
        if standing(state) and isinstance(state, Decided | Issued):
            content = open_dossier(office, stored)
            return {
                **content.decided,
                "source": SOURCE,
                "reference_moment": day_of(state.decided_at).isoformat(),
                "municipality_code": municipality.code,
                **_of_box(municipality, box),
            }
    states = [state for state, _ in standings]
    if not states or any(
        isinstance(one, Received | InProgress | InformationRequested) for one in states
    ):
        return None
    match states[0]:
        case Withdrawn():
            return Denied("withdrawn")
        case Decided() | Closed(why=Why.FINAL):
            return Denied("refused")
        case _:
            return Denied("ended")


def running(office: Office, municipality: Municipality, subject: str, kind: str, now: int) -> bool:
    """Whether an application for this card is open, or was granted and still stands."""
    found = office.store.applications.of_kind(municipality.code, subject, kind)
    states = [at(one.application, now) for one in found]
    return any(
        standing(one) or isinstance(one, Received | InProgress | InformationRequested)
        for one in states
    )


def _of_box(municipality: Municipality, box: Box | None) -> Object:
    """The recognition codes as the resident's other cards have them, and who asked for secrecy."""
    if box is None:
        return {}
    if box.claims:
        # Where the number itself is under investigation, no card has a code.
        return {
            name: claims[name]
            for claims in box.claims.values()
            for name in (*_CODES, RESTRICTED)
            if name in claims
        }
    codes: Object = {"housing_pseudonym": municipality.housing.of(box.bsn)}
    if municipality.housing_previous is not None:
        codes["housing_pseudonym_previous"] = municipality.housing_previous.of(box.bsn)
    return codes


# ---- parts


def _file(
    office: Office,
    municipality: Municipality,
    subject: str,
    type_: Type,
    kind: str,
    now: int,
    about: tuple[str, ...] = (),
) -> File:
    case = base64.b32encode(office.entropy(_CASE_BYTES)).decode("ascii").rstrip("=")
    file = File(
        case=case,
        municipality=municipality.code,
        subject=subject,
        type=type_,
        kind=kind,
        about=about,
        received_at=now,
        due_at=now,
        history=(),
    )
    due_at = now + terms(office, file).days * DAY
    return msgspec.structs.replace(file, due_at=due_at)


def _open(
    office: Office,
    file: File,
    content: Dossier,
    attachments: Sequence[Attachment],
    now: int,
    key: str,
) -> View:
    evidence.check(attachments)
    first = Change(
        application=receive(file),
        sealed=seal(office, file.case, content),
        erase_at=None,
        files=seal_files(office, file.case, attachments, 0),
        processed=processed(office, file, "apply", office.trace(), now),
    )
    owner = f"{file.municipality}/{file.subject}"
    digest = _digest(office, file, content, attachments)
    stored = office.store.applications.add(
        first,
        request_key=keyed(office.secret, "application-key", f"{owner}/{key}") if key else None,
        request_hash=digest,
        most=MOST_OPEN,
    )
    if stored.request_hash is None or not hmac.compare_digest(stored.request_hash, digest):
        raise WalletFault("key_reused", "application.key_reused", _SECTION, status=409)
    return view(office, stored, now)


def _digest(office: Office, file: File, content: Dossier, attachments: Sequence[Attachment]) -> str:
    """What makes two requests the same; keyed, since a telephone number is soon guessed."""
    mac = hmac.new(derive(office.secret, "application-content"), digestmod=hashlib.sha256)
    parts = [file.type.value.encode(), file.kind.encode(), dossier.encode(content)]
    for one in attachments:
        parts += [one.media.encode(), one.data]
    for part in parts:
        mac.update(len(part).to_bytes(8, "big") + part)
    return base64url.encode(mac.digest())


def _own(
    office: Office, municipality: Municipality, subject: str, case_id: str
) -> StoredApplication:
    try:
        stored = office.store.applications.find(case_id)
    except NothingFound:
        raise _unknown() from None
    file = stored.application.file
    if (file.municipality, file.subject) != (municipality.code, subject):
        raise _unknown()
    return stored


def _unknown() -> WalletFault:
    return WalletFault("not_found", "application.unknown", "RFC 9110 15.5.5", status=404)


def _check_claim(one: Claimed) -> None:
    first = one.path[0] if one.path else None
    fits = (
        isinstance(first, str)
        and _NAME.match(first) is not None
        and len(one.path) <= _MOST_STEPS
        and len(strictjson.dumps([*one.path])) <= _MOST_VALUE
        and all(len(strictjson.dumps([value])) <= _MOST_VALUE for value in (one.held, one.claimed))
    )
    if not fits or (one.is_held and one.held == one.claimed):
        raise WalletFault("invalid_request", "application.claims", _SECTION)


def _text(value: str) -> str:
    """Words of a resident: not too long, and nothing in them that is no text."""
    found = value.strip()
    if len(found) > MOST_TEXT or not all(one.isprintable() or one in "\t\r\n" for one in found):
        raise WalletFault("invalid_request", "application.text", _SECTION)
    return found
