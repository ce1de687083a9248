"""Profiles: what is asked for one purpose, what of it is kept, and what makes a yes.

A profile is bounded by its registration certificate: `bind` refuses one that asks or keeps more
than was registered, at start-up and in `doctor` (ARCHITECTURE.md, Verifier).
"""

from credential.staleness import HOUR
from verifier.profiles.binding import bind
from verifier.profiles.model import (
    Action,
    BoundProfile,
    ClaimIs,
    Condition,
    DecisionIs,
    KeyBinding,
    Profile,
    RightsPolicy,
    Rule,
)
from verifier.profiles.reading import MAX_STATUS_HOURS, parse, read, read_all

__all__ = [
    "HOUR",
    "MAX_STATUS_HOURS",
    "Action",
    "BoundProfile",
    "ClaimIs",
    "Condition",
    "DecisionIs",
    "KeyBinding",
    "Profile",
    "RightsPolicy",
    "Rule",
    "bind",
    "parse",
    "read",
    "read_all",
]
