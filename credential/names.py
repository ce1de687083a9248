"""Wire names, each written once: types, media types, identifiers of kinds and lists."""

import re
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int | None, ...]
"""A claims path: a member name, an index, or `None` for every element (OpenID4VP 1.0, 7)."""

NS: Final = "https://regie.example/ns"

# Kinds of cards (domain.md 2.6).
KINDS: Final = (
    "persoonsgegevens",
    "woonadres",
    "huishouden",
    "woongeschiedenis",
    "verblijfsrecht",
    "urgentie",
    "kvk-inschrijving",
    "bag-object",
    "contactgegevens",
    "vertegenwoordiging",
)

REGISTERED_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A service or a purpose: a name that is also a file, and no folder, option or hidden one."""

# `typ` of each signed message (RFC 8725, 3.11; the last seven are of formats.md).
TYP_CARD: Final = "dc+sd-jwt"
TYP_KEY_BINDING: Final = "kb+jwt"
TYP_PROOF: Final = "openid4vci-proof+jwt"
TYP_KEY_ATTESTATION: Final = "key-attestation+jwt"
TYP_ISSUER_METADATA: Final = "openidvci-issuer-metadata+jwt"
TYP_REQUEST_OBJECT: Final = "oauth-authz-req+jwt"
TYP_VERIFIER_ATTESTATION: Final = "verifier-attestation+jwt"
TYP_WALLET_ATTESTATION: Final = "oauth-client-attestation+jwt"
TYP_WALLET_ATTESTATION_POP: Final = "oauth-client-attestation-pop+jwt"
TYP_DPOP: Final = "dpop+jwt"
TYP_STATUS_LIST: Final = "statuslist+jwt"
TYP_ACCESS_TOKEN: Final = "at+jwt"  # noqa: S105 - the name of a type
TYP_REGISTRATION: Final = "rc-wrp+jwt"
TYP_TRUSTED_LIST: Final = "jose"
TYP_SCHEME: Final = "regie-scheme+jwt"
TYP_LOG_HEAD: Final = "regie-log-head+jwt"
TYP_RECEIPT: Final = "disclosure-receipt+jwt"
TYP_RIGHTS_REQUEST: Final = "data-rights-request+jwt"
TYP_RIGHTS_ANSWER: Final = "data-rights-answer+jwt"
TYP_DECISION: Final = "regie-decision+jwt"
TYP_EXTRACT: Final = "regie-extract+jwt"
TYP_PURGE_STATEMENT: Final = "regie-purge-statement+jwt"

# Media types on the wire.
MEDIA_JSON: Final = "application/json"
MEDIA_JWT: Final = "application/jwt"
MEDIA_FORM: Final = "application/x-www-form-urlencoded"
MEDIA_PROBLEM: Final = "application/problem+json"
MEDIA_REQUEST_OBJECT: Final = "application/oauth-authz-req+jwt"
MEDIA_STATUS_LIST: Final = "application/statuslist+jwt"
MEDIA_CARD: Final = "application/dc+sd-jwt"

FORMAT_CARD: Final = "dc+sd-jwt"
GRANT_AUTHORIZATION_CODE: Final = "authorization_code"
GRANT_REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105 - the name of a grant
GRANT_PRE_AUTHORIZED: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

# Extension members of registration certificates and trusted lists (trust.md 2.5, 4.4).
REGISTRATION_EXTENSION: Final = f"{NS}/registration/1"
ENTITY_EXTENSION: Final = f"{NS}/lote/entity/1"
SERVICE_EXTENSION: Final = f"{NS}/lote/service/1"

# Trusted lists (trust.md 4.2, 4.3).
LISTS: Final = ("pub-eaa-providers", "wrpac-providers", "wrprc-providers", "wallet-providers")
_ETSI: Final = "http://uri.etsi.org/19602"
SVC_CARD_ISSUANCE: Final = f"{_ETSI}/SvcType/PubEAA/Issuance"
SVC_CARD_REVOCATION: Final = f"{_ETSI}/SvcType/PubEAA/Revocation"
SVC_ACCESS_ISSUANCE: Final = f"{_ETSI}/SvcType/WRPAC/Issuance"
SVC_ACCESS_REVOCATION: Final = f"{_ETSI}/SvcType/WRPAC/Revocation"
SVC_REGISTRATION_ISSUANCE: Final = f"{_ETSI}/SvcType/WRPRC/Issuance"
SVC_REGISTRATION_REVOCATION: Final = f"{_ETSI}/SvcType/WRPRC/Revocation"
SVC_WALLET_ISSUANCE: Final = f"{_ETSI}/SvcType/WalletSolution/Issuance"
SVC_WALLET_REVOCATION: Final = f"{_ETSI}/SvcType/WalletSolution/Revocation"
STATUS_NOTIFIED: Final = f"{_ETSI}/PubEAAProvidersList/SvcStatus/notified"
STATUS_WITHDRAWN: Final = f"{_ETSI}/PubEAAProvidersList/SvcStatus/withdrawn"

# What a person can sign for besides showing data (formats.md 13).
TRANSACTION_APPLICATION: Final = f"{NS}/transactie/aanvraag/1"

# Entitlements (trust.md 2.3).
ENTITLEMENT_SERVICE_PROVIDER: Final = "https://uri.etsi.org/19475/Entitlement/Service_Provider"
ENTITLEMENT_PUB_EAA_PROVIDER: Final = "https://uri.etsi.org/19475/Entitlement/PUB_EAA_Provider"

# Certificate policies (trust.md 1.2, 2.2).
ACCESS_POLICY_OID: Final = "0.4.0.194118.1.2"
REGISTRATION_POLICY_OID: Final = "0.4.0.19475.3.1"
# For tests only, unfit for production: an arc under the example number of RFC 5612.
DEVELOPMENT_POLICY_OID: Final = "1.3.6.1.4.1.32473.1.1"

_VCT = re.compile(re.escape(NS) + r"/kaart/([a-z-]+)/1\Z")


_JTI: Final = re.compile(r"[A-Za-z0-9._~-]{22,256}")


def vct_of(kind: str) -> str:
    """The `vct` of one of our kinds."""
    return f"{NS}/kaart/{kind}/1"


def kind_of(vct: str) -> str | None:
    """The kind a `vct` stands for, or `None` if it is not one of ours."""
    found = _VCT.match(vct)
    return found[1] if found and found[1] in KINDS else None


def sector_entitlement(sector: str) -> str:
    """The entitlement of parties registered in a sector, beside the one of their role."""
    return f"{NS}/entitlement/{sector}"


def sounds_like_ours(vct: str) -> bool:
    """Whether people or programs could take this type for one of ours: all of our names are."""
    heard = vct.casefold().strip()
    return heard.startswith(NS) or heard in KINDS


def lote_type(name: str) -> str:
    """The `LoTEType` of one of our lists."""
    return f"{NS}/lote/{name}/1"


def path_text(path: Path) -> str:
    """A path as it is typed and shown: `address.postal_code`, `stays.*.municipality`."""
    return ".".join("*" if part is None else str(part) for part in path)


def is_jti(text: str) -> bool:
    """Whether this can be a `jti` of ours: 128 bits or more, and safe to write anywhere."""
    return _JTI.fullmatch(text) is not None
