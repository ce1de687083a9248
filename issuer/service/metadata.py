"""What this issuer says of itself, plain and signed (OpenID4VCI 1.0, 12.2; RFC 8414)."""

from typing import Final

from credential import jose
from credential.names import (
    ENTITLEMENT_PUB_EAA_PROVIDER,
    FORMAT_CARD,
    GRANT_PRE_AUTHORIZED,
    TYP_ISSUER_METADATA,
    TYP_REGISTRATION,
    vct_of,
)
from credential.strictjson import Json, Object
from issuer.service.office import Municipality, Office
from issuer.service.statuslists import aggregation_uri
from issuer.texts import LANGUAGES, sentence

SIGNED_SECONDS: Final = 86_400


def issuer(office: Office, municipality: Municipality) -> Object:
    """The credential issuer metadata."""
    display: list[Json] = [
        {"name": municipality.settings.name, "locale": language} for language in LANGUAGES
    ]
    found: Object = {
        "credential_issuer": municipality.identifier,
        "credential_endpoint": municipality.at("credential"),
        "nonce_endpoint": municipality.at("nonce"),
        "deferred_credential_endpoint": municipality.at("deferred"),
        "batch_credential_issuance": {"batch_size": office.settings.batch_size},
        "display": display,
        "credential_configurations_supported": {
            kind: _configuration(kind) for kind in municipality.settings.kinds
        },
    }
    info = _info(municipality)
    return {**found, "issuer_info": info} if info else found


def signed_issuer(office: Office, municipality: Municipality, now: int) -> str:
    """The same metadata, signed with the access certificate (OpenID4VCI 1.0, 12.2.3)."""
    access = municipality.certificates.access
    access.require_valid(now, now + SIGNED_SECONDS)
    payload: Object = {
        **issuer(office, municipality),
        "sub": municipality.identifier,
        "iat": now,
        "exp": now + SIGNED_SECONDS,
    }
    return jose.sign(
        payload,
        typ=TYP_ISSUER_METADATA,
        signer=access.signer,
        header=jose.x5c_header([access.der]),
    )


def authorization_server(municipality: Municipality) -> Object:
    """The authorization server metadata: pre-authorized codes, DPoP, no registered clients."""
    scopes: list[Json] = list(municipality.settings.kinds)
    return {
        "issuer": municipality.identifier,
        "token_endpoint": municipality.at("token"),
        "grant_types_supported": [GRANT_PRE_AUTHORIZED],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
        "dpop_signing_alg_values_supported": ["ES256"],
        "scopes_supported": scopes,
        "authorization_details_types_supported": ["openid_credential"],
        "status_list_aggregation_endpoint": aggregation_uri(municipality),
    }


def _configuration(kind: str) -> Object:
    display: list[Json] = [
        {"name": sentence(language, f"kind.{kind}"), "locale": language} for language in LANGUAGES
    ]
    return {
        "format": FORMAT_CARD,
        "vct": vct_of(kind),
        "scope": kind,
        "credential_signing_alg_values_supported": ["ES256"],
        "cryptographic_binding_methods_supported": ["jwk"],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
        "credential_metadata": {"display": display},
    }


def _info(municipality: Municipality) -> list[Json]:
    """`issuer_info` (trust.md 3.2): the registration certificate, and for others the dataset."""
    if not municipality.certificates.registrations:
        return []
    registration = municipality.certificates.registrations[0]
    claims = jose.parse(registration, typ=TYP_REGISTRATION).dangerous_payload()
    dataset: Object = {
        "identifier": claims.get("sub"),
        "srvDescription": claims.get("srv_description") or [],
        "registryURI": claims.get("registry_uri"),
        "providesAttestations": claims.get("provides_attestations") or [],
        "entitlements": [ENTITLEMENT_PUB_EAA_PROVIDER],
        "isPSB": True,
        "supportURI": claims.get("support_uri"),
        "supervisoryAuthority": claims.get("supervisory_authority"),
    }
    return [
        {"format": "registration_cert", "data": registration},
        {"format": "registrar_dataset", "data": dataset},
    ]
