"""Cards of a small world: one issuer, one holder, and a trust that knows them by key."""

from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

from support.keys import test_key, test_signer

from credential import jose, keybinding, sdjwt
from credential.errors import NotTrusted
from credential.names import TYP_CARD, vct_of
from credential.typeshelf import Shelf

NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
WEEK = 7 * 86_400
AUD = "x509_hash:verifier"
NONCE = "n" * 32
VCT = vct_of("woonadres")
LIST = "https://localhost:8441/0599/status/1"
CLAIMS = {
    "address": {"street_address": "Dorpsstraat", "postal_code": "1234AB"},
    "municipality": "Voorbeeldstad",
    "resident_since": "2010-05",
    "housing_pseudonym": "ps",
}


def counter() -> Any:
    """Entropy that is different at every call and the same in every run."""
    calls = iter(range(1, 10_000))
    return lambda length: b"".join(
        (next(calls)).to_bytes(16, "big") for _ in range(-(-length // 16))
    )[:length]


def holder_jwk(name: str = "holder") -> dict[str, Any]:
    return jose.public_jwk(test_key(name).public_key())


def envelope(**changes: Any) -> dict[str, Any]:
    """What every card shows; a change to `None` removes the member."""
    members = {
        "vct": VCT,
        "iat": NOW - WEEK,
        "nbf": NOW - WEEK,
        "exp": NOW + 25 * WEEK,
        "cnf": {"jwk": holder_jwk()},
        "status": {"status_list": {"idx": 7, "uri": LIST}},
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def hide(value: Any) -> Any:
    """Every member at every level made disclosable, the way the issuer does it."""
    if isinstance(value, dict):
        return {name: sdjwt.Disclosable(hide(member)) for name, member in value.items()}
    if isinstance(value, list):
        return [sdjwt.Disclosable(hide(element)) for element in value]
    return value


def card(claims: Any = None, *, signer: str = "issuer", typ: str = TYP_CARD, **changes: Any) -> str:
    payload = envelope(**changes) | hide(CLAIMS if claims is None else claims)
    return sdjwt.issue(
        payload, signer=test_signer(signer), x5c=[signer.encode()], typ=typ, entropy=counter()
    )


def opened(compact: str) -> sdjwt.VerifiedSdJwt:
    return sdjwt.verify(sdjwt.parse(compact, typ=TYP_CARD), test_key("issuer").public_key())


def present(compact: str, *paths: Any, signer: str = "holder", **changes: Any) -> str:
    """A presentation of these paths with a key binding of this world's verifier."""
    members = {"aud": AUD, "nonce": NONCE, "iat": NOW, **changes}
    return keybinding.make(
        opened(compact).select(paths).compact, signer=test_signer(signer), **members
    )


@dataclass
class FakeIssuer:
    """An issuer with one prefix for its status lists."""

    oin: str = "00000099000000001000"
    status_prefix: str = "https://localhost:8441/0599/status/"

    def keeps_status_at(self, uri: str) -> bool:
        return bool(self.status_prefix) and uri.startswith(self.status_prefix)


@dataclass
class FakeTrust:
    """Trust by name: the only certificate of a chain is the name of its key."""

    vcts: frozenset[str] = frozenset({VCT, vct_of("huishouden")})
    asked: list[dict[str, Any]] = field(default_factory=list)
    issuer: Any = field(default_factory=FakeIssuer)
    headers: jose.HeaderCache = field(default_factory=jose.HeaderCache)
    types: Shelf = field(default_factory=Shelf)

    def card_signer(self, x5c: Any, *, vct: str, issued_at: int, now: int) -> Any:
        self.asked.append({"x5c": x5c, "vct": vct, "issued_at": issued_at, "now": now})
        if x5c != (b"issuer",) or vct not in self.vcts:
            raise NotTrusted("trust.fake")
        return self._leaf("issuer"), self.issuer

    def status_signer(self, x5c: Any, *, issuer: Any, now: int) -> Any:
        if x5c != (b"status",) or issuer is not self.issuer:
            raise NotTrusted("trust.fake")
        return self._leaf("status")

    @staticmethod
    @cache
    def _leaf(name: str) -> Any:
        return SimpleNamespace(
            key=test_key(name).public_key(),
            hosts=("localhost",),
            uris=("https://issuer.example/0599",),
        )
