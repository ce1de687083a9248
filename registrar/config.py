"""The scheme's own settings: who runs it, where it publishes, whether it is a test."""

from dataclasses import dataclass

from registrar import tomlfile
from registrar.errors import BadInput


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
    """The settings of `scheme.toml`; the register's address is https, without a last slash."""
    found = tomlfile.parse(text, "scheme.toml")
    country = tomlfile.text(found, "country")
    registry_uri = tomlfile.text(found, "registry_uri")
    if not registry_uri.startswith("https://") or registry_uri.endswith("/"):
        raise BadInput("config.registry_uri", uri=registry_uri)
    return Scheme(
        operator=tomlfile.text(found, "operator"),
        organization_identifier=tomlfile.text(found, "organization_identifier"),
        oin=tomlfile.text(found, "oin"),
        country=country,
        address=address(tomlfile.table(found, "address"), country),
        email=tomlfile.text(found, "email"),
        website=tomlfile.text(found, "website"),
        registry_uri=registry_uri,
        policy_uri=tomlfile.text(found, "policy_uri"),
        development=tomlfile.flag(found, "development", default=False),
    )


def address(found: tomlfile.Table, country: str) -> Address:
    """The address of an `[address]` table."""
    return Address(
        street=tomlfile.text(found, "street"),
        postal_code=tomlfile.text(found, "postal_code"),
        locality=tomlfile.text(found, "locality"),
        country=tomlfile.text_or(found, "country", country),
    )
