"""A login provider over https: where to send a browser, and who came back (OpenID Connect 1.0).

Authorization code with PKCE, `state` and `nonce`. What the provider says is read strictly and with
a bound; nothing it answers reaches an error, and no redirect of it is followed.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx

from credential import base64url, jose, strictjson
from credential.errors import CredentialError, Malformed
from credential.strictjson import Object
from issuer import idtoken
from issuer.config import Provider
from issuer.errors import LoginFault, SettingsFault
from issuer.idtoken import Expected, Identity, Key
from issuer.keys import read_private
from issuer.status import Entropy

__all__ = ["Identity", "OidcClient", "open_client"]

DISCOVERY_SECONDS: Final = 3_600
"""So long the provider's own description is believed without asking again."""
KEYS_SECONDS: Final = 60
"""An unknown key id asks for the keys again, but not more often than this."""
DOWN_SECONDS: Final = 5
"""So long nobody else waits for a provider that did not answer."""
MAX_ANSWER: Final = 262_144
_TIMEOUT: Final = 5.0
_SECRET_BYTES: Final = 32
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS: Final = 60
_DISCOVERY: Final = "OpenID Connect Discovery 1.0 4.3"


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
        entropy: Entropy,
        *,
        tls_ca: Path | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`secret` is the client's password, or a P-256 key in PEM for `private_key_jwt`."""
        if not _is_https(provider.issuer) or urlsplit(provider.issuer).query:
            raise SettingsFault("settings.value", "OpenID Connect Discovery 1.0 3", key="issuer")
        self.provider = provider
        self._entropy = entropy
        self._password, self._key = _secret(secret)
        context = ssl.create_default_context(cafile=str(tls_ca) if tls_ca else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._http = httpx.Client(
            headers={"Accept": "application/json"},
            timeout=_TIMEOUT,
            verify=context,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )
        self._lock = Lock()
        self._known: _Known | None = None
        self._down_at: int | None = None

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

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
        status, answer = self._answer("POST", metadata.token, fields, *self._proof(metadata, now))
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
        with self._lock:
            known = self._known
            if known is not None and known.asked_at <= now < known.asked_at + DISCOVERY_SECONDS:
                return known
            if self._down_at is not None and self._down_at <= now < self._down_at + DOWN_SECONDS:
                raise LoginFault("login.unreachable", "Architecture, Https")
            self._down_at = now
            metadata = self._metadata()
            self._known = _Known(metadata, now, self._fetch_keys(metadata), now)
            self._down_at = None
            return self._known

    def _keys(self, kid: str | None, now: int) -> Sequence[Key]:
        """The keys under this id; an unknown one may be new (OpenID Connect Core 1.0, 10.1.1)."""
        known = self._describe(now)
        found = [key for key in known.keys if kid in (None, key.kid)]
        if found:
            return found
        with self._lock:
            known = self._known or known
            if now >= known.keys_at + KEYS_SECONDS:
                keys = self._fetch_keys(known.metadata)
                known = _Known(known.metadata, known.asked_at, keys, now)
                self._known = known
        return [key for key in known.keys if kid in (None, key.kid)]

    def _metadata(self) -> _Metadata:
        address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._document(address)
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
        return idtoken.read_keys(self._document(metadata.jwks))

    # ---- the line --------------------------------------------------------------------------

    def _document(self, address: str) -> Object:
        status, found = self._answer("GET", address, None, {}, {})
        if status != httpx.codes.OK:
            raise LoginFault("login.unreachable", "Architecture, Https")
        return found

    def _answer(
        self,
        method: str,
        address: str,
        fields: dict[str, str] | None,
        headers: dict[str, str],
        more: dict[str, str],
    ) -> tuple[int, Object]:
        """Status and object of an answer; what is no object or too large is no answer."""
        data = None if fields is None else {**fields, **more}
        try:
            status, body = self._read(method, address, data, headers)
        except httpx.HTTPError:
            # Raised below and not here: the cause would hold the request, and that the code.
            status, body = 0, b""
        if not status or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise LoginFault("login.unreachable", "Architecture, Https")
        try:
            return status, strictjson.loads_object(body, max_bytes=MAX_ANSWER)
        except Malformed:
            raise LoginFault("login.provider_answer", "OpenID Connect Core 1.0 3.1.3.3") from None

    def _read(
        self, method: str, address: str, data: dict[str, str] | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        with self._http.stream(method, address, data=data, headers=headers) as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER:
                    raise LoginFault("login.provider_answer", "Architecture, Https")
            return answer.status_code, bytes(body)


def open_client(home: Path, provider: Provider, entropy: Entropy) -> OidcClient:
    """The client that the settings of a home describe."""
    return OidcClient(
        provider,
        read_private(home / provider.client_secret_file),
        entropy,
        tls_ca=None if provider.tls_ca is None else home / provider.tls_ca,
    )


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
