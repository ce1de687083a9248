"""Starting a request for data, handing the request object out once, binding the result."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import base64url, jose
from verifier import request
from verifier.errors import NotReady, Refused
from verifier.profiles import BoundProfile
from verifier.service.verifier import Verifier
from verifier.store import transactions
from verifier.store.transactions import Typed
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

MAX_WALLET_NONCE = 256
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
            id=base64url.encode(verifier.entropy(24)),
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
    """The link to a request that was not answered yet."""
    uri = f"{verifier.config.base_url}/request/{item.id}"
    return Invitation(
        item.id, item.device, request.invitation(verifier.client_id, uri), item.expires
    )


def hand_out(verifier: Verifier, transaction: str, wallet_nonce: str | None = None) -> str:
    """The signed request object, once; a second fetch is refused."""
    if wallet_nonce is not None and not 0 < len(wallet_nonce) <= MAX_WALLET_NONCE:
        raise Refused("request.wallet_nonce", "OpenID4VP 1.0 5.10")
    now = verifier.now()
    found = transactions.find(verifier.store, verifier.sealer, transaction)
    if not isinstance(found, Created) or found.expires <= now:
        raise Refused("request.gone", "OpenID4VP 1.0 5.10", status=404)
    profile = verifier.profile(found.profile)
    secrets = request.secrets_for(
        found, verifier.entropy, jose.generate_key(), profile.registration
    )
    fetched, token = request.build(
        found,
        profile,
        secrets,
        now=now,
        seconds=verifier.config.request_seconds,
        base_url=verifier.config.base_url,
        signer=verifier.signer,
        chain=verifier.chain,
        wallet_nonce=wallet_nonce,
    )
    if not transactions.hand_out(verifier.store, verifier.sealer, fetched, now):
        raise Refused("request.gone", "OpenID4VP 1.0 5.10", status=404)
    return token


@dataclass(frozen=True)
class Waiting:
    """What the waiting page shows: links that still work, and whether an answer came."""

    profile: str
    invitations: tuple[Invitation, ...]
    expires: int
    outcome: Outcome | None


def waiting(verifier: Verifier, session: str, profile: str) -> Waiting | None:
    """The requests of this browser for this profile; `None` when it has none."""
    now = verifier.now()
    owner = verifier.sealer.session(session)
    found = [
        item
        for item in transactions.of_session(verifier.store, verifier.sealer, owner)
        if item.profile == profile
    ]
    live = [item for item in found if _lives(item, now)]
    if not live:
        return None
    links = tuple(
        invitation(verifier, item) for item in live if isinstance(item, Created | Fetched)
    )
    return Waiting(
        profile,
        links,
        max((item.expires for item in links), default=0),
        _closed(found[:2]),
    )


def _closed(newest: list[Transaction]) -> Outcome | None:
    """How the newest requests ended, if nothing came that could belong to anyone."""
    return next(
        (item.outcome for item in newest if isinstance(item, Answered) and item.disclosure is None),
        None,
    )


def _lives(item: Transaction, now: int) -> bool:
    if isinstance(item, Created | Fetched):
        return item.expires > now
    return isinstance(item, Answered)


def typed(verifier: Verifier, session: str, code: str) -> tuple[Typed, str]:
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
    )
    return outcome, fresh if outcome is Typed.RIGHT else session


def returned(verifier: Verifier, session: str, code: str) -> tuple[Bound, str] | None:
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
    )
    return None if bound is None else (bound, fresh)


def result(verifier: Verifier, session: str, profile: str) -> Bound | None:
    """The result that belongs to this browser."""
    return transactions.bound_to(verifier.store, verifier.sealer.session(session), profile)
