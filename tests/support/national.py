"""A scheme for the whole country: every municipality, three hundred corporations, five kinds.

Shaped after the example parties, so that every party says as much as a real one. Municipalities
come from the national table 33 that ships with the example town; all numbers are test numbers.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from support.scheme import (
    NOW,
    REGISTRY,
    VOORBEELDWONEN,
    WESTHOVE,
    TestScheme,
    counter,
)

from registrar import authority as authorities
from registrar import config, own, parties, plans
from registrar.home import Home
from registrar.party import Party
from registrar.service import setup

MUNICIPALITIES = 342
CORPORATIONS = 300

_TOWN = Path(__file__).parents[2] / "examples" / "town"
_NOT_PLACES = frozenset({"0000", "1999"})  # unknown, and people who live abroad
# The table is of 2022; the one merger since then that changes which municipalities there are.
_MERGED = frozenset({"0501", "0530", "0614"})
_SINCE_2022 = (("1992", "Voorne aan Zee"),)


@dataclass(frozen=True)
class Sample:
    """One party of the national scheme: its name and the text of its file."""

    id: str
    text: str

    @property
    def party(self) -> Party:
        return parties.parse(self.text, f"{self.id}.toml")


@cache
def municipalities() -> tuple[tuple[str, str], ...]:
    """Code and name of every municipality of today."""
    table = json.loads((_TOWN / "brp" / "landelijke-tabellen.json").read_text("utf-8"))
    found = [
        (one["code"], one["omschrijving"])
        for one in table["gemeenten33"]
        if "datumEinde" not in one and one["code"] not in _NOT_PLACES | _MERGED
    ]
    return (*found, *_SINCE_2022)


def samples(municipal: int = MUNICIPALITIES, corporations: int = CORPORATIONS) -> Iterator[Sample]:
    """The files of so many municipalities and corporations."""
    issuer, verifier = (_example(name) for name in (WESTHOVE, VOORBEELDWONEN))
    for code, name in municipalities()[:municipal]:
        host = f"uitgifte-{code}.gemeente.example"
        text = issuer.replace("{issuer}", f"https://{host}").replace('"localhost"', f'"{host}"')
        text = text.replace("gemeente-westhove", f"gemeente-{code}").replace("0518", code)
        text = text.replace("westhove.example", f"gemeente-{code}.example")
        text = text.replace("Westhove", name.replace('"', ""))
        text = text.replace("00000099000000002000", f"0000009900001{code}000")
        yield Sample(f"gemeente-{code}", text.replace("NTRNL-90000012", f"NTRNL-9100{code}"))
    for number in range(1, corporations + 1):
        own = f"{number:04d}"
        host = f"wonen-{own}.corporatie.example"
        text = verifier.replace("{verifier}", f"https://{host}")
        text = text.replace('"localhost"', f'"{host}"').replace("{mirror}", REGISTRY)
        text = text.replace(VOORBEELDWONEN, f"woonstichting-{own}")
        text = text.replace("voorbeeldwonen.example", f"woonstichting-{own}.example")
        text = text.replace("Voorbeeldwonen", f"Wonen {own}")
        text = text.replace("00000099000000003000", f"0000009900002{own}000")
        yield Sample(f"woonstichting-{own}", text.replace("NTRNL-90000001", f"NTRNL-9200{own}"))


def build(
    now: int = NOW,
    *,
    municipal: int = MUNICIPALITIES,
    corporations: int = CORPORATIONS,
    signed: bool = False,
) -> TestScheme:
    """The national scheme, published once; with `signed` every party has its certificates too.

    Without them the lists, types and snapshot are whole, and making them takes no time.
    """
    scheme = config.parse(config.TEST_SCHEME.replace("{registry}", REGISTRY))
    authority = authorities.create(scheme, now=now, entropy=counter())
    made = TestScheme(now=now, authority=authority, parties={})
    for sample in samples(municipal, corporations):
        party = sample.party
        if signed:
            made.add(party)
        else:
            made.parties[party.id] = party
    made.publish()
    return made


def home(
    folder: Path,
    now: int = NOW,
    *,
    municipal: int = MUNICIPALITIES,
    corporations: int = CORPORATIONS,
) -> Home:
    """A registrar on disk with these parties and their requests, ready to publish."""
    made = Home(folder)
    text = config.TEST_SCHEME.replace("{registry}", REGISTRY)
    setup.init_test(made, text, None, now=now, entropy=counter())
    for sample in samples(municipal, corporations):
        party = sample.party
        requests = {
            one.name: request(f"{sample.id} {one.name}")
            for one in plans.wanted(party, made.scheme())
        }
        _add(made.path, sample, requests)
    return made


def fingerprint(made: Home) -> bytes:
    """What a reader of this registrar's scheme is given."""
    return made.certificate(own.ROOT).fingerprint(hashes.SHA256())


def request(name: str) -> bytes:
    """A request that proves a key made from its name."""
    number = int.from_bytes(sha256(name.encode()).digest()[:31], "big")
    key = ec.derive_private_key(number, ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "doet er niet toe")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    made = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    return made.public_bytes(Encoding.PEM)


def _add(folder: Path, sample: Sample, requests: Mapping[str, bytes]) -> None:
    place = folder / "parties" / sample.id
    place.mkdir(parents=True, exist_ok=True)
    place.with_name(f"{sample.id}.toml").write_text(sample.text, "utf-8")
    for name, pem in requests.items():
        (place / f"{name}.csr").write_bytes(pem)


@cache
def shared() -> TestScheme:
    """One national scheme without leaves, for tests that only read it."""
    return build()


def _example(name: str) -> str:
    return (_TOWN / "scheme" / f"{name}.toml").read_text("utf-8")
