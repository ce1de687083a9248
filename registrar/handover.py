"""What a party gets back: its certificates and registrations, and a page that sums them up."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from credential import strictjson
from credential.jose import PublicKey
from credential.strictjson import Object
from credential.trust.leaf import seconds
from registrar import plans, registrations, renewal, standing
from registrar.authority import Authority
from registrar.certificates import Entropy
from registrar.errors import BadInput
from registrar.ledger import CertificateRecord, Ledger, RegistrationRecord
from registrar.life import Standing
from registrar.party import Party
from registrar.plans import Wanted
from registrar.registrations import Slot

NO_POLICIES: Final[Mapping[str, Object]] = MappingProxyType({})


@dataclass(frozen=True)
class Handover:
    """The files of one party: `<name>.pem`, `registration/<use>.jwt`, `party.json`."""

    files: Mapping[str, bytes] = field(repr=False)
    waiting: tuple[str, ...] = ()
    """What is not made until the party asks with another key, or somebody lets it come back."""


def make(
    authority: Authority,
    party: Party,
    keys: Mapping[str, PublicKey],
    before: Mapping[str, bytes],
    ledger: Ledger,
    *,
    now: int,
    entropy: Entropy,
    policies: Mapping[str, Object] = NO_POLICIES,
) -> tuple[Handover, Ledger]:
    """The party's files for these keys; what is still good among `before` stays as it is.

    `policies`: who should see which kind of card, for the issuers to carry (`Kinds.policies`).

    Nothing is signed for who is suspended or ended, or not registered yet; it keeps what it has.
    """
    files: dict[str, bytes] = {}
    waiting: list[str] = []
    for one in plans.wanted(party, authority.scheme):
        pem = before.get(one.file)
        if pem is not None:
            files[one.file] = pem
        if standing.of_certificate(party, one, now) is not Standing.IN_FORCE:
            continue
        if one.name not in keys:
            raise BadInput("csr.missing", name=f"{party.id}/{one.name}")
        if renewal.refused(keys[one.name], ledger):
            waiting.append(one.file)
        elif pem is None or not renewal.still_good(
            pem, one, keys[one.name], authority, ledger, now
        ):
            certificate = authority.issue(one.plan, keys[one.name], one.role, now, entropy)
            record = _certificate_record(certificate, party, one, authority)
            ledger = ledger.with_certificate(record, now)
            files[one.file] = certificate.public_bytes(Encoding.PEM)
    newest = renewal.newest(party, ledger)
    for slot in registrations.slots(party):
        name = f"registration/{slot.file}"
        body = registrations.content(party, slot, authority.scheme, now=now)
        kept = before.get(name)
        if registrations.standing(party, slot, now) is not Standing.IN_FORCE:
            files |= {name: kept} if kept is not None else {}
            continue
        beside = renewal.access_file(party, slot)
        access = files.get(beside)
        if renewal.stays_back(newest.get((slot.service, slot.use)), slot, access, ledger):
            files |= {name: kept} if kept is not None else {}
            # One request brings both back: it is told once.
            waiting += [name] if beside not in waiting else []
            continue
        if kept is None or not renewal.still_registered(
            kept, slot, body, access, authority, ledger, now
        ):
            compact, ledger = _register(authority, slot, body, ledger, now, entropy)
            kept = compact.encode()
        files[name] = kept
    files["party.json"] = strictjson.dumps(summary(party, authority, policies))
    return Handover(files, tuple(waiting)), ledger


def summary(
    party: Party, authority: Authority, policies: Mapping[str, Object] = NO_POLICIES
) -> Object:
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
        stated: Object = {kind: policies[kind] for kind in issuing.kinds if kind in policies}
        found |= {"disclosure": stated} if stated else {}
    return found


def _certificate_record(
    certificate: x509.Certificate, party: Party, one: Wanted, authority: Authority
) -> CertificateRecord:
    signed_by = authority.name_of(one.role)
    return CertificateRecord(
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        serial=certificate.serial_number,
        role=one.role.value,
        party=party.id,
        name=one.name,
        not_after=seconds(certificate.not_valid_after_utc),
        authority="" if signed_by == one.role.value else signed_by,
        key=renewal.key_hash(certificate.public_key()),
        content=renewal.said_hash(certificate),
    )


def _register(
    authority: Authority, slot: Slot, body: Object, ledger: Ledger, now: int, entropy: Entropy
) -> tuple[str, Ledger]:
    index = ledger.next_index
    jti = f"urn:uuid:{uuid.UUID(bytes=entropy(16), version=4)}"
    compact = registrations.sign(authority, body, index=index, jti=jti, now=now)
    record = RegistrationRecord(
        sha256=renewal.registration_hash(compact),
        index=index,
        party=slot.party,
        service=slot.service,
        use=slot.use,
        exp=now + registrations.LIFE,
        content=renewal.content_hash(body),
    )
    return compact, ledger.with_registration(record)
