"""Applications at organisations: signed here, told by the organisation when it is asked.

What it tells comes in its signed answer to `status` about that one disclosure (formats.md 4), so
nobody logs in and nobody else learns of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from credential.permitcase import Case, Phase
from credential.plaintext import terminal_safe
from credential.rights import Right
from credential.strictjson import Json, Object
from credential.transactiondata import Item
from wallet.casefile import OBJECTION
from wallet.errors import NoMatch, WalletError
from wallet.fetch import Fetch
from wallet.service.wallet import Wallet
from wallet.store.values import PartyCase

SENT: Final = "sent"
"""Not a phase of theirs: signed with this wallet, and nothing told of it yet."""
NEVER: Final = 7 * 86_400
"""After this long without a word it was most likely never submitted."""
GONE: Final = "gone"
"""Not a phase of theirs: the organisation told of it before, and does not know it any more."""
_OVER: Final = frozenset({GONE, *(phase.value for phase in Phase if phase.over)})


@dataclass(frozen=True)
class Unasked:
    """An organisation that could not be asked now."""

    party: str
    error: WalletError


def begin(wallet: Wallet, activity: str, items: Sequence[Item], *, now: int) -> None:
    """What was just signed is an application somewhere, until the organisation says more."""
    for item in items[:1]:
        oin, party = _party(wallet, activity)
        document: Object = {"title": {"nl": item.title.nl, "en": item.title.en}}
        wallet.store.keep_party_case(
            PartyCase(activity, oin, party, item.reference, SENT, now, None, now, document)
        )


def told(
    wallet: Wallet, activity: str, case: Case | None, retry_after: int | None, *, now: int
) -> PartyCase | None:
    """What an answer to `status` makes of the application of this disclosure."""
    before = wallet.store.party_case(activity)
    again = retry_after or now
    if case is None:
        if before is None or before.phase in (SENT, GONE):
            return None if before is None else replace(before, ask_after=again)
        # It told of it before: what it no longer knows is over, whatever became of it.
        return replace(before, phase=GONE, at=now, due=None, ask_after=again)
    oin, party = _party(wallet, activity)
    steps: list[Json] = [{"phase": step.phase.value, "at": step.at} for step in case.history]
    document: Object = {} if before is None else dict(before.document)
    document["history"] = steps
    document["reason"] = (
        None if case.reason is None else {"nl": case.reason.nl, "en": case.reason.en}
    )
    return PartyCase(
        activity, oin, party, case.number, case.phase.value, case.at, case.due, again, document
    )


def shown(case: PartyCase, now: int) -> bool:
    """Whether it belongs among what waits: until it is over and cannot be objected to any more."""
    if case.phase == SENT:
        return now - case.at < NEVER
    return case.phase not in _OVER or now - case.at < OBJECTION


def held(wallet: Wallet, *, now: int) -> tuple[PartyCase, ...]:
    """The applications that are under way, and those decided not long ago."""
    return tuple(case for case in wallet.store.party_cases() if shown(case, now))


def one(wallet: Wallet, activity: str) -> PartyCase:
    """The application of one disclosure."""
    found = wallet.store.party_case(activity)
    if found is None:
        raise NoMatch("case.none")
    return found


def refresh(wallet: Wallet, fetch: Fetch, *, now: int) -> tuple[Unasked, ...]:
    """Asks about every application that is not over, none before the moment it was told."""
    from wallet.service import rights  # noqa: PLC0415 - that service takes in what is told here

    failed: list[Unasked] = []
    for case in held(wallet, now=now):
        if case.phase in _OVER or case.ask_after > now:
            continue
        try:
            rights.ask(wallet, fetch, case.activity, Right.STATUS, now=now)
        except WalletError as error:
            if error.code != "ask.too_soon":
                failed.append(Unasked(case.party, error))
    return tuple(failed)


def title(case: PartyCase, lang: str) -> str:
    """What was applied for, in the organisation's words."""
    return _words(case.document.get("title"), lang)


def reason(case: PartyCase, lang: str) -> str:
    """What the organisation said last."""
    return _words(case.document.get("reason"), lang)


def history(case: PartyCase) -> tuple[tuple[str, int], ...]:
    """Every phase with its moment, oldest first."""
    steps = case.document.get("history")
    return tuple(
        (str(step["phase"]), int(str(step["at"])))
        for step in (steps if isinstance(steps, list) else ())
        if isinstance(step, dict)
    )


def _party(wallet: Wallet, activity: str) -> tuple[str, str]:
    found = wallet.store.activity(activity)
    return ("", "") if found is None else (found.party_oin, found.party_name)


def _words(value: Json, lang: str) -> str:
    said = value if isinstance(value, dict) else {}
    return terminal_safe(str(said.get(lang) or said.get("nl") or ""), max_length=16_384)
