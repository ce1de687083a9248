"""Asking for cards from home: what a wallet pushed, decided by the resident in a browser.

    (pushed) -> start -> (login provider) -> returned -> identify -> finish | deny -> the wallet

The browser is known by its cookie, which also opens what is kept of the person meanwhile.
Sources: RFC 9126; OpenID4VCI 1.0 5; HAIP 1.0 4.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec

from credential import base64url
from credential.strictjson import Json, Object
from issuer import authorization, declared
from issuer import box as boxes
from issuer.accounting import new_span
from issuer.authorization import Request
from issuer.box import Box
from issuer.brp.errors import NotFound
from issuer.errors import LoginFault, NothingFound, PageFault
from issuer.representation import Relation, Representation, Seen
from issuer.sealing import Sealer
from issuer.service import applications
from issuer.service.lookup import NotOffered, look_up
from issuer.service.office import Municipality, Office
from issuer.sources import LeftOut, Occasion
from issuer.store import ProcessingRow
from issuer.store.logins import Code, Login
from signin.idtoken import Identity

LOGIN_SECONDS: Final = 900
CODE_SECONDS: Final = 60
OFFICIAL: Final = "login"
_SECRET_BYTES: Final = 32
_ACTIVITY: Final = "https://regie.example/ns/activity/card-request"
_PURPOSE: Final = "card-issuance"


class _Away(msgspec.Struct, frozen=True, tag="away"):
    """The browser is at the login provider."""

    nonce: str
    verifier: str

    def __repr__(self) -> str:
        return "_Away()"


class _Here(msgspec.Struct, frozen=True, tag="here"):
    """The person is known."""

    box: Box | None
    refused: tuple[NotOffered, ...] = ()
    left_out: tuple[tuple[str, LeftOut], ...] = ()
    restricted: bool = False
    reason: str | None = None
    params: dict[str, str | int] = {}

    def __repr__(self) -> str:
        return "_Here()"


_Kept: TypeAlias = _Away | _Here
_kept: msgspec.json.Decoder[_Kept] = msgspec.json.Decoder(_Kept)


@dataclass(frozen=True, repr=False)
class Started:
    """A login that begins: the cookie for the browser, and what the provider is asked with."""

    cookie: str
    state: str
    nonce: str
    verifier: str
    expires_at: int


@dataclass(frozen=True, repr=False)
class Returned:
    """A browser that came back from the provider, and what its answer must fit."""

    municipality: Municipality
    nonce: str
    verifier: str


@dataclass(frozen=True, repr=False)
class Preview:
    """What the resident may take, what not and why; nothing is given yet."""

    municipality: Municipality
    client_id: str
    kinds: tuple[str, ...]
    """What the wallet asked for."""
    granted: dict[str, Object]
    refused: tuple[NotOffered, ...]
    left_out: tuple[tuple[str, LeftOut], ...]
    declared: tuple[str, ...]
    """What was asked that a person decides on: there is a form for each."""
    running: tuple[str, ...]
    """Of those, what was applied for before: no form, the card comes to this wallet too."""
    restricted: bool
    reason: str | None
    """Why nothing can be given at all: the code of a sentence."""
    params: Mapping[str, str | int]


def start(
    office: Office, municipality: Municipality, client_id: str, request_uri: str, now: int
) -> Started:
    """The first browser that brings a pushed request begins a login (RFC 9126, 4)."""
    if office.settings.login is None:
        raise PageFault("authorize.no_login", "RFC 9110 15.5.5", status=404)
    started = Started(
        cookie=_secret(office),
        state=_secret(office),
        nonce=_secret(office),
        verifier=_secret(office),
        expires_at=now + LOGIN_SECONDS,
    )

    def begin(request: Request) -> Login:
        if request.client_id != client_id:
            raise PageFault("authorize.other_client", "RFC 9126 4", status=400)
        return Login(
            session_hash=base64url.sha256(started.cookie),
            state_hash=base64url.sha256(started.state),
            municipality=municipality.code,
            request=request,
            sealed=_seal(office, started.cookie, _Away(started.nonce, started.verifier)),
            expires_at=started.expires_at,
        )

    uri_hash = base64url.sha256(request_uri.encode())
    if office.store.logins.start(uri_hash, municipality.code, now, begin) is None:
        raise PageFault("authorize.request_unknown", "RFC 9126 4", status=400)
    return started


def returned(office: Office, cookie: str, state: str, now: int) -> Returned:
    """The login of a browser that is back with its `state`, which works once."""
    login = office.store.logins.returned(
        base64url.sha256(cookie.encode()), base64url.sha256(state.encode()), now
    )
    if login is None:
        raise LoginFault("login.state", "OpenID Connect Core 1.0 3.1.2.5")
    kept = _open(office, cookie, login)
    assert isinstance(kept, _Away)
    return Returned(office.municipality(login.municipality), kept.nonce, kept.verifier)


def identify(office: Office, cookie: str, identity: Identity, now: int) -> Preview:
    """Looks up who logged in, and keeps it under the browser's cookie.

    Raises a `BrpError` when the register gives no answer.
    """
    login = _login(office, cookie, now)
    municipality = office.municipality(login.municipality)
    bsn, represented = _person(office, identity)
    kinds = frozenset(login.request.kinds) - office.declared_kinds
    occasion = Occasion(
        official=OFFICIAL, purpose=_PURPOSE, municipality=None, represented=represented
    )
    try:
        found = look_up(office, bsn, kinds, occasion=occasion, now=now, municipality=municipality)
    except (NotFound, NothingFound) as fault:
        here = _Here(None, reason=fault.code, params=dict(fault.params))
    else:
        here = _Here(found.box, found.refused, found.left_out, found.restricted)
    whose = None if here.box is None else here.box.subject
    if not office.store.logins.reseal(login.session_hash, _seal(office, cookie, here), whose):
        raise _over()
    return _preview(office, login, here, now)


def preview(office: Office, cookie: str, now: int) -> Preview:
    """The same again, for a page that is shown once more."""
    login, here = _here(office, cookie, now)
    return _preview(office, login, here, now)


def finish(
    office: Office,
    cookie: str,
    chosen: Collection[str],
    now: int,
    *,
    fields: Mapping[str, Mapping[str, Json]],
) -> str:
    """Where the browser goes with the code for what the resident chose.

    `fields`: per declared kind among them what the resident stated; an application is opened for
    each; raises `FieldFault` for one that does not fit, and the login stays. Once: a second press
    of the button finds the login over.
    """
    login, here = _here(office, cookie, now)
    shown = _preview(office, login, here, now)
    kinds = tuple(one for one in login.request.kinds if one in chosen)
    possible = {*shown.granted, *shown.declared}
    if here.box is None or not kinds or not set(chosen) <= possible:
        raise PageFault("login.choice", "OpenID4VCI 1.0 5.2", status=400)
    municipality = shown.municipality
    decided = applications.declared_kinds(office, municipality)
    stated = {
        kind: fields.get(kind, {})
        for kind in kinds
        if kind in decided and kind not in shown.running
    }
    for kind, given in stated.items():
        # All of them before anything is written: a form that does not fit is shown again.
        declared.check(decided[kind].fields, given)
    for kind, given in stated.items():
        # Before the code: what cannot be opened is told while the login stands; a second press
        # finds the same application.
        applications.open_card(
            office, municipality, here.box.subject, kind, given, (), now, key=login.session_hash
        )
    code = _secret(office)
    box = msgspec.structs.replace(
        here.box, claims={kind: here.box.claims[kind] for kind in kinds if kind not in decided}
    )
    made = office.store.logins.finish(
        login.session_hash,
        Code(
            code_hash=base64url.sha256(code),
            municipality=municipality.code,
            request=login.request,
            subject=box.subject,
            kinds=kinds,
            box=boxes.seal(office.secret, code, box, office.entropy),
            expires_at=now + CODE_SECONDS,
        ),
        ProcessingRow(
            trace_id=office.trace(),
            span_id=new_span(office.entropy),
            parent_span_id=None,
            name="request " + ",".join(kinds),
            activity_id=_ACTIVITY,
            start_time=now * 1_000,
            end_time=now * 1_000,
            data_subject_id=box.subject,
            municipality=municipality.code,
        ),
        now=now,
    )
    if not made:
        raise _over()
    return authorization.redirect(login.request, municipality.identifier, {"code": code})


def deny(office: Office, cookie: str, now: int, *, error: str = "access_denied") -> str:
    """Where the browser goes when the resident stops, or the login does not succeed."""
    login = office.store.logins.end(base64url.sha256(cookie.encode()), now)
    if login is None:
        raise _over()
    issuer = office.municipality(login.municipality).identifier
    return authorization.redirect(login.request, issuer, {"error": error})


def _person(office: Office, identity: Identity) -> tuple[str, Representation | None]:
    """Whose cards it is about: who logged in, or the child they act for."""
    settings = office.settings.login
    assert settings is not None
    claims = identity.claims
    bsn, speaker = claims.get(settings.bsn_claim), None
    if settings.represented_claim in claims:
        # A provider that lets a parent act has looked in the register of parental authority.
        bsn = claims[settings.represented_claim]
        speaker = Representation(Relation.PARENT, Seen.AUTHORITY_REGISTER)
    if not isinstance(bsn, str):
        raise LoginFault("login.no_bsn", "Architecture, Issuer")
    return bsn, speaker


def _preview(office: Office, login: Login, here: _Here, now: int) -> Preview:
    municipality = office.municipality(login.municipality)
    wanted: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    if here.box is not None:
        decided = applications.declared_kinds(office, municipality)
        wanted = tuple(kind for kind in login.request.kinds if kind in decided)
        subject = here.box.subject
        running = tuple(
            kind
            for kind in wanted
            if applications.running(office, municipality, subject, kind, now)
        )
    return Preview(
        municipality=municipality,
        client_id=login.request.client_id,
        kinds=login.request.kinds,
        granted={} if here.box is None else here.box.claims,
        refused=here.refused,
        left_out=here.left_out,
        declared=wanted,
        running=running,
        restricted=here.restricted,
        reason=here.reason,
        params=here.params,
    )


def _login(office: Office, cookie: str, now: int) -> Login:
    login = office.store.logins.find(base64url.sha256(cookie.encode()), now)
    if login is None:
        raise _over()
    return login


def _here(office: Office, cookie: str, now: int) -> tuple[Login, _Here]:
    login = _login(office, cookie, now)
    kept = _open(office, cookie, login)
    if not isinstance(kept, _Here):
        raise _over()
    return login, kept


def _seal(office: Office, cookie: str, kept: _Kept) -> bytes:
    return _sealer(office, cookie).seal(msgspec.json.encode(kept), base64url.sha256(cookie))


def _open(office: Office, cookie: str, login: Login) -> _Kept:
    return _kept.decode(_sealer(office, cookie).open(login.sealed, login.session_hash))


def _sealer(office: Office, cookie: str) -> Sealer:
    return Sealer(office.secret + cookie.encode(), "login", office.entropy)


def _secret(office: Office) -> str:
    return base64url.encode(office.entropy(_SECRET_BYTES))


def _over() -> LoginFault:
    return LoginFault("login.over", "Architecture, Issuer")
