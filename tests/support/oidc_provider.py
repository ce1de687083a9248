"""A login provider in the test's own process, honest or hostile by knob; served over https.

It is written with joserfc: what the issuer reads was made by a library that is not the issuer's.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT = "regie test"  # a space, to be form-encoded in the header
SECRET = "a secret with + and : in it"
ALGORITHMS = ["ES256", "PS256", "RS256", "HS256", "none", "ES384"]
LOW, ENOUGH, HIGH = "urn:level:low", "urn:level:substantial", "urn:level:high"


@dataclass
class Lies:
    """What this provider does wrong; by default nothing."""

    claims: dict[str, Any] = field(default_factory=dict)
    """Set in the ID token in place of the truth; `...` leaves one out."""
    header: dict[str, Any] = field(default_factory=dict)
    alg: str = "ES256"
    key: Any = None
    """Signs with this key, under the published key's id."""
    payload: bytes | None = None
    """Signs these bytes as they are."""
    token: Any = None
    """In place of the ID token."""
    discovery: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str | None] = field(default_factory=dict)
    """Set in the redirect; `None` leaves one out."""
    token_status: int = 200
    bare: bool = False
    """No signature at all."""
    keys: list[Any] = field(default_factory=list)
    """Published besides the real ones."""
    raw: bytes | None = None
    """The body of every answer to the server."""
    location: str | None = None
    """Answers of the token endpoint redirect to here."""


@dataclass
class OidcProvider:
    """One provider with one client; `person` are the claims of whoever logs in next."""

    issuer: str
    now: int
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "one", "bsn": "999999345"})
    acr: str | None = ENOUGH
    client_id: str = CLIENT
    secret: str = SECRET
    client_key: Any = None
    """The public key of a client that uses `private_key_jwt`."""
    lies: Lies = field(default_factory=Lies)
    calls: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys: list[Any] = []
        self.rotate()
        self.rsa = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}, private=True)
        self.keys.append(self.rsa)

    def rotate(self, kid: str | None = None) -> None:
        """A new signing key; the old one is gone."""
        name = kid or f"key-{secrets.token_hex(4)}"
        self.keys[:1] = [ECKey.generate_key("P-256", {"kid": name, "use": "sig"}, private=True)]

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/jwks", self._jwks),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _discovery(self, _request: Request) -> Response:
        self.calls.append("discovery")
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ALGORITHMS,
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "authorization_response_iss_parameter_supported": True,
            "code_challenge_methods_supported": ["S256"],
            **self.lies.discovery,
        }
        return self._json({name: value for name, value in document.items() if value is not ...})

    async def _jwks(self, _request: Request) -> Response:
        self.calls.append("jwks")
        published = KeySet(self.keys).as_dict(private=False)["keys"]
        return self._json({"keys": [*published, *self.lies.keys]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        assert len(asked) == len(request.query_params.multi_items())
        assert asked["response_type"] == "code"
        assert asked["client_id"] == self.client_id
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 43
        assert len(asked["nonce"]) >= 43
        code = secrets.token_urlsafe(32)
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer, **self.lies.answer}
        query = urlencode({name: value for name, value in answer.items() if value is not None})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 303)

    async def _token(self, request: Request) -> Response:
        self.calls.append("token")
        if self.lies.location is not None:
            return RedirectResponse(self.lies.location, 302)
        form = dict(parse_qsl((await request.body()).decode(), strict_parsing=True))
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self._codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(form["code_verifier"].encode()).digest()
        )
        if (
            asked is None
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != asked["redirect_uri"]
            or challenge.decode().rstrip("=") != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.lies.token if self.lies.token is not None else self.id_token(asked["nonce"])
        answer = {"access_token": "unused", "token_type": "Bearer", "id_token": token}
        return self._json(answer, self.lies.token_status)

    def id_token(self, nonce: str) -> str:
        """The ID token, with the lies that are asked for."""
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": self.now,
            "exp": self.now + 300,
            "auth_time": self.now,
            "nonce": nonce,
            **({} if self.acr is None else {"acr": self.acr}),
            **self.person,
            **self.lies.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not ...}
        alg = self.lies.alg
        published: Any = self.keys[0] if alg == "ES256" else self.rsa
        key = self.lies.key or published
        if alg == "HS256":
            key = OctKey.import_key(self.secret)
        header = {"alg": alg, "kid": published.kid, **self.lies.header}
        header = {name: value for name, value in header.items() if value is not ...}
        if self.lies.payload is not None:
            return jws.serialize_compact(header, self.lies.payload, key, algorithms=ALGORITHMS)
        if self.lies.bare:
            parts = (json.dumps(part).encode() for part in (header, claims))
            return (
                ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
                + "."
            )
        return jwt.encode(header, claims, key, algorithms=ALGORITHMS)

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        if self.client_key is not None:
            token = jwt.decode(form["client_assertion"], self.client_key, algorithms=["ES256"])
            said = token.claims
            return (
                said["iss"] == said["sub"] == form["client_id"] == self.client_id
                and said["aud"] == self.issuer
                and said["exp"] > self.now >= said["iat"]
            )
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        name, _, password = base64.b64decode(value).decode().partition(":")
        both = (unquote_plus(name), unquote_plus(password))
        return scheme == "Basic" and both == (self.client_id, self.secret)

    def _json(self, value: object, status: int = 200) -> Response:
        if self.lies.raw is not None:
            return Response(self.lies.raw, status)
        return JSONResponse(value, status)
