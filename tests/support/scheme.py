"""A whole registrar in memory: the example parties, their keys, and one published scheme.

`build(now)` gives a fresh scheme; its knobs expire, revoke, roll back and swap.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from credential import jose, snapshot
from credential.jose import KeySigner, PrivateKey
from credential.trust import Leaf, Trust
from registrar import authority as authorities
from registrar import config, handover, kinds, parties, plans, publication
from registrar.authority import Authority
from registrar.kinds import Kinds, earlier
from registrar.ledger import Ledger
from registrar.parties import Party, Succession

NOW = 1_767_225_600  # 2026-01-01T00:00:00Z, the reference date of the test persons
REGISTRY = "https://localhost:8440"
ISSUER = "https://localhost:8441"
VERIFIER = "https://localhost:8442"
OTHER_VERIFIER = "https://localhost:8443"

VOORBEELDSTAD = "gemeente-voorbeeldstad"
WESTHOVE = "gemeente-westhove"
VOORBEELDWONEN = "woonstichting-voorbeeldwonen"
GRIJPGRAAG = "woonstichting-grijpgraag"
WALLETAANBIEDER = "walletaanbieder-voorbeeld"

_PARTIES = Path(__file__).parents[2] / "examples" / "town" / "scheme"


def counter(start: int = 1) -> Callable[[int], bytes]:
    """Entropy that never repeats and never surprises."""
    numbers = itertools.count(start)

    def draw(length: int) -> bytes:
        blocks = (
            sha256(next(numbers).to_bytes(8, "big")).digest() for _ in range(-(-length // 32))
        )
        return b"".join(blocks)[:length]

    return draw


@cache
def example_party(name: str) -> Party:
    verifier = OTHER_VERIFIER if name == GRIJPGRAAG else VERIFIER
    values = {"issuer": ISSUER, "verifier": verifier, "mirror": REGISTRY}
    text = (_PARTIES / f"{name}.toml").read_text("utf-8")
    return parties.parse(parties.fill(text, values), f"{name}.toml")


@dataclass(frozen=True)
class Credentials:
    """A signer with the chain that vouches for it."""

    signer: KeySigner
    x5c: tuple[bytes, ...]

    @property
    def header(self) -> dict:
        return jose.x5c_header(self.x5c)


@dataclass(frozen=True)
class TestIssuer:
    """What an issuing municipality holds."""

    __test__ = False

    party: Party
    card: Credentials
    status: Credentials
    access: Credentials
    registration: str
    host: str
    identifier: str

    @property
    def oin(self) -> str:
        return self.party.oin

    @property
    def status_prefix(self) -> str:
        assert self.party.issuing is not None
        return self.party.issuing.status_prefix


@dataclass(frozen=True)
class TestVerifier:
    """What a verifier holds for its one service."""

    __test__ = False

    party: Party
    access: Credentials
    registrations: Mapping[str, str]
    host: str
    base: str

    @property
    def oin(self) -> str:
        return self.party.oin

    @property
    def client_id(self) -> str:
        leaf = sha256(self.access.x5c[0]).digest()
        return f"x509_hash:{jose.base64url.encode(leaf)}"


@dataclass
class TestScheme:
    """The registrar, everything it signed, and the tree it published last."""

    __test__ = False

    now: int
    authority: Authority
    parties: dict[str, Party]
    keys: dict[str, dict[str, PrivateKey]] = field(default_factory=dict)
    files: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    tree: dict[str, bytes] = field(default_factory=dict)
    entropy: Callable[[int], bytes] = field(default_factory=lambda: counter(1000))
    kinds: Kinds = field(default_factory=kinds.standard)
    earlier: Mapping[str, bytes] = field(default_factory=dict)
    """Texts of types that were published before, as the register keeps them."""
    _trust: Trust | None = None

    # What everybody's tests use.

    @property
    def fingerprint(self) -> bytes:
        return publication.fingerprint(self.authority)

    @property
    def root(self) -> bytes:
        return self.authority.root.der

    @property
    def trust(self) -> Trust:
        if self._trust is None:
            self._trust = self.open(self.now)
        return self._trust

    def open(self, now: int, *, floor: int = 0) -> Trust:
        return snapshot.open_scheme(self.read, fingerprint=self.fingerprint, floor=floor, now=now)

    def read(self, path: str) -> bytes:
        return self.tree[path]

    def write(self, folder: Path) -> Path:
        """The published tree as files, as a static mirror has them."""
        for path, data in self.tree.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder

    def issuer(self, name: str = VOORBEELDSTAD) -> TestIssuer:
        party = self.parties[name]
        assert party.issuing is not None
        return TestIssuer(
            party=party,
            card=self._credentials(name, f"{name}.card", "card.pem"),
            status=self._credentials(name, f"{name}.status", "status.pem"),
            access=self._credentials(name, f"{name}.access", "access.pem"),
            registration=self.files[name]["registration/issuing.jwt"].decode(),
            host=party.issuing.service.hosts[0],
            identifier=f"{ISSUER}/{party.issuing.municipality_codes[0]}",
        )

    def verifier(self, name: str = VOORBEELDWONEN) -> TestVerifier:
        party = self.parties[name]
        service = party.services[0]
        return TestVerifier(
            party=party,
            access=self._credentials(
                name, f"{service.id}.access", plans.access_file(party, service)
            ),
            registrations={
                use.id: self.files[name][f"registration/{use.id}.jwt"].decode()
                for use in service.intended_uses
            },
            host=service.hosts[0],
            base=OTHER_VERIFIER if name == GRIJPGRAAG else VERIFIER,
        )

    def wallet_provider(self, name: str = WALLETAANBIEDER) -> Credentials:
        """What a wallet provider signs with."""
        if name not in self.parties:
            self.add(example_party(name))
        return self._credentials(name, f"{name}.attestation", "attestation.pem")

    def leaf(self, name: str = VOORBEELDWONEN) -> Leaf:
        """The verifier's access certificate as a reader sees it."""
        return self.trust.verifier_leaf(self.verifier(name).access.x5c, self.now)

    # Knobs.

    def add(self, party: Party) -> None:
        """Register a party with fresh keys (or again, with the keys it has)."""
        self.parties[party.id] = party
        held = self.keys.setdefault(party.id, {})
        for one in plans.wanted(party, self.authority.scheme):
            held.setdefault(one.name, jose.generate_key())
        made, self.ledger = handover.make(
            self.authority,
            party,
            {name: key.public_key() for name, key in held.items()},
            self.files.get(party.id, {}),
            self.ledger,
            now=self.now,
            entropy=self.entropy,
            policies=self.kinds.policies,
        )
        self.files[party.id] = made.files

    def change(self, name: str, **members: object) -> None:
        """State something else about a party, and register it so."""
        self.add(replace(self.parties[name], **members))

    def municipality(self, name: str, oin: str, code: str) -> str:
        """Register another invented municipality, shaped after Westhove; its id."""
        example = example_party(WESTHOVE)
        assert example.issuing is not None
        party = f"gemeente-{name.lower()}"
        issuing = replace(
            example.issuing,
            municipality_codes=(code,),
            status_prefix=f"{ISSUER}/{code}/status/",
            status_aggregation=f"{ISSUER}/{code}/status-lists",
            since=self.now - 365 * 86_400,
        )
        self.add(
            replace(
                example,
                id=party,
                name=f"Gemeente {name}",
                oin=oin,
                organization_identifier=f"NTRNL-9000{code}",
                issuing=issuing,
            )
        )
        return party

    def succeed(self, old: str, heirs: Sequence[str], *, at: int, reason: str = "merged") -> None:
        """A merger or a split: `old` ends, the first of its heirs carries its lists on."""
        ending = self.parties[old]
        assert ending.issuing is not None
        self.change(
            old,
            issuing=replace(
                ending.issuing,
                withdrawn=at,
                withdrawal_reason=reason,
                successors=tuple(_step(self.parties[one], at) for one in heirs),
                status_successor=self.parties[heirs[0]].oin,
            ),
        )
        for one in heirs:
            issuing = self.parties[one].issuing
            assert issuing is not None
            before = (*issuing.predecessors, _step(ending, at))
            self.change(one, issuing=replace(issuing, predecessors=before))

    def publish(self, now: int | None = None, *, without: str | None = None) -> Trust:
        """Publish everything again, at a later moment if one is given, or without a party."""
        self.now = self.now if now is None else now
        self.ledger = self.ledger.published()
        registrations = {
            f"{self.parties[name].oin}/{path.removeprefix('registration/')}": data
            for name, files in self.files.items()
            for path, data in files.items()
            if path.startswith("registration/")
        }
        self.tree = publication.tree(
            self.authority,
            [party for party in self.parties.values() if party.id != without],
            earlier.with_earlier(self.kinds.documents, self.earlier, earlier.digests(self.earlier)),
            registrations,
            self.ledger,
            now=self.now,
        )
        self._trust = None
        return self.trust

    def revoke(self, name: str) -> Trust:
        """Take back a party, a certificate or a registration, and publish."""
        found = self.ledger.revocable(name, self.now)
        assert found, name
        self.ledger = self.ledger.with_revoked(found, self.now)
        return self.publish()

    def swap(self, path: str, data: bytes) -> None:
        """Put other bytes where a published file was."""
        self.tree[path] = data

    def forget_archive(self) -> None:
        """As a mirror without the archive has it: nothing there mends a file that is broken."""
        self.tree = {p: data for p, data in self.tree.items() if not p.startswith("archive/")}

    def _credentials(self, party: str, key: str, file: str) -> Credentials:
        pem = self.files[party][file]
        der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
        return Credentials(KeySigner(self.keys[party][key]), (der,))


def _step(party: Party, at: int) -> Succession:
    assert party.issuing is not None
    codes = party.issuing.municipality_codes
    return Succession(party.organization_identifier, party.oin, codes, at)


def build(
    now: int = NOW,
    names: tuple[str, ...] = (VOORBEELDSTAD, WESTHOVE, VOORBEELDWONEN, GRIJPGRAAG),
    **its: Any,
) -> TestScheme:
    """A registrar with the example parties, published once; `its`: other members of the scheme."""
    scheme = config.parse(config.TEST_SCHEME.replace("{registry}", REGISTRY))
    authority = authorities.create(scheme, now=now, entropy=counter())
    made = TestScheme(now=now, authority=authority, parties={}, **its)
    for name in names:
        made.add(example_party(name))
    made.publish()
    return made


@cache
def shared(now: int = NOW) -> TestScheme:
    """One scheme for tests that only read it."""
    return build(now)


def listed_at(base: str, now: int = NOW) -> TestScheme:
    """The same scheme, with the municipality's status lists at the address of this test."""
    scheme = shared(now)
    party = scheme.parties[VOORBEELDSTAD]
    assert party.issuing is not None
    issuing = replace(party.issuing, status_prefix=f"{base}/0599/status/")
    parties = {**scheme.parties, VOORBEELDSTAD: replace(party, issuing=issuing)}
    made = replace(scheme, parties=parties, tree={}, _trust=None)
    made.publish()
    return made
