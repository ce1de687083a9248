"""A login provider over https: where to send a browser, and who came back (OpenID Connect 1.0).

Authorization code with PKCE, `state` and `nonce`. What the provider says is read strictly and with
a bound; nothing it answers reaches an error, and no redirect of it is followed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, Protocol
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx

from credential import base64url, jose
from credential.errors import CredentialError
from credential.strictjson import Object
from signin import idtoken
from signin.errors import LoginFault, SettingsFault
from signin.idtoken import Expected, Identity, Key
from signin.line import WAIT_SECONDS, Line, unreachable

__all__ = ["Identity", "OidcClient", "Provider"]

DISCOVERY_SECONDS: Final = 3_600
"""So long the provider's own description is believed without asking again."""
KEYS_SECONDS: Final = 60
"""An unknown key id asks for the keys again, but not more often than this."""
_SECRET_BYTES: Final = 32
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS: Final = 60
_DISCOVERY: Final = "OpenID Connect Discovery 1.0 4.3"


class Provider(Protocol):
    """What the settings of a component say of a provider, and of us as its client."""

    @property
    def issuer(self) -> str:
        """Its address, exactly as it names itself."""
        ...

    @property
    def client_id(self) -> str:
        """Our name there."""
        ...

    @property
    def scopes(self) -> tuple[str, ...]:
        """What we ask; `openid` is in it."""
        ...

    @property
    def acr_values(self) -> tuple[str, ...]:
        """The levels that are enough, best first; empty: whatever the provider gives."""
        ...


@dataclass(frozen=True)
class _Metadata:
    """What the provider says of itself."""

    authorization: str
    token: str
    jwks: str
    algorithms: tuple[str, ...]
    methods: tuple[str, ...]
    names_itself: bool
    """Whether every answer carries `iss` (RFC 9207)."""


@dataclass(frozen=True)
class _Known:
    """The description and the keys, and when they were asked."""

    metadata: _Metadata
    asked_at: int
    keys: tuple[Key, ...]
    keys_at: int


class OidcClient:
    """This server as a client of one provider; safe to share between threads."""

    def __init__(
        self,
        provider: Provider,
        secret: bytes,
        entropy: Callable[[int], bytes],
        moment: Callable[[], float],
        *,
        tls_ca: Path | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`secret` is the client's password, or a P-256 key in PEM for `private_key_jwt`.

        `moment` is a clock that never goes back: it only measures how long a provider is away.
        """
        if not _is_https(provider.issuer) or urlsplit(provider.issuer).query:
            raise SettingsFault("settings.value", "OpenID Connect Discovery 1.0 3", key="issuer")
        self.provider = provider
        self._entropy = entropy
        self._password, self._key = _secret(secret)
        self._line = Line(moment, tls_ca=tls_ca, transport=transport)
        self._lock = Lock()
        self._known: _Known | None = None

    def close(self) -> None:
        """Close every connection."""
        self._line.close()

    def random(self) -> str:
        """A fresh `state`, `nonce` or PKCE verifier: 256 bits."""
        return base64url.encode(self._entropy(_SECRET_BYTES))

    def authorization_url(
        self,
        *,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        now: int,
        prompt: str | None = None,
        max_age: int | None = None,
        language: str | None = None,
    ) -> str:
        """Where the browser goes to log in."""
        metadata = self._describe(now).metadata
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.provider.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64url.sha256(verifier),
            "code_challenge_method": "S256",
            "acr_values": " ".join(self.provider.acr_values) or None,
            "prompt": prompt,
            "max_age": None if max_age is None else str(max_age),
            "ui_locales": language,
        }
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        joint = "&" if urlsplit(metadata.authorization).query else "?"
        return f"{metadata.authorization}{joint}{query}"

    def require_issuer(self, given: str | None, now: int) -> None:
        """Refuses an answer of another provider than the one asked (RFC 9207, 2.4)."""
        if given is None and not self._describe(now).metadata.names_itself:
            return
        if given != self.provider.issuer:
            raise LoginFault("login.answer_issuer", "RFC 9207 2.4")

    def exchange(
        self,
        code: str,
        *,
        verifier: str,
        redirect_uri: str,
        nonce: str,
        now: int,
        max_age: int | None = None,
    ) -> Identity:
        """Who logged in, for the code that came back with the browser."""
        metadata = self._describe(now).metadata
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers, proof = self._proof(metadata, now)
        status, answer = self._line.answer("POST", metadata.token, {**fields, **proof}, headers)
        token = answer.get("id_token")
        if status != httpx.codes.OK or not isinstance(token, str):
            raise LoginFault("login.code_refused", "OpenID Connect Core 1.0 3.1.3.4")
        expected = Expected(
            issuer=self.provider.issuer,
            client_id=self.provider.client_id,
            nonce=nonce,
            algorithms=metadata.algorithms,
            acr_values=self.provider.acr_values,
            max_age=max_age,
            now=now,
        )
        return idtoken.verify(token, expected, lambda kid: self._keys(kid, now))

    # ---- who we are ------------------------------------------------------------------------

    def describe(self, now: int) -> None:
        """Asks the provider to describe itself; raises `LoginFault` with what is wrong."""
        self._describe(now)

    def _proof(self, metadata: _Metadata, now: int) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and fields that prove this client (OpenID Connect Core 1.0, 9)."""
        client_id = self.provider.client_id
        if self._key is None:
            if "client_secret_basic" not in metadata.methods:
                raise LoginFault("login.client_method", "OpenID Connect Core 1.0 9")
            # Each part form-encoded before they are joined (RFC 6749, 2.3.1).
            both = f"{quote_plus(client_id)}:{quote_plus(self._password)}"
            return {"Authorization": f"Basic {base64url.encode_padded(both.encode())}"}, {}
        if "private_key_jwt" not in metadata.methods:
            raise LoginFault("login.client_method", "OpenID Connect Core 1.0 9")
        assertion = jose.sign(
            {
                "iss": client_id,
                "sub": client_id,
                "aud": self.provider.issuer,
                "jti": self.random(),
                "iat": now,
                "exp": now + _ASSERTION_SECONDS,
            },
            typ="JWT",
            signer=self._key,
            header={"kid": jose.thumbprint(self._key.public_key)},
        )
        return {}, {
            "client_id": client_id,
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
        }

    # ---- who the provider is ---------------------------------------------------------------

    def _describe(self, now: int) -> _Known:
        known = self._fresh(now)
        if known is not None:
            return known
        with self._alone():
            known = self._fresh(now)
            if known is not None:
                return known
            self._line.require_up()
            try:
                metadata = self._metadata()
                self._known = _Known(metadata, now, self._fetch_keys(metadata), now)
            except LoginFault:
                self._line.failed()
                raise
            return self._known

    def _fresh(self, now: int) -> _Known | None:
        known = self._known
        if known is not None and known.asked_at <= now < known.asked_at + DISCOVERY_SECONDS:
            return known
        return None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One visitor asks; the others wait a moment for it, and no longer."""
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise unreachable()
        try:
            yield
        finally:
            self._lock.release()

    def _keys(self, kid: str | None, now: int) -> Sequence[Key]:
        """The keys under this id; an unknown one may be new (OpenID Connect Core 1.0, 10.1.1)."""
        known = self._describe(now)
        found = [key for key in known.keys if kid in (None, key.kid)]
        if found:
            return found
        with self._alone():
            known = self._known or known
            if now >= known.keys_at + KEYS_SECONDS:
                keys = self._fetch_keys(known.metadata)
                known = _Known(known.metadata, known.asked_at, keys, now)
                self._known = known
        return [key for key in known.keys if kid in (None, key.kid)]

    def _metadata(self) -> _Metadata:
        address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._line.document(address)
        if found.get("issuer") != self.provider.issuer:
            raise LoginFault("login.provider_issuer", _DISCOVERY)
        metadata = _Metadata(
            authorization=_address(found, "authorization_endpoint"),
            token=_address(found, "token_endpoint"),
            jwks=_address(found, "jwks_uri"),
            algorithms=_names(found, "id_token_signing_alg_values_supported", ()),
            methods=_names(
                found, "token_endpoint_auth_methods_supported", ("client_secret_basic",)
            ),
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        )
        if not set(metadata.algorithms) & set(idtoken.ALGORITHMS):
            raise LoginFault("login.provider_algorithms", _DISCOVERY)
        return metadata

    def _fetch_keys(self, metadata: _Metadata) -> tuple[Key, ...]:
        return idtoken.read_keys(self._line.document(metadata.jwks))


def _secret(secret: bytes) -> tuple[str, jose.KeySigner | None]:
    try:
        if secret.lstrip().startswith(b"-----BEGIN"):
            return "", jose.KeySigner(jose.private_key_from_pem(secret))
        return secret.decode().strip(), None
    except (CredentialError, ValueError):
        raise SettingsFault("settings.value", key="client_secret_file") from None


def _is_https(address: str) -> bool:
    url = urlsplit(address)
    return url.scheme == "https" and bool(url.hostname) and not (url.username or url.fragment)


def _address(found: Object, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not _is_https(value):
        raise LoginFault("login.provider_address", _DISCOVERY)
    return value


def _names(found: Object, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = found.get(name)
    if value is None:
        return default
    if not isinstance(value, list):
        raise LoginFault("login.provider_answer", _DISCOVERY)
    return tuple(one for one in value if isinstance(one, str))
