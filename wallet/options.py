"""Every allowed answer to a request, from the cards at hand: what a person chooses from.

OpenID4VP 1.0, 6.4: claim sets, credential sets, several cards that fit, several of one kind.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product
from typing import Final

from credential import dcql, disclosurepolicy
from credential.disclosurepolicy import Verdict
from credential.names import Path, kind_of, path_text
from credential.plaintext import terminal_safe
from credential.sdjwt import VerifiedSdJwt
from credential.strictjson import Json
from wallet import caution, copies
from wallet.caution import InHand, Warn
from wallet.naming import Types, explanation_of, label_of, title_of, value_at
from wallet.request import VerifiedRequest
from wallet.store.values import Card

MAX_OPTIONS: Final = 64
MAX_COMBINATIONS: Final = 4096
"""How many are looked at for one request, allowed or not: the asker decides how many there are."""
MAX_TOGETHER: Final = 4
"""Of how many cards that fit one part every selection is offered; of more, each alone and all."""


@dataclass(frozen=True)
class Item:
    """One claim that would leave, with its value beside it."""

    name: str
    path: Path
    label: str
    value: Json = field(repr=False)
    explained: str | None = None
    always: bool = False
    """Nobody asked for it: its issuer lets no part of the card leave without it."""


@dataclass(frozen=True)
class Wish:
    """What the issuer of a card says about this organisation seeing it (ARF 3.0 EDP_06)."""

    verdict: Verdict
    uri: str
    description: str | None
    info_url: str | None


@dataclass(frozen=True)
class Pick:
    """One card and what of it would leave, as the answer to one part of the request."""

    query: str
    card: str
    kind: str
    vct: str
    title: str
    issuer: str
    copies: int
    items: tuple[Item, ...]
    wish: Wish | None = None

    @property
    def ours(self) -> bool:
        """Whether this card is of a kind of the scheme."""
        return kind_of(self.vct) is not None


@dataclass(frozen=True)
class Option:
    """One allowed answer as a whole; nothing outside it can be shared."""

    picks: tuple[Pick, ...]
    warnings: tuple[Warn, ...]

    @property
    def names(self) -> frozenset[str]:
        """Every `kind:path` of this answer: what `--claims` must equal."""
        return frozenset(item.name for pick in self.picks for item in pick.items)

    def of(self, query: str) -> tuple[Pick, ...]:
        """The cards that answer one part; none where that part is left out."""
        return tuple(pick for pick in self.picks if pick.query == query)


def build(
    request: VerifiedRequest,
    evaluation: dcql.Evaluation,
    hand: Mapping[str, InHand],
    general: tuple[Warn, ...],
    types: Types,
    lang: str,
) -> tuple[Option, ...]:
    """Every allowed answer, in the asker's order of preference; equal ones stand once.

    What the issuer let nobody withhold is part of an answer like what was asked for.
    """
    found: dict[frozenset[tuple[str, frozenset[str]]], Option] = {}
    ways: dict[str, list[tuple[Pick, ...]]] = {}
    # Opened once each: a request may ask the same card in hundreds of ways.
    opened = {
        ref: sd_jwt
        for ref in {one.ref for answers in evaluation.answers.values() for one in answers}
        if (sd_jwt := _opened(hand[ref])) is not None
    }

    def pick(query: str, ref: str, paths: Sequence[Path]) -> Pick:
        return _pick(query, hand[ref], opened.get(ref), paths, request, types, lang)

    left = MAX_COMBINATIONS
    for choice in evaluation.choices:
        asked = [one for one in request.query.credentials if one.id in choice]
        if any(choice.isdisjoint(item.credential_ids) for _, item in request.transaction_data):
            # None of these cards may sign what is to be signed (OpenID4VP 1.0, 8.4).
            continue
        if not _enough([evaluation.answers[one.id] for one in asked], hand):
            continue
        for one in asked:
            if one.id not in ways:
                ways[one.id] = [*_ways(one, evaluation.answers[one.id], pick)]
        for chosen in islice(product(*(ways[one.id] for one in asked)), left):
            # Of all choices together: what is left out costs as much time as what is found.
            left -= 1
            picks = tuple(pick for part in chosen for pick in part)
            # Each part of a request takes a copy of its own, and a copy is spent once.
            if any(number > _usable(hand[card]) for card, number in _times(picks)):
                continue
            warnings = dict.fromkeys((*general, *_particular(picks, hand)))
            option = Option(picks, tuple(warnings))
            # The same data of another card is another answer (ARF 3.0 OIA_11).
            leaves = frozenset((one.card, frozenset(i.name for i in one.items)) for one in picks)
            found.setdefault(leaves, option)
            if len(found) == MAX_OPTIONS:
                return tuple(found.values())
    return tuple(found.values())


def _ways(
    asked: dcql.CredentialQuery,
    answers: Sequence[dcql.Answer],
    pick_of: Callable[[str, str, Sequence[Path]], Pick],
) -> Iterator[tuple[Pick, ...]]:
    """Each way to answer one part: one card, or several where several may come (6.1)."""
    each = [
        [pick_of(asked.id, answer.ref, selection.paths) for selection in answer.alternatives]
        for answer in answers
    ]
    yield from ((pick,) for one in each for pick in one)
    if not asked.multiple:
        return
    few = len(each) <= MAX_TOGETHER
    for number in range(2, len(each) + 1) if few else (len(each),):
        for cards in combinations(each, number):
            # Of several cards each by the set the asker prefers: sets do not multiply.
            yield tuple(one[0] for one in cards)


def _enough(answers: Sequence[Sequence[dcql.Answer]], hand: Mapping[str, InHand]) -> bool:
    """Whether these parts, a copy each, can be answered at all from the cards that fit them."""
    fitting = {one.ref for found in answers for one in found}
    return len(answers) <= sum(_usable(hand[card]) for card in fitting)


def _times(picks: Sequence[Pick]) -> Iterable[tuple[str, int]]:
    return Counter(pick.card for pick in picks).items()


def _usable(one: InHand) -> int:
    """How many copies one request may take: fresh ones, or the one that is kept for reuse."""
    return max(one.card.copies, 1)


def _pick(
    query_id: str,
    held: InHand,
    opened: VerifiedSdJwt | None,
    paths: Sequence[Path],
    request: VerifiedRequest,
    types: Types,
    lang: str,
) -> Pick:
    card: Card = held.card
    extra = () if opened is None else copies.besides(opened, paths)
    return Pick(
        query=query_id,
        card=card.id,
        kind=card.kind,
        vct=card.vct,
        title=title_of(card.vct, card.kind, types, lang),
        issuer=terminal_safe(card.issuer_name),
        copies=card.copies,
        items=tuple(
            Item(
                name=f"{card.kind}:{path_text(path)}",
                path=path,
                label=label_of(card.vct, path, types, lang),
                value=value_at(card.payload, path),
                explained=explanation_of(card.vct, path, types, lang),
                always=path in extra,
            )
            for path in (*paths, *extra)
        ),
        wish=_wish(held, request),
    )


def _opened(held: InHand) -> VerifiedSdJwt | None:
    return None if held.copy is None else copies.kept(held.copy.compact)


def _wish(held: InHand, request: VerifiedRequest) -> Wish | None:
    policy = held.policy
    if policy is None:
        return None
    verdict = disclosurepolicy.evaluate(policy, request.party)
    return Wish(verdict, policy.uri, policy.description, policy.info_url)


def _particular(picks: Sequence[Pick], hand: Mapping[str, InHand]) -> tuple[Warn, ...]:
    paths = [item.path for pick in picks for item in pick.items]
    found = caution.of_choice(paths, [hand[pick.card] for pick in picks])
    if any(pick.wish is not None and not pick.wish.verdict.met for pick in picks):
        return (*found, Warn.DISCLOSURE_POLICY)
    return found
