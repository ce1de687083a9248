"""Starting a request for data, following how far it is, binding the result."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from credential import base64url, transactiondata
from credential.errors import CredentialError
from verifier.errors import NotReady, Refused
from verifier.profiles import BoundProfile
from verifier.service import links
from verifier.service.verifier import Verifier
from verifier.store import transactions
from verifier.store.transactions import After, Typed, nothing_more
from verifier.texts import Language
from verifier.transaction import (
    About,
    Answered,
    Bound,
    Created,
    Device,
    Fetched,
    Origin,
    Outcome,
    Transaction,
)

_SESSION: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z", re.ASCII)


@dataclass(frozen=True)
class Invitation:
    """A link that opens a wallet, and until when it works."""

    transaction: str
    device: Device
    link: str = field(repr=False)
    expires: int


def known_session(cookie: str | None) -> str | None:
    """The value of the cookie, if it has the shape of one of ours."""
    return cookie if cookie is not None and _SESSION.match(cookie) else None


def new_session(verifier: Verifier) -> str:
    """The value of a session cookie: 256 random bits, stored only as a keyed hash."""
    return base64url.encode(verifier.entropy(32))


def require_open(verifier: Verifier, profile: BoundProfile) -> None:
    """Refuses to ask for a purpose that the scheme suspended or took back."""
    closed = verifier.closed(profile)
    if closed is not None:
        use = profile.profile.intended_use
        raise Refused(closed, "Regie trust 1.4", status=503, use=use)


def start(
    verifier: Verifier,
    profile: BoundProfile,
    lang: Language,
    session: str | None,
    *,
    origin: Origin = Origin.PAGE,
    started_by: str | None = None,
    return_uri: str | None = None,
    dossier: str | None = None,
    application: str | None = None,
    transaction_data: Sequence[str] = (),
) -> tuple[Invitation, ...]:
    """One request for this device and one for another; without a browser only the latter.

    At the desk the page that waits is the clerk's, and the wallet is never on that device: the
    resident's browser has no part in it, and the code is typed at the desk (formats.md 5).
    """
    now = verifier.now()
    if profile.registration.exp <= now:
        raise NotReady("registration.expired", "Regie trust 2.6", use=profile.profile.intended_use)
    require_open(verifier, profile)
    _may_sign(profile, transaction_data)
    elsewhere = session is None or origin is Origin.DESK
    devices = (Device.OTHER,) if elsewhere else (Device.SAME, Device.OTHER)
    about = About(
        origin=origin,
        started_by=started_by,
        return_uri=return_uri,
        dossier=dossier,
        application=application,
        trace=_trace(verifier),
    )
    created = [
        Created(
            id=base64url.encode(verifier.entropy(24)) + verifier.identities.current.tag,
            profile=profile.id,
            lang=lang,
            device=device,
            created=now,
            expires=now + verifier.config.session_seconds,
            about=about,
            transaction_data=tuple(transaction_data),
        )
        for device in devices
    ]
    owner = None if session is None else verifier.sealer.session(session)
    transactions.start(
        verifier.store,
        verifier.sealer,
        created,
        owner,
        forget_before=now - verifier.config.forget_seconds,
    )
    return tuple(invitation(verifier, item) for item in created)


def _trace(verifier: Verifier) -> str:
    """A fresh `traceparent` per session with one party (W3C Trace Context, 2.2)."""
    return f"00-{verifier.entropy(16).hex()}-{verifier.entropy(8).hex()}-01"


def invitation(verifier: Verifier, item: Created | Fetched) -> Invitation:
    """The link to a request that was not answered yet, as it is at this moment."""
    link = links.link(verifier, item, verifier.now())
    return Invitation(item.id, item.device, link, item.expires)


def _may_sign(profile: BoundProfile, texts: Sequence[str]) -> None:
    """Only what the profile says its people may be asked to sign for (OpenID4VP 1.0, 8.4)."""
    if not texts:
        return
    try:
        found = transactiondata.read([*texts], profile.profile.query)
    except CredentialError as error:
        raise NotReady(error.code, error.section, profile=profile.id) from None
    if any(item.type not in profile.profile.transaction_data for _, item in found):
        raise NotReady("profile.transaction_data", "OpenID4VP 1.0 8.4", profile=profile.id)


class Progress(StrEnum):
    """How far a request is, as the page that waits for it says it."""

    WAITING = "waiting"
    FETCHED = "fetched"
    ANSWERED = "answered"
    DECLINED = "declined"
    FAILED = "failed"
    OVER = "over"


@dataclass(frozen=True)
class Waiting:
    """What the waiting page shows: links that still work, and whether an answer came."""

    profile: str
    invitations: tuple[Invitation, ...]
    expires: int
    outcome: Outcome | None
    wallet_error: str | None = None


def waiting(verifier: Verifier, session: str, profile: str) -> Waiting | None:
    """The requests of this browser for this profile; `None` when it has none."""
    now = verifier.now()
    owner = verifier.sealer.session(session)
    found = transactions.newest(verifier.store, verifier.sealer, owner, profile)
    live = [item for item in found if _lives(item, now)]
    if not live:
        return None
    links_now = tuple(
        invitation(verifier, item) for item in live if isinstance(item, Created | Fetched)
    )
    closed = _closed(found)
    return Waiting(
        profile,
        links_now,
        max((item.expires for item in links_now), default=0),
        None if closed is None else closed.outcome,
        None if closed is None else closed.wallet_error,
    )


def progress(verifier: Verifier, session: str, profile: str) -> Progress:
    """How far the newest request of this browser is."""
    now = verifier.now()
    owner = verifier.sealer.session(session)
    found = transactions.newest(verifier.store, verifier.sealer, owner, profile)
    if any(isinstance(item, Bound) for item in found):
        return Progress.ANSWERED
    received = [item for item in found if isinstance(item, Answered) and item.disclosure]
    if received:
        # Whoever is late with the code starts again: nobody gets what was sent.
        return Progress.ANSWERED if any(_open(item, now) for item in received) else Progress.OVER
    closed = _closed(found)
    if closed is not None:
        declined = closed.outcome is Outcome.DECLINED
        return Progress.DECLINED if declined else Progress.FAILED
    live = [item for item in found if isinstance(item, Created | Fetched) and item.expires > now]
    if any(isinstance(item, Fetched) for item in live):
        return Progress.FETCHED
    return Progress.WAITING if live else Progress.OVER


def _open(item: Answered, now: int) -> bool:
    return item.confirm_until >= now and item.tries_left > 0


def _closed(newest: list[Transaction]) -> Answered | None:
    """The request that ended without anything that could belong to anyone, if one did."""
    return next(
        (item for item in newest if isinstance(item, Answered) and item.disclosure is None), None
    )


def _lives(item: Transaction, now: int) -> bool:
    if isinstance(item, Created | Fetched):
        return item.expires > now
    return isinstance(item, Answered)


def typed(
    verifier: Verifier, session: str, code: str, after: After = nothing_more
) -> tuple[Typed, str]:
    """A confirmation code typed in this browser, and the session it has from now on.

    Never the one it came with: somebody else may have put that there (session fixation).
    """
    fresh = new_session(verifier)
    outcome = transactions.bind_by_code(
        verifier.store,
        verifier.sealer.session(f"confirm:{code}"),
        verifier.sealer.session(session),
        verifier.sealer.session(fresh),
        verifier.now(),
        after,
    )
    return outcome, fresh if outcome is Typed.RIGHT else session


def typed_at_desk(
    verifier: Verifier, session: str, code: str, after: After = nothing_more
) -> Typed:
    """The code a resident reads out, typed by the clerk who started this request.

    The waiting session is the clerk's own and stays: nobody else could have put it there.
    """
    owner = verifier.sealer.session(session)
    return transactions.bind_by_code(
        verifier.store,
        verifier.sealer.session(f"confirm:{code}"),
        owner,
        owner,
        verifier.now(),
        after,
    )


def returned(
    verifier: Verifier, session: str, code: str, after: After = nothing_more
) -> tuple[Bound, str] | None:
    """A browser that opened the return address, and the session it has from now on.

    `None` when the result is not its to see.
    """
    fresh = new_session(verifier)
    bound = transactions.bind_by_return(
        verifier.store,
        verifier.sealer.session(f"return:{code}"),
        verifier.sealer.session(session),
        verifier.sealer.session(fresh),
        verifier.now(),
        after,
    )
    return None if bound is None else (bound, fresh)


def result(verifier: Verifier, session: str, profile: str) -> Bound | None:
    """The result that belongs to this browser."""
    return transactions.bound_to(verifier.store, verifier.sealer.session(session), profile)
