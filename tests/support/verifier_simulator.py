"""A housing corporation's server in memory: honest, or hostile by knob."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from support.network import reply
from support.scheme import VOORBEELDWONEN, TestScheme

from credential import (
    base64url,
    jose,
    jwe,
    keybinding,
    receipt,
    registration,
    rights,
    transactiondata,
)
from credential.errors import CredentialError
from credential.names import MEDIA_REQUEST_OBJECT, TYP_REQUEST_OBJECT, vct_of
from wallet.fetch import Call, Reply

JSON = "application/json"
NONCE = "nonce-" + "n" * 26
STATE = "state-" + "s" * 26
ENCRYPTION = "ECDH-ES"
KNOWN = ("persoonsgegevens", "verblijfsrecht", "woonadres", "huishouden")

SIGN_UP: dict[str, Any] = {
    "credentials": [
        {
            "id": "person",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [vct_of("persoonsgegevens")]},
            "claims": [
                {"id": "given", "path": ["given_name"]},
                {"id": "family", "path": ["family_name"]},
                {"id": "adult", "path": ["age_over_18"]},
                {"id": "ps", "path": ["housing_pseudonym"]},
            ],
            "claim_sets": [["given", "family", "adult", "ps"], ["family", "adult", "ps"]],
        },
        {
            "id": "residence",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [vct_of("verblijfsrecht")]},
            "claims": [{"path": ["housing_residence_right"]}, {"path": ["housing_pseudonym"]}],
        },
    ]
}


def same(value: Any) -> Any:
    return value


@dataclass
class VerifierSimulator:
    """One service with one registration; every knob changes what an honest server would send."""

    scheme: TestScheme
    name: str = VOORBEELDWONEN
    use: str = "inschrijven"
    query: Any = field(default_factory=lambda: SIGN_UP)
    transaction_data: tuple[str, ...] = ()
    now: int = 0
    claims: Callable[[dict], dict] = same
    header: Callable[[dict], dict] = same
    typ: str = TYP_REQUEST_OBJECT
    signer: Any = None
    media_type: str = MEDIA_REQUEST_OBJECT
    status: int = 200
    answer: Callable[[dict], dict] = same
    answer_status: int = 200
    receipt_change: Callable[[receipt.Receipt], receipt.Receipt] = same
    consequence: rights.Consequence | None = None
    knows: bool = True
    held: dict[str, Any] = field(default_factory=dict)
    """What it tells to who asks for access."""
    sealed: Callable[[str], str] = same
    rights_status: int = 200
    answer_change: Callable[[rights.RightsAnswer], rights.RightsAnswer] = same
    fetched: int = 0
    received: list[dict] = field(default_factory=list)
    errors: list[dict] = field(default_factory=list)
    in_clear: int = 0
    """How many errors came without encryption."""
    presented: dict[str, Any] = field(default_factory=dict)
    stored_receipt: str | None = None
    known_jkt: str | None = None
    asked: list[rights.RightsRequest] = field(default_factory=list)
    request_object: str = ""

    def __post_init__(self) -> None:
        self.party = self.scheme.verifier(self.name)
        self.base = self.party.base
        self.now = self.now or self.scheme.now
        self.key = jose.generate_key()

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    @property
    def link(self) -> str:
        return self.link_for(self.party.client_id)

    def link_for(self, client_id: str, **more: str) -> str:
        extra = "".join(f"&{name}={quote(value)}" for name, value in more.items())
        uri = quote(f"{self.base}/request/1", safe="")
        return f"openid4vp://?client_id={quote(client_id)}&request_uri={uri}{extra}"

    def __call__(self, call: Call) -> Reply:
        path = urlsplit(call.url).path
        if path.startswith("/request/"):
            return self._request(call)
        if path == "/response/1":
            return self._response(call)
        if path == "/rights":
            return self._rights(call)
        return reply(404, "", JSON)

    def jwk(self) -> dict:
        found = {**jose.public_jwk(self.key.public_key()), "kid": "k1", "alg": ENCRYPTION}
        return {**found, "use": "enc"}

    def request_claims(self) -> dict:
        signs = {"transaction_data": [*self.transaction_data]} if self.transaction_data else {}
        return signs | {
            "client_id": self.party.client_id,
            "response_type": "vp_token",
            "response_mode": "direct_post.jwt",
            "response_uri": f"{self.base}/response/1",
            "aud": "https://self-issued.me/v2",
            "iat": self.now,
            "exp": self.now + 600,
            "nonce": NONCE,
            "state": STATE,
            "dcql_query": self.query,
            "client_metadata": {
                "jwks": {"keys": [self.jwk()]},
                "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
                "vp_formats_supported": {
                    "dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
                },
            },
            "verifier_info": registration.to_verifier_info(self.party.registrations[self.use]),
        }

    def _request(self, call: Call) -> Reply:
        self.fetched += 1
        claims = self.request_claims()
        if call.method == "POST":
            claims["wallet_nonce"] = parse_qs(call.body.decode())["wallet_nonce"][0]
        self.request_object = jose.sign(
            self.claims(claims),
            typ=self.typ,
            signer=self.signer or self.party.access.signer,
            header=self.header(self.party.access.header),
        )
        return reply(self.status, self.request_object, self.media_type)

    def _response(self, call: Call) -> Reply:
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        if "error" in form:
            self.errors.append(form)
            self.in_clear += 1
            return reply(200, "{}", JSON)
        plain = jwe.decrypt(
            form["response"], key=self.key, kid="k1", enc_allowed=("A128GCM", "A256GCM")
        )
        message = json.loads(plain)
        if "error" in message:
            self.errors.append(message)
            return reply(200, "{}", JSON)
        self.received.append(message)
        if self.answer_status != 200:
            return reply(self.answer_status, "{}", JSON)
        return reply(200, json.dumps(self.answer(self._answer(message))), JSON)

    def _answer(self, message: dict) -> dict:
        key = message.get("rights_key")
        self.known_jkt = None if key is None else jose.thumbprint(key)
        self.presented = {
            query: keybinding.verify_presentation(
                presentations[0],
                self.scheme.trust,
                now=self.now,
                aud=self.party.client_id,
                nonce=NONCE,
                vct_values=[vct_of(kind) for kind in KNOWN],
                rights_jkt=self.known_jkt,
                transaction_data=[
                    text
                    for text in self.transaction_data
                    if query in transactiondata.decode(text).credential_ids
                ],
            )
            for query, presentations in message["vp_token"].items()
        }
        self.stored_receipt = self.make_receipt()
        return {
            "redirect_uri": f"{self.base}/done/{'r' * 30}",
            "confirm_code": "123456",
            "receipt": self.stored_receipt,
        }

    def make_receipt(self) -> str:
        compact = self.party.registrations[self.use]
        found = registration.verify_registration(
            compact, self.scheme.trust, now=self.now, leaf=self.scheme.leaf(self.name)
        )
        retention = found.retention
        made = receipt.Receipt(
            client_id=self.party.client_id,
            org=receipt.Organisation(found.name, found.oin, found.service_id),
            iat=self.now,
            jti="j" * 22,
            nonce=NONCE,
            request_hash=base64url.sha256(self.request_object),
            registration_hash=found.sha256,
            disclosed=tuple(
                receipt.Disclosed(query, one.vct, one.disclosed)
                for query, one in self.presented.items()
            ),
            kept=(("person", ("age_over_18",)),) if "person" in self.presented else (),
            retention=None
            if retention is None
            else receipt.Retention(retention.duration, retention.starts),
            rights_endpoint=None if found.rights is None else found.rights.uri,
            rights_jkt=self.known_jkt,
            transaction_data_hashes=tuple(map(transactiondata.digest, self.transaction_data)),
        )
        access = self.party.access
        return receipt.build(self.receipt_change(made), signer=access.signer, x5c=access.x5c)

    def _rights(self, call: Call) -> Reply:
        try:
            asked = rights.open_request(
                call.body.decode(),
                endpoint=f"{self.base}/rights",
                oin=self.party.oin,
                now=self.now,
                key_known=lambda jkt: self.knows and jkt == self.known_jkt,
            )
        except CredentialError:
            return reply(404, "{}", "application/problem+json")
        self.asked.append(asked)
        if self.rights_status != 200:
            return reply(self.rights_status, "{}", "application/problem+json")
        question = asked.question
        state, erased, consequence = rights.State.DONE, (), None
        if question.right is rights.Right.ERASURE:
            if self.consequence is not None and question.confirm != self.consequence.id:
                state, consequence = rights.State.NEEDS_CONFIRMATION, self.consequence
            else:
                erased = (("age_over_18",),)
        answer = rights.RightsAnswer(
            client_id=self.party.client_id,
            oin=self.party.oin,
            jkt=asked.jkt,
            iat=self.now,
            request_hash=asked.request_hash,
            received_at=self.now,
            right=question.right,
            state=state,
            erased=erased,
            consequence=consequence,
        )
        access = self.party.access
        token = rights.build_answer(
            self.answer_change(answer), signer=access.signer, x5c=access.x5c
        )
        if question.right is rights.Right.RECEIPT:
            body = json.dumps({"answer": token, "receipt": self.stored_receipt})
            return reply(200, body, JSON)
        if question.right is rights.Right.ACCESS and question.enc_jwk is not None and self.held:
            plain = json.dumps(self.held).encode()
            data = jwe.encrypt(plain, recipient=question.enc_jwk, enc="A256GCM", kid="access")
            return reply(200, json.dumps({"answer": token, "data": self.sealed(data)}), JSON)
        return reply(200, token, "application/jwt")
