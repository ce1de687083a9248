"""A small OpenID4VCI wallet in memory, honest unless a knob makes it hostile."""

import asyncio
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from credential import base64url, jose
from credential.jose import KeySigner, PrivateKey

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def new_key() -> PrivateKey:
    return jose.generate_key()


@dataclass
class WalletSimulator:
    """Talks to one issuer app; `now` is its clock, shared with the server's by the test."""

    app: Any
    identifier: str
    now: int
    key: PrivateKey = field(default_factory=new_key)
    as_nonce: str | None = None
    rs_nonce: str | None = None
    token: str | None = None
    count: int = 0

    # Plain HTTP.

    def send(self, method: str, url: str, **more: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.request(method, url, **more)

        return asyncio.run(once())

    def get(self, url: str, **headers: str) -> httpx.Response:
        return self.send("GET", url, headers=headers)

    def at(self, path: str) -> str:
        return f"{self.identifier}/{path}"

    # Signed messages, each with knobs: `header` and `claims` replace, `None` removes.

    def signed(
        self,
        key: PrivateKey,
        typ: str,
        claims: dict,
        header: dict | None = None,
        change: dict | None = None,
    ) -> str:
        body = {k: v for k, v in {**claims, **(change or {})}.items() if v is not None}
        head = {"jwk": jose.public_jwk(key.public_key()), **(header or {})}
        typ = head.pop("typ", typ)
        alg = head.pop("alg", "ES256")
        head = {k: v for k, v in head.items() if v is not None}
        token = jose.sign(body, typ=typ, signer=KeySigner(key), header=head)
        if alg == "ES256":
            return token
        protected = jose.strictjson.dumps({**head, "typ": typ, "alg": alg})
        return f"{base64url.encode(protected)}.{token.split('.', 1)[1]}"

    def signed_jwk(self, key: PrivateKey) -> dict:
        return dict(jose.public_jwk(key.public_key()))

    def dpop(
        self,
        method: str,
        url: str,
        *,
        nonce: str | None,
        token: str | None = None,
        header: dict | None = None,
        claims: dict | None = None,
        key: PrivateKey | None = None,
    ) -> str:
        self.count += 1
        made = {
            "jti": base64url.encode(os.urandom(16)),
            "htm": method,
            "htu": url,
            "iat": self.now,
            "nonce": nonce,
            "ath": None if token is None else base64url.sha256(token),
        }
        return self.signed(key or self.key, "dpop+jwt", made, header, claims)

    def proof(
        self,
        key: PrivateKey,
        nonce: str | None,
        *,
        header: dict | None = None,
        claims: dict | None = None,
    ) -> str:
        made = {"aud": self.identifier, "iat": self.now, "nonce": nonce}
        return self.signed(key, "openid4vci-proof+jwt", made, header, claims)

    # The flow.

    def offer(self, link: str) -> dict:
        if link.startswith("openid-credential-offer:"):
            link = parse_qs(urlsplit(link).query)["credential_offer_uri"][0]
        answer = self.get(link)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def code(self, link: str) -> str:
        return self.offer(link)["grants"][PRE_AUTHORIZED]["pre-authorized_code"]

    def ask_token(
        self,
        code: str | None,
        tx_code: str | None,
        *,
        dpop: str | list[str] | None = "",
        form: dict | None = None,
        **knobs: Any,
    ) -> httpx.Response:
        """One token request as it is; `dpop=None` sends no proof."""
        url = self.at("token")
        body = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code, "tx_code": tx_code}
        body = {k: v for k, v in {**body, **(form or {})}.items() if v is not None}
        if dpop == "":
            dpop = self.dpop("POST", url, nonce=self.as_nonce, **knobs)
        proofs = [] if dpop is None else [dpop] if isinstance(dpop, str) else dpop
        answer = self.send("POST", url, data=body, headers=[("DPoP", one) for one in proofs])
        self.as_nonce = answer.headers.get("DPoP-Nonce", self.as_nonce)
        return answer

    def redeem(self, link: str, tx_code: str, **knobs: Any) -> httpx.Response:
        """The honest token request: once for the nonce, once for the token."""
        code = self.code(link)
        answer = self.ask_token(code, tx_code, **knobs)
        if answer.status_code == 400 and answer.json()["error"] == "use_dpop_nonce":
            answer = self.ask_token(code, tx_code, **knobs)
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    def c_nonce(self) -> str:
        answer = self.send("POST", self.at("nonce"))
        assert answer.status_code == 200
        self.rs_nonce = answer.headers["DPoP-Nonce"]
        return answer.json()["c_nonce"]

    def post(
        self,
        path: str,
        body: Any,
        *,
        scheme: str = "DPoP",
        token: str | None = None,
        dpop: str | None = "",
        media: str = "application/json",
        **knobs: Any,
    ) -> httpx.Response:
        """One protected request as it is."""
        url = self.at(path)
        token = token or self.token or ""
        if dpop == "":
            knobs.setdefault("nonce", self.rs_nonce)
            dpop = self.dpop("POST", url, token=token, **knobs)
        headers = {"Authorization": f"{scheme} {token}", "Content-Type": media}
        if dpop is not None:
            headers["DPoP"] = dpop
        content = body if isinstance(body, bytes | str) else jose.strictjson.dumps(body)
        answer = self.send("POST", url, content=content, headers=headers)
        self.rs_nonce = answer.headers.get("DPoP-Nonce", self.rs_nonce)
        return answer

    def ask_cards(
        self,
        kind: str | None,
        keys: list[PrivateKey],
        *,
        proofs: Any = None,
        more: dict | None = None,
        nonce: str | None = None,
        **knobs: Any,
    ) -> httpx.Response:
        """A credential request for these keys."""
        nonce = nonce or self.c_nonce()
        body: dict = {
            "credential_configuration_id": kind,
            "proofs": proofs or {"jwt": [self.proof(key, nonce) for key in keys]},
            **(more or {}),
        }
        body = {k: v for k, v in body.items() if v is not None}
        return self.post("credential", body, **knobs)

    def collect(self, transaction: str, **knobs: Any) -> httpx.Response:
        return self.post("deferred", {"transaction_id": transaction}, **knobs)

    @property
    def jkt(self) -> str:
        return jose.thumbprint(self.key.public_key())


def cards_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["credential"] for one in answer.json()["credentials"]]
