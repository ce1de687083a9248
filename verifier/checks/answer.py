"""The whole answer: what was asked, each card, then what only all cards together can tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from credential import dcql, jose, sdjwt
from credential.errors import CredentialError, NotAllowed
from credential.keybinding import VerifiedPresentation
from credential.names import Path
from credential.strictjson import Json, Object
from verifier.checks.presentation import Arrived, Expected, Presentation
from verifier.checks.results import Check, Found, Result, Verdict, of_error, stopped, verdict
from verifier.profiles import Profile, Rule
from verifier.scheme import Generation


class Claimed(Protocol):
    """Whatever states claims that were verified: a presentation, or a part of an extract."""

    def claim(self, path: Path) -> Json | sdjwt.Missing:
        """The value at a path, or `MISSING`."""
        ...


@dataclass(frozen=True)
class Report:
    """The verdict with every result behind it.

    `arrived` is `None` unless every key binding held: then a receipt is due, whatever the verdict.
    """

    verdict: Verdict
    results: tuple[Result, ...]
    cards: Mapping[str, VerifiedPresentation] = field(repr=False)
    arrived: tuple[Arrived, ...] | None = field(repr=False)
    rights_jkt: str | None = field(repr=False)
    pseudonym: str | None = field(repr=False)


def examine(
    vp_token: Mapping[str, tuple[str, ...]],
    rights_key: Object | None,
    expected: Expected,
    generation: Generation,
    now: int,
) -> Report:
    """Run every check on an answer and come to a verdict.

    1. The scheme is fresh. 2. Only what was asked, one presentation each. 3 to 9. Each card.
    10. The query, run again. 11. One person. 12. The conditions of the profile.
    """
    results: list[Result] = [_scheme(generation, now)]
    counted = _answer(vp_token, expected.profile)
    results.append(counted)
    if counted.found is Found.FAILED:
        # Refused before any signature is looked at; no receipt could say what arrived.
        return Report(verdict(results), tuple(results), {}, None, None, None)
    rights_jkt = _thumbprint(rights_key)
    cards: dict[str, VerifiedPresentation] = {}
    arrived: list[Arrived] | None = []
    for query_id, (compact,) in vp_token.items():
        one = Presentation(query_id, compact, expected, generation, now)
        results.extend(one.run(rights_jkt))
        if one.card is not None:
            cards[query_id] = one.card
        part = one.arrived()
        arrived = None if part is None or arrived is None else [*arrived, part]
    whole, pseudonym = _whole(cards, vp_token, expected.profile, blocked=stopped(results))
    results.extend(whole)
    results.sort(key=lambda result: result.check.number)
    return Report(
        verdict=verdict(results),
        results=tuple(results),
        cards=cards,
        arrived=None if not arrived else tuple(arrived),
        rights_jkt=None if _disagree(results) else rights_jkt,
        pseudonym=pseudonym,
    )


def reused_key(report: Report) -> Report:
    """The same answer, refused: its rights key belongs to another disclosure (formats.md 4)."""
    results = tuple(
        Result(
            Check.RIGHTS_KEY, result.query_id, Found.FAILED, "kb.rights_key_used", "Regie formats 4"
        )
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
    if any(len(presentations) != 1 for presentations in vp_token.values()):
        return Result(Check.ANSWER, "", Found.FAILED, "dcql.number", section)
    return Result(Check.ANSWER, "", Found.OK)


def _thumbprint(rights_key: Object | None) -> str | None:
    """What every key binding must name; a key that is none agrees with nothing."""
    if rights_key is None:
        return None
    try:
        return jose.thumbprint(jose.key_from_jwk(rights_key))
    except CredentialError:
        return ""


def _whole(
    cards: Mapping[str, VerifiedPresentation],
    vp_token: Mapping[str, tuple[str, ...]],
    profile: Profile,
    *,
    blocked: bool,
) -> tuple[list[Result], str | None]:
    """The checks over all cards together; not done when one of them already failed."""
    if blocked or cards.keys() != vp_token.keys():
        not_done = (Check.QUERY, Check.PERSON, Check.POLICY)
        return [Result(check, "", Found.NOT_DONE) for check in not_done], None
    results: list[Result] = []
    pseudonym: str | None = None
    for check in (Check.QUERY, Check.PERSON, Check.POLICY):
        if stopped(results):
            results.append(Result(check, "", Found.NOT_DONE))
            continue
        try:
            if check is Check.QUERY:
                dcql.check_answer(
                    profile.query,
                    {query_id: [(card.vct, card.payload)] for query_id, card in cards.items()},
                )
            elif check is Check.PERSON:
                pseudonym = same_person(cards, profile)
            else:
                for rule in profile.rules:
                    condition(cards, rule)
        except CredentialError as error:
            results.append(of_error(check, "", error))
        else:
            results.append(Result(check, "", Found.OK))
    return results, pseudonym


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


def condition(cards: Mapping[str, Claimed], rule: Rule) -> None:
    """The profile's condition on one claim; a value of another type never equals."""
    card = cards.get(rule.query_id)
    value = None if card is None else card.claim(rule.path)
    if type(value) is not type(rule.equals) or value != rule.equals:
        raise NotAllowed(rule.rule, "Architecture, Verifier", query=rule.query_id)
