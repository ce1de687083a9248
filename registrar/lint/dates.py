"""Certificates that end soon: advice, for publishing renews what is a party's own."""

from collections.abc import Iterable, Iterator
from typing import Final

from credential.periods import day_of
from registrar.findings import Finding
from registrar.ledger import CertificateRecord, Ledger
from registrar.register import Register

SOON: Final = 30 * 86_400


def check(register: Register, ledger: Ledger, *, now: int) -> Iterator[Finding]:
    """What of each party ends within a month, or has ended, and was not replaced since."""
    for one in _last(ledger.certificates):
        if one.fingerprint not in ledger.revoked:
            yield from _ends(register, one.party, one.name, one.not_after, now)
    registrations = {(one.party, one.service, one.use): one for one in ledger.registrations}
    for (party, service, use), registration in registrations.items():
        if registration.sha256 not in ledger.revoked:
            yield from _ends(register, party, use or service, registration.exp, now)


def own(ends: Iterable[tuple[str, int]], *, now: int) -> Iterator[Finding]:
    """The same of what the operator itself signs with, by name and end."""
    for name, end in ends:
        if end - now < SOON:
            code = "lint.own_ended" if end <= now else "lint.own_ends"
            yield Finding(code, name, day_of(end).isoformat(), level="advice")


def _ends(register: Register, party: str, name: str, end: int, now: int) -> Iterator[Finding]:
    if end - now < SOON:
        code = "lint.certificate_ended" if end <= now else "lint.certificate_ends"
        what = f"{name}, {day_of(end).isoformat()}"
        yield register.finding(code, party, what, level="advice")


def _last(records: Iterable[CertificateRecord]) -> Iterable[CertificateRecord]:
    """The newest certificate of each name."""
    found: dict[tuple[str, str], CertificateRecord] = {}
    for one in records:
        before = found.get((one.party, one.name))
        if before is None or before.not_after <= one.not_after:
            found[one.party, one.name] = one
    return found.values()
