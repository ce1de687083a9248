"""The four lists of trusted entities, as documents and as signed files (TS 119 602)."""

from collections.abc import Iterable, Mapping
from typing import Final

from credential import base64url, jose
from credential.names import (
    ENTITY_EXTENSION,
    LISTS,
    SERVICE_EXTENSION,
    SVC_ACCESS_ISSUANCE,
    SVC_ACCESS_REVOCATION,
    SVC_REGISTRATION_ISSUANCE,
    SVC_REGISTRATION_REVOCATION,
    SVC_WALLET_ISSUANCE,
    TYP_TRUSTED_LIST,
    lote_type,
)
from credential.staleness import SCHEME_LIFE
from credential.strictjson import Json, Object
from credential.trust import Role
from registrar import issuance, listwords
from registrar.authority import LIST_SIGNER, Authority
from registrar.certificates import Pair
from registrar.config import Scheme
from registrar.listwords import moment
from registrar.party import Issuing, Party, Succession

PERIOD: Final = SCHEME_LIFE
_TITLES: Final[Mapping[str, str]] = {
    "pub-eaa-providers": "Gemeentelijke uitgevers",
    "wrpac-providers": "Uitgevers van toegangscertificaten",
    "wrprc-providers": "Uitgevers van registratiecertificaten",
    "wallet-providers": "Walletaanbieders",
}


def documents(
    authority: Authority,
    parties: Iterable[Party],
    *,
    sequence: int,
    now: int,
) -> dict[str, Object]:
    """Every list by its name; a list without entities has no list of entities."""
    listed: dict[str, list[Json]] = {
        "pub-eaa-providers": [
            _issuer(authority, party, now)
            for party in parties
            if party.issuing and issuance.groups(party.issuing)
        ],
        "wrpac-providers": [
            _operator(
                authority,
                (SVC_ACCESS_ISSUANCE, Role.VERIFIER_ACCESS, "Toegang van ontvangers"),
                (SVC_ACCESS_ISSUANCE, Role.ISSUER_ACCESS, "Toegang van uitgevers"),
                (SVC_ACCESS_REVOCATION, Role.VERIFIER_ACCESS, "Intrekking bij ontvangers"),
                (SVC_ACCESS_REVOCATION, Role.ISSUER_ACCESS, "Intrekking bij uitgevers"),
            )
        ],
        "wrprc-providers": [
            _operator(
                authority,
                (SVC_REGISTRATION_ISSUANCE, Role.REGISTRATION, "Registratiecertificaten"),
                (SVC_REGISTRATION_REVOCATION, Role.REGISTRATION_STATUS, "Status van registraties"),
            )
        ],
        "wallet-providers": [
            _operator(authority, (SVC_WALLET_ISSUANCE, Role.WALLET_PROVIDER, "Proefwallet"))
        ],
    }
    return {name: _document(name, listed[name], authority.scheme, sequence, now) for name in LISTS}


def sign(authority: Authority, document: Object, *, now: int) -> bytes:
    """The list as a compact JWS, JAdES baseline B."""
    signer = authority.pairs[LIST_SIGNER]
    header: Object = {
        **jose.x5c_header([signer.der]),
        "cty": "json",
        "iat": now,
        "x5t#S256": base64url.sha256(signer.der),
    }
    return jose.sign(document, typ=TYP_TRUSTED_LIST, signer=signer.signer, header=header).encode()


def _document(name: str, entities: list[Json], scheme: Scheme, sequence: int, now: int) -> Object:
    kind = lote_type(name)
    information: Object = {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": sequence,
        "LoTEType": kind,
        "SchemeOperatorName": listwords.nl(scheme.operator),
        "SchemeOperatorAddress": {
            "SchemeOperatorPostalAddress": listwords.postal_address(scheme.address),
            "SchemeOperatorElectronicAddress": listwords.uris(
                f"mailto:{scheme.email}", scheme.website
            ),
        },
        "SchemeName": listwords.nl(f"{scheme.country}:{_TITLES[name]}"),
        "SchemeInformationURI": listwords.uris(scheme.website),
        "StatusDeterminationApproach": f"{kind}/status",
        "SchemeTypeCommunityRules": listwords.uris(f"{kind}/rules"),
        "SchemeTerritory": scheme.country,
        "PolicyOrLegalNotice": [{"LoTEPolicy": {"lang": "nl", "uriValue": scheme.policy_uri}}],
        "HistoricalInformationPeriod": 65535,
        "ListIssueDateTime": moment(now),
        "NextUpdate": moment(now + PERIOD),
        "DistributionPoints": [f"{scheme.registry_uri}/lote/{name}.jwt"],
    }
    body: Object = {"ListAndSchemeInformation": information}
    if entities:
        body["TrustedEntitiesList"] = entities
    return {"LoTE": body}


def _operator(authority: Authority, *services: tuple[str, Role, str]) -> Json:
    scheme = authority.scheme
    return {
        "TrustedEntityInformation": {
            "TEName": listwords.nl(scheme.operator),
            "TETradeName": listwords.nl(scheme.organization_identifier),
            "TEAddress": listwords.address(scheme.address, scheme.email, scheme.website),
            "TEInformationURI": listwords.uris(scheme.website),
        },
        "TrustedEntityServices": [
            _service(kind, title, pair, {"role": role.value})
            for kind, role, title in services
            for pair in authority.listed(role)
        ],
    }


def _service(kind: str, title: str, pair: Pair, extension: Object) -> Json:
    """A service whose presence means that it is active."""
    return {
        "ServiceInformation": {
            "ServiceName": listwords.nl(title),
            "ServiceTypeIdentifier": kind,
            "ServiceDigitalIdentity": {
                "X509Certificates": [{"val": base64url.encode_padded(pair.der)}]
            },
            "ServiceInformationExtensions": [listwords.own(SERVICE_EXTENSION, extension)],
        }
    }


def _issuer(authority: Authority, party: Party, now: int) -> Json:
    issuing = party.issuing
    assert issuing is not None
    return {
        "TrustedEntityInformation": {
            "TEName": listwords.nl(name_on(party, now)),
            "TETradeName": listwords.nl(party.organization_identifier),
            "TEAddress": listwords.address(party.address, party.email, party.website),
            "TEInformationURI": listwords.uris(party.website),
            "TEInformationExtensions": [
                listwords.own(ENTITY_EXTENSION, _entity(party, issuing, now))
            ],
        },
        "TrustedEntityServices": issuance.services(authority, issuing, now=now),
    }


def name_on(party: Party, day: int) -> str:
    """The name the party has on this day: its file may already state a later one."""
    return next((name for name, until in party.formerly if until > day), party.name)


def _entity(party: Party, issuing: Issuing, now: int) -> Object:
    found: Object = {
        "organization_identifier": party.organization_identifier,
        "oin": party.oin,
        "municipality_codes": [*issuing.municipality_codes],
    }
    former: list[Json] = [
        {"name": name, "until": moment(until)} for name, until in party.formerly if until <= now
    ]
    if former:
        found["formerly"] = former
    if issuing.successors:
        found["successors"] = _successions(issuing.successors)
    if issuing.predecessors:
        found["predecessors"] = _successions(issuing.predecessors)
    if issuing.status_successor is not None:
        found["status_successor"] = issuing.status_successor
    reason = issuance.ended(issuing, now)
    if reason is not None:
        found["withdrawal_reason"] = reason
    return found


def _successions(found: tuple[Succession, ...]) -> list[Json]:
    return [
        {
            "organization_identifier": one.organization_identifier,
            "oin": one.oin,
            "municipality_codes": [*one.municipality_codes],
            "effective": moment(one.effective),
        }
        for one in found
    ]
