"""What a party gets back: its certificates and registrations, and a page that sums them up."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from credential import jose, strictjson
from credential.jose import PublicKey
from credential.names import TYP_REGISTRATION
from credential.strictjson import Json, Object
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
        name = certificate_file(party, one)
        pem = before.get(name)
        if pem is None or not _still_good(pem, one, keys[one.name], ledger, now):
            certificate = authority.issue(one.plan, keys[one.name], one.role, now, entropy)
            ledger = ledger.with_certificate(_certificate_record(certificate, party, one))
            pem = certificate.public_bytes(Encoding.PEM)
        files[name] = pem
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


def certificate_file(party: Party, one: Wanted) -> str:
    """`card.pem`, `status.pem`, `access.pem`; a service beside others has its name in front.

    A party with one access certificate finds it as `access.pem`.
    """
    prefix, _, kind = one.name.rpartition(".")
    several = len(party.services) + (party.issuing is not None) > 1
    alone = prefix == party.id or not several
    return f"{kind}.pem" if alone else f"{prefix}.access.pem"


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
                "access": certificate_file(
                    party, Wanted(f"{service.id}.access", _VERIFIER, _NO_PLAN)
                ),
                "intended_uses": [use.id for use in service.intended_uses],
            }
            for service in party.services
        ],
    }
    issuing = party.issuing
    if issuing is not None:
        kinds: list[Json] = [*issuing.kinds]
        found["issuing"] = {
            "service_id": issuing.service.id,
            "municipality_codes": [*issuing.municipality_codes],
            "kinds": kinds,
            "status_prefix": issuing.status_prefix,
            "status_aggregation": issuing.status_aggregation,
        }
    return found
