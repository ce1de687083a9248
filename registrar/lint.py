"""What is wrong with the parties' files: all that readers would refuse or treat as absent."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from credential import typemetadata
from credential.names import path_text
from credential.plaintext import terminal_safe
from credential.typemetadata import TypeMetadata
from registrar.parties import Claim, Issuing, Party, Succession

# Only for the resident's own wallet: asking for it is over-asking (domain.md 1.5, Wet BRP 2.59).
NEVER_ASKED = frozenset({"disclosure_restricted"})

_ADDRESS = re.compile(r"https://[!-~]+")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: a stable code, the party, and the name of what."""

    code: str
    where: str
    what: str = ""


def check(parties: Sequence[Party], types: Mapping[str, bytes]) -> list[Finding]:
    """Everything wrong with these files; an empty list may be published."""
    metadata = {name: typemetadata.parse(data) for name, data in types.items()}
    return [
        *_repeated(parties),
        *_prefixes(parties),
        *(finding for party in parties for finding in _unreadable(party)),
        *(finding for party in parties for finding in _claims(party, metadata)),
        *(finding for party in parties for finding in _successions(party, parties)),
    ]


def _repeated(parties: Sequence[Party]) -> Iterator[Finding]:
    for code, values in (
        ("lint.id_repeated", [party.id for party in parties]),
        ("lint.oin_repeated", [party.oin for party in parties]),
        ("lint.identifier_repeated", [party.organization_identifier for party in parties]),
        (
            "lint.municipality_repeated",
            [
                code
                for party in parties
                if party.issuing and party.issuing.withdrawn is None
                for code in party.issuing.municipality_codes
            ],
        ),
    ):
        for value, times in Counter(values).items():
            if times > 1:
                yield Finding(code, value)


def _prefixes(parties: Sequence[Party]) -> Iterator[Finding]:
    """A status list belongs to one issuer, so no prefix may lie under another's."""
    prefixes = [(party.id, party.issuing.status_prefix) for party in parties if party.issuing]
    for name, prefix in prefixes:
        for other, longer in prefixes:
            if name != other and longer.startswith(prefix):
                yield Finding("lint.status_prefix", name, other)


def _unreadable(party: Party) -> Iterator[Finding]:
    """Addresses and names that would make readers refuse the certificates that carry them."""
    issuing = party.issuing
    uses = [use for service in party.services for use in service.intended_uses]
    addresses = [use.privacy_policy for use in uses]
    addresses += [use.rights.uri for use in uses if use.rights and use.rights.uri]
    addresses += [basis.uri for use in uses for basis in use.legal_basis if basis.uri]
    services = [*party.services, *([issuing.service] if issuing else [])]
    shown = [party.name, party.legal_name, party.website]
    if party.wallet_provider is not None:
        addresses.append(party.wallet_provider.privacy_policy)
        shown.append(party.wallet_provider.name)
    shown += [text for one in services for text in (one.name, one.support_uri)]
    if issuing is not None:
        addresses += [issuing.privacy_policy, issuing.status_aggregation]
    for text in addresses:
        if not _ADDRESS.fullmatch(text):
            yield Finding("lint.unreadable", party.id, terminal_safe(text))
    for text in shown:
        if terminal_safe(text) != text:
            yield Finding("lint.unreadable", party.id, terminal_safe(text))


def _claims(party: Party, types: Mapping[str, TypeMetadata]) -> Iterator[Finding]:
    for service in party.services:
        for use in service.intended_uses:
            for claim in use.claims:
                what = f"{use.id} {claim.kind}:{path_text(claim.path)}"
                if not _known(claim, types):
                    yield Finding("lint.claim_unknown", party.id, what)
                if NEVER_ASKED & set(claim.path):
                    yield Finding("lint.claim_never_asked", party.id, what)


def _known(claim: Claim, types: Mapping[str, TypeMetadata]) -> bool:
    found = types.get(f"{claim.kind}-1.json")
    return found is not None and found.claim(claim.path) is not None


def _successions(party: Party, parties: Sequence[Party]) -> Iterator[Finding]:
    """Both sides of a merger or split name each other, or readers see neither."""
    issuing = party.issuing
    if issuing is None:
        return
    for successor in issuing.successors:
        if not _answered(party, _issuing(successor, parties), "predecessors"):
            yield Finding("lint.succession", party.id, successor.oin)
    for predecessor in issuing.predecessors:
        if not _answered(party, _issuing(predecessor, parties), "successors"):
            yield Finding("lint.succession", party.id, predecessor.oin)
    heirs = {one.oin for one in issuing.successors}
    if issuing.status_successor is not None and issuing.status_successor not in heirs:
        yield Finding("lint.status_successor", party.id, issuing.status_successor)
    if issuing.withdrawn is not None and issuing.withdrawal_reason is None:
        yield Finding("lint.withdrawal_reason", party.id)


def _issuing(step: Succession, parties: Sequence[Party]) -> Issuing | None:
    return next((party.issuing for party in parties if party.oin == step.oin), None)


def _answered(party: Party, other: Issuing | None, side: str) -> bool:
    if other is None:
        return False
    named = other.predecessors if side == "predecessors" else other.successors
    return any(step.oin == party.oin for step in named)
