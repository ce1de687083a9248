"""A resident with a wallet in memory: honest unless a knob makes it lie.

Makes its cards with `TestScheme`, answers requests of a verifier, keeps its rights keys. Talks
to anything with an httpx client: a server on loopback or an application in the same process.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from support.cards import counter
from support.scheme import VOORBEELDSTAD, Credentials, TestScheme

from credential import (
    base64url,
    jose,
    jwe,
    keybinding,
    kinds,
    rights,
    sdjwt,
    statuslist,
    strictjson,
    transactiondata,
)
from credential.jose import KeySigner, PrivateKey
from credential.names import FORMAT_CARD, vct_of
from credential.rights import Right, RightsQuestion

BSN_LIKE = "999999345"
PERSON = {
    "persoonsgegevens": {
        "given_name": "Zwaantje",
        "family_name": "Verzonnen-Achternaam",
        "birthdate": "1981-04-05",
        "age_over_18": True,
        "aow_age_reached": False,
        "place_of_birth": {"locality": "Onthouden"},
        "housing_pseudonym": "pseudonym-of-zwaantje",
    },
    "verblijfsrecht": {
        "nationalities": ["NL"],
        "dutch_nationality": True,
        "housing_residence_right": True,
        "housing_pseudonym": "pseudonym-of-zwaantje",
    },
    "woonadres": {
        "address": {"street_address": "Geheimestraat", "postal_code": "5281AA"},
        "municipality_code": "0599",
        "housing_pseudonym": "pseudonym-of-zwaantje",
    },
    "huishouden": {
        "persons_at_address": 5,
        "adults": 2,
        "minor_children_own": 3,
        "housing_pseudonym": "pseudonym-of-zwaantje",
    },
    "woongeschiedenis": {
        "residence_current_since": "2010-05",
        "years_at_address": 15,
        "municipality_since": "1998-01-01",
        "housing_pseudonym": "pseudonym-of-zwaantje",
    },
}


@dataclass
class Card:
    """One copy with its key."""

    kind: str
    compact: str
    key: PrivateKey


@dataclass
class CardMaker:
    """Issues cards as the municipality would; every claim can be withheld."""

    scheme: TestScheme
    issuer: str = VOORBEELDSTAD
    signer: Credentials | None = None
    entropy: Callable[[int], bytes] = field(default_factory=counter)
    next_index: int = 0

    @property
    def list_uri(self) -> str:
        return f"{self.scheme.issuer(self.issuer).status_prefix}1"

    def card(
        self,
        kind: str,
        claims: Mapping[str, Any] | None = None,
        *,
        index: int | None = None,
        uri: str | None = None,
        **members: Any,
    ) -> Card:
        key = jose.generate_key()
        iat, exp = kinds.times(kind, self.scheme.now)
        if index is None:
            index, self.next_index = self.next_index, self.next_index + 1
        payload = {
            "vct": vct_of(kind),
            "iat": iat,
            "nbf": iat,
            "exp": exp,
            "cnf": {"jwk": jose.public_jwk(key.public_key())},
            "status": {"status_list": {"idx": index, "uri": uri or self.list_uri}},
            **members,
        }
        for name, value in (PERSON[kind] if claims is None else claims).items():
            payload[name] = sdjwt.Disclosable(value)
        by = self.signer or self.scheme.issuer(self.issuer).card
        compact = sdjwt.issue(
            {name: value for name, value in payload.items() if value is not None},
            signer=by.signer,
            x5c=by.x5c,
            typ=FORMAT_CARD,
            entropy=self.entropy,
            decoys=2,
        )
        return Card(kind, compact, key)

    def status_list(
        self,
        revoked: tuple[int, ...] = (),
        *,
        iat: int | None = None,
        size: int = 4096,
        uri: str | None = None,
        signer: Credentials | None = None,
        life: int = 7 * 86_400,
    ) -> tuple[str, bytes]:
        """A signed list: its path on a mirror and its bytes."""
        uri = uri or self.list_uri
        bits = bytearray(size // 8)
        for index in revoked:
            bits[index // 8] |= 1 << index % 8
        iat = self.scheme.now if iat is None else iat
        by = signer or self.scheme.issuer(self.issuer).status
        token = statuslist.build_token(
            uri, bytes(bits), iat=iat, exp=iat + life, ttl=43_200, signer=by.signer, x5c=by.x5c
        )
        return statuslist.mirror_path(uri), token.encode()

    def aggregation(self) -> tuple[str, bytes]:
        issuing = self.scheme.parties[self.issuer].issuing
        assert issuing is not None
        path = f"status/{base64url.sha256(issuing.status_aggregation)}.json"
        return path, strictjson.dumps({"status_lists": [self.list_uri]})


@dataclass(frozen=True)
class Lies:
    """What a hostile holder does differently; the defaults are honest."""

    aud: str | None = None
    nonce: str | None = None
    kb_iat: int | None = None
    kb_typ: str | None = None
    kb_key: PrivateKey | None = None
    kb_extra: dict[str, Any] = field(default_factory=dict)
    signs: Mapping[str, dict[str, Any]] | None = None
    no_kb: bool = False
    change_after_signing: str = ""
    state: str | None = None
    kid: str | None = None
    enc: str = "A256GCM"
    rights_key: dict[str, Any] | None = None
    no_rights: bool = False
    vp_token: Callable[[dict[str, list[str]]], Any] | None = None
    plain: bool = False
    disclose_all: bool = False
    withhold: frozenset[str] = frozenset()


@dataclass
class Request:
    """A request as the wallet got it."""

    token: str
    payload: dict[str, Any]

    @property
    def hash(self) -> str:
        return base64url.sha256(self.token)


@dataclass
class Answer:
    """What the verifier said back, and what was sent."""

    status: int
    body: dict[str, Any]
    sent: bytes
    url: str
    rights_key: PrivateKey
    request: Request


class Holder:
    """Fetches requests, answers them, asks its rights."""

    def __init__(self, http: httpx.AsyncClient, cards: list[Card], now: int) -> None:
        self.http = http
        self.cards = {card.kind: card for card in cards}
        self.now = now

    async def fetch(self, link: str) -> Request:
        asked = parse_qs(urlsplit(link).query)
        response = await self.http.get(asked["request_uri"][0])
        assert response.status_code == 200, response.text
        payload = jose.parse(response.text, typ="oauth-authz-req+jwt").dangerous_payload()
        assert payload["client_id"] == asked["client_id"][0]
        return Request(response.text, payload)

    def form(
        self, request: Request, lies: Lies | None = None, rights_key: PrivateKey | None = None
    ) -> dict[str, str]:
        """The body of the answer, as form fields."""
        lies = lies or Lies()
        rights_key = rights_key or jose.generate_key()
        rights_jwk = lies.rights_key or jose.public_jwk(rights_key.public_key())
        jkt = jose.thumbprint(rights_key.public_key())
        token: dict[str, list[str]] = {}
        for query in request.payload["dcql_query"]["credentials"]:
            kind = query["meta"]["vct_values"][0].rsplit("/", 2)[1]
            card = self.cards.get(kind)
            if card is not None:
                token[query["id"]] = [self.present(card, query, request, lies, jkt)]
        payload: dict[str, Any] = {
            "vp_token": lies.vp_token(token) if lies.vp_token else token,
            "state": request.payload["state"] if lies.state is None else lies.state,
        }
        if not lies.no_rights:
            payload["rights_key"] = rights_jwk
        if lies.plain:
            return {"vp_token": strictjson.dumps(token).decode(), "state": payload["state"]}
        return {"response": self.encrypt(request, payload, lies)}

    def signs(self, request: Request) -> Mapping[str, tuple[str, ...]]:
        """Which card signs for which transaction data."""
        texts = request.payload.get("transaction_data", [])
        answered = [
            one["id"]
            for one in request.payload["dcql_query"]["credentials"]
            if one["meta"]["vct_values"][0].rsplit("/", 2)[1] in self.cards
        ]
        items = [(text, transactiondata.decode(text)) for text in texts]
        return transactiondata.by_query(items, answered)

    def encrypt(self, request: Request, payload: dict[str, Any], lies: Lies | None = None) -> str:
        lies = lies or Lies()
        key = request.payload["client_metadata"]["jwks"]["keys"][0]
        return jwe.encrypt(
            strictjson.dumps(payload), recipient=key, enc=lies.enc, kid=lies.kid or key["kid"]
        )

    def present(
        self, card: Card, query: dict[str, Any], request: Request, lies: Lies, jkt: str
    ) -> str:
        opened = sdjwt.dangerous_reopen(sdjwt.parse(card.compact, typ=FORMAT_CARD))
        asked = [tuple(claim["path"]) for claim in query["claims"]]
        paths = [
            path
            for path in asked
            if opened.claim(path) is not sdjwt.MISSING and path[0] not in lies.withhold
        ]
        presented = opened.compact if lies.disclose_all else opened.select(paths).compact
        if lies.no_kb:
            return presented
        extra: dict[str, Any] = {} if lies.no_rights else {"rights_jkt": jkt}
        if lies.signs is None:
            extra |= transactiondata.binding(self.signs(request).get(query["id"], ()))
        else:
            extra |= lies.signs.get(query["id"], {})
        made = keybinding.make(
            presented,
            signer=KeySigner(lies.kb_key or card.key),
            aud=lies.aud or request.payload["client_id"],
            nonce=lies.nonce or request.payload["nonce"],
            iat=self.now if lies.kb_iat is None else lies.kb_iat,
            extra=extra | lies.kb_extra,
        )
        if lies.kb_typ is not None:
            head, _, kb = made.rpartition("~")
            payload = jose.parse(kb, typ="kb+jwt").dangerous_payload()
            signer = KeySigner(lies.kb_key or card.key)
            made = f"{head}~{jose.sign(payload, typ=lies.kb_typ, signer=signer)}"
        if lies.change_after_signing:
            head, _, kb = made.rpartition("~")
            parts = head.split("~")
            if lies.change_after_signing == "remove":
                parts.pop()
            else:
                hidden = [d.raw for d in opened.disclosures if d.raw not in parts]
                parts.append(hidden[0])
            made = "~".join((*parts, kb))
        return made

    async def answer(
        self, request: Request, lies: Lies | None = None, rights_key: PrivateKey | None = None
    ) -> Answer:
        rights_key = rights_key or jose.generate_key()
        made = self.form(request, lies, rights_key)
        return await self.send(request, str(httpx.QueryParams(made)).encode(), rights_key)

    async def send(self, request: Request, body: bytes, rights_key: PrivateKey) -> Answer:
        url = request.payload["response_uri"]
        response = await self.http.post(
            url, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        return Answer(response.status_code, response.json(), body, url, rights_key, request)

    def question(
        self,
        right: Right,
        answer: Answer,
        *,
        endpoint: str,
        oin: str,
        jti: str = "",
        by_nonce: bool = False,
        **members: Any,
    ) -> str:
        receipt = None
        if not by_nonce:
            token = answer.body["receipt"]
            payload = jose.parse(token, typ="disclosure-receipt+jwt").dangerous_payload()
            receipt = strictjson.text(payload, "jti")
        nonce = None if receipt else answer.request.payload["nonce"]
        asked = RightsQuestion(right=right, receipt=receipt, nonce=nonce)
        return rights.build_request(
            replace(asked, **members),
            endpoint=endpoint,
            oin=oin,
            iat=self.now,
            jti=jti
            or base64url.encode(
                jose.generate_key().private_numbers().private_value.to_bytes(32, "big")
            ),
            signer=KeySigner(answer.rights_key),
        )
