"""What was taken back by hand, as a life: the files of the register say nothing of it.

A party whose key got into other hands stands in the register as before, and no reader believes it
until a request with another key was signed (Regie trust 9.6, 9.7). Whoever asks is told so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from credential.trust import Role
from credential.trust.spans import COMPROMISED, Span, at, in_force
from registrar import registrations
from registrar.certificates import ACCESS_LIFE, SIGNER_LIFE
from registrar.ledger import Ledger
from registrar.party import Party, Service
from registrar.standing import ENDED

Life: TypeAlias = tuple[Span, ...]

_LIVES: Final = {Role.CARD.value: SIGNER_LIFE, Role.STATUS.value: SIGNER_LIFE}
_ENDED: Final = frozenset({"merged", "ceased", "reduced"})
_PAUSED: Final = frozenset({"suspended", "paused"})


@dataclass(frozen=True)
class _Proof:
    """One certificate or registration: from when to when it was good, and why no longer."""

    since: int
    until: int
    taken: int | None
    reason: str | None

    @property
    def end(self) -> int:
        return self.until if self.taken is None else min(self.taken, self.until)


class Taken:
    """The lives of what parties hold, as the ledger has them; empty where nothing was taken back.

    A life here begins in force and stops when the last good proof was taken back, until the party
    got another.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._proofs: dict[tuple[str, ...], list[_Proof]] = {}
        if not ledger.revoked:
            return
        for one in ledger.certificates:
            since = one.not_after - _LIVES.get(one.role, ACCESS_LIFE)
            self._add((one.party, one.role, one.name), one.fingerprint, since, one.not_after)
        for each in ledger.registrations:
            key = (each.party, each.service, each.use or "")
            self._add(key, each.sha256, each.exp - registrations.LIFE, each.exp)

    def _add(self, key: tuple[str, ...], name: str, since: int, until: int) -> None:
        # How a purpose or a party ended stands in its file.
        reason = self._ledger.reasons.get(name)
        taken = None if reason == ENDED else self._ledger.revoked.get(name)
        known = reason if reason in (COMPROMISED, "ceased") else None
        self._proofs.setdefault(key, []).append(_Proof(since, until, taken, known))

    def asking(self, party: Party, service: Service, use: str) -> tuple[Life, ...]:
        """Of one purpose: its registration, and the certificate its service asks with."""
        access = (party.id, Role.VERIFIER_ACCESS.value, f"{service.id}.access")
        return self._lives((party.id, service.id, use), access)

    def vouching(self, party: Party) -> tuple[Life, ...]:
        """Of a wallet provider: what it vouches with."""
        return self._lives((party.id, Role.WALLET_PROVIDER.value, f"{party.id}.attestation"))

    def issuing(self, party: Party, now: int) -> tuple[Life, ...]:
        """Of an issuer: what it signs cards with and, while it may, what it offers them with."""
        if party.issuing is None:
            return ()
        if not in_force(party.issuing.spans(), now):
            return self.cards(party)
        access = (party.id, Role.ISSUER_ACCESS.value, f"{party.id}.access")
        registered = (party.id, party.issuing.service.id, "")
        return (*self.cards(party), *self._lives(access, registered))

    def cards(self, party: Party) -> tuple[Life, ...]:
        """Of an issuer: what the cards people have hang on."""
        roles = (Role.CARD.value, "card"), (Role.STATUS.value, "status")
        return self._lives(*((party.id, role, f"{party.id}.{name}") for role, name in roles))

    def recalled(self, party: Party) -> int | None:
        """When a key that cards were signed with was last taken back; `None` while none was."""
        proofs = self._proofs.get((party.id, Role.CARD.value, f"{party.id}.card"), ())
        return max((one.taken for one in proofs if one.taken is not None), default=None)

    def _lives(self, *keys: tuple[str, ...]) -> tuple[Life, ...]:
        found = (_life(self._proofs.get(key, ())) for key in keys)
        return tuple(one for one in found if one)


def withdrawn(lives: Iterable[Life], moment: int) -> Span | None:
    """What was taken back at this moment, the gravest first; `None` while all of it is good."""
    found = [one for life in lives if (one := at(life, moment)) and one.state == "withdrawn"]
    return min(found, key=lambda one: (one.reason != COMPROMISED, one.since), default=None)


def told(spans: Sequence[Span], lives: Iterable[Life], now: int) -> Sequence[Span]:
    """The life people are told of: that of the file, unless what it needs was taken back."""
    found, present = withdrawn(lives, now), at(spans, now)
    if found is None or (spans and present is None) or _weighs_more(present, found):
        return spans
    return (found, *(one for one in spans if one.since > now and one.state == "withdrawn"))


def merged(spans: Sequence[Span], lives: Sequence[Life]) -> tuple[Span, ...]:
    """Everything in one row: the life of the file, and when what it needs was taken back."""
    if not lives:
        return tuple(spans)
    moments = {one.since for one in spans}
    moments |= {one.since for life in lives for one in life[1:]}
    found: list[Span] = []
    for moment in sorted(moments):
        present = at(told(spans, lives, moment), moment) or Span(moment, "notified")
        if not found or (present.state, present.reason) != (found[-1].state, found[-1].reason):
            found.append(replace(present, since=moment))
    return tuple(found)


def _weighs_more(present: Span | None, found: Span) -> bool:
    """Whether what the file says of its end goes before what was taken back."""
    if present is None or present.state == "notified":
        return False
    if present.reason in _ENDED:
        return found.reason != COMPROMISED
    return present.reason not in _PAUSED


def _life(proofs: Sequence[_Proof]) -> Life:
    """In force until the last good proof was taken back, and again from the next one on."""
    taken: dict[int, str | None] = {}
    for one in proofs:
        if one.taken is not None and taken.get(one.taken) != COMPROMISED:
            taken[one.taken] = one.reason
    found = [Span(0, "notified")]
    for moment, reason in sorted(taken.items(), key=lambda one: one[0]):
        good = any(one.since <= moment < one.end for one in proofs)
        if good or found[-1].state == "withdrawn":
            continue
        found.append(Span(moment, "withdrawn", reason))
        later = [one.since for one in proofs if moment < one.since < one.end]
        if later:
            found.append(Span(min(later), "notified"))
    return tuple(found) if len(found) > 1 else ()
