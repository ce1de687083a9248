"""The whole answer: what was asked, each card, then what only all cards together can tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from credential import dcql, jose, transactiondata
from credential.errors import CredentialError, NotAllowed
from credential.keybinding import VerifiedPresentation
from credential.strictjson import Object
from credential.trust import authority_key_ids
from verifier import dates
from verifier.checks.policy import conditions
from verifier.checks.presentation import Arrived, Expected, Presentation
from verifier.checks.results import Check, Found, Result, Verdict, of_error, stopped, verdict
from verifier.decisions import Claimed, Decided, decide
from verifier.profiles import Profile
from verifier.scheme import Generation

# Where a query may be answered by several: our bound, each costs two signatures.
MAX_PRESENTATIONS: Final = 16


@dataclass(frozen=True)
class Report:
    """The verdict with every result behind it.

    `arrived` is `None` unless every key binding held: then a receipt is due, whatever the verdict.
    """

    verdict: Verdict
    results: tuple[Result, ...]
    presented: Mapping[str, tuple[VerifiedPresentation, ...]] = field(repr=False)
    """Every card that passed its own checks; several where the query says `multiple`."""
    arrived: tuple[Arrived, ...] | None = field(repr=False)
    rights_jkt: str | None = field(repr=False)
    pseudonym: str | None = field(repr=False)
    decided: tuple[Decided, ...] = field(default=(), repr=False)
    """What the profile derives from the claims, once all of them were verified."""

    @property
    def cards(self) -> Mapping[str, VerifiedPresentation]:
        """The first card of each query."""
        return {query_id: found[0] for query_id, found in self.presented.items()}


def examine(
    vp_token: Mapping[str, tuple[str, ...]],
    rights_key: Object | None,
    expected: Expected,
    generation: Generation,
    now: int,
) -> Report:
    """Run every check on an answer and come to a verdict.

    1. The scheme is fresh. 2. Only what was asked, as many as asked. 3 to 9. Each card.
    10. The query, run again. 11. One person. 12. The conditions of the profile. 13. Where it was
    asked: what the holder had to sign for besides.
    """
    results: list[Result] = [_scheme(generation, now)]
    counted = _answer(vp_token, expected.profile)
    results.append(counted)
    if counted.found is Found.FAILED:
        # Refused before any signature is looked at; no receipt could say what arrived.
        return Report(verdict(results), tuple(results), {}, None, None, None)
    rights_jkt = _thumbprint(rights_key)
    presented: dict[str, tuple[VerifiedPresentation, ...]] = {}
    arrived: list[Arrived] | None = []
    for query_id, index, compact in _each(vp_token, expected.profile):
        one = Presentation(query_id, compact, expected, generation, now, index)
        results.extend(one.run(rights_jkt))
        if one.card is not None:
            presented[query_id] = (*presented.get(query_id, ()), one.card)
        part = one.arrived()
        arrived = None if part is None or arrived is None else [*arrived, part]
    whole, pseudonym, decided = _whole(presented, expected, now, blocked=stopped(results))
    results.extend(whole)
    results.sort(key=lambda result: result.check.number)
    return Report(
        verdict=verdict(results),
        results=tuple(results),
        presented=presented,
        arrived=None if not arrived else tuple(arrived),
        rights_jkt=None if _disagree(results) else rights_jkt,
        pseudonym=pseudonym,
        decided=decided,
    )


def reused_key(report: Report) -> Report:
    """The same answer, refused: its rights key belongs to another disclosure (formats.md 4)."""
    results = tuple(
        replace(result, found=Found.FAILED, rule="kb.rights_key_used", section="Regie formats 4")
        if result.check is Check.RIGHTS_KEY
        else result
        for result in report.results
    )
    refused = verdict(results)
    return replace(report, verdict=refused, results=results, rights_jkt=None, pseudonym=None)


def _disagree(results: list[Result]) -> bool:
    return any(
        result.check is Check.RIGHTS_KEY and result.found is Found.FAILED for result in results
    )


def _scheme(generation: Generation, now: int) -> Result:
    try:
        generation.trust.require_fresh(now)
    except CredentialError as error:
        return Result(Check.SCHEME, "", Found.UNDETERMINED, error.code, error.section)
    return Result(Check.SCHEME, "", Found.OK)


def _answer(vp_token: Mapping[str, tuple[str, ...]], profile: Profile) -> Result:
    section = "OpenID4VP 1.0 8.1"
    if any(profile.query.credential(query_id) is None for query_id in vp_token):
        return Result(Check.ANSWER, "", Found.FAILED, "dcql.unknown_query", section)
    for query_id, presentations in vp_token.items():
        asked = profile.query.credential(query_id)
        most = MAX_PRESENTATIONS if asked is not None and asked.multiple else 1
        if not 0 < len(presentations) <= most:
            return Result(Check.ANSWER, "", Found.FAILED, "dcql.number", section)
        signed = {one.partition("~")[0].rpartition(".")[0] for one in presentations}
        if len(signed) != len(presentations):
            # One card, shown as if it were several; a signature has a twin, what is signed has not.
            return Result(Check.ANSWER, "", Found.FAILED, "dcql.repeated", section)
    return Result(Check.ANSWER, "", Found.OK)


def _each(
    vp_token: Mapping[str, tuple[str, ...]], profile: Profile
) -> Iterator[tuple[str, int | None, str]]:
    """Every presentation with its query; numbered where there may be several."""
    for query_id, presentations in vp_token.items():
        asked = profile.query.credential(query_id)
        several = asked is not None and asked.multiple
        for index, compact in enumerate(presentations):
            yield query_id, index if several else None, compact


def _thumbprint(rights_key: Object | None) -> str | None:
    """What every key binding must name; a key that is none agrees with nothing."""
    if rights_key is None:
        return None
    try:
        return jose.thumbprint(jose.key_from_jwk(rights_key))
    except CredentialError:
        return ""


def _whole(
    presented: Mapping[str, tuple[VerifiedPresentation, ...]],
    expected: Expected,
    now: int,
    *,
    blocked: bool,
) -> tuple[list[Result], str | None, tuple[Decided, ...]]:
    """The checks over all cards together; not done when one of them already failed."""
    over_all = [Check.QUERY, Check.PERSON, Check.POLICY]
    if expected.secrets.transaction_data:
        over_all.append(Check.TRANSACTION)
    if blocked:
        return [Result(check, "", Found.NOT_DONE) for check in over_all], None, ()
    profile = expected.profile
    results: list[Result] = []
    pseudonym: str | None = None
    decided: tuple[Decided, ...] = ()
    for check in over_all:
        if stopped(results):
            results.append(Result(check, "", Found.NOT_DONE))
            continue
        try:
            match check:
                case Check.QUERY:
                    _run_again(presented, profile)
                case Check.PERSON:
                    pseudonym = _one_person(presented, profile)
                case Check.POLICY:
                    for cards in rows(presented):
                        found = decide(profile, cards, expected.amounts, dates.dutch_day(now))
                        conditions(profile.rules, cards, found)
                        # What is decided is about the person: alike on every row.
                        decided = decided or found
                case _:
                    transactiondata.check(
                        expected.secrets.transaction_data,
                        [
                            transactiondata.Signed(query_id, card.authorised)
                            for query_id, cards in presented.items()
                            for card in cards
                        ],
                    )
        except CredentialError as error:
            results.append(of_error(check, "", error))
        else:
            results.append(Result(check, "", Found.OK))
    return results, pseudonym, decided


def _run_again(presented: Mapping[str, tuple[VerifiedPresentation, ...]], profile: Profile) -> None:
    """The query on what was verified: the wallet is not taken at its word (OpenID4VP 1.0, 8.6)."""
    dcql.check_answer(
        profile.query,
        {
            # As what it was vouched for: its own type, or one it may also answer for.
            query_id: [(card.as_type, card.payload) for card in cards]
            for query_id, cards in presented.items()
        },
    )
    named = {one.id for one in profile.query.credentials if one.trusted_authorities is not None}
    dcql.check_authorities(
        profile.query,
        {
            # A certificate is read once more only where authorities are named.
            query_id: [authority_key_ids(card.x5c()) for card in cards]
            for query_id, cards in presented.items()
            if query_id in named
        },
    )


def rows(
    presented: Mapping[str, tuple[VerifiedPresentation, ...]],
) -> Iterator[Mapping[str, VerifiedPresentation]]:
    """One card for each query at a time, until every card had its turn."""
    for at in range(max(map(len, presented.values()), default=0)):
        yield {query_id: cards[min(at, len(cards) - 1)] for query_id, cards in presented.items()}


def _one_person(
    presented: Mapping[str, tuple[VerifiedPresentation, ...]], profile: Profile
) -> str | None:
    found = {same_person(cards, profile) for cards in rows(presented)}
    if len(found) > 1:
        raise NotAllowed("person.unequal", "Regie formats 1")
    return found.pop() if found else None


def same_person(cards: Mapping[str, Claimed], profile: Profile) -> str | None:
    """One pseudonym in every personal card (formats.md 1); the same key would prove nothing."""
    found: set[str] = set()
    for query_id in profile.personal():
        card = cards.get(query_id)
        if card is None:
            continue
        value = card.claim((profile.same_person,))
        if not isinstance(value, str) or not value:
            raise NotAllowed("person.missing", "Regie formats 1", query=query_id)
        found.add(value)
    if len(found) > 1:
        raise NotAllowed("person.unequal", "Regie formats 1")
    return found.pop() if found else None
