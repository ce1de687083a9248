"""The question put to a person, as frozen values in the order it is shown (ARCHITECTURE.md).

Who, why, which data, what is not asked, how long and with whom, what to mind. Pure: the same
request and the same cards always make the same question, whichever door it came through.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from credential import dcql
from credential.errors import CredentialError
from credential.names import FORMAT_CARD, Path
from credential.plaintext import terminal_safe
from credential.registration import LegalBasis, Retention
from credential.trust import Trust
from credential.typeshelf import types_of
from wallet import caution, copies, options
from wallet.caution import Before, InHand, Warn
from wallet.naming import Types, label_of, label_of_text, title_of
from wallet.options import Option
from wallet.request import VerifiedRequest
from wallet.store.values import Card
from wallet.terms import Changed, Claim


@dataclass(frozen=True)
class Asker:
    """Who asks, by access and registration certificate alike; `host` is where the answer goes.

    Of a party that is not registered only what its certificate says; `None` is "not stated".
    """

    name: str
    legal_name: str
    oin: str
    country: str
    service_id: str
    host: str
    request_host: str
    hosts: tuple[str, ...]
    registered: bool
    scheme: str
    intermediary: str | None
    support: str | None
    website: str | None


@dataclass(frozen=True)
class Since:
    """What is different from the last time, in words of one language; `before` is as it was."""

    changed: Changed
    purpose: str | None
    more: tuple[str, ...]
    less: tuple[str, ...]


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
    purpose: str | None
    purpose_id: str
    since: Since | None = field(repr=False)
    legal_basis: tuple[LegalBasis, ...] | None
    asked: tuple[Asked, ...]
    options: tuple[Option, ...]
    not_asked: tuple[Untouched, ...]
    retention: Retention | None
    recipients: tuple[str, ...] | None
    authority: Mapping[str, str] | None
    rights_endpoint: str | None
    privacy_policy: str | None
    over_asked: tuple[str, ...]
    warnings: tuple[Warn, ...]
    to_sign: tuple[ToSign, ...] = ()

    def option(self, names: Iterable[str], cards: Iterable[str] = ()) -> Option | None:
        """The option that is exactly this set, from exactly these cards where some are named."""
        wanted, named = frozenset(names), frozenset(cards)
        for one in self.options:
            if one.names == wanted and (not named or {pick.card for pick in one.picks} == named):
                return one
        return None


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
    registered, types = request.registration, trust.types
    evaluation = dcql.evaluate(
        request.query, [_candidate(one, trust, now) for one in hand if one.copy]
    )
    differs = caution.changed(request, before)
    general = caution.of_request(request, before, differs)
    by_id = {one.card.id: one for one in hand}
    allowed = options.build(request, evaluation, by_id, general, types, lang)
    return Question(
        asker=_asker(request, trust),
        purpose=None if registered is None else registered.purpose.text(lang),
        purpose_id="" if registered is None else registered.intended_use_id,
        since=None if differs is None else _since(differs, types, lang),
        legal_basis=None if registered is None else registered.legal_basis,
        asked=_asked(request.query, evaluation, types, lang),
        options=allowed,
        not_asked=_not_asked(allowed, by_id, types, lang),
        retention=None if registered is None else registered.retention,
        recipients=None if registered is None else registered.recipients,
        authority=None if registered is None else registered.authority,
        rights_endpoint=request.rights_endpoint,
        privacy_policy=None if registered is None else registered.privacy_policy,
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


def _candidate(one: InHand, trust: Trust, now: int) -> dcql.Candidate:
    card = one.card
    return dcql.Candidate(
        ref=card.id,
        format=FORMAT_CARD,
        vct=card.vct,
        payload=card.payload,
        bound=True,
        expired=card.expires_at <= now or card.state != "valid",
        authority_key_ids=one.authority_key_ids,
        also=_also(card, trust),
    )


def _also(card: Card, trust: Trust) -> tuple[str, ...]:
    """The other types a card may answer for: those its issuer is listed for by name.

    A card from elsewhere is never of a type of the scheme, whatever it is also known as; and one
    of the scheme of none that its issuer may not issue, whatever its type extends.
    """
    try:
        found = types_of(card.payload, trust.types)[1:]
    except CredentialError:
        return ()
    if not found:
        # Almost every card: then the list of issuers stays closed.
        return ()
    if card.foreign:
        return tuple(one for one in found if one not in trust.listed_kinds)
    issuer = trust.issuer_by_oin(card.issuer_oin)
    listed = frozenset[str]() if issuer is None else issuer.vcts
    return tuple(one for one in found if one in listed)


def _asker(request: VerifiedRequest, trust: Trust) -> Asker:
    registered, leaf = request.registration, request.leaf
    identifier, service = request.party_key
    if registered is None:
        named = leaf.common_name or leaf.organization
        return Asker(
            name=terminal_safe(named or request.response_host),
            legal_name=terminal_safe(leaf.organization or named),
            oin=terminal_safe(identifier),
            country=terminal_safe(leaf.country),
            service_id=terminal_safe(service),
            host=request.response_host,
            request_host=request.request_host,
            hosts=tuple(map(terminal_safe, leaf.hosts)),
            registered=False,
            scheme=terminal_safe(trust.operator),
            intermediary=None,
            support=None,
            website=None,
        )
    return Asker(
        name=terminal_safe(registered.name),
        legal_name=terminal_safe(registered.legal_name),
        oin=identifier,
        country=registered.country,
        service_id=service,
        host=request.response_host,
        request_host=request.request_host,
        hosts=leaf.hosts,
        registered=True,
        scheme=terminal_safe(trust.operator),
        intermediary=None
        if registered.intermediary is None
        else terminal_safe(str(registered.intermediary)),
        support=registered.support_uri,
        website=registered.info_uri,
    )


def _since(differs: Changed, types: Types, lang: str) -> Since:
    def labels(claims: tuple[Claim, ...]) -> tuple[str, ...]:
        return tuple(
            f"{title_of(vct, vct or '?', types, lang)}: {label_of_text(vct, path, types, lang)}"
            for vct, path in claims
        )

    purpose = differs.before.purpose
    return Since(
        differs,
        None if purpose is None else terminal_safe(purpose.text(lang)) or None,
        labels(differs.more),
        labels(differs.less),
    )


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
    allowed: Sequence[Option],
    hand: Mapping[str, InHand],
    types: Types,
    lang: str,
) -> tuple[Untouched, ...]:
    """Per card of the first option, the top-level claims that no option would disclose."""
    asked: dict[str, set[str | int | None]] = {}
    for option in allowed:
        for pick in option.picks:
            asked.setdefault(pick.card, set()).update(item.path[0] for item in pick.items)
    found: list[Untouched] = []
    for card_id, names in asked.items():
        card = hand[card_id].card
        labels = [
            label_of(card.vct, (name,), types, lang)
            for name in card.payload
            if name not in names and name not in copies.TECHNICAL
        ]
        if labels:
            found.append(
                Untouched(title_of(card.vct, card.kind, types, lang), tuple(sorted(labels)))
            )
    # Two cards of one kind say it once.
    return tuple(dict.fromkeys(found))


def _asked_label(vct: str | None, path: Path | None, types: Types, lang: str) -> str:
    if vct is None or path is None:
        return title_of(vct or "", vct or "?", types, lang)
    return f"{title_of(vct, vct, types, lang)}: {label_of(vct, path, types, lang)}"
