"""Mergers and splits: both sides name each other and the day, or readers see neither."""

from collections.abc import Iterator

from registrar import municipalities
from registrar.findings import Finding
from registrar.life import Step
from registrar.party import Issuing, Party, Succession
from registrar.register import Register


def check(register: Register) -> Iterator[Finding]:
    """Every succession that readers would not see, or not understand (Regie trust 4.5)."""
    by_oin = {party.oin: party.issuing for party in register.parties if party.issuing}
    for party in register.parties:
        if party.issuing is not None:
            yield from _answers(register, party, party.issuing, by_oin)
            yield from _ends(register, party, party.issuing)


def _answers(
    register: Register, party: Party, issuing: Issuing, by_oin: dict[str, Issuing]
) -> Iterator[Finding]:
    for side, other_side, steps in (
        ("successor", "predecessors", issuing.successors),
        ("predecessor", "successors", issuing.predecessors),
    ):
        for step in steps:
            place = ("issuing", side, step.oin)
            answer = _answer(party, by_oin.get(step.oin), other_side)
            if answer is None:
                yield register.finding("lint.succession", party.id, step.oin, *place)
            elif answer.effective != step.effective:
                yield register.finding("lint.succession_day", party.id, step.oin, *place)
            for code in step.municipality_codes:
                if municipalities.find(code) is None:
                    where = (*place, "municipality_codes", code)
                    yield register.finding("lint.municipality_unknown", party.id, code, *where)


def _ends(register: Register, party: Party, issuing: Issuing) -> Iterator[Finding]:
    heirs = {one.oin for one in issuing.successors}
    if issuing.status_successor is not None and issuing.status_successor not in heirs:
        what = issuing.status_successor
        yield register.finding(
            "lint.status_successor", party.id, what, "issuing", "status_successor"
        )
    if issuing.withdrawal_reason != Step.MERGED.value:
        return
    if not issuing.successors:
        yield register.finding("lint.merged_into_nobody", party.id, "", "issuing", "withdrawn")
    elif issuing.withdrawn not in {one.effective for one in issuing.successors}:
        first = issuing.successors[0]
        place = ("issuing", "successor", first.oin)
        yield register.finding("lint.succession_end", party.id, first.oin, *place)
    if issuing.successors and issuing.status_successor is None:
        # Somebody has to go on signing the lists of the cards that are out.
        yield register.finding("lint.status_nobody", party.id, "", "issuing", level="advice")


def _answer(party: Party, other: Issuing | None, side: str) -> Succession | None:
    if other is None:
        return None
    named = other.predecessors if side == "predecessors" else other.successors
    return next((one for one in named if one.oin == party.oin), None)
