"""What the pages say of a party and of a kind, in one language: values, no layout."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from credential.names import Path
from credential.trust.spans import Span
from registrar import life, minimisation
from registrar.ledger import Ledger
from registrar.party import (
    Claim,
    Contact,
    IntendedUse,
    Issuing,
    Party,
    Retention,
    Service,
    Succession,
)
from registrar.taken import Taken, told, withdrawn
from registrar.wording import Words

NOTHING_TAKEN: Final = Taken(Ledger())

# What is left of the cards that were issued before (Regie trust 4.5).
_CARDS: Final[Mapping[str, str]] = {
    "paused": "cards_stay",
    "reduced": "cards_stay",
    "merged": "cards_stay",
    "ceased": "cards_stay",
    "suspended": "cards_refused",
    "compromised": "cards_never",
    "withdrawn": "cards_never",
}


@dataclass(frozen=True)
class State:
    """How something stands: a stable word, its sentence, and what is announced."""

    code: str
    text: str
    coming: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether people must be told before anything else."""
        return self.code not in ("always", "notified")


@dataclass(frozen=True)
class Asked:
    """What is asked of one kind."""

    kind: str
    name: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Purpose:
    """One purpose with everything that is stated about it."""

    id: str
    name: str
    description: str
    service: str
    hosts: tuple[str, ...]
    state: State
    grounds: tuple[tuple[str, str | None, str | None], ...]
    """Each ground in plain words, with its law and the address of that law."""
    required: tuple[Asked, ...]
    optional: tuple[Asked, ...]
    retention: str | None
    recipients: tuple[str, ...] | None
    rights: Contact | None
    privacy: str
    support: str
    remarks: tuple[str, ...]
    taken: bool
    """Whether what it needs was taken back, whatever the file says."""


@dataclass(frozen=True)
class Kind:
    """A kind as one issuer may issue it."""

    kind: str
    name: str
    state: State


@dataclass(frozen=True)
class Issued:
    """What a party may issue."""

    kinds: tuple[Kind, ...]
    codes: tuple[str, ...]
    state: State
    cards: str | None
    """What its state means for the cards people have."""
    successors: tuple[str, ...]
    predecessors: tuple[str, ...]

    @property
    def now(self) -> tuple[str, ...]:
        """The names of the kinds it may issue now."""
        return tuple(one.name for one in self.kinds if not one.state.held)


@dataclass(frozen=True)
class Known:
    """A party as its page shows it."""

    party: Party
    name: str
    formerly: tuple[tuple[str, str], ...]
    state: State
    purposes: tuple[Purpose, ...]
    issued: Issued | None

    @property
    def held(self) -> State | None:
        """What people must be told first, if anything: as one that asks, or as one that issues."""
        states = [self.state] if self.purposes or self.party.wallet_provider else []
        states += [self.issued.state] if self.issued else []
        return next((one for one in states if one.held), None)


def known(
    party: Party,
    names: Mapping[str, str],
    words: Words,
    taken: Taken = NOTHING_TAKEN,
    *,
    now: int,
) -> Known:
    """Everything about this party; `names` are those of all parties by their number.

    What was `taken` back is told as it stands, whatever the file says.
    """
    purposes = tuple(
        _purpose(party, service, use, words, taken, now=now)
        for service in party.services
        for use in service.intended_uses
    )
    state = _state(words, told(life.spans(party.life), taken.vouching(party), now), now)
    if purposes and not state.held and all(one.taken for one in purposes):
        state = purposes[0].state
    issuing = party.issuing
    return Known(
        party=party,
        name=party.name,
        formerly=tuple((name, words.day(until)) for name, until in party.formerly),
        state=state,
        purposes=purposes,
        issued=_issued(party, issuing, names, words, taken, now=now) if issuing else None,
    )


def _state(words: Words, spans: Sequence[Span], now: int) -> State:
    return State(*words.state(spans, now), words.coming(spans, now))


def _purpose(
    party: Party, service: Service, use: IntendedUse, words: Words, taken: Taken, *, now: int
) -> Purpose:
    own = _state(words, life.spans(party.life), now)
    lives = taken.asking(party, service, use.id)
    return Purpose(
        id=use.id,
        name=words.text(use.purpose),
        description=words.text(service.description),
        service=service.name,
        hosts=service.hosts,
        state=own if own.held else _state(words, told(life.spans(use.life), lives, now), now),
        grounds=tuple(
            (words.ground(one.gdpr), words.text(one.law) if one.law else None, one.uri)
            for one in use.legal_basis
        ),
        required=_asked([one for one in use.claims if one.required], words),
        optional=_asked([one for one in use.claims if not one.required], words),
        retention=_retention(use.retention, words) if use.retention else None,
        recipients=use.recipients,
        rights=use.rights,
        privacy=use.privacy_policy,
        support=service.support_uri,
        remarks=tuple(_remarks(use, words)),
        taken=withdrawn(lives, now) is not None,
    )


def _retention(found: Retention, words: Words) -> str:
    """What the organisation writes, with the term that is registered and counts."""
    return words.say(
        "pages.party.retention_term",
        text=words.text(found.text).rstrip("."),
        term=words.period(found.duration),
        start=words.say(f"words.starts.{found.starts}"),
    )


def _remarks(use: IntendedUse, words: Words) -> Iterator[str]:
    """What is more than this kind of purpose needs, by the catalogue."""
    least = minimisation.find(use.category) if use.category else None
    if least is None:
        return
    found = list(minimisation.beyond(use, least))
    for key in ("more_than_least", "need_not_be_required"):
        claims = [words.claim(claim.kind, claim.path) for claim, remark in found if remark == key]
        if claims:
            named = "; ".join(dict.fromkeys(claims))
            yield words.say(f"pages.party.{key}", claims=named, category=words.text(least.name))
    if found:
        yield words.text(least.why)
    else:
        yield words.say("pages.party.least", category=words.text(least.name))


def _asked(claims: Sequence[Claim], words: Words) -> tuple[Asked, ...]:
    kinds: dict[str, list[Path]] = {}
    for one in claims:
        kinds.setdefault(one.kind, []).append(one.path)
    return tuple(
        Asked(kind, words.kind(kind), tuple(words.claim(kind, path) for path in paths))
        for kind, paths in kinds.items()
    )


def _issued(
    party: Party,
    issuing: Issuing,
    names: Mapping[str, str],
    words: Words,
    taken: Taken,
    *,
    now: int,
) -> Issued:
    def heirs(key: str, found: Sequence[Succession]) -> tuple[str, ...]:
        return tuple(
            words.say(
                key,
                name=names.get(one.organization_identifier, one.organization_identifier),
                day=words.day(one.effective),
            )
            for one in found
        )

    lives = taken.issuing(party, now)
    state = _state(words, told(issuing.spans(), lives, now), now)
    return Issued(
        kinds=tuple(
            Kind(kind, words.kind(kind), _state(words, told(issuing.spans(kind), lives, now), now))
            for kind in issuing.kinds
        ),
        codes=issuing.municipality_codes,
        state=state,
        cards=_cards(party, state, words, taken, now),
        successors=heirs("pages.party.successor", issuing.successors),
        predecessors=heirs("pages.party.predecessor", issuing.predecessors),
    )


def _cards(party: Party, state: State, words: Words, taken: Taken, now: int) -> str | None:
    """What is left of the cards people have of this issuer."""
    if withdrawn(taken.cards(party), now):
        return words.say("pages.party.cards_never")
    if withdrawn(taken.issuing(party, now), now):
        return words.say("pages.party.cards_stay")
    if state.code in _CARDS:
        return words.say(f"pages.party.{_CARDS[state.code]}")
    recalled = taken.recalled(party)
    if recalled is None:
        return None
    return words.say("pages.party.cards_again", day=words.day(recalled))
