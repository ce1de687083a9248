"""The way in over OpenID Connect, the role of a session, and what is under way in it.

A session is a row that only the browser's cookie finds; on record an employee is a keyed hash of
`iss` and `sub` (OpenID Connect Core 1.0, 5.7), because names change and are given to others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from credential import base64url
from signin.errors import LoginFault
from signin.idtoken import Identity
from verifier.errors import Refused
from verifier.service.staff import log
from verifier.service.staff.log import Employee
from verifier.service.verifier import Verifier
from verifier.settings.staff import Staff
from verifier.staff import Act, Role
from verifier.store import staff as store

if TYPE_CHECKING:
    from signin.client import OidcClient

CALLBACK: Final = "medewerkers/terug"
LOGIN_SECONDS: Final = 600
_LONGEST_NAME: Final = 64
T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """Who is in; `token` is what the browser holds."""

    token: str = field(repr=False)
    row: store.Session = field(repr=False)
    name: str = field(repr=False)
    work: Mapping[str, Any] = field(repr=False)

    @property
    def role(self) -> Role | None:
        """The one role of this session; `None` while it must still be chosen."""
        return None if self.row.role is None else Role(self.row.role)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles this employee has."""
        return tuple(Role(one) for one in self.row.roles)

    @property
    def employee(self) -> Employee:
        """As it stands on record."""
        role = self.role
        assert role is not None
        return Employee(self.row.employee, role)


def begin(verifier: Verifier, *, again: bool, language: str) -> tuple[str, str]:
    """Where the browser goes to log in, and the token it keeps meanwhile.

    `again`: somebody else takes the place of who just left, so the provider asks once more.
    """
    client, now = _client(verifier), verifier.now()
    token, state, nonce, proof = (client.random() for _ in range(4))
    url = _ours(
        lambda: client.authorization_url(
            state=state,
            nonce=nonce,
            verifier=proof,
            redirect_uri=_redirect_uri(verifier),
            now=now,
            prompt="login" if again else None,
            # Asked in words that the answer is held to: `prompt` alone leaves no trace in it.
            max_age=0 if again else None,
            language=language,
        )
    )
    name = _state(verifier, state)
    sealed = verifier.sealer.seal(
        {"nonce": nonce, "verifier": proof, "since": now if again else None},
        f"staff_logins.secrets.{name}",
    )
    store.begin(
        verifier.store,
        name,
        _browser(verifier, token),
        sealed,
        now=now,
        expires=now + LOGIN_SECONDS,
        idle=_settings(verifier).session_minutes * 60,
    )
    return url, token


def finish(verifier: Verifier, token: str, answer: Mapping[str, str]) -> str:
    """The way back: the token of a fresh session for an employee with a role."""
    client, now = _client(verifier), verifier.now()
    name = _state(verifier, answer.get("state", ""))
    sealed = store.finish(verifier.store, name, _browser(verifier, token), now)
    if sealed is None:
        raise _refused("staff.other_browser", "OpenID Connect Core 1.0 3.1.2.7")
    begun = verifier.sealer.open(sealed, f"staff_logins.secrets.{name}")
    _ours(lambda: client.require_issuer(answer.get("iss"), now))
    if "error" in answer:
        raise _refused("staff.stopped", "OpenID Connect Core 1.0 3.1.2.6")
    identity = _ours(
        lambda: client.exchange(
            answer.get("code", ""),
            verifier=begun["verifier"],
            redirect_uri=_redirect_uri(verifier),
            nonce=begun["nonce"],
            now=now,
            max_age=None if begun["since"] is None else now - begun["since"],
        )
    )
    return _enter(verifier, identity, now)


def read(verifier: Verifier, token: str | None, *, stays: bool) -> Session | None:
    """The session of this cookie; `None` without one, after too long alone, or after a day."""
    settings = verifier.config.staff
    if settings is None or not token or not token.isascii():
        return None
    name = _session(verifier, token)
    idle = settings.session_minutes * 60
    row = store.session(verifier.store, name, verifier.now(), idle, stays=stays)
    if row is None:
        return None
    work = {}
    if row.work_sealed is not None:
        work = verifier.sealer.open(row.work_sealed, f"staff_sessions.work.{name}")
    who = verifier.sealer.open(row.name_sealed, f"staff_sessions.name.{name}")
    return Session(token, row, who, work)


def choose(verifier: Verifier, session: Session, role: str) -> None:
    """The role of this session, of those the provider gave; another one takes another login."""
    if role not in session.row.roles:
        raise _refused("staff.role", "RFC 9110 15.5.4")
    with verifier.store.writing() as connection:
        if not store.choose(connection, session.row.id, role):
            raise Refused("staff.other_window", "Architecture, Verifier", status=409)
        employee = Employee(session.row.employee, Role(role))
        log.record(connection, verifier, employee, Act.LOGIN, now=verifier.now())


def keep(verifier: Verifier, session: Session, work: Mapping[str, Any]) -> None:
    """What is under way from now on; refused if another window was first."""
    name = session.row.id
    sealed = verifier.sealer.seal(dict(work), f"staff_sessions.work.{name}") if work else None
    if not store.work(verifier.store, name, session.row.work_sealed, sealed):
        raise Refused("staff.other_window", "Architecture, Verifier", status=409)


def leave(verifier: Verifier, session: Session) -> None:
    """The employee logs out."""
    with verifier.store.writing() as connection:
        store.leave(connection, session.row.id)
        if session.role is not None:
            log.record(connection, verifier, session.employee, Act.LOGOUT, now=verifier.now())


def csrf(verifier: Verifier, token: str) -> str:
    """What the forms of a session carry, and those of no other."""
    return verifier.sealer.session(f"staff-csrf:{token}")


def _enter(verifier: Verifier, identity: Identity, now: int) -> str:
    settings = _settings(verifier)
    roles = _roles(settings, identity.claims)
    if not roles:
        raise _refused("staff.no_role", "Architecture, Verifier")
    if Role.AUDIT in roles and len(roles) > 1:
        # Who looks whether it was done right has no part in doing it.
        raise _refused("staff.role_conflict", "Architecture, Verifier")
    who = identity.claims.get(settings.name_claim)
    if not isinstance(who, str) or not 0 < len(who.strip()) <= _LONGEST_NAME:
        raise _refused("staff.no_name", "Architecture, Verifier")
    employee = verifier.sealer.session(f"employee:{settings.issuer}\0{identity.subject}")
    token = base64url.encode(verifier.entropy(32))
    name = _session(verifier, token)
    only = roles[0] if len(roles) == 1 else None
    fresh = store.Session(
        id=name,
        employee=employee,
        roles=tuple(role.value for role in roles),
        role=None if only is None else only.value,
        name_sealed=verifier.sealer.seal(who.strip(), f"staff_sessions.name.{name}"),
        work_sealed=None,
        expires=now + settings.longest_hours * 3600,
    )
    with verifier.store.writing() as connection:
        store.enter(connection, fresh, now)
        if only is not None:
            log.record(connection, verifier, Employee(employee, only), Act.LOGIN, now=now)
    return token


def _roles(settings: Staff, claims: Mapping[str, Any]) -> tuple[Role, ...]:
    """A claim as a set of words: providers send an array, or one text with spaces."""
    value = claims.get(settings.roles_claim)
    held = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(role for name, role in settings.roles.items() if name in held)


def _client(verifier: Verifier) -> "OidcClient":
    if verifier.staff is None:
        raise Refused("http.not_found", "RFC 9110 15.5.5", status=404)
    return verifier.staff


def _settings(verifier: Verifier) -> Staff:
    settings = verifier.config.staff
    assert settings is not None
    return settings


def _refused(code: str, section: str) -> Refused:
    return Refused(code, section, status=403)


def _ours(work: Callable[[], T]) -> T:
    """What goes wrong at the provider is told as ours: the same code, the same section."""
    try:
        return work()
    except LoginFault as fault:
        status = 503 if fault.code == "login.unreachable" else 403
        raise Refused(fault.code, fault.section, status=status) from None


def _redirect_uri(verifier: Verifier) -> str:
    return f"{verifier.config.base_url}/{CALLBACK}"


def _state(verifier: Verifier, state: str) -> str:
    return verifier.sealer.session(f"staff-state:{state}")


def _browser(verifier: Verifier, token: str) -> str:
    return verifier.sealer.session(f"staff-login:{token}")


def _session(verifier: Verifier, token: str) -> str:
    return verifier.sealer.session(f"staff:{token}")
