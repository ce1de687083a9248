"""An application until it is submitted: own words, attachments, and the wallet that signs both.

What is signed is one version: its hash stands in the request, in the wallet's question and in the
signature of both cards. Whatever changes afterwards is another version, that nobody signed.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from credential import base64url, periods
from credential.names import Path
from credential.strictjson import Json
from verifier import application as forms
from verifier import attachments as files
from verifier.application import Form
from verifier.attachments import Attachment
from verifier.errors import Refused
from verifier.profiles import BoundProfile
from verifier.service import sessions
from verifier.service.permit.signing import transaction_data
from verifier.service.permit.steps import submitted
from verifier.service.verifier import Verifier
from verifier.store import permits
from verifier.store.permits import Application, Attached, Kept, Sent
from verifier.texts import Language
from verifier.transaction import Bound, Outcome

KVK: Final = "kvk-inschrijving"
BAG: Final = "bag-object"
CHANGED: Final = "permit.changed"
FOREIGN: Final = "permit.foreign"
ESTABLISHMENT: Final = "permit.establishment"


@dataclass(frozen=True)
class Checked:
    """What one card said: its values, the register they are from, and the day they are of."""

    query_id: str
    values: tuple[tuple[Path, Json], ...] = field(repr=False)
    source: str
    day: str

    def value(self, *path: str) -> Json:
        """The value at a path; nothing when the card did not say."""
        return next((value for at, value in self.values if at == path), None)


@dataclass(frozen=True)
class Concept:
    """An application with everything that is in it."""

    application: Application
    form: Form = field(repr=False)
    attachments: tuple[Kept, ...] = field(repr=False)
    checked: tuple[Checked, ...] = field(default=(), repr=False)

    @property
    def signed(self) -> bool:
        """Whether a wallet signed for this version."""
        return self.application.disclosure is not None

    def said(self, query_id: str) -> Checked | None:
        """What the card of this query said."""
        return next((one for one in self.checked if one.query_id == query_id), None)


def current(verifier: Verifier, session: str, profile: BoundProfile) -> Concept | None:
    """What this browser is filling in."""
    owner = verifier.sealer.session(session)
    found = permits.concept_of(verifier.store, owner, profile.id)
    return None if found is None else whole(verifier, found)


def whole(verifier: Verifier, found: Application) -> Concept:
    """An application with its words, attachments and what the cards said."""
    store, sealer = verifier.store, verifier.sealer
    return Concept(
        found,
        permits.form(store, sealer, found.id),
        permits.attachments(store, sealer, found.id),
        () if found.disclosure is None else checked(verifier, found.disclosure),
    )


def checked(verifier: Verifier, disclosure: str) -> tuple[Checked, ...]:
    """What the cards of a disclosure said, with source and date, as long as it is kept."""
    by_card: dict[str, dict[Path, Json]] = {}
    for query_id, path, value in permits.values(verifier.store, verifier.sealer, disclosure):
        by_card.setdefault(query_id, {})[tuple(path)] = value
    return tuple(
        Checked(
            query_id,
            tuple((path, value) for path, value in said.items() if path not in _ABOUT),
            str(said.get(("source",), "")),
            str(said.get(("reference_moment",), "")),
        )
        for query_id, said in by_card.items()
    )


_ABOUT: Final = (("source",), ("reference_moment",))


def fill(
    verifier: Verifier, profile: BoundProfile, session: str, fields: Mapping[str, str]
) -> tuple[Form, tuple[str, ...]]:
    """Keep what was filled in; nothing is kept as long as something is wrong."""
    now = verifier.now()
    allowed = [one.id for one in verifier.config.permit.activities]
    salt = base64url.encode(verifier.entropy(16))
    form, wrong = forms.read(fields, allowed, periods.day_of(now), salt)
    if wrong:
        return form, wrong
    owner = verifier.sealer.session(session)
    found = permits.concept_of(verifier.store, owner, profile.id)
    if found is not None:
        if found.disclosure is not None or not permits.change(
            verifier.store, verifier.sealer, found, form, now=now
        ):
            raise _signed()
        return form, ()
    permits.open_concept(
        verifier.store,
        verifier.sealer,
        id=base64url.encode(verifier.entropy(18)),
        number=_number(verifier),
        profile=profile.id,
        owner=owner,
        form=form,
        now=now,
        forget_before=now - 2 * verifier.config.session_seconds,
    )
    return form, ()


def attach(verifier: Verifier, found: Application, name: str, data: bytes) -> str | None:
    """Add an attachment; a code that says why not, or nothing when it was added."""
    sent = incoming(verifier, name, data)
    if isinstance(sent, str):
        return sent
    if found.disclosure is not None:
        raise _signed()
    settings = verifier.config.permit
    done = permits.attach(
        verifier.store,
        verifier.sealer,
        found,
        sent,
        most=settings.attachments,
        room=settings.concept_bytes,
        now=verifier.now(),
    )
    return None if done is Attached.YES else f"permit.attachment.{done.value}"


def incoming(verifier: Verifier, name: str, data: bytes, *, later: bool = False) -> Sent | str:
    """An attachment as it may be kept, or why not; its bytes decide what it is, not its name."""
    if not data:
        return "permit.attachment.none"
    if len(data) > verifier.config.permit.attachment_bytes:
        return "permit.attachment.size"
    media = files.media_of(data)
    if media is None:
        return "permit.attachment.media"
    one = Attachment(
        files.clean_name(name, media),
        files.digest(data),
        len(data),
        media,
        files.says_more(data, media),
    )
    return Sent(base64url.encode(verifier.entropy(18)), one, base64url.encode(data), later)


def detach(verifier: Verifier, found: Application, attachment: str) -> None:
    """Take an attachment away."""
    if found.disclosure is not None or not permits.detach(
        verifier.store, found, attachment, now=verifier.now()
    ):
        raise _signed()


def share(verifier: Verifier, profile: BoundProfile, lang: Language, session: str) -> bool:
    """Fix this version and ask the wallet for the cards and a signature over it."""
    found = current(verifier, session, profile)
    if found is None:
        return False
    if found.signed:
        raise _signed()
    application = found.application
    hashed = hash_of(found)
    if not permits.freeze(verifier.store, application, hashed):
        raise Refused(CHANGED, "Regie formats 3", status=409)
    sessions.start(
        verifier,
        profile,
        lang,
        session,
        application=f"{application.id}.{application.version}",
        transaction_data=(transaction_data(verifier, profile, found, hashed),),
    )
    return True


def hash_of(found: Concept) -> str:
    """What a wallet signs for: the hash over own words and attachments."""
    return forms.hash_of(
        found.application.number,
        found.application.profile,
        found.form,
        [one.attachment for one in found.attachments if not one.later],
    )


def mine_alone(verifier: Verifier, session: str) -> Callable[[Connection, Bound], None]:
    """Refuses a result in another browser than the one where the application was filled in.

    Raised inside the transaction that would bind it, so that the code can still be typed where it
    belongs (formats.md 5): what somebody wrote is not shown to whoever read the QR code.
    """
    owner = verifier.sealer.session(session)

    def check(connection: Connection, bound: Bound) -> None:
        name = (bound.about.application or "").partition(".")[0]
        if not permits.owned(connection, name, owner):
            raise Refused(FOREIGN, "Regie formats 5", status=403)

    return check


def arrived(verifier: Verifier, session: str, bound: Bound) -> Concept | None:
    """The application this result belongs to, tied to it; `None` when it was changed since.

    Only the browser that filled it in comes this far (`mine_alone`); its session is a new one.
    """
    name, _, version = (bound.about.application or "").partition(".")
    if bound.outcome is not Outcome.ACCEPTED or bound.disclosure is None or not version.isdecimal():
        return None
    owner = verifier.sealer.session(session)
    now = verifier.now()
    if not permits.link(verifier.store, name, int(version), bound.disclosure, owner, now=now):
        permits.follow(verifier.store, name, owner)
    found = permits.find(verifier.store, name)
    if found is None or found.disclosure != bound.disclosure:
        return None
    return whole(verifier, found)


def reopen(verifier: Verifier, found: Application) -> bool:
    """Change what was signed: the signature no longer counts, and is asked again."""
    return permits.reopen(verifier.store, found)


def fault(verifier: Verifier, found: Concept) -> str | None:
    """Why this application cannot be submitted; nothing when it can."""
    company = found.said(KVK)
    if verifier.config.permit.require_establishment and (
        company is None or company.value("establishment_number") is None
    ):
        return ESTABLISHMENT
    return None


def submit(verifier: Verifier, found: Concept, role: str = "applicant") -> Application:
    """Hand it in: what is there must be what the wallet signed, to the byte."""
    application = found.application
    if not found.signed or application.transaction_hash is None or not found.checked:
        raise Refused("permit.not_signed", "Regie formats 3", status=409)
    signed = application.transaction_hash.encode()
    if not hmac.compare_digest(hash_of(found).encode(), signed) or not _untouched(verifier, found):
        raise Refused(CHANGED, "Regie formats 3", status=409)
    why = fault(verifier, found)
    if why is not None:
        raise Refused(why, "Regie domain 2.6", status=409)
    return submitted(verifier, application, role)


def _untouched(verifier: Verifier, found: Concept) -> bool:
    """Every attachment still has the bytes whose hash was signed."""
    for one in found.attachments:
        body = permits.body(verifier.store, verifier.sealer, one.id)
        if body is None or files.digest(base64url.decode(body)) != one.attachment.sha256:
            return False
    return True


def _signed() -> Refused:
    return Refused(CHANGED, "Regie formats 3", status=409)


def _number(verifier: Verifier) -> str:
    digits = f"{int.from_bytes(verifier.entropy(8), 'big') % 10**12:012d}"
    return "-".join((digits[:4], digits[4:8], digits[8:]))
