"""The question put to a person, as frozen values in the order it is shown (ARCHITECTURE.md).

Who, why, which data, what is not asked, how long and with whom, what to mind. Pure: the same
request and the same cards always make the same question, whichever door it came through.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Final

from credential import dcql
from credential.names import FORMAT_CARD, Path, path_text
from credential.plaintext import terminal_safe
from credential.registration import LegalBasis, Retention
from credential.strictjson import Json, Object
from credential.trust import Trust
from wallet import caution
from wallet.caution import Before, InHand, Warn
from wallet.naming import Types, explanation_of, label_of, title_of, value_at
from wallet.request import VerifiedRequest
from wallet.store.values import Card

MAX_OPTIONS: Final = 64
MAX_COMBINATIONS: Final = 4096
_TECHNICAL: Final = frozenset({"iss", "vct", "iat", "nbf", "exp", "cnf", "status", "_sd_alg"})


@dataclass(frozen=True)
class Asker:
    """Who asks, from the signed registration; `host` is where the answer goes."""

    name: str
    legal_name: str
    oin: str
    country: str
    service_id: str
    host: str
    scheme: str
    intermediary: str | None
    support: str | None
    website: str | None


@dataclass(frozen=True)
class Item:
    """One claim that would leave, with its value beside it."""

    name: str
    path: Path
    label: str
    value: Json = field(repr=False)
    explained: str | None = None


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


@dataclass(frozen=True)
class Option:
    """One allowed answer as a whole; nothing outside it can be shared."""

    picks: tuple[Pick, ...]
    warnings: tuple[Warn, ...]

    @property
    def names(self) -> frozenset[str]:
        """Every `kind:path` of this answer: what `--claims` must equal."""
        return frozenset(item.name for pick in self.picks for item in pick.items)


@dataclass(frozen=True)
class Asked:
    """One part of the request as asked, for the log and for what cannot be answered."""

    query: str
    vcts: tuple[str, ...]
    title: str
    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    required: bool
    lack: dcql.Lack | None
    lacking: str | None


@dataclass(frozen=True)
class Untouched:
    """What the organisation did not ask of a card that is involved."""

    title: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class ToSign:
    """What is signed for by sharing: an application with its files, in the asker's words."""

    title: str
    reference: str
    attachments: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Question:
    """All that a person decides on; `options` is empty when no card can answer."""

    asker: Asker
    purpose: str
    purpose_id: str
    purpose_before: str | None
    legal_basis: tuple[LegalBasis, ...] | None
    asked: tuple[Asked, ...]
    options: tuple[Option, ...]
    not_asked: tuple[Untouched, ...]
    retention: Retention | None
    recipients: tuple[str, ...] | None
    rights_endpoint: str | None
    privacy_policy: str | None
    over_asked: tuple[str, ...]
    warnings: tuple[Warn, ...]
    to_sign: tuple[ToSign, ...] = ()

    def option(self, names: Iterable[str]) -> Option | None:
        """The option that is exactly this set, or none."""
        wanted = frozenset(names)
        return next((one for one in self.options if one.names == wanted), None)


def build(
    request: VerifiedRequest,
    hand: Sequence[InHand],
    before: Before,
    trust: Trust,
    *,
    lang: str,
    now: int,
) -> Question:
    """The question this request puts to the holder of these cards."""
    registered = request.registration
    evaluation = dcql.evaluate(request.query, [_candidate(one, now) for one in hand if one.copy])
    general = caution.of_request(request, before)
    by_id = {one.card.id: one for one in hand}
    options = _options(request, evaluation, by_id, general, trust.types, lang)
    changed = Warn.PURPOSE_CHANGED in general and before.purpose is not None
    return Question(
        asker=_asker(request, trust),
        purpose=registered.purpose.text(lang),
        purpose_id=registered.intended_use_id,
        purpose_before=_localised(before.purpose, lang) if changed else None,
        legal_basis=registered.legal_basis,
        asked=_asked(request.query, evaluation, trust.types, lang),
        options=options,
        not_asked=_not_asked(options, by_id, trust.types, lang),
        retention=registered.retention,
        recipients=registered.recipients,
        rights_endpoint=None if registered.rights is None else registered.rights.uri,
        privacy_policy=registered.privacy_policy,
        over_asked=tuple(
            dict.fromkeys(
                _asked_label(one.vct, one.path, trust.types, lang) for one in request.over_asked
            )
        ),
        warnings=general,
        to_sign=tuple(
            ToSign(
                terminal_safe(item.title.text(lang)),
                item.reference,
                tuple((terminal_safe(one.name), one.size) for one in item.attachments),
            )
            for _, item in request.transaction_data
        ),
    )


def _candidate(one: InHand, now: int) -> dcql.Candidate:
    card = one.card
    return dcql.Candidate(
        ref=card.id,
        format=FORMAT_CARD,
        vct=card.vct,
        payload=card.payload,
        bound=True,
        expired=card.expires_at <= now or card.state != "valid",
        authority_key_ids=one.authority_key_ids,
    )


def _asker(request: VerifiedRequest, trust: Trust) -> Asker:
    registered = request.registration
    return Asker(
        name=terminal_safe(registered.name),
        legal_name=terminal_safe(registered.legal_name),
        oin=registered.oin,
        country=registered.country,
        service_id=registered.service_id,
        host=request.response_host,
        scheme=terminal_safe(trust.operator),
        intermediary=None
        if registered.intermediary is None
        else terminal_safe(str(registered.intermediary)),
        support=registered.support_uri,
        website=registered.info_uri,
    )


def _localised(purpose: Object | None, lang: str) -> str | None:
    text = None if purpose is None else purpose.get(lang) or purpose.get("nl")
    return terminal_safe(text) if isinstance(text, str) else None


def _options(
    request: VerifiedRequest,
    evaluation: dcql.Evaluation,
    hand: Mapping[str, InHand],
    general: tuple[Warn, ...],
    types: Types,
    lang: str,
) -> tuple[Option, ...]:
    """Every allowed answer, in the asker's order of preference; equal sets stand once."""
    found: dict[tuple[frozenset[str], int], Option] = {}
    for choice in evaluation.choices:
        ids = [one.id for one in request.query.credentials if one.id in choice]
        if any(choice.isdisjoint(item.credential_ids) for _, item in request.transaction_data):
            # None of these cards may sign what is to be signed (OpenID4VP 1.0, 8.4).
            continue
        ways = [
            [
                _pick(query_id, hand[answer.ref].card, selection.paths, types, lang)
                for answer in evaluation.answers[query_id]
                for selection in answer.alternatives
            ]
            for query_id in ids
        ]
        for picks in islice(product(*ways), MAX_COMBINATIONS):
            # Each part of a request takes a copy of its own, and a copy is spent once.
            if any(number > _usable(hand[card]) for card, number in _times(picks)):
                continue
            option = Option(picks, (*general, *_particular(picks, hand)))
            found.setdefault((option.names, len(picks)), option)
            if len(found) == MAX_OPTIONS:
                return tuple(found.values())
    return tuple(found.values())


def _times(picks: Sequence[Pick]) -> Iterable[tuple[str, int]]:
    return Counter(pick.card for pick in picks).items()


def _usable(one: InHand) -> int:
    """How many copies one request may take: fresh ones, or the one that is kept for reuse."""
    return max(one.card.copies, 1)


def _pick(query_id: str, card: Card, paths: Sequence[Path], types: Types, lang: str) -> Pick:
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
            )
            for path in paths
        ),
    )


def _particular(picks: Sequence[Pick], hand: Mapping[str, InHand]) -> tuple[Warn, ...]:
    paths = [item.path for pick in picks for item in pick.items]
    return caution.of_choice(paths, [hand[pick.card] for pick in picks])


def _asked(
    query: dcql.Query,
    evaluation: dcql.Evaluation,
    types: Types,
    lang: str,
) -> tuple[Asked, ...]:
    lacks = {one.query_id: one for one in evaluation.missing}
    required = _required(query)
    found: list[Asked] = []
    for one in query.credentials:
        paths = tuple(dict.fromkeys(claim.path for claim in one.claims or ()))
        vct = one.vct_values[0] if one.vct_values else ""
        lack = lacks.get(one.id)
        found.append(
            Asked(
                query=one.id,
                vcts=one.vct_values,
                title=title_of(vct, vct or one.format, types, lang),
                paths=paths,
                labels=tuple(label_of(vct, path, types, lang) for path in paths),
                required=one.id in required,
                lack=None if lack is None else lack.lack,
                lacking=None
                if lack is None or lack.path is None
                else label_of(vct, lack.path, types, lang),
            )
        )
    return tuple(found)


def _required(query: dcql.Query) -> frozenset[str]:
    """The parts no allowed answer can do without."""
    if query.credential_sets is None:
        return frozenset(one.id for one in query.credentials)
    return frozenset().union(
        *(frozenset.intersection(*one.options) for one in query.credential_sets if one.required)
    )


def _not_asked(
    options: Sequence[Option],
    hand: Mapping[str, InHand],
    types: Types,
    lang: str,
) -> tuple[Untouched, ...]:
    """Per card of the first option, the top-level claims that no option would disclose."""
    asked: dict[str, set[str | int | None]] = {}
    for option in options:
        for pick in option.picks:
            asked.setdefault(pick.card, set()).update(item.path[0] for item in pick.items)
    found: list[Untouched] = []
    for card_id, names in asked.items():
        card = hand[card_id].card
        labels = [
            label_of(card.vct, (name,), types, lang)
            for name in card.payload
            if name not in names and name not in _TECHNICAL
        ]
        if labels:
            found.append(
                Untouched(title_of(card.vct, card.kind, types, lang), tuple(sorted(labels)))
            )
    return tuple(found)


def _asked_label(vct: str | None, path: Path | None, types: Types, lang: str) -> str:
    if vct is None or path is None:
        return title_of(vct or "", vct or "?", types, lang)
    return f"{title_of(vct, vct, types, lang)}: {label_of(vct, path, types, lang)}"
