"""How a registration certificate travels: `verifier_info` of a request, `issuer_info` of metadata.

TS 119 472-2 and 472-3. The dataset an old reader needs is never believed, but it may not tell
another story than the certificate beside it.
"""

import re
from typing import Final

from credential import base64url, jose, strictjson
from credential.errors import Malformed, NotAllowed
from credential.names import TYP_REGISTRATION
from credential.strictjson import Json, Object

MAX_COMPACT: Final = 65_536
_SECTION: Final = "TS 119 472-2"
_FORMAT: Final = "registration_cert"
_DATASET: Final = "registrar_dataset"
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\Z")


def from_verifier_info(info: Json) -> str:
    """The one registration certificate among these elements, still unverified."""
    if info is None:
        raise NotAllowed("registration.absent", _SECTION)
    if not isinstance(info, list) or not info:
        raise Malformed("registration.info", _SECTION)
    elements = [one for one in info if isinstance(one, dict)]
    if len(elements) != len(info):
        raise Malformed("registration.info", _SECTION)
    found = [one for one in elements if strictjson.text(one, "format") == _FORMAT]
    if not found:
        raise NotAllowed("registration.absent", _SECTION)
    if len(found) > 1 or "credential_ids" in found[0]:
        raise Malformed("registration.info", _SECTION)
    compact = _compact(strictjson.text(found[0], "data"))
    for one in elements:
        if one["format"] == _DATASET:
            _check_dataset(strictjson.obj(one, "data"), compact)
    return compact


def to_verifier_info(compact: str) -> list[Json]:
    """The elements we send: the certificate as it is, and the dataset old readers demand."""
    payload = jose.parse(compact, typ=TYP_REGISTRATION).dangerous_payload()
    return [{"format": _FORMAT, "data": compact}, {"format": _DATASET, "data": _dataset(payload)}]


def _dataset(payload: Object) -> Object:
    """The certificate's own words under the names of TS5."""
    dataset: Object = {
        "identifier": strictjson.text(payload, "sub"),
        "srvDescription": [
            text
            for table in strictjson.array(payload, "srv_description")
            for text in _contents(table if isinstance(table, list) else [table])
        ],
        "registryURI": strictjson.text(payload, "registry_uri"),
        "policyURI": strictjson.text(payload, "privacy_policy"),
    }
    if "intended_use_id" in payload:
        dataset["intendedUseIdentifier"] = strictjson.text(payload, "intended_use_id")
    if "purpose" in payload:
        dataset["purpose"] = [*_contents(strictjson.array(payload, "purpose"))]
    if "provides_attestations" in payload:
        dataset |= {
            "providesAttestations": strictjson.array(payload, "provides_attestations"),
            "entitlements": strictjson.array(payload, "entitlements"),
            "isPSB": strictjson.boolean(payload, "public_body", default=False),
            "supportURI": strictjson.text(payload, "support_uri"),
            "supervisoryAuthority": strictjson.obj(payload, "supervisory_authority"),
        }
    return dataset


def _contents(texts: list[Json]) -> list[Object]:
    """Localised texts, whose `value` is `content` in the registry's words (Regie trust 5)."""
    return [
        {"lang": strictjson.text(one, "lang"), "content": strictjson.text(one, "value")}
        for one in texts
        if isinstance(one, dict)
    ]


def _compact(data: str) -> str:
    """The compact JWT: as it is, or base64url of its bytes, once (472-2 v1.2.1 wording)."""
    if len(data) > 2 * MAX_COMPACT:
        raise Malformed("registration.too_large", _SECTION, limit=MAX_COMPACT)
    if not _JWT.match(data):
        try:
            data = base64url.decode(data, max_bytes=MAX_COMPACT).decode("ascii")
        except (Malformed, UnicodeDecodeError):
            raise Malformed("registration.info", _SECTION) from None
    if not _JWT.match(data) or len(data) > MAX_COMPACT:
        raise Malformed("registration.info", _SECTION)
    return data


def _check_dataset(dataset: Object, compact: str) -> None:
    """The dataset names the same party and use as the certificate (the bytes verified later)."""
    typ = frozenset({TYP_REGISTRATION, "rc-rp+jwt", "rc-wrp+cwt"})
    payload = jose.parse(compact, typ=typ).dangerous_payload()
    stated = dataset.get("identifier")
    names = [
        one.get("identifier") if isinstance(one, dict) else one
        for one in (stated if isinstance(stated, list) else [stated])
    ]
    if payload.get("sub") not in names or dataset.get("intendedUseIdentifier") != payload.get(
        "intended_use_id"
    ):
        raise NotAllowed("registration.dataset", _SECTION)
