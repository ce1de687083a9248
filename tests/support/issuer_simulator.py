"""A municipality's issuing server in memory: honest, or hostile by knob."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import shake_256
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from support.cards import hide
from support.network import reply
from support.scheme import TestScheme

from credential import base64url, jose, kinds, registration, sdjwt
from credential.names import (
    GRANT_PRE_AUTHORIZED,
    TYP_CARD,
    TYP_DPOP,
    TYP_ISSUER_METADATA,
    TYP_PROOF,
    vct_of,
)
from wallet.fetch import Call, Reply

CLAIMS: dict[str, dict[str, Any]] = {
    "persoonsgegevens": {
        "given_name": "Anna Maria",
        "family_name": "de Vries",
        "birthdate": "1980-04-02",
        "age_over_18": True,
        "age_over_21": True,
        "housing_pseudonym": "pseudonym-anna",
    },
    "verblijfsrecht": {
        "nationalities": ["NL", "DE"],
        "dutch_nationality": True,
        "housing_residence_right": True,
        "housing_pseudonym": "pseudonym-anna",
    },
    "woonadres": {
        "address": {"street_address": "Dorpsstraat", "house_number": 7, "postal_code": "1234AB"},
        "municipality": "Voorbeeldstad",
        "housing_pseudonym": "pseudonym-anna",
    },
}
KINDS = ("persoonsgegevens", "verblijfsrecht")
JSON = "application/json"
TX_CODE = "123456"


def endless() -> Callable[[int], bytes]:
    """Entropy of any length that never repeats."""
    numbers = itertools.count(1)
    return lambda length: shake_256(next(numbers).to_bytes(8, "big")).digest(length)


def same(value: Any) -> Any:
    return value


@dataclass
class IssuerSimulator:
    """One municipality; every knob is a function over what an honest server would send."""

    scheme: TestScheme
    kinds: tuple[str, ...] = KINDS
    tx_code: str | None = TX_CODE
    deferred: bool = False
    decided: bool = False
    denied: frozenset[str] = frozenset()
    dpop_nonce: str | None = "first-nonce"
    now: int = 0
    offer: Callable[[dict], dict] = same
    metadata: Callable[[dict], dict] = same
    metadata_header: Callable[[dict], dict] = same
    server: Callable[[dict], dict] = same
    token: Callable[[dict], dict] = same
    payload: Callable[[dict], dict] = same
    batch: Callable[[list[str]], list[str]] = same
    answer: Callable[[dict], dict] = same
    unsigned: bool = False
    claims: dict[str, dict[str, Any]] = field(default_factory=lambda: dict(CLAIMS))
    tokens_asked: list[dict] = field(default_factory=list)
    notified: list[dict] = field(default_factory=list)
    waiting: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)
    index: int = 0

    def __post_init__(self) -> None:
        self.party = self.scheme.issuer()
        self.id = self.party.identifier
        self.now = self.now or self.scheme.now
        self.entropy = endless()

    # What the clerk hands over.

    def offer_object(self) -> dict:
        grant: dict[str, Any] = {"pre-authorized_code": "pre-authorized-secret"}
        if self.tx_code is not None:
            grant["tx_code"] = {"input_mode": "numeric", "length": 6}
        return self.offer(
            {
                "credential_issuer": self.id,
                "credential_configuration_ids": list(self.kinds),
                "grants": {GRANT_PRE_AUTHORIZED: grant},
            }
        )

    @property
    def link(self) -> str:
        return f"openid-credential-offer://?credential_offer_uri={quote(self.id + '/o/ABC')}"

    @property
    def link_by_value(self) -> str:
        text = quote(json.dumps(self.offer_object()))
        return f"openid-credential-offer://?credential_offer={text}"

    # The server.

    def __call__(self, call: Call) -> Reply:
        path = urlsplit(call.url).path
        code = urlsplit(self.id).path
        routes: dict[str, Callable[[Call], Reply]] = {
            f"{code}/o/ABC": lambda _: reply(200, json.dumps(self.offer_object()), JSON),
            f"/.well-known/openid-credential-issuer{code}": self._metadata,
            f"/.well-known/oauth-authorization-server{code}": self._server,
            f"{code}/token": self._token,
            f"{code}/nonce": lambda _: reply(200, json.dumps({"c_nonce": "c-nonce"}), JSON),
            f"{code}/credential": self._credential,
            f"{code}/deferred": self._deferred,
            f"{code}/notification": self._notification,
        }
        found = routes.get(path)
        return reply(404, "", JSON) if found is None else found(call)

    def metadata_object(self) -> dict:
        return self.metadata(
            {
                "sub": self.id,
                "iat": self.now,
                "credential_issuer": self.id,
                "credential_endpoint": f"{self.id}/credential",
                "nonce_endpoint": f"{self.id}/nonce",
                "deferred_credential_endpoint": f"{self.id}/deferred",
                "notification_endpoint": f"{self.id}/notification",
                "batch_credential_issuance": {"batch_size": 10},
                "issuer_info": registration.to_verifier_info(self.party.registration),
                "credential_configurations_supported": {
                    kind: {
                        "format": "dc+sd-jwt",
                        "vct": vct_of(kind),
                        "scope": kind,
                        "cryptographic_binding_methods_supported": ["jwk"],
                        "proof_types_supported": {
                            "jwt": {"proof_signing_alg_values_supported": ["ES256"]}
                        },
                    }
                    for kind in CLAIMS
                },
            }
        )

    def _metadata(self, call: Call) -> Reply:
        assert call.accept == "application/jwt"
        if self.unsigned:
            return reply(200, json.dumps(self.metadata_object()), JSON)
        header = self.metadata_header(self.party.access.header)
        token = jose.sign(
            self.metadata_object(),
            typ=TYP_ISSUER_METADATA,
            signer=self.party.access.signer,
            header=header,
        )
        return reply(200, token, "application/jwt")

    def _server(self, _call: Call) -> Reply:
        found = {
            "issuer": self.id,
            "token_endpoint": f"{self.id}/token",
            "grant_types_supported": [GRANT_PRE_AUTHORIZED],
            "dpop_signing_alg_values_supported": ["ES256"],
            "pre-authorized_grant_anonymous_access_supported": True,
        }
        return reply(200, json.dumps(self.server(found)), JSON)

    def _dpop(self, call: Call) -> tuple[str, bool]:
        """The key's thumbprint, and whether the nonce is still wanted."""
        jws = jose.parse(call.headers["dpop"], typ=TYP_DPOP)
        proof = jose.verify(jws, jws.jwk()).payload
        assert proof["htm"] == call.method
        assert proof["htu"] == call.url
        if "authorization" in call.headers:
            access = call.headers["authorization"].removeprefix("DPoP ")
            assert proof["ath"] == base64url.sha256(access)
        return jose.thumbprint(jws.jwk()), proof.get("nonce") != self.dpop_nonce

    def _token(self, call: Call) -> Reply:
        _, wants = self._dpop(call)
        if wants:
            body = json.dumps({"error": "use_dpop_nonce"})
            return reply(400, body, JSON, dpop_nonce=self.dpop_nonce or "")
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        self.tokens_asked.append(form)
        if form.get("tx_code") != self.tx_code:
            return reply(400, json.dumps({"error": "invalid_grant"}), JSON)
        found = {"access_token": "access-token", "token_type": "DPoP", "expires_in": 86_400}
        return reply(200, json.dumps(self.token(found)), JSON)

    def _credential(self, call: Call) -> Reply:
        _, wants = self._dpop(call)
        if wants:
            challenge = 'DPoP error="use_dpop_nonce", algs="ES256"'
            return reply(
                401, "", JSON, dpop_nonce=self.dpop_nonce or "", www_authenticate=challenge
            )
        asked = self._opened(call)
        kind = self._kind(asked)
        if kind in self.denied:
            return reply(400, json.dumps({"error": "credential_request_denied"}), JSON)
        keys = self._proven(asked["proofs"])
        if self.deferred:
            transaction = f"transaction-{kind}"
            self.waiting[transaction] = (kind, keys)
            body = {"transaction_id": transaction, "interval": 5}
            return self._sealed(202, self.answer(body), asked)
        return self._deliver(kind, keys, asked)

    def _opened(self, call: Call) -> dict:
        assert call.content_type == JSON
        return json.loads(call.body)

    def _sealed(self, status: int, body: dict, _asked: dict) -> Reply:
        return reply(status, json.dumps(body), JSON)

    def _kind(self, asked: dict) -> str:
        return asked["credential_configuration_id"]

    def _proven(self, proofs: dict) -> list[Any]:
        keys = []
        for token in proofs["jwt"]:
            jws = jose.parse(token, typ=TYP_PROOF)
            payload = jose.verify(jws, jws.jwk()).payload
            assert payload["aud"] == self.id
            assert payload["nonce"] == "c-nonce"
            self._proof_of(payload, jws.header)
            keys.append(jws.jwk())
        return keys

    def _proof_of(self, payload: dict, _header: dict) -> None:
        assert "iss" not in payload

    def _deferred(self, call: Call) -> Reply:
        self._dpop(call)
        asked = self._opened(call)
        transaction = asked["transaction_id"]
        if transaction not in self.waiting:
            return reply(400, json.dumps({"error": "invalid_transaction_id"}), JSON)
        if not self.decided:
            body = {"transaction_id": transaction, "interval": 5}
            return self._sealed(202, self.answer(body), asked)
        return self._deliver(*self.waiting.pop(transaction), asked)

    def _deliver(self, kind: str, keys: list[Any], asked: dict) -> Reply:
        copies = self.batch([self.card(kind, key) for key in keys])
        body = {
            "credentials": [{"credential": copy} for copy in copies],
            "notification_id": f"notification-{kind}",
        }
        return self._sealed(200, self.answer(body), asked)

    def _notification(self, call: Call) -> Reply:
        self.notified.append(json.loads(call.body))
        return reply(204, "", JSON)

    def card(self, kind: str, key: Any, **changes: Any) -> str:
        iat, exp = kinds.times(kind, self.now)
        self.index += 1
        payload = {
            "vct": vct_of(kind),
            "iat": iat,
            "nbf": iat,
            "exp": exp,
            "cnf": {"jwk": jose.public_jwk(key)},
            "status": {"status_list": {"idx": self.index, "uri": f"{self.party.status_prefix}1"}},
            **hide(self.claims[kind]),
            **changes,
        }
        return sdjwt.issue(
            self.payload(payload),
            signer=self.party.card.signer,
            x5c=self.party.card.x5c,
            typ=TYP_CARD,
            entropy=self.entropy,
        )
