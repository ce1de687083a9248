"""Names people see belong to one party: nobody shows that of another, nor one that looks like it.

The name of a service is what the question of a wallet begins with (Regie trust 9.4).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from credential.plaintext import terminal_safe
from registrar.findings import Finding
from registrar.life import Event, Step
from registrar.lint.lookalikes import folded, scripts
from registrar.party import Party
from registrar.register import Register

Key: TypeAlias = tuple[str, ...]
_OPERATOR: Final = ""
LONGEST: Final = 64
"""Octets of a common name (RFC 5280, appendix A.1: ub-common-name)."""


def check(register: Register) -> Iterator[Finding]:
    """Every name that is somebody else's, that two share, or that no reader should be shown."""
    owners, heirs = _owners(register), _heirs(register)
    services = _shared(register.parties)
    for party in register.parties:
        mine = {*heirs.get(party.id, ()), party.id}
        if _is_operator(register, party):
            mine.add(_OPERATOR)
        for text, key in _own(party):
            others = [one for one in owners[folded(text)] if one not in mine]
            if others:
                what = _with(register, text, others[0])
                yield register.finding("lint.name_taken", party.id, what, *key)
        for text, key in _of_services(party):
            if party.id in owners[folded(text)]:
                # Called as its party: told with the party.
                continue
            others = [one for one in owners[folded(text)] if one not in mine]
            also = [one for one in services[folded(text)] if one not in mine]
            if others:
                what = _with(register, text, others[0])
                yield register.finding("lint.name_taken", party.id, what, *key)
            elif also:
                what = _with(register, text, also[0])
                yield register.finding("lint.name_shared", party.id, what, *key, level="advice")
        yield from _shapes(register, party)


def _shapes(register: Register, party: Party) -> Iterator[Finding]:
    """Names that mix scripts, or are too long for a certificate."""
    for text, key in (*_own(party), *_of_services(party)):
        if len(text.encode()) > LONGEST and _certified(party, key):
            yield register.finding("lint.name_long", party.id, terminal_safe(text), *key)
        mixed = scripts(text)
        if len(mixed) > 1:
            what = terminal_safe(f"{text} ({', '.join(sorted(mixed))})")
            yield register.finding("lint.name_scripts", party.id, what, *key)


def coming(register: Register, before: Mapping[str, Party], *, now: int) -> Iterator[Finding]:
    """Every coming renaming whose former name is not the name of now, as published last.

    Until that day readers show the former name: lists and cards would carry one nobody registered.
    """
    for party in register.parties:
        old = before.get(party.id)
        if old is None:
            continue
        present = name_on(old, now)
        steps = [(event, key) for event, key in _renamings(party) if event.on > now]
        if steps:
            event, key = min(steps, key=lambda one: one[0].on)
            if event.formerly != present:
                what = terminal_safe(f"{event.formerly} ({present})")
                yield register.finding("lint.formerly_unknown", party.id, what, *key)


def name_on(party: Party, day: int) -> str:
    """What this party is called on a day, by its renamings."""
    return next((name for name, until in party.formerly if until > day), party.name)


def _certified(party: Party, key: Key) -> bool:
    """Whether this name becomes the common name of a certificate."""
    return key[-1] == "name" and (key != ("name",) or party.issuing is not None)


def _with(register: Register, text: str, other: str) -> str:
    """The name, and whose it is."""
    operator = register.scheme.operator if register.scheme is not None else ""
    return terminal_safe(f"{text} ({operator if other == _OPERATOR else other})")


def _owners(register: Register) -> dict[str, list[str]]:
    """Whose each name is: those of organisations, now and before."""
    found: dict[str, list[str]] = defaultdict(list)
    if register.scheme is not None:
        found[folded(register.scheme.operator)].append(_OPERATOR)
    for party in register.parties:
        for text, _ in _own(party):
            found[folded(text)].append(party.id)
    return found


def _shared(parties: Sequence[Party]) -> dict[str, list[str]]:
    """Who calls a service or a wallet so."""
    found: dict[str, list[str]] = defaultdict(list)
    for party in parties:
        for text, _ in _of_services(party):
            found[folded(text)].append(party.id)
    return found


def _own(party: Party) -> list[tuple[str, Key]]:
    """The names of the organisation itself: now, in law, and before."""
    found: list[tuple[str, Key]] = [(party.name, ("name",))]
    if party.legal_name != party.name:
        found.append((party.legal_name, ("legal_name",)))
    found += [(event.formerly, key) for event, key in _renamings(party)]
    return [(text, key) for text, key in found if folded(text)]


def _renamings(party: Party) -> list[tuple[Event, Key]]:
    """Every renaming, and where its former name stands."""
    lives: list[tuple[Sequence[Event], Key]] = [(party.steps, ())]
    if party.issuing is not None:
        lives.append((party.issuing.steps, ("issuing",)))
    return [
        (event, (*around, "step", str(number), "formerly"))
        for events, around in lives
        for number, event in enumerate(events)
        if event.step is Step.RENAMED
    ]


def _of_services(party: Party) -> list[tuple[str, Key]]:
    """The names under which it asks, issues or makes a wallet."""
    found: list[tuple[str, Key]] = [
        (one.name, ("service", one.id, "name")) for one in party.services
    ]
    if party.issuing is not None:
        found.append((party.issuing.service.name, ("issuing", "name")))
    if party.wallet_provider is not None:
        found.append((party.wallet_provider.name, ("wallet_provider", "name")))
    return [(text, key) for text, key in found if folded(text)]


def _heirs(register: Register) -> dict[str, set[str]]:
    """Who goes on as whom, as both say: the heir may carry the name (Regie trust 4.5)."""
    by_oin = {one.oin: one for one in register.parties if one.issuing is not None}
    found: dict[str, set[str]] = defaultdict(set)
    for party in by_oin.values():
        assert party.issuing is not None
        for step in party.issuing.successors:
            heir = by_oin.get(step.oin)
            if heir is None or heir.issuing is None:
                continue
            if party.oin in {one.oin for one in heir.issuing.predecessors}:
                found[party.id].add(heir.id)
                found[heir.id].add(party.id)
    return found


def _is_operator(register: Register, party: Party) -> bool:
    scheme = register.scheme
    return scheme is not None and scheme.organization_identifier == party.organization_identifier
