"""The conditions of a profile, over verified claims and what was derived from them."""

from collections.abc import Mapping, Sequence

from credential.errors import CredentialError, NotAllowed, Undetermined
from verifier.decisions import Claimed, Decided
from verifier.decisions.facts import SHAPE
from verifier.profiles import ClaimIs, DecisionIs, Rule

_SECTION = "Architecture, Verifier"


def conditions(
    rules: Sequence[Rule], cards: Mapping[str, Claimed], decided: Sequence[Decided]
) -> None:
    """Every condition in order; the first that is not met is the refusal.

    One that cannot be decided does not hide one that is certainly not met.
    """
    outcomes = {one.name: one for one in decided}
    open_question: CredentialError | None = None
    for rule in rules:
        try:
            match rule.condition:
                case ClaimIs() as claim:
                    _claim(cards, claim, rule.rule)
                case DecisionIs() as decision:
                    _decision(outcomes[decision.name], decision, rule.rule)
        except Undetermined as unknown:
            open_question = open_question or unknown
    if open_question is not None:
        raise open_question


def _claim(cards: Mapping[str, Claimed], wanted: ClaimIs, rule: str) -> None:
    card = cards.get(wanted.query_id)
    value = None if card is None else card.claim(wanted.path)
    if type(value) is not type(wanted.equals) or value != wanted.equals:
        raise NotAllowed(rule, _SECTION, query=wanted.query_id)


def _decision(decided: Decided, wanted: DecisionIs, rule: str) -> None:
    outcome = decided.outcome
    if outcome is None and decided.code != SHAPE:
        raise Undetermined(decided.code, _SECTION, decision=decided.name)
    if wanted.at_least is not None:
        met = isinstance(outcome, int) and outcome >= wanted.at_least
    else:
        met = outcome is not None and wanted.equals in (None, outcome)
    if not met:
        raise NotAllowed(rule, _SECTION, decision=decided.name)
