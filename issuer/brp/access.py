"""Who we are to the register: an API key, or OAuth client credentials (RFC 6749, 4.4)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Protocol

import httpx
import msgspec

from issuer.brp.errors import Denied, Unavailable

_MARGIN: Final = 30.0
_SHORTEST: Final = 60.0
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*\Z")
_ERROR_CODES: Final = frozenset({400, 401, 403})

Post = Callable[[str, bytes, dict[str, str]], tuple[int, bytes]]
"""Sends a form to an address, with these headers: status and body of the answer."""


class Access(Protocol):
    """What every question carries."""

    def headers(self, moment: float, post: Post, /) -> dict[str, str]:
        """The headers to send; may fetch a token first. Raises a `BrpError`."""

    def forget(self) -> bool:
        """What was sent is not accepted; true if there is something else to try."""


@dataclass(frozen=True)
class ApiKey:
    """A key that the register handed out."""

    key: str = field(repr=False)
    header: str = "X-API-KEY"

    def headers(self, _moment: float, _post: Post, /) -> dict[str, str]:
        """The key, in the register's own header."""
        return {self.header: self.key}

    def forget(self) -> bool:
        """There is only one."""
        return False


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    token_type: str
    expires_in: float | None = None


@dataclass
class ClientCredentials:
    """A token for an hour or so, kept until shortly before its end; one fetch at a time."""

    url: str
    client_id: str
    secret: str = field(repr=False)
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def headers(self, moment: float, post: Post, /) -> dict[str, str]:
        """The token, fetched anew where it is over."""
        with self._lock:
            if not self._token or moment >= self._until:
                self._token, seconds = self._fetch(post)
                self._until = moment + seconds
            return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> bool:
        """The register may have thrown its tokens away: a fresh one is worth one try."""
        with self._lock:
            self._token = ""
        return True

    def _fetch(self, post: Post) -> tuple[str, float]:
        basic = httpx.BasicAuth(self.client_id, self.secret)
        request = next(basic.auth_flow(httpx.Request("POST", self.url)))
        headers = {
            "Authorization": request.headers["Authorization"],
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        status, body = post(self.url, b"grant_type=client_credentials", headers)
        if status in _ERROR_CODES:
            raise Denied("brp.denied", "RFC 6749 5.2", status=status)
        if status != httpx.codes.OK:
            raise Unavailable("brp.unavailable", "RFC 6749 5.1", why="token", status=status)
        found = _decode(body)
        if found is None or found.token_type.lower() != "bearer":
            raise Denied("brp.denied", "RFC 6749 5.1", why="token")
        if not _TOKEN.match(found.access_token):
            raise Denied("brp.denied", "RFC 6750 2.1", why="token")
        lives = found.expires_in or _SHORTEST
        return found.access_token, max(lives - _MARGIN, lives / 2)


def _decode(body: bytes) -> _Token | None:
    try:
        return msgspec.json.decode(body, type=_Token)
    except msgspec.MsgspecError:
        return None
