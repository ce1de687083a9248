"""A desk case as states (frozen types) and pure transitions (formats.md 6).

    Offered --wallet redeems--> Redeemed --clerk types number--> Confirmed --all collected-+
       |                           |                                |                       |
       |  5 wrong codes,           |  3 wrong numbers, 1 hour,      |  24 hours             |
       |  10 minutes, refused      |  refused                       |                       v
       +---------------------------+--------------------------------+-------------------> Ended

The store writes a new state only over the state the decision was made on (`store.cases`), so of
two wallets with one code exactly one wins, and a guess that lost a race is judged again.
"""

from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from credential.desk import DIGITS, confirmation_number
from issuer.errors import DeskFault, NumberWrong, WalletFault

OFFER_SECONDS: Final = 600
CODE_TRIES: Final = 5
NUMBER_TRIES: Final = 3
# A wallet that crashed before it kept its token may come again: not at once, as a race would,
# and not often.
REPEATS: Final = 3
REPEAT_AFTER_SECONDS: Final = 2
CONFIRM_SECONDS: Final = 3_600
COLLECT_SECONDS: Final = 86_400
# What a wallet whose connection broke may still fetch again after the last kind was collected.
GRACE_SECONDS: Final = 3_600
# The credential endpoint may be called again with one token (OpenID4VCI 1.0, 8.2), not forever.
BATCHES_PER_KIND: Final = 5


class Reason(StrEnum):
    """Why a case is over."""

    COLLECTED = "collected"
    EXPIRED = "expired"
    CODE_TRIES = "code_tries"
    NUMBER_TRIES = "number_tries"
    REFUSED = "refused"
    REVOKED = "revoked"
    CHANGED = "changed"


class _State(msgspec.Struct, frozen=True, tag_field="state", kw_only=True):
    """What every state knows. It has no repr: clerk and key name people."""

    case: str
    municipality: str
    kinds: tuple[str, ...]
    clerk: str
    created_at: int

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.case})"


class Offered(_State, frozen=True, tag="offered", kw_only=True):
    """The link and the code are given; no wallet has come yet."""

    expires_at: int
    wrong_codes: int = 0


class Redeemed(_State, frozen=True, tag="redeemed", kw_only=True):
    """One wallet holds the token; the clerk has not yet heard its number."""

    jkt: str
    redeemed_at: int
    wrong_numbers: int = 0
    offer_ends: int = 0
    answered_at: int = 0
    repeats: int = 0

    @property
    def expires_at(self) -> int:
        """From then on it can no longer be confirmed."""
        return self.redeemed_at + CONFIRM_SECONDS


class Confirmed(_State, frozen=True, tag="confirmed", kw_only=True):
    """The clerk typed the number of this wallet: its cards may be collected."""

    jkt: str
    confirmed_by: str
    confirmed_at: int
    expires_at: int
    collected: dict[str, int] = msgspec.field(default_factory=dict)


class Ended(_State, frozen=True, tag="ended", kw_only=True):
    """Nothing more comes of it, and what was sealed in it is erased."""

    reason: Reason
    ended_at: int
    confirmed_by: str | None = None
    refused_by: str | None = None

    @property
    def expires_at(self) -> int:
        """It is over since then."""
        return self.ended_at


Case: TypeAlias = Offered | Redeemed | Confirmed | Ended


def end(case: Offered | Redeemed | Confirmed, reason: Reason, now: int) -> Ended:
    """The same case, over."""
    return Ended(
        case=case.case,
        municipality=case.municipality,
        kinds=case.kinds,
        clerk=case.clerk,
        created_at=case.created_at,
        reason=reason,
        ended_at=now,
        confirmed_by=case.confirmed_by if isinstance(case, Confirmed) else None,
    )


def expire(case: Case, now: int) -> Case:
    """The case as it stands at `now`: what passed its time is over."""
    if isinstance(case, Ended) or now < case.expires_at:
        return case
    done = isinstance(case, Confirmed) and set(case.collected) == set(case.kinds)
    return end(case, Reason.COLLECTED if done else Reason.EXPIRED, now)


def redeem(case: Case, *, code_right: bool, jkt: str, now: int) -> Offered | Redeemed | Ended:
    """One token request with this code: won, one try less, or over (OpenID4VCI 1.0, 6.3).

    Won again by the same key alone, while the offer would have lasted: the answer got lost.
    """
    match expire(case, now):
        case Offered() as offered if code_right:
            return Redeemed(
                case=offered.case,
                municipality=offered.municipality,
                kinds=offered.kinds,
                clerk=offered.clerk,
                created_at=offered.created_at,
                jkt=jkt,
                redeemed_at=now,
                offer_ends=offered.expires_at,
                answered_at=now,
            )
        case Offered() as offered:
            tries = offered.wrong_codes + 1
            if tries >= CODE_TRIES:
                return end(offered, Reason.CODE_TRIES, now)
            return msgspec.structs.replace(offered, wrong_codes=tries)
        case Redeemed() as redeemed if code_right and _may_repeat(redeemed, jkt, now):
            return msgspec.structs.replace(redeemed, answered_at=now, repeats=redeemed.repeats + 1)
        case Redeemed() | Confirmed():
            raise WalletFault("invalid_grant", "code.used", "OpenID4VCI 1.0 6.3")
        case Ended():
            raise WalletFault("invalid_grant", "code.ended", "OpenID4VCI 1.0 6.3")


def _may_repeat(redeemed: Redeemed, jkt: str, now: int) -> bool:
    return (
        jkt == redeemed.jkt
        and redeemed.answered_at + REPEAT_AFTER_SECONDS <= now < redeemed.offer_ends
        and redeemed.repeats < REPEATS
    )


def confirm(
    case: Case, *, number: str, clerk: str, four_eyes: bool, now: int
) -> Redeemed | Confirmed | Ended:
    """The clerk typed a number: right, one try less, or over (formats.md 6)."""
    match expire(case, now):
        case Redeemed() as redeemed:
            if four_eyes and clerk == redeemed.clerk:
                raise DeskFault("desk.four_eyes", "Regie formats 6")
            if not (len(number) == DIGITS and number.isascii() and number.isdigit()):
                # A slip of the keyboard: nothing that can be a wallet's number was tried.
                raise DeskFault("desk.number_form", "Regie formats 6")
            if number == confirmation_number(redeemed.jkt):
                return Confirmed(
                    case=redeemed.case,
                    municipality=redeemed.municipality,
                    kinds=redeemed.kinds,
                    clerk=redeemed.clerk,
                    created_at=redeemed.created_at,
                    jkt=redeemed.jkt,
                    confirmed_by=clerk,
                    confirmed_at=now,
                    expires_at=now + COLLECT_SECONDS,
                )
            tries = redeemed.wrong_numbers + 1
            if tries >= NUMBER_TRIES:
                return end(redeemed, Reason.NUMBER_TRIES, now)
            return msgspec.structs.replace(redeemed, wrong_numbers=tries)
        case Offered():
            raise DeskFault("desk.not_redeemed", "Regie formats 6")
        case Confirmed():
            raise DeskFault("desk.confirmed_already", "Regie formats 6")
        case Ended() as ended:
            raise DeskFault("desk.ended", "Regie formats 6", reason=ended.reason.value)


def refuse(case: Case, now: int, *, clerk: str) -> Ended:
    """The clerk stops it: this is not the person, or not their wallet."""
    match expire(case, now):
        case Ended():
            raise DeskFault("desk.ended", "Regie formats 6")
        case Offered() | Redeemed() | Confirmed() as running:
            ended = end(running, Reason.REFUSED, now)
            return msgspec.structs.replace(ended, refused_by=clerk)


def collect(case: Confirmed, kind: str, now: int) -> Confirmed:
    """One batch of one kind is handed out; after the last kind the case soon ends."""
    count = case.collected.get(kind, 0) + 1
    if count > BATCHES_PER_KIND:
        raise WalletFault("credential_request_denied", "batches.spent", "OpenID4VCI 1.0 8.2")
    collected = {**case.collected, kind: count}
    complete = set(collected) == set(case.kinds)
    until = min(case.expires_at, now + GRACE_SECONDS) if complete else case.expires_at
    return msgspec.structs.replace(case, collected=collected, expires_at=until)


def wrong_number(case: Redeemed | Confirmed | Ended) -> NumberWrong | None:
    """What to tell the clerk when the outcome of `confirm` is not a confirmation."""
    match case:
        case Confirmed():
            return None
        case Redeemed():
            return NumberWrong(
                "desk.number_wrong", "Regie formats 6", left=NUMBER_TRIES - case.wrong_numbers
            )
        case Ended():
            return NumberWrong("desk.number_locked", "Regie formats 6")
