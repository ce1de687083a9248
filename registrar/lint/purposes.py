"""What a purpose owes people: a ground, the law behind it, how long, with whom, where to turn."""

from collections.abc import Iterator
from typing import Final

from registrar.findings import Finding
from registrar.party import IntendedUse, Local, Party, Service
from registrar.register import Register

Key = tuple[str, ...]

# The ground is a duty or a task, and those stand in a law (AVG 6, third paragraph).
_NEEDS_LAW: Final = frozenset({"6.1.c", "6.1.e"})
_CONSENT: Final = frozenset({"6.1.a", "9.2.a"})
_SPECIAL: Final = "9.2."


def check(register: Register) -> Iterator[Finding]:
    """Purposes without a ground, grounds without a law, and what wallets show as not stated."""
    for party in register.parties:
        for service in party.services:
            key = ("service", service.id)
            yield from _same(register, party, service.description, (*key, "description"))
            if not service.intended_uses:
                what = service.id
                yield register.finding("lint.service_empty", party.id, what, *key, level="advice")
            for use in service.intended_uses:
                yield from _use(register, party, service, use)


def _use(register: Register, party: Party, service: Service, use: IntendedUse) -> Iterator[Finding]:
    key = ("service", service.id, "intended_use", use.id)
    yield from _same(register, party, use.purpose, (*key, "purpose"))
    if use.retention is not None:
        yield from _same(register, party, use.retention.text, (*key, "retention", "text"))
    grounds = {basis.gdpr for basis in use.legal_basis}
    if not use.legal_basis:
        yield register.finding("lint.legal_basis", party.id, use.id, *key)
    elif all(one.startswith(_SPECIAL) for one in grounds if one):
        # Article 9 lifts a ban; it is no ground by itself.
        yield register.finding("lint.legal_basis", party.id, use.id, *key, "legal_basis", "0")
    for number, basis in enumerate(use.legal_basis):
        place = (*key, "legal_basis", str(number), "gdpr")
        if basis.gdpr in _NEEDS_LAW and basis.law is None:
            yield register.finding("lint.law_missing", party.id, f"{use.id} {basis.gdpr}", *place)
        if basis.gdpr in _CONSENT:
            what = f"{use.id} {basis.gdpr}"
            yield register.finding("lint.consent", party.id, what, *place, level="advice")
    for name, stated in (
        ("retention", use.retention is not None),
        ("recipients", use.recipients is not None),
        ("rights", use.rights is not None and use.rights.uri is not None),
    ):
        if not stated:
            code = f"lint.{name}_missing"
            yield register.finding(code, party.id, use.id, *key, level="advice")


def _same(register: Register, party: Party, text: Local, key: Key) -> Iterator[Finding]:
    """The same words in both languages: one of them was never written."""
    if text.nl and text.nl == text.en and " " in text.nl:
        yield register.finding("lint.same_text", party.id, text.nl, *key, "en", level="advice")
