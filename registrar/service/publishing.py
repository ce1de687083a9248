"""Signing what is due, and writing what changed: audited as readers see it before they do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from credential.jose import PublicKey
from registrar import (
    audit,
    certificates,
    changed,
    handover,
    lint,
    placing,
    plans,
    policypages,
    present,
    publication,
    standing,
)
from registrar.authority import Authority
from registrar.certificates import Entropy
from registrar.changed import Change
from registrar.errors import BadInput, Untrusted
from registrar.findings import wrong
from registrar.home import Home
from registrar.kinds import earlier
from registrar.ledger import Ledger
from registrar.party import Party
from registrar.register import Register
from registrar.service import comparing, reviewing


@dataclass(frozen=True)
class Published:
    """What a publication made."""

    sequence: int
    next_update: int
    fingerprint: str
    files: int
    handed_over: Mapping[str, Path]
    changes: tuple[Change, ...] = ()
    waiting: tuple[str, ...] = ()
    """What a party does not get until it asks with another key, as `party/file`."""
    healed: bool = False
    """Whether the publication before was completed first: its command was killed."""
    unchanged: bool = False
    """Whether nothing was published, for nothing changed and it was not due."""


@dataclass(frozen=True)
class _Made:
    """Everything a publication would write."""

    ledger: Ledger
    before: Mapping[str, Mapping[str, bytes]] = field(repr=False)
    handovers: Mapping[str, Mapping[str, bytes]] = field(repr=False)
    tree: Mapping[str, bytes] = field(repr=False)
    waiting: tuple[str, ...]


def publish(
    home: Home,
    target: Path,
    passphrase: bytes | None,
    *,
    now: int,
    entropy: Entropy,
    when_due: bool = False,
    late: bool = False,
    replace: bool = False,
) -> Published:
    """Sign what is due, write the tree; refuses as long as `lint` finds anything wrong.

    With `when_due` nothing is published while nothing changed and half of its period is left.
    `late` says that the clock is right though the present publication ended long ago, `replace`
    that another scheme's, or a broken one, makes way.
    """
    with home.locked():
        target = target.resolve()
        present.require_apart(home.path, target)
        operator = home.authority(passphrase, now=now)
        before = placing.reader(target)
        healed = False
        try:
            present.require_ours(before, _roots(operator))
            healed = placing.heal(target)
            standing_there = present.require_ours(before, _roots(operator))
        except Untrusted:
            if not replace:
                raise
            standing_there, before = present.NOTHING, _nothing
        register = home.register()
        asked = reviewing.requested(home, register, now=now)
        faults = wrong([*lint.check(register, now=now), *asked])
        if faults:
            raise BadInput("lint.failed", count=len(faults))
        kept = home.ledger()
        left = present.require_after(standing_there, kept.sequence, now=now, late=late)
        made = _make(home, operator, register, kept, now, entropy)
        present.require_kept(standing_there, made.tree.__getitem__)
        gone = sorted(changed.published(before) - made.tree.keys())
        compared = changed.compare(before, made.tree, gone)
        found = compared.changes
        unchanged = when_due and not found and left > publication.PERIOD // 2
        if not unchanged:
            staged = placing.stage(target, made.tree, gone)
            _check(target, staged, made, compared.same, operator, now)
            _write(home, target, made, register)
    return Published(
        sequence=kept.sequence if unchanged else made.ledger.sequence,
        next_update=now + (left if unchanged else publication.PERIOD),
        fingerprint=publication.fingerprint(operator).hex(),
        files=len(made.tree),
        handed_over={name: home.path / "certificates" / name for name in made.handovers},
        changes=found,
        waiting=made.waiting,
        healed=healed,
        unchanged=unchanged,
    )


def _roots(operator: Authority) -> tuple[bytes, ...]:
    """Every root of this scheme, the present one first."""
    earlier_ones = (one.certificate for one in reversed(operator.roots))
    return tuple(dict.fromkeys((operator.root.der, *earlier_ones)))


def _nothing(path: str) -> bytes:
    """A folder of which nothing is believed, and nothing taken away."""
    raise FileNotFoundError(path)


def _make(
    home: Home, operator: Authority, register: Register, kept: Ledger, now: int, entropy: Entropy
) -> _Made:
    """Everything in memory: nobody has seen any of it yet."""
    ledger = standing.applied(kept, register.parties, now=now)
    before = {party.id: home.handover(party.id) for party in register.parties}
    handovers: dict[str, Mapping[str, bytes]] = {}
    registrations: dict[str, bytes] = {}
    waiting: list[str] = []
    for party in register.parties:
        made, ledger = handover.make(
            operator,
            party,
            _asked(home, operator, party),
            before[party.id],
            ledger,
            now=now,
            entropy=entropy,
            policies=register.kinds.policies,
        )
        handovers[party.id] = made.files
        waiting += [f"{party.id}/{name}" for name in made.waiting]
        registrations |= {
            f"{party.oin}/{name.removeprefix('registration/')}": data
            for name, data in made.files.items()
            if name.startswith("registration/")
        }
    ledger = ledger.published(earlier.digests(register.types))
    tree = publication.tree(
        operator,
        register.parties,
        earlier.with_earlier(register.types, home.kept_types(), kept.types),
        registrations,
        ledger,
        now=now,
        pages=policypages.pages(
            register.parties,
            register.types,
            operator.scheme,
            ledger,
            now=now,
            policies=register.kinds.policies,
        ),
    )
    return _Made(ledger, before, handovers, tree, tuple(waiting))


def _asked(home: Home, operator: Authority, party: Party) -> dict[str, PublicKey]:
    """The keys of the certificates this party needs; what nobody asks for is not looked at."""
    given = home.requests(party)
    needed = (one.name for one in plans.wanted(party, operator.scheme))
    return {name: certificates.requested_key(given[name]) for name in needed if name in given}


def _check(
    target: Path,
    staged: placing.Read,
    made: _Made,
    same: frozenset[str],
    operator: Authority,
    now: int,
) -> None:
    """Opened as every reader will open it: what a reader refuses is not published."""
    root = hashlib.sha256(operator.root.der).digest()
    findings = wrong(audit.check(staged, made.ledger, fingerprint=root, now=now, same=same))
    if findings:
        placing.clear(target)
        first = findings[0]
        named = f"{first.code} {first.where}"
        raise Untrusted("publish.refused", count=len(findings), first=named)


def _write(home: Home, target: Path, made: _Made, register: Register) -> None:
    """On record before anybody gets anything: a number, or a certificate, that was given out."""
    home.save_ledger(made.ledger)
    home.save_handovers(made.handovers, made.before)
    for path, data in earlier.to_keep(register.types).items():
        if not (home.path / path).is_file():
            home.write(path, data)
    placing.place(target)
    comparing.remember(home)
