"""What of a party's certificates is still good, and what is never signed again.

A certificate that was taken back stays taken back: its key is not certified anew, and its purpose
is not registered anew, in whatever words, behind everybody's back. That needs a request with
another key, or somebody who says so (`revoke --undo`).
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credential import jose, strictjson
from credential.jose import PublicKey
from credential.names import TYP_REGISTRATION
from credential.strictjson import Object
from credential.trust import Role
from credential.trust.leaf import seconds
from registrar import certificates, plans, registrations
from registrar.authority import REGISTRATION_SIGNER, Authority
from registrar.ledger import Ledger, RegistrationRecord
from registrar.party import Party
from registrar.plans import Wanted
from registrar.registrations import Slot
from registrar.standing import ENDED, SUPERSEDED

# Renewed when two thirds of its life are over.
_RENEW_AT: Final = 3
_DATED: Final = ("iat", "exp", "jti", "status")
BLAMELESS: Final = frozenset({ENDED, SUPERSEDED})
"""Taken back because of what the register states, not because of the key or by hand."""


def key_hash(key: object) -> str:
    """The name of a public key in the ledger: SHA-256 of its SubjectPublicKeyInfo, in hex."""
    assert isinstance(key, PublicKey)
    data = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(data).hexdigest()


def registration_hash(compact: str) -> str:
    """The name of a registration certificate in the revoked set: SHA-256 of its text, in hex."""
    return hashlib.sha256(compact.encode("ascii")).hexdigest()


def said_hash(certificate: x509.Certificate) -> str:
    """The name of what a certificate states of its holder: subject and names, SHA-256 in hex."""
    names = x509.SubjectAlternativeName(_names(certificate)).public_bytes()
    return hashlib.sha256(certificate.subject.public_bytes() + names).hexdigest()


def _names(certificate: x509.Certificate) -> tuple[x509.GeneralName, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(found.value)


def refused(key: PublicKey, ledger: Ledger) -> bool:
    """Whether a certificate of this key was taken back by hand."""
    if not ledger.revoked:
        return False
    own = key_hash(key)
    return any(
        one.key == own and ledger.reasons.get(one.fingerprint) not in BLAMELESS
        for one in ledger.certificates
        if one.fingerprint in ledger.revoked
    )


def still_good(
    pem: bytes, one: Wanted, key: PublicKey, authority: Authority, ledger: Ledger, now: int
) -> bool:
    """The certificate says what the party's file says, for this key, and has life left.

    One that was taken back stands as it is, unless it ended with a life that began anew.
    """
    certificate = x509.load_pem_x509_certificate(pem)
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    if fingerprint in ledger.revoked:
        return certificate.public_key() == key and ledger.reasons.get(fingerprint) != ENDED
    if not certificates.under(certificate, authority.role(one.role)):
        return False
    start, end = seconds(certificate.not_valid_before_utc), seconds(certificate.not_valid_after_utc)
    return (
        certificate.public_key() == key
        and certificate.subject == one.plan.subject.name()
        and _names(certificate) == one.plan.names
        and end - now > (end - start) // _RENEW_AT
    )


def access_file(party: Party, slot: Slot) -> str:
    """The file of the access certificate that goes with this registration."""
    service = next((one for one in party.services if one.id == slot.service), None)
    if slot.use is None or service is None:
        return "access.pem"
    return plans.access_file(party, service)


def newest(party: Party, ledger: Ledger) -> Mapping[tuple[str, str | None], str]:
    """What each service and purpose of a party was registered with last."""
    return {
        (one.service, one.use): one.sha256
        for one in ledger.registrations
        if one.party == party.id and ledger.revoked
    }


def stays_back(last: str | None, slot: Slot, access: bytes | None, ledger: Ledger) -> bool:
    """Whether the last registration was taken back by hand, and nothing has begun anew since."""
    if last is None or last not in ledger.revoked or ledger.reasons.get(last) in BLAMELESS:
        return False
    return not _begins_anew(last, slot, access, ledger)


def still_registered(
    kept: bytes,
    slot: Slot,
    body: Object,
    access: bytes | None,
    authority: Authority,
    ledger: Ledger,
    now: int,
) -> bool:
    """The certificate states the same and has life left; what was taken back is not said again.

    One that hangs on an authority readers no longer believe is signed anew.
    """
    compact = kept.decode().strip()
    own = registration_hash(compact)
    if own in ledger.revoked:
        ended = ledger.reasons.get(own) == ENDED
        if ended or _begins_anew(own, slot, access, ledger):
            return False
    record = next((one for one in reversed(ledger.registrations) if one.sha256 == own), None)
    if record is None or not _states(record, compact, body) or not _carried(compact, authority):
        return False
    return own in ledger.revoked or record.exp - now > registrations.LIFE // _RENEW_AT


def _carried(compact: str, authority: Authority) -> bool:
    """Whether its signer stands under an authority of registrations that is listed."""
    der = jose.parse(compact, typ=TYP_REGISTRATION).x5c()[0]
    if der == authority.pairs[REGISTRATION_SIGNER].der:
        return True
    signer = x509.load_der_x509_certificate(der)
    return any(certificates.under(signer, one) for one in authority.listed(Role.REGISTRATION))


def content_hash(body: Object) -> str:
    """The name of what a registration states, whenever it was signed: SHA-256, in hex."""
    return hashlib.sha256(strictjson.dumps(body)).hexdigest()


def _states(record: RegistrationRecord, compact: str, body: Object) -> bool:
    if record.content:
        return record.content == content_hash(body)
    payload = jose.parse(compact, typ=TYP_REGISTRATION).dangerous_payload()
    same = {name: value for name, value in payload.items() if name not in _DATED}
    return strictjson.dumps(same) == strictjson.dumps(body)


def _begins_anew(own: str, slot: Slot, access: bytes | None, ledger: Ledger) -> bool:
    """Taken back together with its access certificate, which there is a new one of now."""
    if access is None:
        return False
    fingerprint = x509.load_pem_x509_certificate(access).fingerprint(hashes.SHA256()).hex()
    records = {one.fingerprint: one for one in ledger.certificates if one.party == slot.party}
    present = records.get(fingerprint)
    return (
        present is not None
        and fingerprint not in ledger.revoked
        and any(
            one.name == present.name and ledger.revoked.get(one.fingerprint) == ledger.revoked[own]
            for one in records.values()
        )
    )
