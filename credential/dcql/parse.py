"""Reading a DCQL query: every structural rule of OpenID4VP 1.0 section 6, and bounds of our own.

Unknown members are ignored at every level; known members of a wrong shape never are.
"""

import re
from math import prod
from typing import Final

from credential.dcql.paths import parse_path
from credential.dcql.query import (
    ClaimQuery,
    ClaimValue,
    CredentialQuery,
    CredentialSet,
    Query,
    TrustedAuthority,
)
from credential.errors import Malformed
from credential.strictjson import Json, Object

# Bounds: a request comes from a stranger, and combinations multiply (our choice).
MAX_CREDENTIALS: Final = 32
MAX_CLAIMS: Final = 256
MAX_SETS: Final = 64
MAX_CHOICES: Final = 256

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MDOC_PARTS: Final = 2


def parse(value: Json) -> Query:
    """A query whose structure holds; every other value is `Malformed` (`invalid_request`)."""
    if not isinstance(value, dict):
        raise Malformed("dcql.shape", "OpenID4VP 1.0 6")
    credentials = tuple(
        _credential(item)
        for item in _filled(value.get("credentials"), "credentials", MAX_CREDENTIALS)
    )
    ids = [asked.id for asked in credentials]
    if len(set(ids)) != len(ids):
        raise Malformed("dcql.duplicate_id", "OpenID4VP 1.0 6.1")
    sets = None
    if "credential_sets" in value:
        sets = tuple(
            _credential_set(item, frozenset(ids))
            for item in _filled(value["credential_sets"], "credential_sets", MAX_SETS)
        )
        if prod(len(one.options) + (not one.required) for one in sets) > MAX_CHOICES:
            raise Malformed("dcql.too_many_choices", "OpenID4VP 1.0 6.2", limit=MAX_CHOICES)
    return Query(credentials, sets, value)


def _credential(value: Json) -> CredentialQuery:
    if not isinstance(value, dict):
        raise Malformed("dcql.shape", "OpenID4VP 1.0 6.1", member="credentials")
    name = _identifier(value.get("id"))
    format_ = value.get("format")
    if not isinstance(format_, str) or not format_:
        raise Malformed("dcql.format", "OpenID4VP 1.0 6.1")
    claims = None
    if "claims" in value:
        claims = tuple(
            _claim(item, format_) for item in _filled(value["claims"], "claims", MAX_CLAIMS)
        )
    return CredentialQuery(
        id=name,
        format=format_,
        vct_values=_types(value.get("meta"), format_),
        claims=claims,
        claim_sets=_claim_sets(value, claims),
        require_binding=_flag(value, "require_cryptographic_holder_binding", default=True),
        multiple=_flag(value, "multiple", default=False),
        trusted_authorities=_authorities(value),
    )


def _types(meta: Json, format_: str) -> tuple[str, ...]:
    """The `vct_values`; for foreign formats only the shape is checked."""
    if not isinstance(meta, dict):
        raise Malformed("dcql.meta", "OpenID4VP 1.0 6.1")
    match format_:
        case "dc+sd-jwt":
            return _names(meta.get("vct_values"), "vct_values")
        case "mso_mdoc":
            if not isinstance(meta.get("doctype_value"), str) or not meta["doctype_value"]:
                raise Malformed("dcql.doctype_value", "OpenID4VP 1.0 B.2.3")
        case "jwt_vc_json" | "ldp_vc":
            for types in _filled(meta.get("type_values"), "type_values", MAX_SETS):
                _names(types, "type_values")
        case _:
            pass
    return ()


def _claim(value: Json, format_: str) -> ClaimQuery:
    if not isinstance(value, dict):
        raise Malformed("dcql.shape", "OpenID4VP 1.0 6.3", member="claims")
    path = parse_path(value.get("path"))
    if format_ == "mso_mdoc":
        if len(path) != _MDOC_PARTS or not all(isinstance(part, str) for part in path):
            raise Malformed("dcql.path", "OpenID4VP 1.0 7.2")
        _flag(value, "intent_to_retain", default=False)
    values: tuple[ClaimValue, ...] | None = None
    if "values" in value:
        accepted = _filled(value["values"], "values", MAX_CLAIMS)
        values = tuple(item for item in accepted if isinstance(item, str | int))
        if len(values) != len(accepted):
            raise Malformed("dcql.values", "OpenID4VP 1.0 6.3")
    return ClaimQuery(_identifier(value["id"]) if "id" in value else None, path, values)


def _claim_sets(
    value: Object, claims: tuple[ClaimQuery, ...] | None
) -> tuple[tuple[str, ...], ...] | None:
    named = [claim.id for claim in claims or () if claim.id is not None]
    if len(set(named)) != len(named):
        raise Malformed("dcql.duplicate_id", "OpenID4VP 1.0 6.3")
    if "claim_sets" not in value:
        return None
    if claims is None:
        raise Malformed("dcql.claim_sets_without_claims", "OpenID4VP 1.0 6.1")
    if len(named) != len(claims):
        raise Malformed("dcql.claim_without_id", "OpenID4VP 1.0 6.3")
    sets = tuple(
        tuple(dict.fromkeys(_names(item, "claim_sets")))
        for item in _filled(value["claim_sets"], "claim_sets", MAX_SETS)
    )
    if not {name for one in sets for name in one} <= set(named):
        raise Malformed("dcql.unknown_id", "OpenID4VP 1.0 6.1", member="claim_sets")
    return sets


def _authorities(value: Object) -> tuple[TrustedAuthority, ...] | None:
    if "trusted_authorities" not in value:
        return None
    found: list[TrustedAuthority] = []
    for item in _filled(value["trusted_authorities"], "trusted_authorities", MAX_SETS):
        type_ = item.get("type") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(type_, str) or not type_:
            raise Malformed("dcql.trusted_authorities", "OpenID4VP 1.0 6.1.1")
        found.append(TrustedAuthority(type_, _names(item.get("values"), "trusted_authorities")))
    return tuple(found)


def _credential_set(value: Json, known: frozenset[str]) -> CredentialSet:
    if not isinstance(value, dict):
        raise Malformed("dcql.shape", "OpenID4VP 1.0 6.2", member="credential_sets")
    options = tuple(
        frozenset(_names(item, "options"))
        for item in _filled(value.get("options"), "options", MAX_SETS)
    )
    if not frozenset[str]().union(*options) <= known:
        raise Malformed("dcql.unknown_id", "OpenID4VP 1.0 6.2", member="credential_sets")
    return CredentialSet(options, _flag(value, "required", default=True))


def _filled(value: Json, member: str, limit: int) -> list[Json]:
    if not isinstance(value, list) or not value:
        raise Malformed("dcql.empty", "OpenID4VP 1.0 6", member=member)
    if len(value) > limit:
        raise Malformed("dcql.too_large", "OpenID4VP 1.0 6", member=member, limit=limit)
    return value


def _names(value: Json, member: str) -> tuple[str, ...]:
    items = _filled(value, member, MAX_CLAIMS)
    names = tuple(item for item in items if isinstance(item, str) and item)
    if len(names) != len(items):
        raise Malformed("dcql.empty", "OpenID4VP 1.0 6", member=member)
    return names


def _identifier(value: Json) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Malformed("dcql.id", "OpenID4VP 1.0 6.1")
    return value


def _flag(value: Object, member: str, *, default: bool) -> bool:
    flag = value.get(member, default)
    if not isinstance(flag, bool):
        raise Malformed("dcql.flag", "OpenID4VP 1.0 6", member=member)
    return flag
