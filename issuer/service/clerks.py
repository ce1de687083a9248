"""Clerks: the way in over OpenID Connect, what each may do, and the session between two pages.

A session is a row that only the browser's cookie opens: at rest nobody reads who stands at the
desk, not even with the server's own secret. Nobody both decides and audits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from credential import base64url
from issuer.box import Box
from issuer.config import Clerks
from issuer.errors import DeskFault, LoginFault, ours
from issuer.sealing import Sealer
from issuer.service import desklog
from issuer.service.desklog import Action
from issuer.service.office import Municipality, Office
from signin.client import OidcClient
from signin.idtoken import Identity

CALLBACK: Final = "desk/callback"
LONGEST_SECONDS: Final = 10 * 3_600
"""A working day: then a clerk logs in again, however busy."""
LOGIN_SECONDS: Final = 600
_TOKEN_BYTES: Final = 32
_LONGEST_NAME: Final = 64


class Role(StrEnum):
    """What a clerk may do."""

    DESK = "desk"
    DECISION = "decision"
    AUDIT = "audit"


class Someone(msgspec.Struct, frozen=True):
    """Who a search found, or who stands at the desk. It has no repr."""

    bsn: str
    name: str
    born: str
    address: str
    restricted: bool
    suspended: bool

    def __repr__(self) -> str:
        return "Someone()"


class AtDesk(msgspec.Struct, frozen=True):
    """One resident at the desk, and why they are looked up."""

    who: Someone
    subject: str
    purpose: str

    def __repr__(self) -> str:
        return "AtDesk()"


class NotGiven(msgspec.Struct, frozen=True):
    """A card, or a claim of a card, that is not given, and the code of the sentence why."""

    kind: str
    claim: str | None
    reason: str
    params: dict[str, str | int]


class Preview(msgspec.Struct, frozen=True):
    """What would be issued, as the clerk saw it."""

    box: Box
    not_given: tuple[NotGiven, ...]
    restricted: bool
    at: int

    def __repr__(self) -> str:
        return "Preview()"


class Shown(msgspec.Struct, frozen=True):
    """The link and the spoken code of an offer, for the clerk who made it and no one else."""

    case: str
    link: str
    uri: str
    code: str
    expires_at: int

    def __repr__(self) -> str:
        return "Shown()"


class Clerk(msgspec.Struct, frozen=True, kw_only=True):
    """What a session holds."""

    name: str
    roles: tuple[Role, ...]
    municipality: str
    """The code of the municipality whose clerk this is."""
    found: tuple[Someone, ...] = ()
    purpose: str = ""
    """The purpose `found` was looked for."""
    at_desk: AtDesk | None = None
    preview: Preview | None = None
    shown: Shown | None = None

    def __repr__(self) -> str:
        return "Clerk()"

    def may(self, role: Role) -> bool:
        """Whether this clerk has the role."""
        return role in self.roles


class _Begun(msgspec.Struct, frozen=True):
    """What the browser that left for the login provider must bring back."""

    nonce: str
    verifier: str
    since: int | None = None
    """Set when somebody had to prove anew who they are: not before this moment."""

    def __repr__(self) -> str:
        return "_Begun()"


@dataclass(frozen=True, repr=False)
class Session:
    """A session as it was read; written only over exactly that."""

    token: str
    sealed: bytes
    clerk: Clerk

    @property
    def stamp(self) -> str:
        """Names this state in forms: a page made before another window went on is refused."""
        return base64url.sha256(self.sealed)


def begin(office: Office, now: int, *, again: bool, language: str) -> tuple[str, str]:
    """Where the browser goes to log in, and the token it keeps meanwhile.

    `again`: somebody else takes the place of who just left, so the provider asks once more.
    """
    client = _client(office)
    token, state, nonce, verifier = (client.random() for _ in range(4))
    begun = _Begun(nonce, verifier, now if again else None)
    sealed = _sealer(office, "clerk-login", token).seal(msgspec.json.encode(begun), _hash(token))
    office.store.clerks.begin(_hash(token), _hash(state), sealed, now + LOGIN_SECONDS)
    with ours():
        url = client.authorization_url(
            state=state,
            nonce=nonce,
            verifier=verifier,
            redirect_uri=f"{office.settings.base_url}/{CALLBACK}",
            now=now,
            prompt="login" if again else None,
            # Asked in words that the answer is held to: `prompt` alone leaves no trace in it.
            max_age=0 if again else None,
            language=language,
        )
    return url, token


def finish(office: Office, token: str, answer: Mapping[str, str], now: int) -> str:
    """The way back: the token of a fresh session for a clerk with a role."""
    client = _client(office)
    sealed = office.store.clerks.finish(_hash(token), _hash(answer.get("state", "")), now)
    if sealed is None:
        raise LoginFault("clerk.other_browser", "OpenID Connect Core 1.0 3.1.2.7")
    begun = msgspec.json.decode(
        _sealer(office, "clerk-login", token).open(sealed, _hash(token)), type=_Begun
    )
    with ours():
        client.require_issuer(answer.get("iss"), now)
    if "error" in answer:
        raise LoginFault("clerk.stopped", "OpenID Connect Core 1.0 3.1.2.6")
    with ours():
        identity = client.exchange(
            answer.get("code", ""),
            verifier=begun.verifier,
            redirect_uri=f"{office.settings.base_url}/{CALLBACK}",
            nonce=begun.nonce,
            now=now,
            max_age=None if begun.since is None else now - begun.since,
        )
    clerk = _clerk(office, identity, now)
    fresh = base64url.encode(office.entropy(_TOKEN_BYTES))
    office.store.clerks.open(
        _hash(fresh),
        _seal(office, fresh, clerk),
        now + LONGEST_SECONDS,
        desklog.row(
            office, clerk.municipality, Action.LOGIN, clerk=clerk.name, purpose="", now=now
        ),
    )
    return fresh


def read(office: Office, token: str | None, now: int, *, stays: bool) -> Session | None:
    """The session of this cookie; `None` without one, after too long alone, or after a day.

    `stays`: a page that renews itself keeps no session awake.
    """
    if not token or not token.isascii():
        return None
    idle = desklog.idle_seconds(office)
    sealed = office.store.clerks.session(_hash(token), now, idle, stays=stays)
    if sealed is None:
        return None
    data = _sealer(office, "clerk-session", token).open(sealed, _hash(token))
    return Session(token, sealed, msgspec.json.decode(data, type=Clerk))


def keep(office: Office, session: Session, clerk: Clerk) -> Session:
    """The session with what changed; refused if another window was first."""
    sealed = _seal(office, session.token, clerk)
    if not office.store.clerks.change(_hash(session.token), session.sealed, sealed):
        raise DeskFault("desk.other_window", "Architecture, Issuer")
    return Session(session.token, sealed, clerk)


def leave(office: Office, session: Session) -> None:
    """The clerk logs out."""
    office.store.clerks.close(_hash(session.token))


def municipality(office: Office, clerk: Clerk) -> Municipality:
    """The municipality a clerk works for."""
    return office.municipalities[clerk.municipality]


def _client(office: Office) -> OidcClient:
    if office.clerks is None:
        raise DeskFault("desk.no_login", "Architecture, Issuer")
    return office.clerks


def _clerk(office: Office, identity: Identity, now: int) -> Clerk:
    settings, claims = office.settings.clerks, identity.claims
    assert settings is not None
    name = claims.get(settings.name_claim)
    if not isinstance(name, str) or not 0 < len(name.strip()) <= _LONGEST_NAME:
        raise LoginFault("clerk.no_name", "Architecture, Issuer")
    roles = _roles(settings, claims)
    if not roles:
        raise LoginFault("clerk.no_role", "Architecture, Issuer")
    if Role.AUDIT in roles and len(roles) > 1:
        # Who looks whether it was done right has no part in doing it.
        raise LoginFault("clerk.role_conflict", "Architecture, Issuer")
    employer = _employer(office, settings, claims)
    named = _name(office, settings, identity.subject, name.strip(), now)
    return Clerk(name=named, roles=roles, municipality=employer)


def _name(office: Office, settings: Clerks, subject: str, name: str, now: int) -> str:
    """The name that stands on record for this login and no other.

    Only `iss` and `sub` together say who somebody is (OpenID Connect Core 1.0, 5.7): a name can
    change, and be given to somebody else. So of two logins with one name the later is called
    "anna (2)", and who gets another name keeps the one on record: four eyes are four eyes.
    """
    identity = base64url.sha256(f"{settings.issuer}\0{subject}".encode())
    keep = now + office.settings.desk.keep_actions_days * desklog.DAY
    return office.store.clerks.name(identity, name, now, keep)


def _roles(settings: Clerks, claims: Mapping[str, Any]) -> tuple[Role, ...]:
    named = {
        settings.desk_role: Role.DESK,
        settings.decision_role: Role.DECISION,
        settings.audit_role: Role.AUDIT,
    }
    held = _texts(claims.get(settings.roles_claim))
    return tuple(role for name, role in named.items() if name in held)


def _employer(office: Office, settings: Clerks, claims: Mapping[str, Any]) -> str:
    """The one municipality here, or the one the login names; never a guess."""
    if len(office.municipalities) == 1:
        return next(iter(office.municipalities))
    named = _texts(claims.get(settings.municipality_claim))
    here = sorted(named & office.municipalities.keys())
    if len(here) != 1:
        raise LoginFault("clerk.which_municipality", "Architecture, Issuer")
    return here[0]


def _texts(value: object) -> frozenset[str]:
    """A claim as a set of words: providers send an array, or one text with spaces."""
    if isinstance(value, str):
        return frozenset(value.split())
    if isinstance(value, list):
        return frozenset(one for one in value if isinstance(one, str))
    return frozenset()


def _hash(token: str) -> str:
    return base64url.sha256(token.encode())


def _seal(office: Office, token: str, clerk: Clerk) -> bytes:
    sealer = _sealer(office, "clerk-session", token)
    return sealer.seal(msgspec.json.encode(clerk), _hash(token))


def _sealer(office: Office, label: str, token: str) -> Sealer:
    return Sealer(office.secret + token.encode(), label, office.entropy)
