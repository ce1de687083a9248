"""Sessions that another system starts; the verdict waits until the person's browser is known.

The other system sends its visitor to our page, once. There the person shares, and there the wallet
comes back or the code is typed: only then does it stand whose verdict it is (Regie formats 5). A
verdict that were handed out for the session number alone could be that of somebody else, who was
sent the link.
"""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from credential import base64url
from verifier.errors import Refused
from verifier.profiles import Action, BoundProfile
from verifier.service import dossiers, sessions
from verifier.service.verifier import Verifier
from verifier.settings.api import Client, plain_https
from verifier.store import api as store
from verifier.store import listing, transactions
from verifier.store.api import Session
from verifier.texts import Language
from verifier.transaction import Answered, Bound, Created, Device, Fetched, Origin, Outcome
from verifier.transaction import Transaction as Request

MAX_RETURN: Final = 400
ROLE: Final = "api"
SESSION: Final = "session"
"""The one parameter that a return address gets."""


@dataclass(frozen=True)
class Started:
    """A session that just began; the links work at once, the page once."""

    session: Session
    page: str = field(repr=False)
    same: str = field(repr=False)
    other: str = field(repr=False)


@dataclass(frozen=True)
class View:
    """How a session stands; `bound` only when it is known whose the result is."""

    session: Session
    state: str
    bound: Bound | None


def profile_for(verifier: Verifier, client: Client, profile: str) -> BoundProfile:
    """A profile this client may use; of another it is not told whether it exists."""
    found = next((one for one in verifier.profiles.values() if one.id == profile), None)
    if found is None or profile not in client.profiles or not found.profile.api:
        raise Refused("api.profile", "", status=403)
    return found


def may_return(client: Client, url: str) -> bool:
    """Whether a visitor may be sent there: under an origin that is configured for this client.

    An address that names a session already would leave open which of the two is ours.
    """
    if len(url) > MAX_RETURN or not plain_https(url) or "\\" in url:
        return False
    parts = urlsplit(url)
    names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    return SESSION not in names and f"https://{parts.netloc.lower()}" in client.return_origins


def into_dossier(
    verifier: Verifier, client: Client, profile: BoundProfile, number: str
) -> str | None:
    """An invitation into this dossier, for `start`; `None` when nobody can join it here.

    Joining still takes the second person's own yes, on our page.
    """
    if profile.profile.action is not Action.JOIN:
        return None
    if not listing.has_dossier(verifier.store, number, client.profiles):
        return None
    found = dossiers.invite_into(verifier, number, role=ROLE)
    return None if isinstance(found, dossiers.Refusal) else found


def start(
    verifier: Verifier,
    client: Client,
    profile: BoundProfile,
    *,
    lang: Language,
    return_url: str | None,
    dossier: str | None,
) -> Started:
    """One session of this client, with the page its visitor goes to."""
    now = verifier.now()
    # Nobody ever holds this one: the browser that arrives gets a fresh one.
    unheld = sessions.new_session(verifier)
    arrival = base64url.encode(verifier.entropy(24))
    session = Session(
        id=base64url.encode(verifier.entropy(18)),
        client=client.id,
        profile=profile.id,
        created=now,
        expires=now + verifier.config.session_seconds,
        session=verifier.sealer.session(unheld),
    )
    store.open_session(
        verifier.store,
        session,
        verifier.sealer.session(f"arrival:{arrival}"),
        forget_before=now - verifier.config.forget_seconds,
    )
    made = sessions.start(
        verifier,
        profile,
        lang,
        unheld,
        origin=Origin.API,
        started_by=client.id,
        return_uri=None if return_url is None else _with_session(return_url, session.id),
        dossier=dossier,
    )
    links = {item.device: item.link for item in made}
    return Started(
        session,
        f"{verifier.config.base_url}/{lang}/{profile.profile.path}/vanaf/{arrival}",
        links[Device.SAME],
        links[Device.OTHER],
    )


def _with_session(url: str, session: str) -> str:
    if "?" not in url:
        return f"{url}?{SESSION}={session}"
    return f"{url}{'' if url.endswith(('?', '&')) else '&'}{SESSION}={session}"


def arrive(verifier: Verifier, arrival: str) -> tuple[Session, str] | None:
    """A browser that came from the other system, and the session it has from now on; once."""
    fresh = sessions.new_session(verifier)
    found = store.arrive(
        verifier.store,
        verifier.sealer.session(f"arrival:{arrival}"),
        verifier.sealer.session(fresh),
        verifier.now(),
    )
    return None if found is None else (found, fresh)


def view(verifier: Verifier, client: Client, session: str) -> View | None:
    """How a session of this client stands."""
    found = store.session_of(verifier.store, session, client.id)
    if found is None:
        return None
    requests = transactions.of_client(
        verifier.store, verifier.sealer, found.session, client=client.id, profile=found.profile
    )
    bound = next((one for one in requests if isinstance(one, Bound)), None)
    return View(found, _state(requests, bound, verifier.now()), bound)


def _state(requests: list[Request], bound: Bound | None, now: int) -> str:
    if bound is not None:
        return "bound"
    ended = {ended_as(one) for one in requests if isinstance(one, Answered)} - {None}
    if any(isinstance(one, Answered) and _may_be_bound(one, now) for one in requests):
        return "answered"
    if any(isinstance(one, Fetched) and one.expires > now for one in requests):
        return "fetched"
    if ended:
        return "declined" if "declined" in ended else "failed"
    if any(isinstance(one, Created) and one.expires > now for one in requests):
        return "waiting"
    return "expired"


def _may_be_bound(answered: Answered, now: int) -> bool:
    return (
        answered.disclosure is not None
        and answered.confirm_until >= now
        and answered.tries_left > 0
    )


def ended_as(answered: Answered | Bound) -> str | None:
    """How a request ended of which nobody can claim the result; `None` if somebody may."""
    if isinstance(answered, Bound) or answered.disclosure is not None:
        return None
    return "declined" if answered.outcome is Outcome.DECLINED else "failed"
