"""A party of the scheme as its reviewable TOML file states it: who it is, what it may do."""

import re
from dataclasses import dataclass
from typing import Final

from credential.names import KINDS, Path
from credential.periods import is_period
from registrar import tomlfile
from registrar.config import Address, address
from registrar.errors import BadInput
from registrar.tomlfile import Table

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
_SERVICE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_OIN = re.compile(r"[0-9]{20}\Z")
_IDENTIFIER = re.compile(r"[A-Z]{3}[A-Z]{2}-[A-Za-z0-9.]+\Z")
_GDPR = re.compile(r"(6\.1\.[a-f]|9\.2\.[a-j])\Z")
STARTS: Final = ("disclosure", "end_of_registration", "end_of_tenancy", "decision")
LANGUAGES: Final = ("nl", "en")


@dataclass(frozen=True)
class Local:
    """One text in both languages."""

    nl: str
    en: str

    def items(self) -> tuple[tuple[str, str], ...]:
        """Language and text, Dutch first."""
        return (("nl", self.nl), ("en", self.en))


@dataclass(frozen=True)
class Claim:
    """One claim of one kind that may be asked."""

    kind: str
    path: Path
    required: bool


@dataclass(frozen=True)
class LegalBasis:
    """A ground of the AVG, and the law behind it where there is one."""

    gdpr: str
    law: Local | None
    uri: str | None


@dataclass(frozen=True)
class Retention:
    """How long, counted from when, in words."""

    duration: str
    starts: str
    text: Local


@dataclass(frozen=True)
class Contact:
    """Where people turn: an address on the web, mail, telephone; each may be absent."""

    uri: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True)
class Authority:
    """The supervisory authority people may complain to."""

    name: str
    country: str
    contact: Contact


@dataclass(frozen=True)
class IntendedUse:
    """One purpose with everything a wallet shows about it."""

    id: str
    purpose: Local
    privacy_policy: str
    legal_basis: tuple[LegalBasis, ...]
    retention: Retention | None
    recipients: tuple[str, ...] | None
    rights: Contact | None
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Service:
    """One offering of a party; certificates hang on it."""

    id: str
    name: str
    description: Local
    hosts: tuple[str, ...]
    support_uri: str
    intended_uses: tuple[IntendedUse, ...]


@dataclass(frozen=True)
class Succession:
    """A step of a merger or a split, on either side."""

    organization_identifier: str
    oin: str
    municipality_codes: tuple[str, ...]
    effective: int


@dataclass(frozen=True)
class Issuing:
    """What a party issues, from where, and since when."""

    service: Service
    privacy_policy: str
    kinds: tuple[str, ...]
    municipality_codes: tuple[str, ...]
    status_prefix: str
    status_aggregation: str
    since: int
    withdrawn: int | None
    withdrawal_reason: str | None
    successors: tuple[Succession, ...]
    predecessors: tuple[Succession, ...]
    status_successor: str | None


@dataclass(frozen=True)
class WalletProvider:
    """A party that vouches for keys of wallets: under which name, from where, by which policy."""

    name: str
    hosts: tuple[str, ...]
    privacy_policy: str


@dataclass(frozen=True)
class Party:
    """One organisation, as issuer, verifier, wallet provider or several of these."""

    id: str
    name: str
    legal_name: str
    oin: str
    organization_identifier: str
    country: str
    public_body: bool
    address: Address
    email: str
    website: str
    authority: Authority
    issuing: Issuing | None
    services: tuple[Service, ...]
    wallet_provider: WalletProvider | None = None


def parse(text: str, source: str) -> Party:
    """The party this file states; whatever is wrong is named by its member."""
    found = tomlfile.parse(text, source)
    country = tomlfile.text_or(found, "country", "NL")
    party = Party(
        id=_matching(found, "id", _ID),
        name=tomlfile.text(found, "name"),
        legal_name=tomlfile.text_or(found, "legal_name", tomlfile.text(found, "name")),
        oin=_matching(found, "oin", _OIN),
        organization_identifier=_matching(found, "organization_identifier", _IDENTIFIER),
        country=country,
        public_body=tomlfile.flag(found, "public_body", default=False),
        address=address(tomlfile.table(found, "address"), country),
        email=tomlfile.text(found, "email"),
        website=tomlfile.text(found, "website"),
        authority=_authority(tomlfile.table(found, "authority"), country),
        issuing=_issuing(tomlfile.table(found, "issuing")) if "issuing" in found else None,
        services=tuple(_service(one) for one in tomlfile.tables(found, "service")),
        wallet_provider=(
            _wallet_provider(tomlfile.table(found, "wallet_provider"))
            if "wallet_provider" in found
            else None
        ),
    )
    uses = [use.id for service in party.services for use in service.intended_uses]
    if len(set(uses)) != len(uses):
        # Their certificates are handed over under this name.
        raise BadInput("party.use_repeated", party=party.id)
    if party.issuing is None and not party.services and party.wallet_provider is None:
        raise BadInput("party.nothing", party=party.id)
    return party


def fill(text: str, values: dict[str, str]) -> str:
    """The text with every `{name}` replaced; a name nobody gave a value for is an error."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise BadInput("party.placeholder", name=found[1])
        return values[found[1]]

    return re.sub(r"\{([a-z_]+)\}", value, text)


def _matching(found: Table, name: str, shape: re.Pattern[str]) -> str:
    value = tomlfile.text(found, name)
    if not shape.match(value):
        raise BadInput("toml.member", member=name)
    return value


def _local(found: Table, name: str) -> Local:
    texts = tomlfile.table(found, name)
    return Local(nl=tomlfile.text(texts, "nl"), en=tomlfile.text(texts, "en"))


def _optional(found: Table, name: str) -> str | None:
    return tomlfile.text(found, name) if name in found else None


def _contact(found: Table) -> Contact:
    return Contact(_optional(found, "uri"), _optional(found, "email"), _optional(found, "phone"))


def _authority(found: Table, country: str) -> Authority:
    contact = _contact(found)
    if contact == Contact(None, None, None):
        raise BadInput("toml.member", member="authority")
    return Authority(
        tomlfile.text(found, "name"), tomlfile.text_or(found, "country", country), contact
    )


def _service(found: Table) -> Service:
    return Service(
        id=_matching(found, "id", _SERVICE_ID),
        name=tomlfile.text(found, "name"),
        description=_local(found, "description"),
        hosts=_hosts(found),
        support_uri=tomlfile.text(found, "support_uri"),
        intended_uses=tuple(_use(one) for one in tomlfile.tables(found, "intended_use")),
    )


def _wallet_provider(found: Table) -> WalletProvider:
    return WalletProvider(
        name=tomlfile.text(found, "name"),
        hosts=_hosts(found),
        privacy_policy=tomlfile.text(found, "privacy_policy"),
    )


def _hosts(found: Table) -> tuple[str, ...]:
    hosts = tomlfile.texts(found, "hosts")
    if not hosts or any(":" in host or "/" in host or "*" in host for host in hosts):
        raise BadInput("toml.member", member="hosts")
    return tuple(host.lower() for host in hosts)


def _use(found: Table) -> IntendedUse:
    return IntendedUse(
        id=_matching(found, "id", _SERVICE_ID),
        purpose=_local(found, "purpose"),
        privacy_policy=tomlfile.text(found, "privacy_policy"),
        legal_basis=tuple(_basis(one) for one in tomlfile.tables(found, "legal_basis")),
        retention=_retention(tomlfile.table(found, "retention")) if "retention" in found else None,
        recipients=tomlfile.texts(found, "recipients") if "recipients" in found else None,
        rights=_contact(tomlfile.table(found, "rights")) if "rights" in found else None,
        claims=tuple(claim for card in tomlfile.tables(found, "card") for claim in _claims(card)),
    )


def _basis(found: Table) -> LegalBasis:
    law = _local(found, "law") if "law" in found else None
    return LegalBasis(_matching(found, "gdpr", _GDPR), law, _optional(found, "uri"))


def _retention(found: Table) -> Retention:
    starts = tomlfile.text(found, "starts")
    if starts not in STARTS:
        raise BadInput("toml.member", member="starts")
    duration = tomlfile.text(found, "duration")
    if not is_period(duration):
        raise BadInput("toml.member", member="duration")
    return Retention(duration, starts, _local(found, "text"))


def _claims(card: Table) -> list[Claim]:
    kind = _kind(tomlfile.text(card, "kind"))
    return [
        Claim(kind, path(text), required)
        for member, required in (("required", True), ("optional", False))
        for text in tomlfile.texts(card, member)
    ]


def path(text: str) -> Path:
    """The claims path of `address.postal_code` or `stays.*.municipality`."""
    return tuple(
        None if part == "*" else int(part) if part.isdecimal() else part for part in text.split(".")
    )


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise BadInput("party.kind", kind=kind)
    return kind


def _issuing(found: Table) -> Issuing:
    prefix = tomlfile.text(found, "status_prefix")
    if not prefix.startswith("https://") or not prefix.endswith("/"):
        raise BadInput("toml.member", member="status_prefix")
    return Issuing(
        service=_service(found),
        privacy_policy=tomlfile.text(found, "privacy_policy"),
        kinds=tuple(_kind(kind) for kind in tomlfile.texts(found, "kinds")),
        municipality_codes=tomlfile.texts(found, "municipality_codes"),
        status_prefix=prefix,
        status_aggregation=tomlfile.text(found, "status_aggregation"),
        since=tomlfile.moment(found, "since"),
        withdrawn=tomlfile.moment(found, "withdrawn") if "withdrawn" in found else None,
        withdrawal_reason=_optional(found, "withdrawal_reason"),
        successors=_successions(found, "successor"),
        predecessors=_successions(found, "predecessor"),
        status_successor=_optional(found, "status_successor"),
    )


def _successions(found: Table, name: str) -> tuple[Succession, ...]:
    return tuple(
        Succession(
            organization_identifier=_matching(one, "organization_identifier", _IDENTIFIER),
            oin=_matching(one, "oin", _OIN),
            municipality_codes=tomlfile.texts(one, "municipality_codes"),
            effective=tomlfile.moment(one, "effective"),
        )
        for one in tomlfile.tables(found, name)
    )
