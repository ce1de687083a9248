"""Names and numbers: each party is one organisation, each municipality has one issuer."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from registrar import municipalities
from registrar.findings import Finding
from registrar.numbers import Organisation, identifier_is_right, oin_faults
from registrar.party import Party
from registrar.register import Register


def check(register: Register, *, now: int) -> Iterator[Finding]:
    """Repeated names and numbers, numbers that cannot be, municipalities that are not."""
    yield from _repeated(register)
    for party in register.parties:
        yield from _numbers(register, party)
        yield from _municipalities(register, party, now)


def _repeated(register: Register) -> Iterator[Finding]:
    parties = register.parties
    for code, member, values in (
        ("lint.id_repeated", "id", [(one.id, one.id) for one in parties]),
        ("lint.oin_repeated", "oin", [(one.oin, one.id) for one in parties]),
        (
            "lint.identifier_repeated",
            "organization_identifier",
            [(one.organization_identifier, one.id) for one in parties],
        ),
    ):
        yield from _twice(register, code, (member,), values)
    codes = [
        (code, party.id)
        for party in parties
        if party.issuing and party.issuing.withdrawn is None
        for code in party.issuing.municipality_codes
    ]
    place = ("issuing", "municipality_codes")
    yield from _twice(register, "lint.municipality_repeated", place, codes)


def _twice(
    register: Register, code: str, key: tuple[str, ...], values: list[tuple[str, str]]
) -> Iterator[Finding]:
    """One finding at the last of those that have the same."""
    last = dict(values)
    for value, times in Counter(value for value, _ in values).items():
        if value and times > 1:
            found = register.finding(code, last[value], value, *key, value)
            yield Finding(code, value, last[value], found.file, found.line)


def _numbers(register: Register, party: Party) -> Iterator[Finding]:
    one = Organisation(party.oin, party.organization_identifier, party.country)
    if party.oin:
        for fault in oin_faults(one, development=register.development):
            yield register.finding(f"lint.oin_{fault}", party.id, party.oin, "oin")
    if party.organization_identifier and not identifier_is_right(one):
        what = party.organization_identifier
        yield register.finding("lint.identifier", party.id, what, "organization_identifier")


def _municipalities(register: Register, party: Party, now: int) -> Iterator[Finding]:
    issuing = party.issuing
    if issuing is None:
        return
    place = ("issuing", "municipality_codes")
    if not issuing.municipality_codes and party.public_body:
        yield register.finding("lint.municipality_none", party.id, "", *place, level="advice")
    today = datetime.fromtimestamp(now, UTC).date()
    for code in issuing.municipality_codes:
        known = municipalities.find(code)
        if known is None:
            yield register.finding("lint.municipality_unknown", party.id, code, *place, code)
        elif known.ended is not None and known.ended <= today and issuing.withdrawn is None:
            heir = municipalities.heir(code)
            what = f"{code} {known.name} ({known.ended.isoformat()}"
            what += f" → {heir})" if heir else ")"
            yield register.finding("lint.municipality_ended", party.id, what, *place, code)
