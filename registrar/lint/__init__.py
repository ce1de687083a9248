"""What is wrong with a register, or could be better: all that readers would refuse, and more."""

from collections.abc import Iterable, Iterator

from registrar.findings import Finding, ordered
from registrar.lint import (
    addresses,
    dates,
    identities,
    keys,
    lives,
    meant,
    names,
    purposes,
    requests,
    successions,
)
from registrar.register import Register

__all__ = ["Finding", "check", "dates", "keys"]


def check(register: Register, *, now: int) -> list[Finding]:
    """Every finding, file by file; a register without errors among them may be published."""
    found: Iterable[Finding] = [
        *register.faults,
        *_checked(register, now),
    ]
    return ordered(found)


def _checked(register: Register, now: int) -> Iterator[Finding]:
    yield from identities.check(register, now=now)
    yield from names.check(register)
    yield from addresses.check(register)
    yield from lives.check(register, now=now)
    yield from successions.check(register)
    yield from purposes.check(register)
    yield from requests.check(register)
    yield from meant.check(register)
