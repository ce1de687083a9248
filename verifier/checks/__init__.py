"""The checks on an answer: a numbered list, each with its own result, over one `now`.

What costs little comes before signatures, and nothing here can open a connection. The person
who shared is told a sentence; the wire is told nothing (OpenID4VP 1.0, 8.6).
"""

from verifier.checks.answer import Report, examine, reused_key
from verifier.checks.presentation import Arrived, Expected
from verifier.checks.results import Accepted, Check, Found, Refused, Result, Unknown, Verdict

__all__ = [
    "Accepted",
    "Arrived",
    "Check",
    "Expected",
    "Found",
    "Refused",
    "Report",
    "Result",
    "Unknown",
    "Verdict",
    "examine",
    "reused_key",
]
