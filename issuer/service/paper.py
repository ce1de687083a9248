"""A paper extract for who has no device: for one purpose of one organisation (Regie formats 11).

It states what that organisation is registered to ask for that purpose, and nothing else; it can
be taken back through the status lists like a card.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import base64url, paper, registration
from credential.errors import CredentialError
from credential.names import Path, vct_of
from credential.paper import Part, Purpose
from credential.registration import Registration
from credential.statuslist import StatusReference
from credential.strictjson import Json, Object
from issuer import facts
from issuer.accounting import new_span
from issuer.box import Box
from issuer.errors import DeskFault, NothingFound, SettingsFault
from issuer.service import desklog
from issuer.service.desklog import Action
from issuer.service.office import Municipality, Office
from issuer.store import Issuance, ProcessingRow

PURPOSE: Final = "paper-extract"
_ACTIVITY: Final = "https://regie.example/ns/activity/paper-extract"
_IDENTIFIER_BYTES: Final = 16
_REGISTRATIONS: Final = "registration/"


@dataclass(frozen=True, repr=False)
class Paper:
    """An extract, ready to print."""

    text: str
    """What the QR code holds."""
    asker: Registration
    parts: tuple[tuple[str, Object], ...] = field(repr=False)
    """Kind and what is stated of it, as the resident may read it."""
    left_out: tuple[str, ...]
    """Kinds the organisation may ask, of which this resident has none."""
    exp: int


def askers(office: Office, now: int) -> tuple[Registration, ...]:
    """Every organisation and purpose in the scheme, by name; none without a scheme on disk."""
    if office.scheme is None:
        raise SettingsFault("scheme.missing", "Regie formats 11")
    trust = office.scheme.trust(now)
    trust.require_fresh(now)
    found = []
    for _, compact in office.scheme.files(_REGISTRATIONS):
        try:
            found.append(registration.verify_published(compact, trust, now=now))
        except CredentialError:
            # An issuer's own, or one that is over or taken back: nobody to make paper for.
            continue
    return tuple(sorted(found, key=lambda one: (one.name, one.intended_use_id)))


def kinds_of(asker: Registration, issuer: Municipality) -> tuple[str, ...]:
    """The kinds that this asker may see and this municipality issues."""
    may = {vct for grant in asker.credentials for vct in grant.types}
    return tuple(kind for kind in issuer.settings.kinds if vct_of(kind) in may)


def make(
    office: Office, issuer: Municipality, box: Box, asker: Registration, *, clerk: str, now: int
) -> Paper:
    """Signs the extract, on record first; raises `NothingFound` if there is nothing to state."""
    stated = {
        kind: found
        for kind in kinds_of(asker, issuer)
        if kind in box.claims and (found := _only(asker, kind, box.claims[kind]))
    }
    if not stated:
        raise NothingFound("paper.nothing", "Regie formats 11")
    leaf = issuer.certificates.card
    day = now - now % 86_400
    exp = day + paper.LIFE_SECONDS
    leaf.require_signs(day, exp)
    office.store.clerks.act(
        desklog.row(
            office,
            issuer.code,
            Action.PAPER,
            clerk=clerk,
            purpose=f"{PURPOSE} {asker.oin} {asker.intended_use_id}",
            now=now,
            subject=box.subject,
            represented=box.represented,
        )
    )
    places = office.store.issue_paper(
        issuer.code,
        [_issuance(issuer, box, kind, claims, exp) for kind, claims in stated.items()],
        office.pool,
        ProcessingRow(
            trace_id=office.trace(),
            span_id=new_span(office.entropy),
            parent_span_id=None,
            name=f"paper {asker.intended_use_id} for {asker.oin}",
            activity_id=_ACTIVITY,
            start_time=now * 1_000,
            end_time=now * 1_000,
            data_subject_id=box.subject,
            municipality=issuer.code,
        ),
        now=now,
    )
    parts = [
        Part(vct_of(kind), claims, StatusReference(issuer.status_uri(number), idx))
        for (kind, claims), (number, idx) in zip(stated.items(), places, strict=True)
    ]
    text = paper.make(
        Purpose(asker.oin, asker.service_id, asker.intended_use_id),
        parts,
        identifier=base64url.encode(office.entropy(_IDENTIFIER_BYTES)),
        now=now,
        signer=leaf.signer,
        x5c=[leaf.der],
    )
    lacking = tuple(kind for kind in kinds_of(asker, issuer) if kind not in stated)
    return Paper(text, asker, tuple(stated.items()), lacking, exp)


def find(found: Sequence[Registration], name: str) -> Registration:
    """The asker that is meant by `OIN/INTENDED-USE`, or by the use alone if only one has it."""
    oin, _, use = name.rpartition("/")
    meant = [one for one in found if one.intended_use_id == use and oin in ("", one.oin)]
    if len(meant) != 1:
        raise DeskFault("paper.asker", "Regie formats 11")
    return meant[0]


def _only(asker: Registration, kind: str, claims: Object) -> Object:
    """What of these claims the organisation is registered to ask."""
    paths: list[Path] = [
        claim.path
        for grant in asker.credentials
        if vct_of(kind) in grant.types
        for claim in grant.claims
    ]
    return {
        name: _within(value, _below(paths, name))
        for name, value in claims.items()
        if any(path[0] == name for path in paths)
    }


def _below(paths: Sequence[Path], name: str) -> list[Path]:
    return [path[1:] for path in paths if path[0] == name]


def _within(value: Json, paths: Sequence[Path]) -> Json:
    """A value, or of an object only the members that are registered."""
    if not isinstance(value, dict) or any(not path for path in paths):
        return value
    return {
        name: _within(one, _below(paths, name))
        for name, one in value.items()
        if any(path and path[0] == name for path in paths)
    }


def _issuance(issuer: Municipality, box: Box, kind: str, claims: Object, exp: int) -> Issuance:
    """What is kept of one part: a change ends it only if it is in what the paper states."""
    return Issuance(
        kind=kind,
        copies=1,
        subject=box.subject,
        expires_at=exp,
        kept=facts.keep(
            issuer.subject_key,
            box.subject,
            kind,
            claims,
            ask_again_at=box.ask_again_at,
        ),
    )
