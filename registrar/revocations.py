"""What was taken back or is suspended, as the snapshot and as revocation lists tell it.

Both are made from one ledger, so that no reader is told less than another (Regie trust 8).
"""

from collections.abc import Mapping
from typing import Final

from cryptography.x509 import ReasonFlags

from credential.strictjson import Object
from credential.trust import Role
from credential.trust.spans import COMPROMISED
from registrar import lote
from registrar.certificates import Pair, make_crl
from registrar.ledger import Ledger

# RFC 5280 5.3.1; a reason that is not known is left out, never guessed.
_REASONS: Final[Mapping[str, ReasonFlags]] = {
    "compromised": ReasonFlags.key_compromise,
    "merged": ReasonFlags.cessation_of_operation,
    "ceased": ReasonFlags.cessation_of_operation,
    "ended": ReasonFlags.cessation_of_operation,
    "superseded": ReasonFlags.superseded,
    "reduced": ReasonFlags.privilege_withdrawn,
    "withdrawn": ReasonFlags.privilege_withdrawn,
}


def revoked(ledger: Ledger) -> Object:
    """`revoked.json`: the suspended are among the others as well (Regie formats 8).

    `until` says of certificates when they stopped: what they signed before and was kept holds.
    """
    stopped = ledger.revoked.keys() | ledger.suspended.keys()
    known = {one.fingerprint for one in ledger.certificates}
    registered = {one.sha256 for one in ledger.registrations}
    suspended = ledger.suspended.keys() - ledger.revoked.keys()
    # Of a leaked key, and of what nobody gave a reason for, no day helps: a thief writes any.
    until: Object = {
        one: since
        for one in sorted(known & stopped)
        if (since := ledger.stopped_at(one)) is not None
        and (one in suspended or ledger.reasons.get(one, COMPROMISED) != COMPROMISED)
    }
    return {
        "certificates": [*sorted(known & stopped)],
        "registrations": [*sorted(registered & stopped)],
        "suspended": [*sorted(suspended & (known | registered))],
        "until": until,
    }


def crl(role: Role, name: str, authority: Pair, ledger: Ledger, *, now: int) -> bytes:
    """The revocation list of the authority of this name (RFC 5280 5)."""
    taken_back: list[tuple[int, int, ReasonFlags | None]] = []
    for one in ledger.certificates:
        if one.role != role.value or (one.authority or role.value) != name:
            continue
        if one.fingerprint in ledger.revoked:
            reason = _REASONS.get(ledger.reasons.get(one.fingerprint, ""))
            taken_back.append((one.serial, ledger.revoked[one.fingerprint], reason))
        elif one.fingerprint in ledger.suspended:
            since = ledger.suspended[one.fingerprint]
            taken_back.append((one.serial, since, ReasonFlags.certificate_hold))
    return make_crl(authority, taken_back, number=ledger.sequence, now=now, until=now + lote.PERIOD)
