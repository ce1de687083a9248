"""What a party gets back: its certificates and registrations, and a page that sums them up."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from credential import jose, strictjson
from credential.jose import PublicKey
from credential.names import TYP_REGISTRATION
from credential.strictjson import Object
from credential.trust.leaf import seconds
from registrar import plans, registrations
from registrar.authority import Authority
from registrar.certificates import Entropy
from registrar.errors import BadInput
from registrar.ledger import CertificateRecord, Ledger, RegistrationRecord
from registrar.parties import Party
from registrar.plans import Wanted
from registrar.registrations import Slot

# Renewed when two thirds of its life are over.
_RENEW_AT: Final = 3
_DATED: Final = ("iat", "exp", "jti", "status")


@dataclass(frozen=True)
class Handover:
    """The files of one party: `<name>.pem`, `registration/<use>.jwt`, `party.json`."""

    files: Mapping[str, bytes] = field(repr=False)


def make(
    authority: Authority,
    party: Party,
    keys: Mapping[str, PublicKey],
    before: Mapping[str, bytes],
    ledger: Ledger,
    *,
    now: int,
    entropy: Entropy,
) -> tuple[Handover, Ledger]:
    """The party's files for these keys; what is still good among `before` stays as it is."""
    files: dict[str, bytes] = {}
    for one in plans.wanted(party, authority.scheme):
        if one.name not in keys:
            raise BadInput("csr.missing", name=one.name)
        pem = before.get(one.file)
        if pem is None or not _still_good(pem, one, keys[one.name], ledger, now):
            certificate = authority.issue(one.plan, keys[one.name], one.role, now, entropy)
            ledger = ledger.with_certificate(_certificate_record(certificate, party, one))
            pem = certificate.public_bytes(Encoding.PEM)
        files[one.file] = pem
    for slot in registrations.slots(party):
        name = f"registration/{slot.file}"
        body = registrations.content(party, slot, authority.scheme)
        kept = before.get(name)
        if kept is None or not _still_registered(kept.decode().strip(), body, ledger, now):
            compact, ledger = _register(authority, slot, body, ledger, now, entropy)
            kept = compact.encode()
        files[name] = kept
    files["party.json"] = strictjson.dumps(summary(party, authority))
    return Handover(files), ledger


def summary(party: Party, authority: Authority) -> Object:
    """What the party's own software needs to know of its registration."""
    found: Object = {
        "version": 1,
        "id": party.id,
        "name": party.name,
        "legal_name": party.legal_name,
        "oin": party.oin,
        "organization_identifier": party.organization_identifier,
        "registry_uri": authority.scheme.registry_uri,
        "development": authority.scheme.development,
        "services": [
            {
                "id": service.id,
                "name": service.name,
                "access": plans.access_file(party, service),
                "intended_uses": [use.id for use in service.intended_uses],
            }
            for service in party.services
        ],
    }
    issuing = party.issuing
    if issuing is not None:
        found |= {
            "service_id": issuing.service.id,
            "municipality_codes": [*issuing.municipality_codes],
            "kinds": [*issuing.kinds],
            "status_prefix": issuing.status_prefix,
            "status_aggregation": issuing.status_aggregation,
        }
    return found


def _still_good(pem: bytes, one: Wanted, key: PublicKey, ledger: Ledger, now: int) -> bool:
    """The certificate says what the party's file says, for this key, and has life left.

    One that was taken back is not made anew for the same key: that needs a new request.
    """
    certificate = x509.load_pem_x509_certificate(pem)
    if certificate.fingerprint(hashes.SHA256()).hex() in ledger.revoked:
        return certificate.public_key() == key
    start, end = seconds(certificate.not_valid_before_utc), seconds(certificate.not_valid_after_utc)
    names: tuple[x509.GeneralName, ...] = ()
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = tuple(found.value)
    except x509.ExtensionNotFound:
        pass
    return (
        certificate.public_key() == key
        and certificate.subject == one.plan.subject.name()
        and names == one.plan.names
        and end - now > (end - start) // _RENEW_AT
    )


def _certificate_record(
    certificate: x509.Certificate, party: Party, one: Wanted
) -> CertificateRecord:
    return CertificateRecord(
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        serial=certificate.serial_number,
        role=one.role.value,
        party=party.id,
        name=one.name,
        not_after=seconds(certificate.not_valid_after_utc),
    )


def _still_registered(compact: str, body: Object, ledger: Ledger, now: int) -> bool:
    """The certificate states the same and has life left; what was taken back is not said again."""
    payload = jose.parse(compact, typ=TYP_REGISTRATION).dangerous_payload()
    same = {name: value for name, value in payload.items() if name not in _DATED}
    return strictjson.dumps(same) == strictjson.dumps(body) and (
        registration_hash(compact) in ledger.revoked
        or strictjson.integer(payload, "exp") - now > registrations.LIFE // _RENEW_AT
    )


def registration_hash(compact: str) -> str:
    """The name of a registration certificate in the revoked set: SHA-256 of its text, in hex."""
    return hashlib.sha256(compact.encode("ascii")).hexdigest()


def _register(
    authority: Authority, slot: Slot, body: Object, ledger: Ledger, now: int, entropy: Entropy
) -> tuple[str, Ledger]:
    index = 1 + max((one.index for one in ledger.registrations), default=-1)
    jti = f"urn:uuid:{uuid.UUID(bytes=entropy(16), version=4)}"
    compact = registrations.sign(authority, body, index=index, jti=jti, now=now)
    record = RegistrationRecord(
        sha256=registration_hash(compact),
        index=index,
        party=slot.party,
        service=slot.service,
        use=slot.use,
        exp=now + registrations.LIFE,
    )
    return compact, ledger.with_registration(record)
