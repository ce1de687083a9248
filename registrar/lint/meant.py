"""Whom kinds are meant for, beside who asks them: what wallets will object to is said here first.

Advice: the resident decides, and the operator may have a reason (ARF 3.0 topic 43).
"""

from collections.abc import Iterator, Mapping

from credential import disclosurepolicy
from credential.disclosurepolicy import DisclosurePolicy
from credential.names import sector_entitlement
from registrar.findings import Finding
from registrar.party import Party, Service
from registrar.register import Register


def check(register: Register) -> Iterator[Finding]:
    """Every purpose that asks a kind meant for others, and every kind meant for nobody here."""
    policies = {
        kind: disclosurepolicy.parse(policy) for kind, policy in register.kinds.policies.items()
    }
    meant: set[str] = set()
    for party in register.parties:
        for service in party.services:
            allowed = _allowed(policies, party, service)
            meant |= allowed
            for use in service.intended_uses:
                for kind in dict.fromkeys(claim.kind for claim in use.claims):
                    if kind in policies.keys() - allowed:
                        place = ("service", service.id, "intended_use", use.id, "card", kind)
                        yield register.finding(
                            "lint.policy_not_met",
                            party.id,
                            f"{use.id} {kind}",
                            *place,
                            level="advice",
                        )
    for stem, one in register.kinds.kinds.items():
        for named in _unknown(policies[one.name], register) if one.name in policies else ():
            yield Finding("lint.policy_unknown", stem, named, one.file, 1, "advice")
        if one.name in policies.keys() - meant:
            yield Finding("lint.policy_nobody", stem, one.name, one.file, 1, "advice")


def _unknown(policy: DisclosurePolicy, register: Register) -> Iterator[str]:
    """Every party, service and sector a policy names that nobody in this register is."""
    services = {
        (party.organization_identifier, service.id)
        for party in register.parties
        for service in party.services
    }
    parties = {party.organization_identifier for party in register.parties}
    sectors = {sector_entitlement(party.sector) for party in register.parties if party.sector}
    for one in policy.parties:
        if one.service_id is not None and (one.identifier or "", one.service_id) not in services:
            yield f"{one.identifier}/{one.service_id}"
        elif one.service_id is None and one.identifier is not None:
            if one.identifier not in parties:
                yield one.identifier
        elif one.entitlement is not None and one.entitlement not in sectors:
            yield one.entitlement.rpartition("/")[2]


def _allowed(
    policies: Mapping[str, DisclosurePolicy], party: Party, service: Service
) -> frozenset[str]:
    """The kinds among these that this service should see, as a wallet will find."""
    sectors = () if party.sector is None else (sector_entitlement(party.sector),)
    asker = disclosurepolicy.Party(
        identifier=party.organization_identifier,
        service_id=service.id,
        entitlements=frozenset(sectors),
    )
    return frozenset(
        kind for kind, policy in policies.items() if disclosurepolicy.evaluate(policy, asker).met
    )
