"""The municipality's server for wallets that come by themselves: login, tokens, `my`, encryption.

It checks what an honest server must (PKCE, one use, the key behind every token, attestations) and
lies by knob. The browser is a function: `browse(url)` gives what it brings back.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from support.issuer_simulator import JSON, IssuerSimulator, same
from support.network import reply

from credential import base64url, jose, jwe, strictjson
from credential.names import (
    GRANT_AUTHORIZATION_CODE,
    GRANT_PRE_AUTHORIZED,
    TYP_KEY_ATTESTATION,
    TYP_PROOF,
    TYP_WALLET_ATTESTATION,
    TYP_WALLET_ATTESTATION_POP,
)
from wallet.fetch import Call, Reply

ATTEST = "attest_jwt_client_auth"
JWT = "application/jwt"


@dataclass
class HomeIssuer(IssuerSimulator):
    """The same municipality, with a login; the knobs of its parent still work."""

    scopeless: frozenset[str] = frozenset()
    identified: bool = False
    """Whether tokens carry `credential_identifiers`."""
    chosen: tuple[str, ...] | None = None
    """What the resident ticks in the browser; None for everything."""
    refreshes: bool = True
    token_life: int = 3_600
    waits: frozenset[str] = frozenset()
    """Kinds a person decides on."""
    attestation: str = "off"
    challenges: bool = False
    stale_challenge: bool = False
    attested_keys: bool = False
    proof_type: str = "jwt"
    encryption: str = "off"
    plain_answers: bool = False
    metadata_keys: Callable[[dict], dict] = same
    pushed: Callable[[dict], dict] = same
    pushed_status: int = 201
    callback: Callable[[dict], dict] = same
    my_answer: dict[str, Any] = field(default_factory=dict)
    my_status: int = 200
    my_routes: dict[tuple[str, str], Callable[[Call], Reply]] = field(default_factory=dict)
    declared: dict[str, Any] = field(default_factory=dict)
    ended: bool = False
    """Whether the grant behind every refresh token is over."""
    redeem: Callable[[dict], None] = lambda _form: None

    pushes: list[dict] = field(default_factory=list)
    asked_kinds: list[str] = field(default_factory=list)
    my_calls: list[Call] = field(default_factory=list)
    sealed_requests: int = 0
    instances: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.requests: dict[str, dict] = {}
        self.codes: dict[str, dict] = {}
        self.refresh_tokens: dict[str, dict] = {}
        self.access: dict[str, dict] = {}
        self.seen: set[str] = set()
        self.challenge = "challenge-1"
        self.key = jose.generate_key()
        self.kid = "day-1"

    # The routes beyond the parent's.

    def __call__(self, call: Call) -> Reply:
        path = urlsplit(call.url).path
        code = urlsplit(self.id).path
        if path == f"{code}/par":
            return self._par(call)
        if path == f"{code}/challenge":
            return reply(200, json.dumps({"attestation_challenge": self.challenge}), JSON)
        if path == f"{code}/my" or path.startswith(f"{code}/my/"):
            return self._my(call, path.removeprefix(f"{code}/my"))
        return super().__call__(call)

    def browse(self, url: str) -> str:
        """The resident logs in; the query that the browser brings to the loopback address."""
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.id}/authorize"
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert set(query) == {"client_id", "request_uri"}
        pushed = self.requests.pop(query["request_uri"])
        assert pushed["client_id"] == query["client_id"]
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = pushed
        found = {"code": code, "state": pushed["state"], "iss": self.id}
        return urlencode(self.callback(found))

    # Metadata.

    def metadata_object(self) -> dict:
        found = super().metadata_object()
        for kind, one in found["credential_configurations_supported"].items():
            if kind in self.scopeless:
                one.pop("scope", None)
            proof: dict[str, Any] = {"proof_signing_alg_values_supported": ["ES256"]}
            if self.attested_keys and self.proof_type == "jwt":
                proof["key_attestations_required"] = {}
            if "proof_types_supported" in one:
                one["proof_types_supported"] = {self.proof_type: proof}
        if self.encryption != "off":
            required = self.encryption == "required"
            jwk = {
                **jose.public_jwk(self.key.public_key()),
                "kid": self.kid,
                "use": "enc",
                "alg": "ECDH-ES",
            }
            found["credential_request_encryption"] = {
                "jwks": {"keys": [jwk]},
                "enc_values_supported": ["A128GCM", "A256GCM"],
                "encryption_required": required,
            }
            found["credential_response_encryption"] = {
                "alg_values_supported": ["ECDH-ES"],
                "enc_values_supported": ["A128GCM", "A256GCM"],
                "encryption_required": required,
            }
        found["nl_regie"] = {"my_endpoint": f"{self.id}/my", "declared": self.declared}
        return self.metadata_keys(found)

    def _server(self, _call: Call) -> Reply:
        methods = {"off": ["none"], "accepted": ["none", ATTEST], "required": [ATTEST]}
        found = {
            "issuer": self.id,
            "authorization_endpoint": f"{self.id}/authorize",
            "token_endpoint": f"{self.id}/token",
            "pushed_authorization_request_endpoint": f"{self.id}/par",
            "require_pushed_authorization_requests": True,
            "response_types_supported": ["code"],
            "grant_types_supported": [
                GRANT_AUTHORIZATION_CODE,
                "refresh_token",
                GRANT_PRE_AUTHORIZED,
            ],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": methods[self.attestation],
            "dpop_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": True,
            "pre-authorized_grant_anonymous_access_supported": self.attestation != "required",
        }
        if self.challenges:
            found["challenge_endpoint"] = f"{self.id}/challenge"
        return reply(200, json.dumps(self.server(found)), JSON)

    # The authorization server.

    def _client(self, call: Call, form: dict) -> tuple[str | None, Reply | None]:
        """The attested instance key, or the refusal."""
        attestation = call.headers.get("oauth-client-attestation")
        proof = call.headers.get("oauth-client-attestation-pop")
        if attestation is None or proof is None:
            assert self.attestation != "required", "an attestation was due"
            return None, None
        assert self.attestation != "off"
        jws = jose.parse(attestation, typ=TYP_WALLET_ATTESTATION)
        leaf = self.scheme.trust.wallet_provider_leaf(jws.x5c(), self.now)
        claims = jose.verify(jws, leaf.key).payload
        assert claims["sub"] == form["client_id"]
        assert claims["exp"] > self.now
        key = jose.key_from_jwk(claims["cnf"]["jwk"])
        pop = jose.verify(jose.parse(proof, typ=TYP_WALLET_ATTESTATION_POP), key).payload
        assert pop["aud"] == self.id
        assert pop["iss"] == claims["sub"]
        assert pop["jti"] not in self.seen, "a proof is for once"
        self.seen.add(pop["jti"])
        if self.challenges and (self.stale_challenge or pop.get("challenge") != self.challenge):
            self.stale_challenge = False
            self.challenge += "+"
            body = json.dumps({"error": "use_attestation_challenge"})
            header = {"oauth_client_attestation_challenge": self.challenge}
            return None, reply(400, body, JSON, **header)
        self.instances.append(jose.thumbprint(key))
        return jose.thumbprint(key), None

    def _par(self, call: Call) -> Reply:
        jkt, wants = self._dpop(call)
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        instance, refused = self._client(call, form)
        if refused is not None:
            return refused
        if wants:
            return self._use_nonce()
        assert form["response_type"] == "code"
        assert form["code_challenge_method"] == "S256"
        assert form["redirect_uri"].startswith("http://127.0.0.1:")
        assert "request_uri" not in form
        self.pushes.append(form)
        uri = f"urn:ietf:params:oauth:request_uri:{len(self.pushes)}"
        self.requests[uri] = {**form, "jkt": jkt, "instance": instance}
        answer = self.pushed({"request_uri": uri, "expires_in": 60})
        return reply(self.pushed_status, json.dumps(answer), JSON)

    def _use_nonce(self) -> Reply:
        body = json.dumps({"error": "use_dpop_nonce"})
        return reply(400, body, JSON, dpop_nonce=self.dpop_nonce or "")

    def _token(self, call: Call) -> Reply:
        jkt, wants = self._dpop(call)
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        instance, refused = self._client(call, form)
        if refused is not None:
            return refused
        if wants:
            return self._use_nonce()
        self.tokens_asked.append(form)
        self.redeem(form)
        match form["grant_type"]:
            case "authorization_code":
                grant = self._of_code(form, jkt, instance)
            case "refresh_token":
                grant = self._of_refresh(form, jkt, instance)
            case _:
                known = form.get("tx_code") == self.tx_code
                grant = {"kinds": self.kinds, "jkt": jkt, "instance": instance} if known else None
        if grant is None:
            return reply(400, json.dumps({"error": "invalid_grant"}), JSON)
        return reply(200, json.dumps(self.token(self._issue(grant, form))), JSON)

    def _of_code(self, form: dict, jkt: str, instance: str | None) -> dict | None:
        pushed = self.codes.pop(form["code"], None)
        if pushed is None:
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64url.encode(digest) == pushed["code_challenge"]
        assert form["redirect_uri"] == pushed["redirect_uri"]
        assert (jkt, instance) == (pushed["jkt"], pushed["instance"])
        asked = pushed.get("scope", "").split()
        details = json.loads(pushed.get("authorization_details", "[]"))
        asked += [one["credential_configuration_id"] for one in details]
        kinds = [kind for kind in asked if self.chosen is None or kind in self.chosen]
        return {"kinds": tuple(kinds), "jkt": jkt, "instance": instance, "details": bool(details)}

    def _of_refresh(self, form: dict, jkt: str, instance: str | None) -> dict | None:
        grant = self.refresh_tokens.get(form["refresh_token"])
        if grant is None or self.ended:
            return None
        assert (jkt, instance) == (grant["jkt"], grant["instance"])
        return grant

    def _issue(self, grant: dict, form: dict) -> dict:
        token = f"access-{len(self.access) + 1}"
        self.access[token] = {**grant, "until": self.now + self.token_life}
        found: dict[str, Any] = {
            "access_token": token,
            "token_type": "DPoP",
            "expires_in": self.token_life,
            "scope": " ".join(kind for kind in grant["kinds"] if kind not in self.scopeless),
        }
        if self.identified or grant.get("details"):
            found["authorization_details"] = [
                {
                    "type": "openid_credential",
                    "credential_configuration_id": kind,
                    "credential_identifiers": [f"{kind}:1"],
                }
                for kind in grant["kinds"]
            ]
        if self.refreshes and form["grant_type"] != "refresh_token":
            refresh = f"refresh-{len(self.refresh_tokens) + 1}"
            self.refresh_tokens[refresh] = grant
            found["refresh_token"] = refresh
        return found

    # The resource server.

    def _authorised(self, call: Call) -> Reply | None:
        jkt, wants = self._dpop(call)
        challenge = 'DPoP error="{}", algs="ES256"'
        if wants:
            return reply(
                401,
                "",
                JSON,
                dpop_nonce=self.dpop_nonce or "",
                www_authenticate=challenge.format("use_dpop_nonce"),
            )
        grant = self.access.get(call.headers["authorization"].removeprefix("DPoP "))
        if grant is None or grant["until"] <= self.now or grant["jkt"] != jkt:
            body = json.dumps({"error": "invalid_token"})
            return reply(401, body, JSON, www_authenticate=challenge.format("invalid_token"))
        return None

    def _credential(self, call: Call) -> Reply:
        refused = self._authorised(call)
        if refused is not None:
            return refused
        asked = self._opened(call)
        if asked is None:
            return reply(400, json.dumps({"error": "invalid_encryption_parameters"}), JSON)
        kind = self._kind(asked)
        self.asked_kinds.append(kind)
        if kind in self.waits and not self.decided:
            transaction = f"transaction-{kind}"
            self.waiting[transaction] = (kind, self._proven(asked["proofs"]))
            body = {"transaction_id": transaction, "interval": 60}
            return self._sealed(202, self.answer(body), asked)
        return super()._credential(call)

    def _deferred(self, call: Call) -> Reply:
        refused = self._authorised(call)
        if refused is None and self._opened(call) is None:
            return reply(400, json.dumps({"error": "invalid_encryption_parameters"}), JSON)
        return refused or super()._deferred(call)

    def _my(self, call: Call, path: str) -> Reply:
        refused = self._authorised(call)
        if refused is not None:
            return refused
        self.my_calls.append(call)
        route = self.my_routes.get((call.method, path))
        if route is not None:
            return route(call)
        if (call.method, path) == ("GET", ""):
            return reply(self.my_status, json.dumps(self.my_answer), JSON)
        return reply(404, json.dumps({"error": "not_found"}), JSON)

    def _opened(self, call: Call) -> Any:
        if call.content_type == JSON:
            assert self.encryption != "required", "the request had to be encrypted"
            asked = json.loads(call.body)
            assert "credential_response_encryption" not in asked
            return asked
        assert call.content_type == JWT
        token = call.body.decode()
        if jwe.peek_kid(token) != self.kid:
            return None
        self.sealed_requests += 1
        data = jwe.decrypt(token, key=self.key, kid=self.kid, enc_allowed=("A256GCM",))
        return json.loads(data)

    def _sealed(self, status: int, body: dict, asked: dict) -> Reply:
        wanted = asked.get("credential_response_encryption")
        if wanted is None or self.plain_answers:
            return super()._sealed(status, body, asked)
        assert wanted["enc"] == "A256GCM"
        jwk = wanted["jwk"]
        token = jwe.encrypt(
            strictjson.dumps(body), recipient=jwk, enc=wanted["enc"], kid=jwk["kid"]
        )
        return reply(status, token, JWT)

    def _kind(self, asked: dict) -> str:
        if "credential_identifier" in asked:
            assert "credential_configuration_id" not in asked
            return asked["credential_identifier"].partition(":")[0]
        return asked["credential_configuration_id"]

    def _proven(self, proofs: dict) -> list[Any]:
        [(type_, tokens)] = proofs.items()
        assert type_ == self.proof_type
        if type_ == "attestation":
            [token] = tokens
            return self._attested(token)
        if not self.attested_keys:
            return super()._proven(proofs)
        [token] = tokens
        jws = jose.parse(token, typ=TYP_PROOF, max_bytes=40_000)
        assert jose.verify(jws, jws.jwk()).payload["nonce"] == "c-nonce"
        keys = self._attested(jws.header["key_attestation"])
        assert jose.thumbprint(keys[0]) == jose.thumbprint(jws.jwk())
        return keys

    def _attested(self, token: str) -> list[Any]:
        jws = jose.parse(token, typ=TYP_KEY_ATTESTATION)
        leaf = self.scheme.trust.wallet_provider_leaf(jws.x5c(), self.now)
        claims = jose.verify(jws, leaf.key).payload
        assert claims["nonce"] == "c-nonce"
        assert claims["exp"] > self.now
        assert not {"key_storage", "user_authentication", "certification"} & set(claims)
        return [jose.key_from_jwk(jwk) for jwk in claims["attested_keys"]]

    def _proof_of(self, payload: dict, _header: dict) -> None:
        assert payload.get("iss") in (None, "regie-wallet")
