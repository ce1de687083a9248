"""What a person must mind before sharing: ten warnings, each accepted by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from credential.names import Path
from credential.registration import Registration
from credential.strictjson import Object
from wallet.request import VerifiedRequest
from wallet.store.values import Card, Copy

FEW_COPIES: Final = 2
RESTRICTED_CLAIM: Final = "disclosure_restricted"


class Warn(StrEnum):
    """What a person must mind, and accept one by one; stable codes of the command line."""

    OVER_ASKING = "over_asking"
    BSN = "bsn"
    BIRTHDATE_FOR_AGE = "birthdate_for_age"
    FIRST_TIME = "first_time"
    WEBSITE_DIFFERS = "website_differs"
    LAST_COPIES = "last_copies"
    RESTRICTED_DISCLOSURE = "restricted_disclosure"
    PURPOSE_CHANGED = "purpose_changed"
    REUSE = "reuse"
    SIGNS = "signs"


@dataclass(frozen=True)
class InHand:
    """A card with the copy that would be used; without a copy it can be shown, not shared."""

    card: Card
    copy: Copy | None
    authority_key_ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Before:
    """What the log says about this organisation: shared with before, and for which purpose."""

    known: bool
    purpose: Object | None = field(default=None, repr=False)


def of_request(request: VerifiedRequest, before: Before) -> tuple[Warn, ...]:
    """The warnings that hold whatever is chosen."""
    found: list[Warn] = []
    paths = [claim.path for one in request.query.credentials for claim in one.claims or ()]
    if request.over_asked:
        found.append(Warn.OVER_ASKING)
    if any(_is_bsn(path) for path in paths):
        found.append(Warn.BSN)
    if not before.known:
        found.append(Warn.FIRST_TIME)
    if request.request_host != request.response_host:
        found.append(Warn.WEBSITE_DIFFERS)
    if before.purpose is not None and not _same_purpose(before.purpose, request.registration):
        found.append(Warn.PURPOSE_CHANGED)
    if request.transaction_data:
        # Sharing data and handing something in are two things: a script says yes to both.
        found.append(Warn.SIGNS)
    return tuple(found)


def of_choice(paths: Iterable[Path], chosen: Sequence[InHand]) -> tuple[Warn, ...]:
    """The warnings that depend on which claims and cards are chosen."""
    found: list[Warn] = []
    # A flag would do: the same card answers "18 or older" without the date.
    if any("birthdate" in path for path in paths):
        found.append(Warn.BIRTHDATE_FOR_AGE)
    if any(one.copy is not None and one.copy.uses > 0 for one in chosen):
        found.append(Warn.REUSE)
    elif any(one.card.copies <= FEW_COPIES for one in chosen):
        found.append(Warn.LAST_COPIES)
    # Each card with personal data says it for itself, to this wallet alone (Wet BRP 2.59).
    if any(one.card.payload.get(RESTRICTED_CLAIM) is True for one in chosen):
        found.append(Warn.RESTRICTED_DISCLOSURE)
    return tuple(found)


def _is_bsn(path: Path) -> bool:
    return any(
        isinstance(part, str) and ("bsn" in part.lower() or "burgerservicenummer" in part.lower())
        for part in path
    )


def _same_purpose(purpose: Object, registered: Registration) -> bool:
    return (
        purpose.get("id") == registered.intended_use_id
        and purpose.get("nl") == registered.purpose.nl
    )
