"""What a clerk does on the pages of the desk: find, look, offer, take back, look back.

Everything is on record before it has an effect (`desklog`). The number of a resident stands in
the sealed session and nowhere else.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from credential import kinds
from issuer import accounting
from issuer.application import Application, at
from issuer.brp.errors import TooManyResults
from issuer.brp.number import is_bsn
from issuer.cards import KINDS
from issuer.errors import DeskFault, NothingFound
from issuer.representation import Representation
from issuer.service import desk, desklog, statuslists
from issuer.service.clerks import AtDesk, Clerk, NotGiven, Preview, Shown, Someone, municipality
from issuer.service.desklog import Action
from issuer.service.lookup import look_up
from issuer.service.office import Municipality, Office
from issuer.service.statuslists import Revoked
from issuer.sources import ByName, ByNumber, Occasion
from issuer.store.clerks import ActionRow

PREVIEW_SECONDS: Final = 600
"""So long an offer may be made of what was looked at, without asking the register again."""
_MOST_FOUND: Final = 10
_MOST_ACTIONS: Final = 100
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./:_-]{0,39}\Z")


class Purpose(StrEnum):
    """Why a clerk looks someone up; keys of the texts, table `desk_purpose`."""

    CARDS = "card-issuance"
    APPLICATION = "application"
    CORRECTION = "correction"
    REVOCATION = "revocation"
    QUESTION = "question"


@dataclass(frozen=True)
class Batch:
    """One batch of copies, as a clerk may know of it."""

    kind: str
    week: int
    """The Monday of the week it was issued in; the day is not kept."""
    expires_at: int
    copies: int
    revoked: int
    expired: bool


@dataclass(frozen=True, repr=False)
class History:
    """Cards, applications and actions of one resident; what was on them is not kept."""

    cards: list[Batch]
    applications: list[Application]
    actions: list[ActionRow]


def purpose(stated: str, reference: str) -> str:
    """What stands in the protocol: why, and a reference without a number of a person."""
    try:
        why = Purpose(stated)
    except ValueError:
        raise DeskFault("desk.purpose", "Wet BRP 3.11") from None
    if not reference:
        return why.value
    if not _REFERENCE.match(reference) or holds_bsn(reference):
        raise DeskFault("desk.reference", "Wet BRP 3.11")
    return f"{why.value} {reference}"


def search(
    office: Office, clerk: Clerk, question: ByNumber | ByName, why: str, now: int
) -> tuple[Someone, ...]:
    """Who answers to the question among the municipality's own residents."""
    issuer = municipality(office, clerk)
    asked_of = _subject(issuer, question.bsn) if isinstance(question, ByNumber) else None
    record(office, clerk, Action.SEARCH, why, now, subject=asked_of)
    found: list[Someone] = []
    for code in issuer.settings.register_codes:
        occasion = Occasion(official=clerk.name, purpose=why, municipality=code)
        found += [
            Someone(one.bsn, one.name, one.born, one.address, one.restricted, one.suspended)
            for one in office.source.search(question, now, occasion=occasion)
        ]
    if len(found) > _MOST_FOUND:
        raise TooManyResults("brp.too_many_results", "Regie domain 1.1")
    return tuple(found)


def choose(office: Office, clerk: Clerk, who: Someone, why: str, now: int) -> Clerk:
    """This resident stands at the desk now; whoever stood there before is gone."""
    subject = _subject(municipality(office, clerk), who.bsn)
    record(office, clerk, Action.CHOOSE, why, now, subject=subject)
    at_desk = AtDesk(who, subject, why)
    return msgspec.structs.replace(
        clerk, found=(), purpose="", at_desk=at_desk, preview=None, shown=None
    )


def offered_kinds(issuer: Municipality) -> tuple[str, ...]:
    """The kinds that come from the register; others are applied for."""
    return tuple(kind for kind in issuer.settings.kinds if kind in KINDS)


def preview(
    office: Office,
    clerk: Clerk,
    wanted: Collection[str],
    represented: Representation | None,
    now: int,
) -> Clerk:
    """Asks the register and keeps what would be issued; raises `NothingFound` with the reason."""
    at_desk = _someone(clerk)
    issuer = municipality(office, clerk)
    asked = [kind for kind in offered_kinds(issuer) if kind in wanted]
    if not asked or len(asked) != len(set(wanted)):
        raise DeskFault("desk.unknown_kind", "Regie domain 2.6")
    record(
        office,
        clerk,
        Action.PREVIEW,
        at_desk.purpose,
        now,
        subject=at_desk.subject,
        represented=represented,
    )
    found = look_up(
        office,
        at_desk.who.bsn,
        asked,
        occasion=Occasion(
            official=clerk.name,
            purpose=at_desk.purpose,
            municipality=None,
            represented=represented,
        ),
        now=now,
        municipality=issuer,
    )
    refused = [NotGiven(one.kind, None, one.reason, one.params) for one in found.refused]
    left_out = [NotGiven(kind, one.claim, one.code, {}) for kind, one in found.left_out]
    seen = Preview(
        box=found.box,
        not_given=(*refused, *left_out),
        restricted=found.restricted,
        at=now,
    )
    return msgspec.structs.replace(clerk, preview=seen)


def seen(clerk: Clerk, now: int) -> tuple[Clerk, Preview]:
    """What was looked at, taken out of the session: of two clicks one makes an offer."""
    preview = clerk.preview
    if preview is None or now - preview.at > PREVIEW_SECONDS:
        raise DeskFault("desk.preview_old", "Regie formats 6")
    if not preview.box.claims:
        raise NothingFound("desk.no_cards", "Regie domain 2.8")
    return msgspec.structs.replace(clerk, preview=None), preview


def offer(office: Office, clerk: Clerk, preview: Preview, now: int) -> tuple[Clerk, Shown]:
    """Opens a case for exactly what was looked at."""
    opened = desk.open_offer(
        office,
        municipality(office, clerk),
        preview.box,
        clerk=clerk.name,
        purpose=_someone(clerk).purpose,
        now=now,
    )
    shown = Shown(opened.case, opened.link, opened.uri, opened.code, opened.expires_at)
    return msgspec.structs.replace(clerk, shown=shown), shown


def revoke(
    office: Office, clerk: Clerk, wanted: Collection[str], reason: str, *, at_once: bool, now: int
) -> Revoked:
    """Takes back the cards of the resident at the desk."""
    at_desk = _someone(clerk)
    return take_back(
        office,
        municipality(office, clerk),
        at_desk.who.bsn,
        wanted,
        reason,
        clerk=clerk.name,
        why=at_desk.purpose,
        at_once=at_once,
        now=now,
    )


def take_back(
    office: Office,
    issuer: Municipality,
    bsn: str,
    wanted: Collection[str],
    reason: str,
    *,
    clerk: str,
    why: str,
    at_once: bool,
    now: int,
) -> Revoked:
    """Takes back every copy of these kinds, on record with who did it; there is no way back."""
    row = desklog.row(
        office,
        issuer.code,
        Action.REVOKE,
        clerk=clerk,
        purpose=f"{why} ({reason}: {','.join(sorted(wanted))})",
        now=now,
        subject=_subject(issuer, bsn),
    )
    office.store.clerks.act(row)
    return statuslists.revoke(
        office, issuer, bsn, frozenset(wanted), now=now, at_once=at_once, reason=reason
    )


def history(office: Office, clerk: Clerk, now: int) -> History:
    """What a clerk may know of earlier visits of the resident at the desk; no values."""
    at_desk = _someone(clerk)
    record(office, clerk, Action.HISTORY, at_desk.purpose, now, subject=at_desk.subject)
    where = (clerk.municipality, at_desk.subject)
    return History(
        cards=batches(office, clerk, now),
        applications=[
            at(one.application, now) for one in office.store.applications.of_subject(*where)
        ],
        actions=office.store.audit.actions_of(*where, most=_MOST_ACTIONS),
    )


def batches(office: Office, clerk: Clerk, now: int) -> list[Batch]:
    """The cards of the resident at the desk, the newest first."""
    return [
        Batch(
            kind=one.kind,
            week=one.expires_at - kinds.WEEKS[one.kind] * kinds.WEEK,
            expires_at=one.expires_at,
            copies=one.copies,
            revoked=one.revoked,
            expired=one.expires_at <= now,
        )
        for one in office.store.audit.cards(clerk.municipality, _someone(clerk).subject)
    ]


def held(office: Office, clerk: Clerk, now: int) -> dict[str, int]:
    """How many valid copies there are of each kind; none where a wallet may only fetch new ones."""
    found: dict[str, int] = {}
    for one in batches(office, clerk, now):
        valid = one.copies - one.revoked
        if valid and not one.expired:
            found[one.kind] = found.get(one.kind, 0) + valid
    for grant in office.store.grants.of_subject(clerk.municipality, _someone(clerk).subject):
        if grant.state != "ended" and grant.expires_at > now:
            found |= {kind: 0 for kind in grant.kinds if kind not in found}
    return found


def record(
    office: Office,
    clerk: Clerk,
    action: Action,
    why: str,
    now: int,
    *,
    case: str | None = None,
    subject: str | None = None,
    represented: Representation | None = None,
) -> None:
    """One line of the desk log, before anything else happens."""
    office.store.clerks.act(
        desklog.row(
            office,
            clerk.municipality,
            action,
            clerk=clerk.name,
            purpose=why,
            now=now,
            case=case,
            subject=subject,
            represented=represented,
        )
    )


def _someone(clerk: Clerk) -> AtDesk:
    if clerk.at_desk is None:
        raise DeskFault("desk.nobody", "Architecture, Issuer")
    return clerk.at_desk


def _subject(issuer: Municipality, bsn: str) -> str:
    return accounting.subject(issuer.subject_key, issuer.code, bsn)


def holds_bsn(text: str) -> bool:
    """Whether a citizen service number stands in it, however it is written.

    A case number may be longer: of those, one in three has nine digits that pass by chance.
    """
    runs = re.findall(r"[0-9](?:[ ./:_-]*[0-9])*", text)
    joined = [re.sub(r"[^0-9]", "", run) for run in runs]
    return any(is_bsn(one) for one in (*joined, *re.findall(r"[0-9]+", text)))
