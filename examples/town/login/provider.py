"""The provider's rules: requests, codes, tokens (OpenID Connect Core 1.0, RFC 7636, RFC 9207)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from examples.town.login.people import Someone

LEVELS = (
    "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
)
"""Middle, high and low, by the names that DigiD uses; the first is chosen unless told otherwise."""
REQUEST_SECONDS = 600
CODE_SECONDS = 60
TOKEN_SECONDS = 300
MOST_WAITING = 1_000


class Refused(Exception):
    """A request that is answered with an OAuth error; `back` where the browser may take it."""

    def __init__(self, error: str, back: str | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.back = back


@dataclass(frozen=True)
class Client:
    """One application that lets people log in here."""

    id: str
    secret: str = field(repr=False)
    redirect_uri: str
    people: tuple[Someone, ...] = field(repr=False)
    staff: bool = False


@dataclass(frozen=True)
class Waiting:
    """A browser in front of the page, or a code on its way."""

    client: Client
    state: str
    nonce: str
    challenge: str
    language: str
    until: float
    person: Someone | None = None
    level: str = ""


class Key:
    """A signing key with its name."""

    def __init__(self) -> None:
        self.kid = secrets.token_hex(8)
        self.private = ec.generate_private_key(ec.SECP256R1())

    def public(self) -> dict[str, Any]:
        """The JWK that everybody may see."""
        jwk: dict[str, Any] = jwt.algorithms.ECAlgorithm.to_jwk(
            self.private.public_key(), as_dict=True
        )
        return {**jwk, "kid": self.kid, "use": "sig", "alg": "ES256"}


class Provider:
    """One provider; what it remembers lives as long as the process."""

    def __init__(self, issuer: str, clients: list[Client]) -> None:
        self.issuer = issuer
        self.clients = {client.id: client for client in clients}
        self._keys = [Key()]
        self._waiting: dict[str, Waiting] = {}
        self._codes: dict[str, Waiting] = {}
        self._salt = secrets.token_bytes(32)

    def rotate(self) -> None:
        """A new key signs from now on; the one before stays published for what it signed."""
        self._keys = [Key(), *self._keys[:1]]

    def discovery(self) -> dict[str, Any]:
        """What a client needs to know (OpenID Connect Discovery 1.0, 3)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "scopes_supported": ["openid"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": list(LEVELS),
            "ui_locales_supported": ["nl", "en"],
            "authorization_response_iss_parameter_supported": True,
        }

    def jwks(self) -> dict[str, Any]:
        """The keys that sign, newest first."""
        return {"keys": [key.public() for key in self._keys]}

    # ---- the browser -----------------------------------------------------------------------

    def ask(self, asked: dict[str, str]) -> str:
        """Keep a request; return the name under which the page finds it."""
        client = self.clients.get(asked.get("client_id", ""))
        if client is None or asked.get("redirect_uri") != client.redirect_uri:
            raise Refused("invalid_request")  # nowhere to send the browser
        state = asked.get("state", "")
        if asked.get("response_type") != "code":
            raise self._refused(client, state, "unsupported_response_type")
        if "openid" not in asked.get("scope", "").split():
            raise self._refused(client, state, "invalid_scope")
        challenge, method = asked.get("code_challenge", ""), asked.get("code_challenge_method")
        if method != "S256" or not challenge or not state or not asked.get("nonce"):
            raise self._refused(client, state, "invalid_request")
        if asked.get("prompt") == "none":
            raise self._refused(client, state, "login_required")
        english = asked.get("ui_locales", "").startswith("en")
        waiting = Waiting(
            client=client,
            state=state,
            nonce=asked["nonce"],
            challenge=challenge,
            language="en" if english else "nl",
            until=time.time() + REQUEST_SECONDS,
        )
        return _keep(self._waiting, waiting)

    def waiting(self, name: str) -> Waiting:
        """The request behind a page."""
        found = self._waiting.get(name)
        if found is None or found.until < time.time():
            raise Refused("invalid_request")
        return found

    def choose(self, name: str, key: str, level: str) -> str:
        """Someone was chosen: return where the browser goes, with a code."""
        waiting = self.waiting(name)
        person = next((one for one in waiting.client.people if one.key == key), None)
        if person is None or level not in LEVELS:
            raise Refused("invalid_request")
        del self._waiting[name]
        code = _keep(
            self._codes,
            Waiting(
                **{
                    **waiting.__dict__,
                    "person": person,
                    "level": level,
                    "until": time.time() + CODE_SECONDS,
                }
            ),
        )
        return self._back(waiting.client, {"code": code, "state": waiting.state})

    def cancel(self, name: str) -> str:
        """Nobody was chosen: return where the browser goes."""
        waiting = self._waiting.pop(name, None)
        if waiting is None:
            raise Refused("invalid_request")
        return self._error(waiting.client, waiting.state, "access_denied")

    def _refused(self, client: Client, state: str, error: str) -> Refused:
        return Refused(error, self._error(client, state, error))

    def _error(self, client: Client, state: str, error: str) -> str:
        return self._back(client, {"error": error, **({"state": state} if state else {})})

    def _back(self, client: Client, answer: dict[str, str]) -> str:
        return f"{client.redirect_uri}?{urlencode({**answer, 'iss': self.issuer})}"

    # ---- the client ------------------------------------------------------------------------

    def token(self, authorization: str, form: dict[str, str]) -> dict[str, Any]:
        """Exchange a code for an ID token."""
        client = self._client(authorization)
        if form.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type")
        found = self._codes.pop(form.get("code", ""), None)
        made = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(made).decode().rstrip("=")
        if (
            found is None
            or found.client is not client
            or found.until < time.time()
            or form.get("redirect_uri") != client.redirect_uri
            or not hmac.compare_digest(challenge, found.challenge)
        ):
            raise Refused("invalid_grant")
        return {
            "access_token": secrets.token_urlsafe(32),  # there is nothing to open with it
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self._id_token(found),
        }

    def _client(self, authorization: str) -> Client:
        scheme, _, value = authorization.partition(" ")
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            raise Refused("invalid_client") from None
        client = self.clients.get(unquote_plus(name))
        given = unquote_plus(secret).encode()
        if (
            scheme.lower() != "basic"
            or client is None
            or not hmac.compare_digest(given, client.secret.encode())
        ):
            raise Refused("invalid_client")
        return client

    def _id_token(self, login: Waiting) -> str:
        assert login.person is not None
        now = int(time.time())
        key = self._keys[0]
        subject = f"{login.client.id}/{login.person.key}".encode()
        claims = {
            "iss": self.issuer,
            "sub": hmac.digest(self._salt, subject, "sha256").hex(),
            "aud": login.client.id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "auth_time": now,
            "nonce": login.nonce,
            "acr": login.level,
            **login.person.claims,
        }
        return jwt.encode(claims, key.private, algorithm="ES256", headers={"kid": key.kid})


def _keep(place: dict[str, Waiting], one: Waiting) -> str:
    now = time.time()
    for name in [name for name, other in place.items() if other.until < now]:
        del place[name]
    if len(place) >= MOST_WAITING:
        raise Refused("temporarily_unavailable")
    name = secrets.token_urlsafe(32)
    place[name] = one
    return name
