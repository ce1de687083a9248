"""What this issuer says of itself, plain and signed (OpenID4VCI 1.0, 12.2; RFC 8414)."""

from typing import Final

from credential import jose
from credential.names import (
    ENTITLEMENT_PUB_EAA_PROVIDER,
    TYP_ISSUER_METADATA,
    TYP_REGISTRATION,
)
from credential.strictjson import Json, Object
from issuer import disclosure, encryption
from issuer.encryption import RequestKeys
from issuer.service import clients, description, oauth, permission
from issuer.service.office import Municipality, Office
from issuer.service.statuslists import aggregation_uri
from issuer.texts import LANGUAGES

SIGNED_SECONDS: Final = 86_400


def issuer(office: Office, municipality: Municipality, now: int) -> Object:
    """The credential issuer metadata."""
    settings = office.settings
    display: list[Json] = [
        {"name": municipality.settings.name, "locale": language} for language in LANGUAGES
    ]
    found: Object = {
        "credential_issuer": municipality.identifier,
        "credential_endpoint": municipality.at("credential"),
        "nonce_endpoint": municipality.at("nonce"),
        "deferred_credential_endpoint": municipality.at("deferred"),
        "notification_endpoint": municipality.at("notification"),
        **encryption.metadata(RequestKeys(office.secret), settings.encryption, now),
        "batch_credential_issuance": {"batch_size": settings.batch_size},
        "display": display,
        "credential_configurations_supported": {
            kind: description.configuration(
                kind,
                trust=permission.scheme(office, now),
                attested=office.attesters(now) is not None,
                attestation_required=settings.key_attestation == "required",
                disclosure=disclosure.metadata(
                    settings.disclosure, municipality.certificates.disclosure, kind
                ),
            )
            for kind in office.kinds(municipality)
        },
        # A wallet that does not know this member ignores it (OpenID4VCI 1.0, 12.2.4).
        "nl_regie": {
            "my_endpoint": municipality.at("my"),
            "declared": {
                one.kind: description.declared(one)
                for one in settings.declared
                if one.kind in office.kinds(municipality)
            },
        },
    }
    info = _info(municipality)
    return {**found, "issuer_info": info} if info else found


def signed_issuer(office: Office, municipality: Municipality, now: int) -> str:
    """The same metadata, signed with the access certificate (OpenID4VCI 1.0, 12.2.3)."""
    access = municipality.certificates.access
    access.require_valid(now, now + SIGNED_SECONDS)
    payload: Object = {
        **issuer(office, municipality, now),
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


def authorization_server(office: Office, municipality: Municipality) -> Object:
    """The authorization server metadata (RFC 8414; OpenID4VCI 1.0, 12.3): what is served here."""
    wanted = clients.policy(office)
    methods: list[Json] = [] if wanted == clients.REQUIRED else ["none"]
    attested: Object = {}
    if wanted != clients.OFF:
        methods.insert(0, "attest_jwt_client_auth")
        attested = {
            "challenge_endpoint": municipality.at("challenge"),
            "client_attestation_signing_alg_values_supported": ["ES256"],
            "client_attestation_pop_signing_alg_values_supported": ["ES256"],
        }
    return {
        "issuer": municipality.identifier,
        **(_from_home(municipality) if office.settings.login is not None else {}),
        "token_endpoint": municipality.at("token"),
        "grant_types_supported": [*oauth.grant_types(office)],
        "token_endpoint_auth_methods_supported": methods,
        **attested,
        "pre-authorized_grant_anonymous_access_supported": wanted != clients.REQUIRED,
        "dpop_signing_alg_values_supported": ["ES256"],
        "scopes_supported": [*office.kinds(municipality)],
        "authorization_details_types_supported": ["openid_credential"],
        "status_list_aggregation_endpoint": aggregation_uri(municipality),
    }


def _from_home(municipality: Municipality) -> Object:
    return {
        "authorization_endpoint": municipality.at("authorize"),
        "pushed_authorization_request_endpoint": municipality.at("par"),
        "require_pushed_authorization_requests": True,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
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
