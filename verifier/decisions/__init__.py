"""Derived decisions: what a profile concludes from claims, each named, pure and told in a sentence.

A decision takes verified claims, dated amounts and one day, and nothing else. What cannot be
concluded for certain is undetermined: never a guess, never a default (Regie domain 2.2, 2.4).
"""

from verifier.decisions.amounts import NONE, SHIPPED, Amount, Amounts
from verifier.decisions.deciding import Claimed, Decided, Decision, decide
from verifier.decisions.rules import RULES

__all__ = [
    "NONE",
    "RULES",
    "SHIPPED",
    "Amount",
    "Amounts",
    "Claimed",
    "Decided",
    "Decision",
    "decide",
]
