"""The wallet's side of DCQL: which cards answer which query, and in which combinations.

OpenID4VP 1.0, 6.4. Nothing here decides what is shared: it lists what
the resident can choose from, in the verifier's order of preference.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from credential.dcql.paths import select
from credential.dcql.query import ClaimQuery, CredentialQuery, Query
from credential.errors import NotAllowed
from credential.names import Path
from credential.strictjson import Object


@dataclass(frozen=True, slots=True)
class Candidate:
    """A card as evaluation sees it: the whole payload, every claim still in the open."""

    ref: str
    format: str
    vct: str
    payload: Object = field(repr=False)
    bound: bool
    expired: bool
    authority_key_ids: frozenset[str] = frozenset()
    also: tuple[str, ...] | None = None
    """The other types it may answer for; `None` where only its payload is known to say."""

    def is_of(self, vct_values: Sequence[str]) -> bool:
        """Whether its type, or one it may answer for besides, is asked for."""
        if self.also is None:
            return is_type(self.vct, self.payload, vct_values)
        return any(one in vct_values for one in (self.vct, *self.also))


@dataclass(frozen=True, slots=True)
class ClaimSelection:
    """The concrete paths one claim set would disclose; `set_index` is `None` without sets."""

    paths: tuple[Path, ...]
    set_index: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One card that satisfies one query, by each claim set it can deliver, preferred first."""

    ref: str
    alternatives: tuple[ClaimSelection, ...]


class Lack(StrEnum):
    """Why no card answers a query; the first that excluded the best of them."""

    NO_CARD = "no_card"
    AUTHORITY = "authority"
    UNBOUND = "unbound"
    EXPIRED = "expired"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Missing:
    """What the wallet lacks for one query: for the resident's eyes, never for the wire."""

    query_id: str
    lack: Lack
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What can be answered; `choices` are the allowed combinations, preferred first."""

    answers: Mapping[str, tuple[Answer, ...]]
    choices: tuple[frozenset[str], ...]
    missing: tuple[Missing, ...]

    @property
    def satisfiable(self) -> bool:
        """Whether anything at all may be returned; if not, the answer is `access_denied`."""
        return bool(self.choices)


def evaluate(query: Query, candidates: Iterable[Candidate]) -> Evaluation:
    """Every card that answers each query, and every combination that answers the whole."""
    cards = tuple(candidates)
    answers: dict[str, tuple[Answer, ...]] = {}
    missing: list[Missing] = []
    for asked in query.credentials:
        found, lack = _answers(asked, cards)
        if found:
            answers[asked.id] = found
        else:
            missing.append(lack)
    return Evaluation(answers, tuple(_choices(query, answers)), tuple(missing))


def is_type(vct: str, payload: Object, vct_values: Sequence[str]) -> bool:
    """Whether a card is of a type asked for, by `vct` or `aka_vcts`.

    Being also known as a type proves nothing about who may issue it: trust looks at `vct` alone.
    """
    if vct in vct_values:
        return True
    also = payload.get("aka_vcts")
    return isinstance(also, list) and any(isinstance(a, str) and a in vct_values for a in also)


def vouched(asked: CredentialQuery, key_ids: Collection[str]) -> bool:
    """Whether a listed authority signed it; one of a type we cannot check counts as not."""
    return asked.trusted_authorities is None or any(
        one.type == "aki" and not set(one.values).isdisjoint(key_ids)
        for one in asked.trusted_authorities
    )


def claim_paths(claim: ClaimQuery, payload: Object) -> tuple[Path, ...]:
    """The concrete paths of one claim, only elements of an accepted value; empty if not there."""
    try:
        selected = select(claim.path, payload)
    except NotAllowed:
        return ()
    if claim.values is None:
        return tuple(path for path, _ in selected)
    # Type and value both: neither `true` nor `1.0` is the integer 1.
    accepted = {(type(value), value) for value in claim.values}
    return tuple(
        path
        for path, value in selected
        if isinstance(value, str | int) and (type(value), value) in accepted
    )


def _answers(
    asked: CredentialQuery, cards: Sequence[Candidate]
) -> tuple[tuple[Answer, ...], Missing]:
    found: list[Answer] = []
    worst = Missing(asked.id, Lack.NO_CARD)
    for card in cards:
        lack = _unfit(asked, card)
        if lack is None:
            alternatives = _alternatives(asked, card.payload)
            if isinstance(alternatives, tuple):
                found.append(Answer(card.ref, alternatives))
                continue
            lack = alternatives
        if _ORDER.index(lack.lack) > _ORDER.index(worst.lack):
            worst = lack
    return tuple(found), worst


_ORDER = tuple(Lack)


def _unfit(asked: CredentialQuery, card: Candidate) -> Missing | None:
    if card.format != asked.format or not card.is_of(asked.vct_values):
        return Missing(asked.id, Lack.NO_CARD)
    if not vouched(asked, card.authority_key_ids):
        return Missing(asked.id, Lack.AUTHORITY)
    if asked.require_binding and not card.bound:
        return Missing(asked.id, Lack.UNBOUND)
    if card.expired:
        return Missing(asked.id, Lack.EXPIRED)
    return None


def _alternatives(asked: CredentialQuery, payload: Object) -> tuple[ClaimSelection, ...] | Missing:
    found: list[ClaimSelection] = []
    lacking: Path | None = None
    # Each claim is looked up once, in however many sets a stranger names it.
    known: dict[str | None, tuple[Path, ...]] = {}
    for index, claims in enumerate(asked.alternatives()):
        paths: dict[Path, None] = {}
        for claim in claims:
            if claim.id is None or claim.id not in known:
                known[claim.id] = claim_paths(claim, payload)
            here = known[claim.id]
            if not here:
                lacking = lacking or claim.path
                break
            # A claim listed twice is disclosed once (OpenID4VP 1.0, 6.3).
            paths |= dict.fromkeys(here)
        else:
            numbered = None if asked.claim_sets is None else index
            found.append(ClaimSelection(tuple(paths), numbered))
    return tuple(found) or Missing(asked.id, Lack.CLAIM, lacking)


def _choices(query: Query, answers: Mapping[str, object]) -> Iterator[frozenset[str]]:
    """The combinations of queries that may be answered together, each once."""
    if query.credential_sets is None:
        ids = frozenset(asked.id for asked in query.credentials)
        if ids <= answers.keys():
            yield ids
        return
    seen = {frozenset[str]()}
    # Not answering an optional set comes first: the least is the default.
    for options in product(
        *(
            [
                *([] if one.required else [frozenset[str]()]),
                *(option for option in one.options if option <= answers.keys()),
            ]
            for one in query.credential_sets
        )
    ):
        choice = frozenset[str]().union(*options)
        if choice not in seen:
            seen.add(choice)
            yield choice
