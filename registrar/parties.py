"""A party as its reviewable TOML files state it; every fault in them is kept, none stops reading.

`parties/<party>.toml` holds all of a party; a purpose may stand in a file of its own beside it,
`parties/<party>/uses/<service>.<use>.toml`, with the same members (Regie trust 9).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from credential.names import KINDS
from registrar import usefile
from registrar.config import address
from registrar.errors import BadInput
from registrar.findings import Finding, require
from registrar.issuingfile import issuing
from registrar.members import SERVICE_ID, contact, hosts, local, steps
from registrar.numbers import COUNTRY, IDENTIFIER, OIN
from registrar.party import (
    Authority,
    Claim,
    Contact,
    IntendedUse,
    Issuing,
    LegalBasis,
    Local,
    Party,
    Retention,
    Service,
    Succession,
    WalletProvider,
)
from registrar.sheet import Section, Sheet
from registrar.usefile import path

__all__ = [
    "Authority",
    "Claim",
    "Contact",
    "IntendedUse",
    "Issuing",
    "LegalBasis",
    "Local",
    "Party",
    "Reading",
    "Retention",
    "Service",
    "Succession",
    "WalletProvider",
    "fill",
    "parse",
    "path",
    "read",
]

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
ISSUING: Final = "issuing"
"""Under this name an issuer gets the registration of what it issues; no purpose is called so."""
_SECTOR: Final = re.compile(r"[a-z-]{1,64}")
OWN_KINDS: Final[Mapping[str, str]] = {kind: kind for kind in KINDS}
"""The kinds that come with us, by the name parties give them."""


@dataclass(frozen=True)
class Reading:
    """What the files of one party say, as far as they could be read, and what is wrong in them."""

    party: Party | None
    sheets: tuple[Sheet, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every fault, file by file."""
        return tuple(one for sheet in self.sheets for one in sheet.findings)

    def place(self, *key: str) -> tuple[str, int]:
        """File and line of a member by its meaning, or of the nearest around it."""
        wanted = key
        if not self.sheets:
            return "", 0
        while wanted:
            for sheet in self.sheets:
                if sheet.knows(*wanted):
                    return sheet.file, sheet.line(*wanted)
            wanted = wanted[:-1]
        return self.sheets[0].file, 1


def parse(text: str, source: str, kinds: Mapping[str, str] = OWN_KINDS) -> Party:
    """The party this one file states; refused with everything that is wrong."""
    found = read((source, text.encode()), (), kinds)
    require(found.findings)
    assert found.party is not None
    return found.party


def read(
    main: tuple[str, bytes],
    uses: Sequence[tuple[str, bytes]] = (),
    kinds: Mapping[str, str] = OWN_KINDS,
) -> Reading:
    """The party of this file and of the files of its purposes, each as name and content."""
    name, data = main
    stem = name.rpartition("/")[2].removesuffix(".toml")
    sheet = Sheet(name, data, stem)
    apart = [(Sheet(file, content, stem), file) for file, content in uses]
    sheets = (sheet, *(one for one, _ in apart))
    if not sheet.readable:
        return Reading(None, sheets)
    found = sheet.root()
    party = _party(found, kinds)
    for one, file in apart:
        if one.readable:
            party = _with_use(party, one, file, kinds)
    _whole(party, found)
    for one in sheets:
        one.close()
    return Reading(party, sheets)


def fill(text: str, values: dict[str, str]) -> str:
    """The text with every `{name}` replaced; a name nobody gave a value for is an error."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise BadInput("party.placeholder", name=found[1])
        return values[found[1]]

    return re.sub(r"\{([a-z_]+)\}", value, text)


def _party(found: Section, kinds: Mapping[str, str]) -> Party:
    country = found.matching("country", COUNTRY, "party.country") if "country" in found else "NL"
    return Party(
        id=found.matching("id", _ID, "party.id"),
        name=found.text("name"),
        legal_name=found.text_or("legal_name", found.text("name")),
        oin=found.matching("oin", OIN, "party.oin"),
        organization_identifier=found.matching(
            "organization_identifier", IDENTIFIER, "party.identifier"
        ),
        country=country,
        public_body=found.flag("public_body", default=False),
        address=address(found.section("address"), country),
        email=found.text("email"),
        website=found.text("website"),
        authority=_authority(found.section("authority"), country),
        issuing=issuing(found.section("issuing"), kinds) if "issuing" in found else None,
        services=tuple(_service(one, kinds) for one in found.sections("service", "id")),
        wallet_provider=(
            _wallet_provider(found.section("wallet_provider"))
            if "wallet_provider" in found
            else None
        ),
        steps=steps(found, None),
        sector=found.matching("sector", _SECTOR, "party.sector") if "sector" in found else None,
    )


def _authority(found: Section, country: str) -> Authority:
    reached = contact(found)
    if reached == Contact(None, None, None):
        found.fault("party.authority", "uri")
    return Authority(found.text("name"), found.text_or("country", country), reached)


def _service(found: Section, kinds: Mapping[str, str]) -> Service:
    return Service(
        id=found.matching("id", SERVICE_ID, "party.service_id"),
        name=found.text("name"),
        description=local(found, "description"),
        hosts=hosts(found),
        support_uri=found.text("support_uri"),
        intended_uses=tuple(
            usefile.intended_use(one, kinds) for one in found.sections("intended_use", "id")
        ),
    )


def _wallet_provider(found: Section) -> WalletProvider:
    return WalletProvider(
        name=found.text("name"),
        hosts=hosts(found),
        privacy_policy=found.text("privacy_policy"),
    )


def _with_use(party: Party, sheet: Sheet, file: str, kinds: Mapping[str, str]) -> Party:
    """The party with the purpose of a file of its own; the file's name says of which service."""
    stem = file.rpartition("/")[2].removesuffix(".toml")
    fits = [one for one in party.services if stem.startswith(f"{one.id}.")]
    if not fits:
        sheet.note("party.use_service", (), stem)
        return party
    service = max(fits, key=lambda one: len(one.id))
    name = stem.removeprefix(f"{service.id}.")
    use = usefile.apart(sheet, ("service", service.id, "intended_use", name), name, kinds)
    wider = replace(service, intended_uses=(*service.intended_uses, use))
    services = tuple(wider if one is service else one for one in party.services)
    return replace(party, services=services)


def _whole(party: Party, found: Section) -> None:
    """What only the whole party shows."""
    named: set[str] = set()
    # Its access certificate is asked for under the party's own id.
    services = {party.id, party.issuing.service.id} if party.issuing else set()
    for number, service in enumerate(party.services):
        if service.id and service.id in services:
            # Certificates, registrations and their addresses go by it.
            found.fault("party.service_repeated", "service", service.id, element=number)
        services.add(service.id)
        for use in service.intended_uses:
            if use.id and use.id in named:
                # Their certificates are handed over under this name.
                found.fault("party.use_repeated", "service", use.id)
            if party.issuing and use.id == ISSUING:
                found.fault("party.use_id", "service", use.id)
            named.add(use.id)
    if party.issuing is None and not party.services and party.wallet_provider is None:
        found.fault("party.nothing", "id", party.id)
