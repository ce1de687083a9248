"""The scheme's own settings: who runs it, where it publishes, whether it is a test."""

from dataclasses import dataclass
from typing import Final

from registrar.findings import require
from registrar.numbers import (
    COUNTRY,
    IDENTIFIER,
    OIN,
    Organisation,
    identifier_is_right,
    oin_faults,
)
from registrar.sheet import Section, Sheet

FILE: Final = "scheme.toml"


@dataclass(frozen=True)
class Address:
    """A postal address as trusted lists print it."""

    street: str
    postal_code: str
    locality: str
    country: str


@dataclass(frozen=True)
class Scheme:
    """The operator of the scheme and the address of its register."""

    operator: str
    organization_identifier: str
    oin: str
    country: str
    address: Address
    email: str
    website: str
    registry_uri: str
    policy_uri: str
    development: bool


TEST_SCHEME = """\
# The operator of this scheme. A test: every certificate says so and is unfit for production.
operator = "Stelselbeheerder Regie (test)"
organization_identifier = "NTRNL-90000000"
oin = "00000099000000000000"
country = "NL"
email = "stelsel@regie.example"
website = "https://regie.example"
registry_uri = "{registry}"
policy_uri = "https://regie.example/beleid"
development = true

[address]
street = "Voorbeeldlaan 1"
postal_code = "0000 AA"
locality = "Voorbeeldstad"
"""


def parse(text: str) -> Scheme:
    """The settings of `scheme.toml`; refused with everything that is wrong."""
    sheet, scheme = read(text.encode())
    require(sheet.findings)
    assert scheme is not None
    return scheme


def read(data: bytes) -> tuple[Sheet, Scheme | None]:
    """The settings as far as they could be read, and the file with every fault in it."""
    sheet = Sheet(FILE, data, FILE)
    if not sheet.readable:
        return sheet, None
    found = sheet.root()
    country = found.matching("country", COUNTRY, "party.country")
    scheme = Scheme(
        operator=found.text("operator"),
        organization_identifier=found.matching(
            "organization_identifier", IDENTIFIER, "party.identifier"
        ),
        oin=found.matching("oin", OIN, "party.oin"),
        country=country,
        address=address(found.section("address"), country),
        email=found.text("email"),
        website=found.text("website"),
        registry_uri=_registry(found),
        policy_uri=found.text("policy_uri"),
        development=found.flag("development", default=False),
    )
    _numbers(found, scheme)
    sheet.close()
    return sheet, scheme


def address(found: Section, country: str) -> Address:
    """The address of an `[address]` table."""
    return Address(
        street=found.text("street"),
        postal_code=found.text("postal_code"),
        locality=found.text("locality"),
        country=found.text_or("country", country),
    )


def _numbers(found: Section, scheme: Scheme) -> None:
    """Here, and not in a review alone: the certificates of a ceremony carry these numbers."""
    one = Organisation(scheme.oin, scheme.organization_identifier, scheme.country)
    for fault in oin_faults(one, development=scheme.development) if one.oin else ():
        found.fault(f"lint.oin_{fault}", "oin", one.oin)
    if one.identifier and one.country and not identifier_is_right(one):
        found.fault("lint.identifier", "organization_identifier", one.identifier)


def _registry(found: Section) -> str:
    """The register's address: https, without a last slash, for paths are put behind it."""
    uri = found.text("registry_uri")
    if uri and (not uri.startswith("https://") or uri.endswith("/")):
        found.fault("config.registry_uri", "registry_uri", uri)
    return uri
