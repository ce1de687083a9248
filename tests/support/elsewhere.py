"""Issuers outside the scheme: an authority of their own, HAIP, and the same knobs as at home."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from support.cards import hide
from support.home_issuer import HomeIssuer
from support.network import reply
from support.scheme import Credentials
from support.wallet_world import World

from credential import jose, sdjwt, statuslist
from credential.names import TYP_CARD, TYP_ISSUER_METADATA
from wallet.fetch import Call, Reply

HOST = "diploma.elsewhere.example"
SERVER = "login.elsewhere.example"
IDENTIFIER = f"https://{HOST}/school"
NAME = "Hogeschool Elders"
DIPLOMA = "https://elsewhere.example/types/diploma/1"
MEMBER = "urn:elsewhere:membership:1"
TYPES = {"diploma": DIPLOMA, "membership": MEMBER}
CLAIMS: dict[str, dict[str, Any]] = {
    "diploma": {"degree": "Master of {Science}", "year": 2024},
    "membership": {"member": True},
}
JSON = "application/json"
DAY = 86_400


@dataclass
class ForeignAuthority:
    """A root and what it signs; nobody in the scheme knows it."""

    now: int
    name: str = "Elders Root CA"

    def __post_init__(self) -> None:
        self.key = jose.generate_key()
        self.certificate = self._builder(self.name, self.key.public_key(), ca=True).sign(
            self.key, hashes.SHA256()
        )

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def pem(self, path: Path) -> str:
        path.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return str(path)

    def leaf(self, *, host: str = HOST, organisation: str = NAME, **attributes: str) -> Credentials:
        key = jose.generate_key()
        names = [x509.DNSName(host), x509.UniformResourceIdentifier(IDENTIFIER)]
        made = (
            self._builder(organisation, key.public_key(), ca=False, **attributes)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return Credentials(jose.KeySigner(key), (made.public_bytes(Encoding.DER),))

    def _builder(
        self, organisation: str, key: Any, *, ca: bool, **attributes: str
    ) -> x509.CertificateBuilder:
        subject = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] + [
            x509.NameAttribute(getattr(NameOID, name), value) for name, value in attributes.items()
        ]
        root = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.name)])
        usage = x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)
        return (
            x509.CertificateBuilder()
            .subject_name(root if ca else x509.Name(subject))
            .issuer_name(root)
            .public_key(key)
            .serial_number(x509.random_serial_number() >> 8)
            .not_valid_before(datetime.fromtimestamp(self.now - 30 * DAY, UTC))
            .not_valid_after(datetime.fromtimestamp(self.now + 3_650 * DAY, UTC))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(usage, critical=True)
        )


@dataclass
class ForeignIssuer(HomeIssuer):
    """A school somewhere else; every knob of `HomeIssuer` still works."""

    kinds: tuple[str, ...] = ("diploma",)
    unsigned: bool = True
    # A spoken code goes only where an anchor stands behind the metadata.
    tx_code: str | None = None
    refused: bool = False
    """Whether its server stands on another host."""
    server_apart: bool = False
    claims: dict[str, dict[str, Any]] = field(default_factory=lambda: dict(CLAIMS))
    revoked: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        authority = ForeignAuthority(self.scheme.now)
        self.authority = authority
        super().__post_init__()
        self.party = SimpleNamespace(  # type: ignore[assignment]
            card=authority.leaf(),
            access=authority.leaf(),
            identifier=IDENTIFIER,
            status_prefix=f"https://{HOST}/status/",
            registration=self.party.registration,
        )
        self.id = IDENTIFIER

    def __call__(self, call: Call) -> Reply:
        if urlsplit(call.url).path.startswith("/status/"):
            return self._status(call)
        return super().__call__(call)

    @property
    def server_id(self) -> str:
        return f"https://{SERVER}/school" if self.server_apart else self.id

    def metadata_object(self) -> dict:
        found = super().metadata_object()
        found.pop("issuer_info")
        found.pop("nl_regie")
        if self.unsigned:
            found.pop("sub")
        if self.server_apart:
            found["authorization_servers"] = [self.server_id]
        template = found["credential_configurations_supported"].popitem()[1]
        found["credential_configurations_supported"] = {
            name: {
                **template,
                "vct": vct,
                "scope": name,
                "credential_metadata": {
                    "display": [
                        {"name": f"{name} (en) \x1b[31m", "locale": "en-GB"},
                        {"name": f"{name} {{nl}}", "locale": "nl-NL"},
                    ],
                    "claims": [
                        {"path": ["degree"], "display": [{"name": "Graad", "locale": "nl"}]}
                    ],
                },
            }
            for name, vct in TYPES.items()
        }
        return found if self.metadata_keys is None else self.metadata_keys(found)

    def _metadata(self, call: Call) -> Reply:
        assert call.accept == "application/jwt, application/json;q=0.9"
        if self.unsigned:
            return reply(200, json.dumps(self.metadata_object()), JSON)
        token = jose.sign(
            self.metadata_object(),
            typ=TYP_ISSUER_METADATA,
            signer=self.party.access.signer,
            header=self.party.access.header,
        )
        return reply(200, token, "application/jwt")

    def _server(self, call: Call) -> Reply:
        answer = super()._server(call)
        if not self.server_apart:
            return answer
        return reply(200, answer.body.replace(self.id.encode(), self.server_id.encode()), JSON)

    def browse(self, url: str) -> str:
        brought = super().browse(url.replace(self.server_id, self.id))
        return brought.replace(HOST, SERVER) if self.server_apart else brought

    def card(self, kind: str, key: Any, **changes: Any) -> str:
        self.index += 1
        uri = f"{self.party.status_prefix}1"
        payload = {
            "vct": TYPES[kind],
            "iat": self.now,
            "exp": self.now + 90 * DAY,
            "cnf": {"jwk": jose.public_jwk(key)},
            "status": {"status_list": {"idx": self.index, "uri": uri}},
            **hide(self.claims[kind]),
            **changes,
        }
        return sdjwt.issue(
            self.payload({name: one for name, one in payload.items() if one is not None}),
            signer=self.party.card.signer,
            x5c=self.party.card.x5c,
            typ=TYP_CARD,
            entropy=self.entropy,
        )

    def _status(self, call: Call) -> Reply:
        bits = bytearray(128)
        for index in self.revoked:
            bits[index // 8] |= 1 << index % 8
        token = statuslist.build_token(
            call.url,
            bytes(bits),
            iat=self.now,
            exp=self.now + DAY,
            ttl=3_600,
            signer=self.party.card.signer,
            x5c=self.party.card.x5c,
        )
        return reply(200, token, "application/statuslist+jwt")


def settle(town: World, folder: Path) -> ForeignIssuer:
    """The school, reachable for this wallet, and its authority among the chosen anchors."""
    issuer = ForeignIssuer(town.scheme)
    town.network.hosts |= {HOST: issuer, SERVER: issuer}
    choose(town, issuer.authority.pem(folder / "anchors.pem"))
    town.issuer = issuer
    return issuer


def choose(town: World, anchors: str) -> None:
    """What `foreign_anchors` in the settings names."""
    from dataclasses import replace

    town.wallet.save_config(replace(town.wallet.config, foreign_anchors=anchors))
