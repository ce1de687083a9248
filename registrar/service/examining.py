"""How long everything the operator signed with, and signed, still lasts."""

from dataclasses import dataclass
from typing import Final

from credential.trust import Role
from credential.trust.leaf import seconds
from registrar import authority, certificates
from registrar.home import Home

SOON: Final = 30 * certificates.DAY


@dataclass(frozen=True)
class Health:
    """One line of `doctor`: what, until when, and how many where that matters."""

    code: str
    name: str
    until: int
    count: int
    soon: bool


def examine(home: Home, *, now: int) -> list[Health]:
    """How long everything still lasts."""
    home.require()
    ledger = home.ledger()
    found = [_own(home, authority.ROOT, "root", now)]
    found += [_own(home, role.value, "authority", now) for role in Role]
    found += [_own(home, name, "authority", now) for name in authority.SIGNERS]
    for party in home.parties():
        ends = [
            one.not_after
            for one in ledger.certificates
            if one.party == party.id and one.fingerprint not in ledger.revoked
        ]
        code = "party" if ends else "party_none"
        until = min(ends, default=0)
        found.append(Health(code, party.name, until, len(ends), bool(ends) and until - now < SOON))
    found.append(Health("sequence", str(ledger.sequence), 0, len(ledger.revoked), soon=False))
    return found


def _own(home: Home, name: str, code: str, now: int) -> Health:
    until = seconds(home.certificate(name).not_valid_after_utc)
    return Health(code, name, until, 1, until - now < SOON)
