"""A party of the scheme: who it is, what it may issue, what it may ask, and its life so far."""

from dataclasses import dataclass
from typing import Final

from credential.kinds import LONGEST
from credential.names import Path, vct_of
from credential.trust import spans
from credential.trust.spans import Span
from registrar import life
from registrar.config import Address
from registrar.life import ENDS, Event, Standing, Step

STARTS: Final = ("disclosure", "end_of_registration", "end_of_tenancy", "decision")


def vct(kind: str) -> str:
    """The `vct` of a kind as parties name it: ours by its name, a scheme's own by its `vct`."""
    return vct_of(kind) if ":" not in kind else kind


@dataclass(frozen=True)
class Local:
    """One text in both languages."""

    nl: str
    en: str

    def items(self) -> tuple[tuple[str, str], ...]:
        """Language and text, Dutch first."""
        return (("nl", self.nl), ("en", self.en))


@dataclass(frozen=True)
class Claim:
    """One claim of one kind that may be asked."""

    kind: str
    path: Path
    required: bool


@dataclass(frozen=True)
class LegalBasis:
    """A ground of the AVG, and the law behind it where there is one."""

    gdpr: str
    law: Local | None
    uri: str | None


@dataclass(frozen=True)
class Retention:
    """How long, counted from when, in words."""

    duration: str
    starts: str
    text: Local


@dataclass(frozen=True)
class Contact:
    """Where people turn: an address on the web, mail, telephone; each may be absent."""

    uri: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True)
class Authority:
    """The supervisory authority people may complain to."""

    name: str
    country: str
    contact: Contact


@dataclass(frozen=True)
class IntendedUse:
    """One purpose with everything a wallet shows about it."""

    id: str
    purpose: Local
    privacy_policy: str
    legal_basis: tuple[LegalBasis, ...]
    retention: Retention | None
    recipients: tuple[str, ...] | None
    rights: Contact | None
    claims: tuple[Claim, ...]
    steps: tuple[Event, ...] = ()
    category: str | None = None

    @property
    def life(self) -> tuple[Event, ...]:
        """Every step of this purpose; none is in force from the start."""
        return self.steps


@dataclass(frozen=True)
class Service:
    """One offering of a party; certificates hang on it."""

    id: str
    name: str
    description: Local
    hosts: tuple[str, ...]
    support_uri: str
    intended_uses: tuple[IntendedUse, ...]


@dataclass(frozen=True)
class Succession:
    """A step of a merger or a split, on either side."""

    organization_identifier: str
    oin: str
    municipality_codes: tuple[str, ...]
    effective: int


@dataclass(frozen=True)
class Issuing:
    """What a party issues, from where, and since when.

    A file states its life in `steps`, or short: `since`, `kinds` and how it ended. Either way the
    short members say what they say here, and an end stated in them alone counts.
    """

    service: Service
    privacy_policy: str
    kinds: tuple[str, ...]
    municipality_codes: tuple[str, ...]
    status_prefix: str
    status_aggregation: str
    since: int
    withdrawn: int | None
    withdrawal_reason: str | None
    successors: tuple[Succession, ...]
    predecessors: tuple[Succession, ...]
    status_successor: str | None
    steps: tuple[Event, ...] = ()

    @property
    def life(self) -> tuple[Event, ...]:
        """Every step, oldest first, however the file states them."""
        if not self.steps:
            begun: tuple[Event, ...] = (Event(self.since, Step.ADMITTED, self.kinds),)
        elif life.end_of(self.steps) == self._end:
            return self.steps
        else:
            begun = tuple(one for one in self.steps if one.step not in ENDS)
        if self._end is None:
            return begun
        return tuple(sorted((*begun, self._end), key=lambda one: one.on))

    def spans(self, kind: str | None = None) -> tuple[Span, ...]:
        """From when to when it may issue, for this kind where one is asked."""
        found = life.spans(self.life, kind)
        if self.withdrawn is None or self._end is not None or not found:
            return found
        # Stopped, and nobody says why: readers take nothing it signed (Regie trust 4.5).
        return (*found, Span(self.withdrawn, "withdrawn"))

    def allowed(self, now: int) -> tuple[str, ...]:
        """The kinds it may issue now."""
        return tuple(kind for kind in self.kinds if spans.in_force(self.spans(kind), now))

    def compromised(self, now: int) -> bool:
        """Whether its keys got into the wrong hands by now: nothing it holds is of use again."""
        return spans.distrusted(self.spans(), now) == spans.ISSUER_COMPROMISED

    def run_out(self, now: int) -> bool:
        """Whether it ended in good order so long ago that no card of it can be good any more."""
        span = spans.at(self.spans(), now)
        if span is None or span.reason not in (Step.MERGED, Step.CEASED):
            return False
        return span.since + LONGEST + spans.WEEK <= now

    @property
    def _end(self) -> Event | None:
        known = {step.value for step in ENDS}
        if self.withdrawn is None or self.withdrawal_reason not in known:
            return None
        return Event(self.withdrawn, Step(self.withdrawal_reason))


@dataclass(frozen=True)
class WalletProvider:
    """A party that vouches for keys of wallets: under which name, from where, by which policy."""

    name: str
    hosts: tuple[str, ...]
    privacy_policy: str


@dataclass(frozen=True)
class Party:
    """One organisation, as issuer, verifier, wallet provider or several of these."""

    id: str
    name: str
    legal_name: str
    oin: str
    organization_identifier: str
    country: str
    public_body: bool
    address: Address
    email: str
    website: str
    authority: Authority
    issuing: Issuing | None
    services: tuple[Service, ...]
    wallet_provider: WalletProvider | None = None
    steps: tuple[Event, ...] = ()
    sector: str | None = None

    @property
    def life(self) -> tuple[Event, ...]:
        """Every step as one that asks or vouches; none is in force from the start."""
        return self.steps

    @property
    def formerly(self) -> tuple[tuple[str, int], ...]:
        """Each name it had before, and until when, oldest first."""
        events = {*self.steps, *(self.issuing.life if self.issuing else ())}
        named = {(one.formerly, one.on) for one in events if one.step is Step.RENAMED}
        return tuple(sorted(named, key=lambda one: one[1]))

    def standing(self, now: int, use: IntendedUse | None = None) -> Standing:
        """How it stands as one that asks, or how this purpose of it does: the worse of both."""
        own = life.standing(self.steps, now)
        if use is None or own is not Standing.IN_FORCE:
            return own
        return life.standing(use.steps, now)
