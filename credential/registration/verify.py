"""Verifying a registration certificate and its bond with an access certificate (TS 119 475).

The plan, stopping at the first failure: 1. shape and size, header; 2. chain to a registration
authority; 3. signature; 4. payload; 5. times; 6. not taken back; 7. bond; 8. entitlement.
"""

import hashlib
from collections.abc import Collection
from typing import Final

from credential import base64url, jose, strictjson, twins
from credential.errors import Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.jose import UnverifiedJws
from credential.names import (
    ENTITLEMENT_PUB_EAA_PROVIDER,
    ENTITLEMENT_SERVICE_PROVIDER,
    FORMAT_CARD,
    TYP_REGISTRATION,
)
from credential.registration import payload as read
from credential.registration.model import Localised, Registration
from credential.staleness import SIGNER_CLOCK
from credential.strictjson import Object
from credential.trust import Leaf, Trust

MAX_LIFE: Final = 366 * 86_400
SHORT_LIFE: Final = 86_400
_SECTION: Final = "TS 119 475"
# Named, so that the refusal can say which other profile it is.
_FOREIGN_TYPES: Final = {
    "rc-rp+jwt": "registration.typ_german",
    "rc-wrp+cwt": "registration.typ_cbor",
}
_HASHES: Final = {"S256": "sha256", "S384": "sha384", "S512": "sha512"}


def verify_registration(compact: str, trust: Trust, *, now: int, leaf: Leaf) -> Registration:
    """What the holder of this access certificate is registered to ask."""
    found = _verify(compact, trust, now=now, leaf=leaf)
    if ENTITLEMENT_SERVICE_PROVIDER not in found.entitlements:
        raise NotAllowed("registration.entitlement", _SECTION)
    if not found.intended_use_id or not found.purpose.nl:
        raise Malformed("registration.member", _SECTION, member="purpose")
    return found


def verify_published(compact: str, trust: Trust, *, now: int) -> Registration:
    """What the scheme publishes of an asker that is not here itself: whose paper is being made.

    Its bond with an access certificate is not checked, for nobody shows one.
    """
    found = _signed(compact, trust, now=now, oin="")
    if ENTITLEMENT_SERVICE_PROVIDER not in found.entitlements:
        raise NotAllowed("registration.entitlement", _SECTION)
    if not (found.oin and found.service_id and found.intended_use_id and found.purpose.nl):
        raise Malformed("registration.member", _SECTION, member="oin")
    return found


def verify_issuer_registration(
    compact: str, trust: Trust, *, now: int, leaf: Leaf, vcts: Collection[str]
) -> Registration:
    """What the holder of this access certificate is registered to issue; all `vcts` are in it."""
    found = _verify(compact, trust, now=now, leaf=leaf)
    if ENTITLEMENT_PUB_EAA_PROVIDER not in found.entitlements:
        raise NotAllowed("registration.entitlement", _SECTION)
    granted = {
        vct for grant in found.provides if grant.format == FORMAT_CARD for vct in grant.types
    }
    if not set(vcts) <= granted & trust.issuing_party(leaf, now).issuable(now):
        raise NotAllowed("registration.attestation", "ARF 3.0 RPRC_23")
    return found


def _verify(compact: str, trust: Trust, *, now: int, leaf: Leaf) -> Registration:
    found = _signed(compact, trust, now=now, oin=leaf.oin)
    _check_bond(found, leaf)
    return found


def _signed(compact: str, trust: Trust, *, now: int, oin: str) -> Registration:
    jws = jose.parse(compact, typ=frozenset({TYP_REGISTRATION, *_FOREIGN_TYPES}))
    _check_type(jws)
    signer = trust.registration_signer(jws.x5c(), now)
    _check_header(jws, signer, now)
    payload = jose.verify(jws, signer.key).payload
    found = _read(payload, compact, oin)
    _check_times(payload, found, now)
    require_registered(compact, trust)
    return found


def require_registered(compact: str, trust: Trust) -> None:
    """Refuses a registration certificate that was taken back, in whatever form it is shown."""
    for form in (compact, twins.of_jws(compact)):
        trust.require_registered(hashlib.sha256(form.encode("ascii")).hexdigest())


def _check_type(jws: UnverifiedJws) -> None:
    code = _FOREIGN_TYPES.get(str(jws.header["typ"]))
    if code is not None:
        raise NotTrusted(code, _SECTION)


def _check_header(jws: UnverifiedJws, signer: Leaf, now: int) -> None:
    """The signing time and the certificate's hash, where the header states them (JAdES B-B)."""
    header = jws.header
    if "iat" in header and strictjson.integer(header, "iat") > now + SIGNER_CLOCK:
        raise NotValidNow("registration.not_yet_valid", _SECTION)
    if header.get("x5t#S256", signer.x509_hash) != signer.x509_hash:
        raise NotTrusted("registration.x5t", "RFC 7515 4.1.8")
    if "x5t#o" in header:
        stated = strictjson.obj(header, "x5t#o")
        algorithm = _HASHES.get(strictjson.text(stated, "digAlg"))
        if algorithm is not None and strictjson.text(stated, "digVal") != base64url.encode(
            hashlib.new(algorithm, signer.der).digest()
        ):
            raise NotTrusted("registration.x5t", "TS 119 182-1")


def _read(payload: Object, compact: str, oin: str) -> Registration:
    read.check_rest(payload)
    own = read.extension(payload)
    entitled = read.entitlements(payload)
    asks = ENTITLEMENT_SERVICE_PROVIDER in entitled
    if not asks and ENTITLEMENT_PUB_EAA_PROVIDER not in entitled:
        raise NotAllowed("registration.entitlement", _SECTION)
    empty = Localised("", "")
    return Registration(
        raw=compact,
        sha256=base64url.sha256(compact),
        name=read.name(payload),
        legal_name=read.legal_name(payload),
        # Without our extension the access certificate alone states the OIN.
        oin=oin if own is None else read.filled(own, "oin"),
        organization_identifier=read.filled(payload, "sub"),
        country=read.country(payload),
        service_id=read.service_id(payload),
        intended_use_id=read.shown(payload, "intended_use_id") if asks else "",
        purpose=read.localised(payload.get("purpose"), "purpose") if asks else empty,
        privacy_policy=read.https(payload, "privacy_policy"),
        support_uri=read.shown(payload, "support_uri"),
        info_uri=read.shown(payload, "info_uri") if "info_uri" in payload else None,
        authority=read.authority(payload, own),
        legal_basis=read.legal_basis(own),
        retention=read.retention(own),
        recipients=read.recipients(own),
        rights=read.rights(own),
        intermediary=read.intermediary(payload),
        public_body=strictjson.boolean(payload, "public_body", default=False),
        entitlements=entitled,
        credentials=read.credentials(payload),
        provides=read.provides(payload),
        required=read.required(own),
        registry_uri=read.https(payload, "registry_uri"),
        iat=strictjson.integer(payload, "iat"),
        exp=strictjson.integer(payload, "exp"),
    )


def _check_times(payload: Object, found: Registration, now: int) -> None:
    not_before = strictjson.integer(payload, "nbf") if "nbf" in payload else found.iat
    if max(found.iat, not_before) > now + SIGNER_CLOCK:
        raise NotValidNow("registration.not_yet_valid", _SECTION)
    if found.exp <= now - SIGNER_CLOCK:
        raise NotValidNow("registration.expired", _SECTION)
    if not 0 < found.exp - found.iat <= MAX_LIFE:
        raise NotTrusted("registration.lifetime", _SECTION)
    # Ours are taken back through the snapshot; the list is for other readers, but it must be there.
    if not read.status(payload) and found.exp - found.iat > SHORT_LIFE:
        raise NotTrusted("registration.no_status", _SECTION)


def _check_bond(found: Registration, leaf: Leaf) -> None:
    """The certificate is about the party that showed it, or that party is its intermediary."""
    if not leaf.organization_identifier or not found.organization_identifier:
        raise NotTrusted("registration.no_identifier", _SECTION)
    if found.intermediary is not None:
        if (
            found.intermediary.identifier != leaf.organization_identifier
            or found.organization_identifier == leaf.organization_identifier
        ):
            raise NotAllowed("registration.bond_intermediary", _SECTION)
        return
    if found.organization_identifier != leaf.organization_identifier:
        raise NotAllowed("registration.bond_identifier", _SECTION)
    if found.oin != leaf.oin:
        raise NotAllowed("registration.bond_oin", "Regie trust 2.7")
    if found.name != leaf.common_name:
        raise NotAllowed("registration.bond_name", "Regie trust 2.7")
    service = (
        f"{found.registry_uri}/wrp/{found.organization_identifier}/services/{found.service_id}"
    )
    if found.service_id != leaf.service_id or service not in leaf.uris:
        raise NotAllowed("registration.bond_service", "Regie trust 2.7")
