"""Taking back, and saying beforehand who will refuse what within which time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from credential import staleness
from credential.trust import Role
from registrar import publication
from registrar.certificates import ROOT_CRL_LIFE
from registrar.errors import NothingFound
from registrar.home import Home
from registrar.ledger import Ledger, RegistrationRecord
from registrar.own import SIGNERS, SLOTS
from registrar.renewal import BLAMELESS
from registrar.standing import ENDED

REASONS: Final = ("compromised", "superseded", "ceased", "withdrawn")
COMPROMISED: Final = "compromised"
SERVER_SYNC: Final = 3600
"""How often servers fetch the scheme: the timers of docs/operating.md."""

REGISTRATION: Final = "registration"
"""A registration of a purpose: of what is asked."""
ISSUING: Final = "issuing-registration"
"""A registration of what is issued."""

# Who decides with what was signed in a role; everybody else reads revocation lists.
_READERS: Final = {
    Role.CARD.value: ("verifier", "wallet_cards"),
    Role.STATUS.value: ("verifier", "wallet_cards"),
    Role.VERIFIER_ACCESS.value: ("wallet_asked",),
    Role.ISSUER_ACCESS.value: ("wallet_fetching",),
    Role.WALLET_PROVIDER.value: ("issuer",),
    Role.REGISTRATION_STATUS.value: (),
    REGISTRATION: ("wallet_asked",),
    ISSUING: ("wallet_fetching",),
}
_STAYS: Final = {
    Role.CARD.value: ("cards_of_others", "judged", "log", "again"),
    Role.STATUS.value: ("cards_of_others", "judged", "log"),
    Role.VERIFIER_ACCESS.value: ("receipts", "log", "rights"),
    Role.ISSUER_ACCESS.value: ("cards_kept", "log"),
    Role.WALLET_PROVIDER.value: ("cards_kept", "log"),
    Role.REGISTRATION_STATUS.value: ("log",),
    REGISTRATION: ("receipts", "log", "rights"),
    ISSUING: ("cards_kept", "log"),
}
# What does not stay after all when one of these is taken too: a harder line overrules it.
_OVERRULED: Final = {"cards_kept": frozenset({Role.CARD.value, Role.STATUS.value})}


def revoke(home: Home, name: str, reason: str, *, now: int) -> tuple[str, ...]:
    """Take back everything of a party, or one certificate or registration by its hash."""
    with home.locked():
        ledger = home.ledger()
        found = _answering(ledger, name, reason, now)
        if not found:
            raise _nothing(ledger, name)
        home.save_ledger(ledger.with_revoked(found, now, reason))
    return found


def undo(home: Home, name: str) -> tuple[str, ...]:
    """Lets the next publication register anew what was taken back by hand.

    What was taken back itself counts never again, and a certificate needs a request with another
    key. So does a whole party that was compromised; then one purpose is named by its hash.
    """
    with home.locked():
        ledger = home.ledger()
        found = tuple(
            one.sha256
            for one in ledger.registrations
            if name in (one.party, one.sha256)
            and one.sha256 in ledger.revoked
            and ledger.reasons.get(one.sha256) not in BLAMELESS
            and (name == one.sha256 or ledger.reasons.get(one.sha256) != COMPROMISED)
        )
        if not found:
            raise NothingFound("revoke.not_undone", name=name)
        home.save_ledger(ledger.released(found, ENDED))
    return found


def _answering(ledger: Ledger, name: str, reason: str, now: int) -> tuple[str, ...]:
    """What is good still; of a compromise also what ended, or was taken back for a lesser reason.

    With a certificate goes every other one of its holder for that key: a thief writes any date.
    """
    found = ledger.revocable(name, now)
    if reason != COMPROMISED:
        return found
    known = {one for one in ledger.revoked if ledger.reasons.get(one) == COMPROMISED}
    named = [one for one in ledger.certificates if name in (one.party, one.fingerprint)]
    keys = {(one.party, one.key) for one in named if one.key}
    held = [one.fingerprint for one in named]
    held += [one.fingerprint for one in ledger.certificates if (one.party, one.key) in keys]
    held += [
        one.sha256
        for one in ledger.registrations
        if name in (one.party, one.sha256) and one.sha256 in ledger.revoked
    ]
    return tuple(dict.fromkeys(one for one in (*found, *held) if one not in known))


def _nothing(ledger: Ledger, name: str) -> NothingFound:
    """Why there is nothing to take back: it was done before, or nobody here has that name."""
    named = [one.fingerprint for one in ledger.certificates if name in (one.party, one.fingerprint)]
    named += [one.sha256 for one in ledger.registrations if name in (one.party, one.sha256)]
    taken = [one for one in named if one in ledger.revoked]
    if not taken:
        return NothingFound("revoke.ended" if named else "revoke.nothing", name=name)
    last = max(taken, key=lambda one: ledger.revoked[one])
    grave = ledger.reasons.get(last) == COMPROMISED
    day = datetime.fromtimestamp(ledger.revoked[last], UTC).date().isoformat()
    return NothingFound("revoke.compromised" if grave else "revoke.already", name=name, day=day)


@dataclass(frozen=True)
class Taken:
    """How many proofs of one kind would stop counting, and whose they are."""

    kind: str
    name: str
    count: int


@dataclass(frozen=True)
class Reader:
    """Within how many seconds of publication a reader refuses: as a rule, and at the very most."""

    code: str
    usual: int
    most: int


@dataclass(frozen=True)
class Drill:
    """What taking something back would do; nothing was changed."""

    taken: tuple[Taken, ...]
    readers: tuple[Reader, ...]
    stays: tuple[str, ...]


def drill(home: Home, name: str, *, now: int) -> Drill:
    """Who would refuse this party, place or hash within which time, and what stays verifiable."""
    ledger = home.ledger()
    found = tuple(_of_place(ledger, name, now) if name in SLOTS else _of_party(ledger, name, now))
    if not found:
        raise _nothing(ledger, name)
    kinds = [one.kind for one in found]
    place = name in SLOTS
    # Under an authority stand all parties of its role: no others are left.
    untrue = {"cards_of_others"} if place else set()
    untrue |= {code for code, harder in _OVERRULED.items() if not harder.isdisjoint(kinds)}
    stays = dict.fromkeys(code for kind in kinds for code in _STAYS[kind] if code not in untrue)
    return Drill(found, tuple(_readers(kinds, place=place)), tuple(stays))


def _of_place(ledger: Ledger, slot: str, now: int) -> Iterator[Taken]:
    """What stands under an authority, or was signed by a signer of the operator's own."""
    role = SIGNERS.get(slot, slot)
    if role in (Role.REGISTRATION.value, Role.REGISTRATION_STATUS.value):
        alive = [one for one in ledger.registrations if one.exp >= now]
        if role == Role.REGISTRATION:
            yield from _registrations(alive, slot)
        else:
            yield Taken(Role.REGISTRATION_STATUS.value, slot, len(alive))
        return
    # Under the root stand snapshots and lists: whoever holds such a key speaks for the scheme.
    roles = [one.value for one in Role] if role not in set(Role) else [role]
    for each in roles:
        count = sum(one.role == each and one.not_after >= now for one in ledger.certificates)
        if count or role == each:
            yield Taken(each, slot, count)


def _of_party(ledger: Ledger, name: str, now: int) -> Iterator[Taken]:
    stopping = {*ledger.revocable(name, now)}
    for role in Role:
        counted = sum(
            one.role == role.value and one.fingerprint in stopping for one in ledger.certificates
        )
        if counted:
            yield Taken(role.value, name, counted)
    yield from _registrations([one for one in ledger.registrations if one.sha256 in stopping], name)


def _registrations(stopping: Sequence[RegistrationRecord], name: str) -> Iterator[Taken]:
    """Of what is asked and of what is issued: other readers look at each."""
    issuing = sum(one.use is None for one in stopping)
    for kind, count in ((REGISTRATION, len(stopping) - issuing), (ISSUING, issuing)):
        if count:
            yield Taken(kind, name, count)


def _readers(kinds: list[str], *, place: bool) -> Iterator[Reader]:
    named = dict.fromkeys(code for kind in kinds for code in _READERS[kind])
    for code in named:
        # A wallet fetches when its owner uses it; whoever fetches nothing decides nothing new.
        usual = 0 if code.startswith("wallet") else SERVER_SYNC
        yield Reader(code, usual, staleness.SCHEME_LIFE)
    registered = {REGISTRATION, ISSUING}
    if not registered.issuperset(kinds):
        most = ROOT_CRL_LIFE if place else publication.PERIOD
        yield Reader("others_place" if place else "others_crl", publication.PERIOD, most)
    if not registered.isdisjoint(kinds):
        yield Reader("others_status", staleness.STATUS_TTL, publication.PERIOD)
