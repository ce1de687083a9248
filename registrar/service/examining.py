"""Whether everything the operator signs with, signed and published is in order, and until when.

Nothing is changed, and one fault never hides another. What is published is looked at where the
command is told it stands: a folder is audited whole, an address is asked how fresh it is.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509

from credential import jose, strictjson
from credential.errors import CredentialError
from credential.names import TYP_SCHEME
from credential.snapshot import MAX_SNAPSHOT, SNAPSHOT
from credential.trust import walk, walktree
from credential.trust.leaf import seconds
from credential.trust.spans import at
from credential.trust.walk import Level, Use, Walk
from registrar import audit, certificates, fetch, life, lint, own, renewal
from registrar.errors import RegistrarError
from registrar.findings import wrong
from registrar.home import Home
from registrar.ledger import Ledger
from registrar.life import Event, Standing
from registrar.own import Owned
from registrar.party import Party
from registrar.register import Register
from registrar.service import ownchains, ownfiles

SOON: Final = 30 * certificates.DAY
AHEAD: Final = 60 * certificates.DAY
"""How far ahead steps of parties are told."""

CHAIN: Final = "chain"


@dataclass(frozen=True)
class Health:
    """One line of `doctor`: what, until when, how many, how bad; and the chain it is about."""

    code: str
    name: str = ""
    until: int = 0
    count: int = 0
    soon: bool = False
    level: Level = Level.OK
    params: Mapping[str, str | int] = field(default_factory=dict)
    chain: Walk | None = None


def examine(
    home: Home,
    *,
    now: int,
    passphrase: bytes | None = None,
    published: str | None = None,
    tls_ca: Path | None = None,
) -> list[Health]:
    """Everything that can be looked at, whatever the answers to the rest."""
    home.require()
    owned, ledger, register = home.owned(), home.ledger(), home.register()
    found = [*_operator(owned, ledger, now)]
    found += [Health(one.code, one.name, count=one.count, level=one.level)
              for one in ownfiles.check(home, owned, ledger, passphrase, now)]  # fmt: skip
    found += _register(register, now)
    found += _parties(home, register, owned, ledger, now)
    found += _steps(register.parties, now)
    found.append(Health("sequence", str(ledger.sequence), count=len(ledger.revoked)))
    if published is None:
        found.append(Health("published_unseen"))
    else:
        found += _published(published, tls_ca, owned, ledger, now)
    return found


def exit_code(found: Sequence[Health]) -> int:
    """For monitoring: 5 when something is not trusted, 4 when not ready, 8 when soon not."""
    faults = [one for one in found if one.level is Level.FAULT]
    if any(one.chain.distrusted for one in faults if one.chain is not None) or any(
        one.code in ("audit", "published_old") for one in faults
    ):
        return 5
    if faults:
        return 4
    return 8 if any(one.level is Level.WARNING for one in found) else 0


def _operator(owned: Owned, ledger: Ledger, now: int) -> Iterator[Health]:
    """The root, every authority and signer, and the root's list of what it took back."""
    yield _own("root", own.ROOT, ownchains.root(owned, now))
    for one, walked in ownchains.operator(owned, ledger, now):
        yield _own("authority", one.name, walked)
        if one.since > now:
            yield Health("own_coming", one.name, until=one.since)
    for name, data in owned.crls.items():
        yield from _root_crl(name, data, owned, now)


def _root_crl(name: str, data: bytes, owned: Owned, now: int) -> Iterator[Health]:
    """How long the root's list lasts; that of a root before it nobody can renew."""
    try:
        made = x509.load_der_x509_crl(data).next_update_utc
    except ValueError:
        yield Health("root_crl_unreadable", name, level=Level.FAULT)
        return
    until = 0 if made is None else seconds(made)
    if name != own.name_of(own.ROOT, len(owned.roots)):
        return
    if until <= now:
        yield Health("root_crl_ended", name, until=until, level=Level.FAULT)
    else:
        soon = until - now < SOON
        yield Health("root_crl", name, until=until, soon=soon, level=_soon(until, now))


def _own(code: str, name: str, walked: Walk) -> Health:
    soon = walked.level is Level.WARNING
    until = walked.links[0].until if walked.links else None
    return Health(code, name, until or 0, 1, soon, walked.level, chain=walked)


def _register(register: Register, now: int) -> Iterator[Health]:
    """What `lint` says of the files; the sentences are there."""
    findings = lint.check(register, now=now)
    faults = len(wrong(findings))
    if faults:
        yield Health("register_faults", count=faults, level=Level.FAULT)
    elif findings:
        yield Health("register_advice", count=len(findings))
    else:
        yield Health("register", count=len(register.parties))


def _parties(
    home: Home, register: Register, owned: Owned, ledger: Ledger, now: int
) -> Iterator[Health]:
    """Of each party how long it can go on, and every chain of it that does not hold."""
    scheme = register.scheme
    if scheme is None:
        return
    trust = ownchains.trust_of(owned, ledger, now)
    for party in register.parties:
        yield from _suspended(party, now)
        walks = list(ownchains.party(home, party, scheme, trust, now))
        ends = [one.links[0].until or 0 for one in walks if one.holds and one.links]
        held = [
            one.not_after
            for one in ledger.certificates
            if one.party == party.id
            and one.fingerprint not in ledger.revoked
            and one.not_after >= now
        ]
        until = min([*ends, *held], default=0)
        if not held:
            code = _without(home, party, ledger) if walks else "party_idle"
            level = Level.WARNING if walks else Level.OK
            yield Health(code, party.name, level=level)
            continue
        soon = until - now < SOON
        registered = sum(one.holds and one.use is Use.REGISTRATION for one in walks)
        params = {"registrations": registered}
        yield Health("party", party.name, until, len(held), soon, _soon(until, now), params)
        for one in walks:
            if one.level is not Level.OK:
                # What was taken back on purpose is a thing to know, not a fault of the register.
                level = Level.WARNING if one.code in walk.DECIDED else one.level
                name = f"{party.name}, {one.what}"
                yield Health(CHAIN, name, one.until or 0, level=level, chain=one)


def _without(home: Home, party: Party, ledger: Ledger) -> str:
    """Why a party that needs certificates has none: not made yet, or never again for its key."""
    for request in home.requests(party).values():
        try:
            if renewal.refused(certificates.requested_key(request), ledger):
                return "party_taken"
        except RegistrarError:
            continue  # `lint` says what is wrong with a request
    return "party_none"


def _suspended(party: Party, now: int) -> Iterator[Health]:
    """What of this party does not count today, and since when."""
    for events, use in _lives(party):
        span = at(life.spans(events), now)
        if span is not None and life.standing(events, now) is Standing.SUSPENDED:
            level, params = Level.WARNING, {"use": use}
            yield Health("party_suspended", party.name, span.since, level=level, params=params)


def _lives(party: Party) -> Iterator[tuple[Sequence[Event], str]]:
    """Every life of a party, and the purpose whose it is."""
    yield party.life, ""
    if party.issuing is not None:
        yield party.issuing.life, ""
    for service in party.services:
        for use in service.intended_uses:
            yield use.life, use.id


def _steps(parties: Sequence[Party], now: int) -> Iterator[Health]:
    """What the files announce for the coming two months, the first day first."""
    coming = []
    for party in parties:
        coming += [
            Health("step", party.name, event.on, params={"step": event.step.value, "use": use})
            for events, use in _lives(party)
            for event in events
            if now < event.on <= now + AHEAD
        ]
    yield from sorted(coming, key=lambda one: (one.until, one.name))


def _published(
    place: str, tls_ca: Path | None, owned: Owned, ledger: Ledger, now: int
) -> Iterator[Health]:
    """What stands at this place: for everybody's readers, and against the ledger."""
    fingerprint = hashlib.sha256(owned.roots[-1].certificate).digest()
    try:
        with fetch.reader(place, tls_ca) as read:
            walked = walktree.scheme(read, fingerprint=fingerprint, now=now)
            for one in walk.told_once(walked):
                code = "published_chain" if one.holds else CHAIN
                soon = one.level is Level.WARNING
                told, until = {"place": place}, one.until or 0
                yield Health(code, place, until, 0, soon, one.level, params=told, chain=one)
            yield from _sequence(read, ledger)
            if not place.startswith(fetch.HTTPS):
                yield from _audited(read, ledger, fingerprint, now)
    except (RegistrarError, OSError) as error:
        code = error.code if isinstance(error, RegistrarError) else "fetch.failed"
        params = error.params if isinstance(error, RegistrarError) else {"path": SNAPSHOT}
        yield Health("published_unread", place, level=Level.FAULT, params={"why": code, **params})


def _sequence(read: fetch.Read, ledger: Ledger) -> Iterator[Health]:
    """Whether it is what was published last, by its number; its signature was looked at."""
    try:
        token = jose.parse(read(SNAPSHOT).decode("ascii"), typ=TYP_SCHEME, max_bytes=MAX_SNAPSHOT)
        number = strictjson.integer(token.dangerous_payload(), "sequence")
    except (CredentialError, UnicodeDecodeError):
        return
    params = {"last": ledger.sequence}
    if number == ledger.sequence:
        yield Health("published", str(number), params=params)
    else:
        code = "published_old" if number < ledger.sequence else "published_ahead"
        yield Health(code, str(number), level=Level.FAULT, params=params)


def _audited(read: fetch.Read, ledger: Ledger, fingerprint: bytes, now: int) -> Iterator[Health]:
    """Everything the audit of a publication looks at; its sentences are those of `lint`."""
    found = audit.check(read, ledger, fingerprint=fingerprint, now=now)
    for one in found:
        params = {"finding": one.code, "where": one.where, "what": one.what}
        level = Level.FAULT if one.level == "error" else Level.OK
        yield Health("audit", one.where, level=level, params=params)
    if not wrong(found):
        yield Health("audit_clean")


def _soon(until: int, now: int) -> Level:
    return Level.WARNING if until - now < SOON else Level.OK
