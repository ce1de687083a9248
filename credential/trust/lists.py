"""Lists of trusted entities: signed by a pinned signer, closed in shape, fresh (TS 119 602).

`open_list` checks in the order of Regie trust 4.6; the caller has already compared the file's
SHA-256 with the snapshot's.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from credential import base64url, jose, strictjson
from credential.errors import Malformed, NotTrusted, NotValidNow
from credential.jose import UnverifiedJws
from credential.names import ENTITY_EXTENSION, SERVICE_EXTENSION
from credential.staleness import LIST_LIFE, SCHEME_CLOCK
from credential.strictjson import Json, Object
from credential.trust import leaf as leaves
from credential.trust import shapes
from credential.trust.chains import check_signer, check_times
from credential.trust.leaf import Leaf

MAX_LIST: Final = 4 * 1024 * 1024
MAX_HISTORY: Final = 64
_TYPES: Final = frozenset({"jose", "JOSE"})
Known: TypeAlias = dict[str, bytes | None]
"""Certificates by the text they stand in; `None` for one that cannot be read."""
_KNOWN_EXTENSIONS: Final = (ENTITY_EXTENSION, SERVICE_EXTENSION)


@dataclass(frozen=True)
class Earlier:
    """A state a service was in before (TS 119 602: ServiceHistory)."""

    status: str | None
    since: int
    extension: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True)
class Service:
    """One service of an entity: what it is for, who anchors it, in which state."""

    type: str
    certificates: tuple[bytes, ...] = field(repr=False)
    status: str | None
    since: int | None
    extension: Mapping[str, Json] = field(repr=False)
    history: tuple[Earlier, ...] = ()
    """Newest first, as the list has them."""


@dataclass(frozen=True)
class Entity:
    """One trusted entity with its services."""

    name: str
    trade_name: str
    extension: Mapping[str, Json] = field(repr=False)
    services: tuple[Service, ...]


@dataclass(frozen=True)
class TrustedList:
    """A list whose signer, shape and dates held."""

    type: str
    sequence: int
    operator: str
    territory: str
    issued: int
    next_update: int
    sha256: str
    entities: tuple[Entity, ...]


def open_list(
    data: bytes, *, list_type: str, services: Collection[str], pins: Sequence[bytes], now: int
) -> TrustedList:
    """The list of this type, signed by one of the pinned certificates and in force at `now`."""
    if len(data) > MAX_LIST:
        raise Malformed("lote.too_large", "TS 119 602", limit=MAX_LIST)
    try:
        token = data.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("lote.ascii", "RFC 7515 7.1") from None
    jws = jose.parse(token, typ=_TYPES, max_bytes=MAX_LIST)
    signer = _pinned_signer(jws, pins, now)
    document = jose.verify(jws, signer.key).payload
    shapes.check_list(document)
    body = strictjson.obj(document, "LoTE")
    scheme = strictjson.obj(body, "ListAndSchemeInformation")
    _check_operator(scheme, signer)
    if strictjson.text(scheme, "LoTEType") != list_type:
        raise NotTrusted("lote.type", "TS 119 602")
    issued, next_update = _check_dates(scheme, now)
    _check_critical(scheme, "SchemeExtensions")
    found = body.get("TrustedEntitiesList", [])
    assert isinstance(found, list)
    # Hundreds of services name the same few authorities: each is looked into once.
    known: Known = {}
    return TrustedList(
        type=list_type,
        sequence=strictjson.integer(scheme, "LoTESequenceNumber"),
        operator=signer.organization,
        territory=signer.country,
        issued=issued,
        next_update=next_update,
        sha256=hashlib.sha256(data).hexdigest(),
        entities=tuple(_entity(_object(one), services, known) for one in found),
    )


def _pinned_signer(jws: UnverifiedJws, pins: Sequence[bytes], now: int) -> Leaf:
    """The signer: byte-equal to a pinned certificate that is inside its validity."""
    der = jws.x5c()[0]
    if der not in pins:
        raise NotTrusted("lote.signer", "Regie trust 4.6")
    certificate = leaves.load(der)
    check_signer(certificate)
    signer = leaves.read(certificate, der)
    check_times(signer, now)
    if "iat" in jws.header and strictjson.integer(jws.header, "iat") > now + SCHEME_CLOCK:
        raise NotValidNow("lote.iat", "TS 119 602")
    if jws.header.get("x5t#S256", signer.x509_hash) != signer.x509_hash:
        raise NotTrusted("lote.x5t", "RFC 7515 4.1.8")
    return signer


def _check_operator(scheme: Object, signer: Leaf) -> None:
    names = [_object(one)["value"] for one in strictjson.array(scheme, "SchemeOperatorName")]
    if signer.organization not in names or scheme["SchemeTerritory"] != signer.country:
        raise NotTrusted("lote.operator", "TS 119 602 6.8")


def _check_dates(scheme: Object, now: int) -> tuple[int, int]:
    if scheme["NextUpdate"] is None:
        raise NotValidNow("lote.closed", "TS 119 602")
    issued, next_update = (
        shapes.moment(scheme["ListIssueDateTime"]),
        shapes.moment(scheme["NextUpdate"]),
    )
    if issued > now + SCHEME_CLOCK:
        raise NotValidNow("lote.issued", "TS 119 602")
    if next_update <= now:
        raise NotValidNow("lote.expired", "TS 119 602")
    if next_update - issued > LIST_LIFE:
        raise NotTrusted("lote.period", "TS 119 602")
    return issued, next_update


def _entity(entity: Object, services: Collection[str], known: Known) -> Entity:
    information = strictjson.obj(entity, "TrustedEntityInformation")
    extensions = _check_critical(information, "TEInformationExtensions")
    return Entity(
        name=_first(information, "TEName"),
        trade_name=_first(information, "TETradeName") if "TETradeName" in information else "",
        extension=extensions.get(ENTITY_EXTENSION, {}),
        services=tuple(
            _service(_object(one), services, known)
            for one in strictjson.array(entity, "TrustedEntityServices")
        ),
    )


def _service(listed: Object, services: Collection[str], known: Known) -> Service:
    service = strictjson.obj(listed, "ServiceInformation")
    kind = strictjson.text_or_none(service, "ServiceTypeIdentifier") or ""
    if kind not in services:
        raise NotTrusted("lote.service_type", "Regie trust 4.2")
    extensions = _check_critical(service, "ServiceInformationExtensions")
    since = service.get("StatusStartingTime")
    return Service(
        type=kind,
        certificates=_certificates(strictjson.obj(service, "ServiceDigitalIdentity"), known),
        status=strictjson.text_or_none(service, "ServiceStatus"),
        since=None if since is None else shapes.moment(since),
        extension=extensions.get(SERVICE_EXTENSION, {}),
        history=_history(listed),
    )


def _history(listed: Object) -> tuple[Earlier, ...]:
    found = strictjson.array(listed, "ServiceHistory") if "ServiceHistory" in listed else []
    if len(found) > MAX_HISTORY:
        raise Malformed("lote.history", "TS 119 602", limit=MAX_HISTORY)
    return tuple(_earlier(_object(one)) for one in found)


def _earlier(entry: Object) -> Earlier:
    extensions = _check_critical(entry, "ServiceInformationExtensions")
    return Earlier(
        status=strictjson.text_or_none(entry, "ServiceStatus"),
        since=shapes.moment(entry["StatusStartingTime"]),
        extension=extensions.get(SERVICE_EXTENSION, {}),
    )


def _certificates(identity: Object, known: Known) -> tuple[bytes, ...]:
    """The certificates that parse: one that does not is dropped, the list stands."""
    found = []
    for one in strictjson.array(identity, "X509Certificates") if identity else []:
        text = _object(one).get("val")
        if not isinstance(text, str):
            continue
        if text not in known:
            known[text] = _certificate(text)
        found.append(known[text])
    return tuple(der for der in found if der is not None)


def _certificate(text: str) -> bytes | None:
    try:
        der = base64url.decode_padded(text)
        leaves.load(der)
    except Malformed:
        return None
    return der


def _check_critical(holder: Object, member: str) -> dict[str, Object]:
    """The values of the extensions we know; an unknown critical one refuses the list."""
    known: dict[str, Object] = {}
    for one in strictjson.array(holder, member) if member in holder else []:
        extension = _object(one)
        name = extension.get("id")
        if isinstance(name, str) and name in _KNOWN_EXTENSIONS:
            if name in known:
                raise Malformed("lote.extension_repeated", "Regie trust 4.5")
            known[name] = strictjson.obj(extension, "value")
            continue
        marks = [extension[word] for word in ("Critical", "critical") if word in extension]
        if any(mark is not False for mark in marks):
            raise NotTrusted("lote.critical_extension", "TS 119 602 6.6.9")
    return known


def _first(holder: Object, member: str) -> str:
    return strictjson.text(_object(strictjson.array(holder, member)[0]), "value")


def _object(value: Json) -> Object:
    if not isinstance(value, dict):
        raise Malformed("lote.object", "TS 119 602")
    return value
