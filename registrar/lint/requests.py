"""What purposes ask: claims that exist, none that may never be asked, no more than needed."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from credential.names import path_text
from credential.typemetadata import TypeMetadata
from registrar import minimisation
from registrar.findings import Finding
from registrar.party import Claim, IntendedUse, Party, Service, vct
from registrar.register import Register

# Only for the resident's own wallet: asking for it is over-asking (Regie domain 2.9).
NEVER_ASKED: Final = frozenset({"disclosure_restricted"})


def check(register: Register) -> Iterator[Finding]:
    """Every claim that cannot, may not or need not be asked."""
    types = register.kinds.types
    for party in register.parties:
        for service in party.services:
            for use in service.intended_uses:
                yield from _claims(register, party, service, use, types)
                yield from _least(register, party, service, use, types)


def _claims(
    register: Register,
    party: Party,
    service: Service,
    use: IntendedUse,
    types: dict[str, TypeMetadata],
) -> Iterator[Finding]:
    asked = Counter((claim.kind, claim.path) for claim in use.claims)
    for claim in use.claims:
        what, place = f"{use.id} {claim.kind}:{path_text(claim.path)}", _place(service, use, claim)
        if not _exists(claim, types):
            yield register.finding("lint.claim_unknown", party.id, what, *place)
        if NEVER_ASKED & set(claim.path):
            yield register.finding("lint.claim_never_asked", party.id, what, *place)
        if asked[claim.kind, claim.path] > 1:
            yield register.finding("lint.claim_twice", party.id, what, *place)
    if not use.claims:
        key = ("service", service.id, "intended_use", use.id)
        yield register.finding("lint.use_empty", party.id, use.id, *key)


def _least(
    register: Register,
    party: Party,
    service: Service,
    use: IntendedUse,
    types: dict[str, TypeMetadata],
) -> Iterator[Finding]:
    """The catalogue beside the purpose: advice, for the operator decides (Regie domain 2.3)."""
    key = ("service", service.id, "intended_use", use.id)
    if use.category is None:
        yield register.finding("lint.category_none", party.id, use.id, *key, level="advice")
        return
    least = minimisation.find(use.category)
    if least is None:
        what = use.category
        yield register.finding("lint.category_unknown", party.id, what, *key, "category")
        return
    for claim, code in minimisation.beyond(use, least):
        if not _exists(claim, types):
            continue
        what = f"{use.id} {claim.kind}:{path_text(claim.path)}"
        place = _place(service, use, claim)
        yield register.finding(f"lint.{code}", party.id, what, *place, level="advice")


def _exists(claim: Claim, types: dict[str, TypeMetadata]) -> bool:
    found = types.get(vct(claim.kind))
    return found is not None and found.claim(claim.path) is not None


def _place(service: Service, use: IntendedUse, claim: Claim) -> tuple[str, ...]:
    member = "required" if claim.required else "optional"
    card = ("service", service.id, "intended_use", use.id, "card", claim.kind)
    return (*card, member, path_text(claim.path))
