"""Coming back to an issuer: what it keeps for this resident, asked with the wallet's own key.

The resident logged in once; the tokens are bound to a key in the wallet (RFC 9449 5), and what
they open at the issuer is this resident's alone.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from credential import strictjson
from credential.errors import CredentialError
from credential.names import MEDIA_JSON
from credential.strictjson import Object
from wallet import messages
from wallet.errors import ExitCode, NoMatch, Usage, WalletError
from wallet.fetch import Call, Fetch, Reply
from wallet.refusals import MessageError, NetworkError
from wallet.service.access import Access, ended
from wallet.service.wallet import Wallet
from wallet.session import StoredSession

if TYPE_CHECKING:
    from credential.trust import Trust

MAX_ANSWER: Final = 1024 * 1024

_UNAUTHORISED: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = (404, 410)
_TOO_BIG: Final = 413
_TOO_MANY: Final = 429


class IssuerSession:
    """One issuer, for the length of one command; tokens are renewed as needed."""

    def __init__(self, wallet: Wallet, fetch: Fetch, stored: StoredSession, *, now: int) -> None:
        self._wallet = wallet
        self._access = Access(wallet, fetch, stored, now=now, keep=wallet.store.keep_session)

    @property
    def stored(self) -> StoredSession:
        """The session as it stands."""
        return self._access.stored

    @property
    def oin(self) -> str:
        """The number of the issuer."""
        return self.stored.oin

    @property
    def name(self) -> str:
        """The issuer by the name on the trusted list."""
        return self.stored.name

    @property
    def declared(self) -> Object:
        """What the issuer asks for the kinds a person decides on, by kind."""
        return self.stored.declared

    def get(self, path: str = "") -> Object:
        """What stands at this path below the issuer's `my` address."""
        return self._object(self.send("GET", path))

    def post(self, path: str, body: Object, headers: Mapping[str, str] | None = None) -> Object:
        """The answer to what is sent there; an answer without a body is an empty object."""
        return self._object(self.send("POST", path, strictjson.dumps(body), headers))

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The reply, if it is one of success; every refusal is a `WalletError`."""
        if self.stored.my_endpoint is None:
            raise NoMatch("session.no_my", issuer=self.name)
        call = Call(
            method,
            self.stored.my_endpoint + path,
            content_type=MEDIA_JSON if method != "GET" else None,
            body=body,
            headers=headers or {},
            max_bytes=MAX_ANSWER,
        )
        reply = self.authorised(call)
        if 200 <= reply.status < 300:  # noqa: PLR2004
            return reply
        if reply.status in _NOT_FOUND:
            raise NoMatch("session.not_found", issuer=self.name)
        if reply.status == _TOO_BIG:
            raise Usage("session.too_big", issuer=self.name)
        if reply.status == _TOO_MANY or reply.status >= 500:  # noqa: PLR2004
            raise NetworkError("network.busy")
        reason = messages.error_code(reply.body) or f"http_{reply.status}"
        raise Usage("session.refused", issuer=self.name, reason=reason)

    def authorised(self, call: Call) -> Reply:
        """The reply to a call with the access token; `session.ended` when that is not enough."""
        reply = self._access.send(call)
        if reply.status in (_UNAUTHORISED, _FORBIDDEN):
            raise ended(self.stored)
        return reply

    def keep(self, stored: StoredSession) -> None:
        """Goes on with this, now and after a restart."""
        self._wallet.store.keep_session(stored)
        self._access.stored = stored

    def _object(self, reply: Reply) -> Object:
        if not reply.body:
            return {}
        try:
            return strictjson.loads_object(reply.body, max_bytes=MAX_ANSWER)
        except CredentialError:
            raise MessageError("issuer.my_malformed", "Regie formats 12") from None


def open_session(wallet: Wallet, fetch: Fetch, issuer_oin: str, *, now: int) -> IssuerSession:
    """The session with this issuer; refuses one that is no longer on the trusted list.

    `session.none` when this wallet never fetched a card there.
    """
    stored = wallet.store.session(issuer_oin)
    if stored is None:
        raise NoMatch("session.none")
    require_listed(wallet, stored, now=now)
    return IssuerSession(wallet, fetch, stored, now=now)


def no_longer(trust: "Trust", oin: str, name: str, now: int) -> WalletError:
    """Why nothing goes to this issuer: it stopped for a time, its key leaked, or it has ended."""
    from credential.trust.heirs import heirs  # noqa: PLC0415  needs certificates

    issuer = trust.issuer_by_oin(oin)
    idle = None if issuer is None else issuer.idle(now)
    ended = "session.issuer_withdrawn" if heirs(trust, oin, now) else "session.issuer_ended"
    code = {
        "trust.issuer_suspended": "session.issuer_suspended",
        "trust.issuer_not_yet": "session.issuer_not_yet",
        "trust.issuer_compromised": "session.issuer_compromised",
    }.get(idle or "", ended)
    return WalletError(code, exit=ExitCode.NOT_TRUSTED, issuer=name)


def require_listed(wallet: Wallet, stored: StoredSession, *, now: int) -> None:
    """Nothing goes to an issuer that may no longer issue, or to a host that is not its own."""
    trust = wallet.trust(now)
    trust.require_fresh(now)
    if stored.foreign and wallet.foreign:
        return
    issuer = trust.issuer_by_oin(stored.oin)
    if issuer is None or not issuer.issuing(now):
        raise no_longer(trust, stored.oin, stored.name, now)
    for url in (stored.token_endpoint, stored.my_endpoint, stored.challenge_endpoint):
        if url is not None and (urlsplit(url).hostname or "").lower() not in issuer.issuer_hosts:
            raise MessageError("issuer.endpoint_host", "Regie trust 2.7")
