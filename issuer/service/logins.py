"""Logging in from home: the login provider between a pushed request and the resident's choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from credential import base64url
from issuer import declared
from issuer.config import Declared
from issuer.errors import FieldFault, LoginFault, PageFault, ours
from issuer.service import applications, authorize
from issuer.service.authorize import Preview, Started
from issuer.service.office import Municipality, Office
from issuer.store.logins import Login
from signin.client import OidcClient

CALLBACK: Final = "login/callback"
"""Where residents come back from the provider; clerks come back elsewhere (RFC 9700, 4.4.2.2)."""


@dataclass(frozen=True, repr=False)
class Begun:
    """A login that began: the session of the browser, and where it goes, or why it cannot."""

    started: Started
    there: str | None
    fault: LoginFault | None


def begin(
    office: Office,
    municipality: Municipality,
    *,
    client_id: str,
    request_uri: str,
    language: str,
    now: int,
) -> Begun:
    """Starts the login that a wallet pushed; a provider that is down is told, not raised."""
    started = authorize.start(office, municipality, client_id, request_uri, now)
    client = _client(office)
    try:
        with ours():
            there = client.authorization_url(
                state=started.state,
                nonce=started.nonce,
                verifier=started.verifier,
                redirect_uri=_redirect_uri(office),
                now=now,
                # A browser may be shared: whoever sits there now proves who they are.
                prompt="login",
                language=language,
            )
    except LoginFault as fault:
        return Begun(started, None, fault)
    return Begun(started, there, None)


def arrive(office: Office, cookie: str, answer: Mapping[str, str], now: int) -> Preview:
    """Who came back from the provider, and what they may take.

    Raises `LoginFault` when nobody is known, and a `BrpError` when the register is silent.
    """
    returned = authorize.returned(office, cookie, answer.get("state", ""), now)
    client = _client(office)
    with ours():
        client.require_issuer(answer.get("iss"), now)
    if "error" in answer:
        stopped = answer["error"] == "access_denied"
        refusal = "login.cancelled" if stopped else "login.provider_refused"
        raise LoginFault(refusal, "OpenID Connect Core 1.0 3.1.2.6")
    code = answer.get("code")
    if not code:
        raise LoginFault("login.no_code", "OpenID Connect Core 1.0 3.1.2.5")
    with ours():
        identity = client.exchange(
            code,
            verifier=returned.verifier,
            redirect_uri=_redirect_uri(office),
            nonce=returned.nonce,
            now=now,
        )
    return authorize.identify(office, cookie, identity, now)


def where(office: Office, cookie: str, now: int) -> Municipality:
    """The municipality that the browser with this cookie logs in for."""
    found = office.store.logins.find(base64url.sha256(cookie.encode()), now)
    if found is None:
        raise LoginFault("login.state", "OpenID Connect Core 1.0 3.1.2.5")
    return office.municipality(found.municipality)


def session(office: Office, cookie: str, municipality: Municipality, now: int) -> Login:
    """The login of this browser at this municipality, however far it is."""
    found = office.store.logins.find(base64url.sha256(cookie.encode()), now)
    if found is None or found.municipality != municipality.code:
        raise LoginFault("login.over", "Architecture, Issuer")
    return found


def forms(office: Office, shown: Preview) -> tuple[Declared, ...]:
    """What is to be filled in, for what was not applied for before."""
    known = applications.declared_kinds(office, shown.municipality)
    return tuple(known[kind] for kind in shown.declared if kind not in shown.running)


def faults(form: Declared, given: Mapping[str, str]) -> dict[str, FieldFault]:
    """All that does not fit, by field: a person mends everything at once."""
    found: dict[str, FieldFault] = {}
    for field in form.fields:
        if not field.required and not given.get(field.name, "").strip():
            continue
        try:
            declared.check((field,), {field.name: given.get(field.name, "")})
        except FieldFault as fault:
            found[field.name] = fault
    return found


def _client(office: Office) -> OidcClient:
    if office.login is None:
        raise PageFault("authorize.no_login", "RFC 9110 15.5.5", status=404)
    return office.login


def _redirect_uri(office: Office) -> str:
    return f"{office.settings.base_url}/{CALLBACK}"
