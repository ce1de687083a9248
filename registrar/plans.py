"""What the certificates of a party say, worked out from its file."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509

from credential.trust import Role
from registrar.certificates import ACCESS_LIFE, SIGNER_LIFE, LeafPlan, Subject
from registrar.config import Scheme
from registrar.parties import Party, Service


@dataclass(frozen=True)
class Wanted:
    """One certificate of a party: the name of its request, its file, role and content."""

    name: str
    file: str
    role: Role
    plan: LeafPlan


def wanted(party: Party, scheme: Scheme) -> Iterator[Wanted]:
    """Every certificate this party needs; the names are those of its requests.

    The files are `card.pem`, `status.pem`, `access.pem` and `attestation.pem`; a service that is
    not the party's only one has its own name in front.
    """
    if party.issuing is not None:
        service = party.issuing.service
        hosts = tuple(x509.DNSName(host) for host in service.hosts)
        signer = LeafPlan(_subject(party, party.name), SIGNER_LIFE, hosts)
        access = _access(party, service, scheme)
        yield Wanted(f"{party.id}.card", "card.pem", Role.CARD, signer)
        yield Wanted(f"{party.id}.status", "status.pem", Role.STATUS, signer)
        yield Wanted(f"{party.id}.access", "access.pem", Role.ISSUER_ACCESS, access)
    for service in party.services:
        plan = _access(party, service, scheme)
        yield Wanted(
            f"{service.id}.access", access_file(party, service), Role.VERIFIER_ACCESS, plan
        )
    provider = party.wallet_provider
    if provider is not None:
        names = tuple(x509.DNSName(host) for host in provider.hosts)
        # As short as an access certificate: what it signs lives for a day at most.
        attester = LeafPlan(_subject(party, provider.name), ACCESS_LIFE, names)
        yield Wanted(f"{party.id}.attestation", "attestation.pem", Role.WALLET_PROVIDER, attester)


def access_file(party: Party, service: Service) -> str:
    """The file of a service's access certificate."""
    alone = party.issuing is None and len(party.services) == 1
    return "access.pem" if alone else f"{service.id}.access.pem"


def service_uri(party: Party, service: Service, scheme: Scheme) -> str:
    """The alternative name that carries the service identifier (ARF 3.0 Reg_33; trust.md 1.3)."""
    return f"{scheme.registry_uri}/wrp/{party.organization_identifier}/services/{service.id}"


def _access(party: Party, service: Service, scheme: Scheme) -> LeafPlan:
    """An access certificate: the service as people know it, contacts, hosts (TS 119 411-8)."""
    return LeafPlan(
        subject=_subject(party, service.name),
        life=ACCESS_LIFE,
        names=(
            *(x509.DNSName(host) for host in service.hosts),
            x509.UniformResourceIdentifier(service.support_uri),
            x509.RFC822Name(party.email),
            x509.UniformResourceIdentifier(service_uri(party, service, scheme)),
        ),
        access=True,
    )


def _subject(party: Party, common_name: str) -> Subject:
    return Subject(
        country=party.country,
        organization=party.legal_name,
        organization_identifier=party.organization_identifier,
        oin=party.oin,
        common_name=common_name,
    )
