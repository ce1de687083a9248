"""The four lists of trusted entities, as documents and as signed files (TS 119 602)."""

import time
from collections.abc import Iterable, Mapping
from typing import Final

from cryptography import x509

from credential import base64url, jose
from credential.names import (
    ENTITY_EXTENSION,
    LISTS,
    SERVICE_EXTENSION,
    STATUS_NOTIFIED,
    STATUS_WITHDRAWN,
    SVC_ACCESS_ISSUANCE,
    SVC_ACCESS_REVOCATION,
    SVC_CARD_ISSUANCE,
    SVC_CARD_REVOCATION,
    SVC_REGISTRATION_ISSUANCE,
    SVC_REGISTRATION_REVOCATION,
    SVC_WALLET_ISSUANCE,
    TYP_TRUSTED_LIST,
    lote_type,
    vct_of,
)
from credential.strictjson import Json, Object
from credential.trust import Role
from registrar.authority import LIST_SIGNER, Authority
from registrar.certificates import Pair
from registrar.config import Address, Scheme
from registrar.parties import Issuing, Party, Succession

PERIOD: Final = 7 * 86_400
_TITLES: Final[Mapping[str, str]] = {
    "pub-eaa-providers": "Gemeentelijke uitgevers",
    "wrpac-providers": "Uitgevers van toegangscertificaten",
    "wrprc-providers": "Uitgevers van registratiecertificaten",
    "wallet-providers": "Walletaanbieders",
}


def documents(
    authority: Authority, parties: Iterable[Party], *, sequence: int, now: int
) -> dict[str, Object]:
    """Every list by its name; a list without entities has no list of entities."""
    listed: dict[str, list[Json]] = {
        "pub-eaa-providers": [_issuer(authority, party) for party in parties if party.issuing],
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


def moment(seconds: int) -> str:
    """`YYYY-MM-DDThh:mm:ssZ`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _document(name: str, entities: list[Json], scheme: Scheme, sequence: int, now: int) -> Object:
    kind = lote_type(name)
    information: Object = {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": sequence,
        "LoTEType": kind,
        "SchemeOperatorName": _nl(scheme.operator),
        "SchemeOperatorAddress": {
            "SchemeOperatorPostalAddress": _postal(scheme.address),
            "SchemeOperatorElectronicAddress": _uris(f"mailto:{scheme.email}", scheme.website),
        },
        "SchemeName": _nl(f"{scheme.country}:{_TITLES[name]}"),
        "SchemeInformationURI": _uris(scheme.website),
        "StatusDeterminationApproach": f"{kind}/status",
        "SchemeTypeCommunityRules": _uris(f"{kind}/rules"),
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
            "TEName": _nl(scheme.operator),
            "TETradeName": _nl(scheme.organization_identifier),
            "TEAddress": {
                "TEPostalAddress": _postal(scheme.address),
                "TEElectronicAddress": _uris(f"mailto:{scheme.email}", scheme.website),
            },
            "TEInformationURI": _uris(scheme.website),
        },
        "TrustedEntityServices": [
            _service(kind, title, authority.role(role), {"role": role.value})
            for kind, role, title in services
        ],
    }


def _service(kind: str, title: str, authority: Pair, extension: Object) -> Json:
    """A service whose presence means that it is active."""
    return {
        "ServiceInformation": {
            "ServiceName": _nl(title),
            "ServiceTypeIdentifier": kind,
            "ServiceDigitalIdentity": _identity(authority),
            "ServiceInformationExtensions": [_own(SERVICE_EXTENSION, extension)],
        }
    }


def _issuer(authority: Authority, party: Party) -> Json:
    issuing = party.issuing
    assert issuing is not None
    return {
        "TrustedEntityInformation": {
            "TEName": _nl(party.name),
            "TETradeName": _nl(party.organization_identifier),
            "TEAddress": {
                "TEPostalAddress": _postal(party.address),
                "TEElectronicAddress": _uris(f"mailto:{party.email}", party.website),
            },
            "TEInformationURI": _uris(party.website),
            "TEInformationExtensions": [_own(ENTITY_EXTENSION, _entity(party, issuing))],
        },
        "TrustedEntityServices": [
            _issuing_service(
                authority, issuing, SVC_CARD_ISSUANCE, Role.CARD, "Uitgifte van kaarten"
            ),
            _issuing_service(
                authority, issuing, SVC_CARD_REVOCATION, Role.STATUS, "Status van kaarten"
            ),
        ],
    }


def _issuing_service(
    authority: Authority, issuing: Issuing, kind: str, role: Role, title: str
) -> Json:
    withdrawn = issuing.withdrawn is not None
    since = issuing.since if issuing.withdrawn is None else issuing.withdrawn
    information: Object = {
        "ServiceName": _nl(title),
        "ServiceTypeIdentifier": kind,
        # A withdrawn service keeps its certificate here: history names only key identifiers.
        "ServiceDigitalIdentity": _identity(authority.role(role)),
        "ServiceStatus": STATUS_WITHDRAWN if withdrawn else STATUS_NOTIFIED,
        "StatusStartingTime": moment(since),
    }
    if kind == SVC_CARD_ISSUANCE:
        information["ServiceInformationExtensions"] = [
            _own(
                SERVICE_EXTENSION,
                {
                    "vcts": [vct_of(name) for name in issuing.kinds],
                    "issuer_hosts": [*issuing.service.hosts],
                    "status_prefix": issuing.status_prefix,
                    "status_aggregation": issuing.status_aggregation,
                },
            )
        ]
    service: Object = {"ServiceInformation": information}
    if withdrawn:
        service["ServiceHistory"] = [
            {
                "ServiceName": _nl(title),
                "ServiceTypeIdentifier": kind,
                "ServiceDigitalIdentity": {"X509SKIs": [_key_identifier(authority.role(role))]},
                "ServiceStatus": STATUS_NOTIFIED,
                "StatusStartingTime": moment(issuing.since),
            }
        ]
    return service


def _entity(party: Party, issuing: Issuing) -> Object:
    found: Object = {
        "organization_identifier": party.organization_identifier,
        "oin": party.oin,
        "municipality_codes": [*issuing.municipality_codes],
    }
    if issuing.successors:
        found["successors"] = _successions(issuing.successors)
    if issuing.predecessors:
        found["predecessors"] = _successions(issuing.predecessors)
    if issuing.status_successor is not None:
        found["status_successor"] = issuing.status_successor
    if issuing.withdrawal_reason is not None:
        found["withdrawal_reason"] = issuing.withdrawal_reason
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


def _identity(pair: Pair) -> Object:
    return {"X509Certificates": [{"val": base64url.encode_padded(pair.der)}]}


def _key_identifier(pair: Pair) -> str:
    own = pair.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return base64url.encode_padded(own.value.digest)


def _own(name: str, value: Object) -> Json:
    return {"Critical": False, "id": name, "value": value}


def _nl(text: str) -> list[Json]:
    return [{"lang": "nl", "value": text}]


def _uris(*uris: str) -> list[Json]:
    return [{"lang": "nl", "uriValue": uri} for uri in uris]


def _postal(address: Address) -> list[Json]:
    return [
        {
            "lang": "nl",
            "StreetAddress": address.street,
            "PostalCode": address.postal_code,
            "Locality": address.locality,
            "Country": address.country,
        }
    ]
