"""Who issues now what an issuer of earlier did: after a merger or a split, and after a renaming.

Both sides of a succession were checked when the list was read (Regie trust 4.5), so a step here is
one that the old and the new issuer name.
"""

from credential.trust.entities import Issuer
from credential.trust.scheme import Trust


def heirs(trust: Trust, oin: str, now: int) -> tuple[Issuer, ...]:
    """The issuer itself while it issues, else who took over, and who took over from them."""
    found: dict[str, Issuer] = {}
    seen: set[str] = set()
    waiting = [oin]
    while waiting:
        number = waiting.pop(0)
        one = trust.issuer_by_oin(number)
        if one is None or number in seen:
            continue
        seen.add(number)
        if one.issuing(now):
            found[number] = one
        else:
            waiting += [step.oin for step in one.successors if step.effective <= now]
    return tuple(found.values())


def now_called(trust: Trust, oin: str, now: int) -> tuple[str, ...]:
    """What to put beside the name on something of earlier: who that is now.

    A suspended issuer is still itself: nobody took over.
    """
    issuer = trust.issuer_by_oin(oin)
    if issuer is None:
        return ()
    found = heirs(trust, oin, now)
    return tuple(one.name for one in found) if found else (issuer.name,)
