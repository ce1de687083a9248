"""What a person must mind before sharing: warnings, each accepted by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from credential.disclosurepolicy import DisclosurePolicy
from credential.names import Path, path_text
from wallet import terms
from wallet.request import VerifiedRequest
from wallet.store.values import Card, Copy
from wallet.terms import Changed, Claim, Terms

FEW_COPIES: Final = 2
RESTRICTED_CLAIM: Final = "disclosure_restricted"


class Warn(StrEnum):
    """What a person must mind, and accept one by one; stable codes of the command line."""

    UNREGISTERED = "unregistered"
    OVER_ASKING = "over_asking"
    BSN = "bsn"
    BIRTHDATE_FOR_AGE = "birthdate_for_age"
    FIRST_TIME = "first_time"
    WEBSITE_DIFFERS = "website_differs"
    LAST_COPIES = "last_copies"
    RESTRICTED_DISCLOSURE = "restricted_disclosure"
    PURPOSE_CHANGED = "purpose_changed"
    RETENTION_CHANGED = "retention_changed"
    SHARING_CHANGED = "sharing_changed"
    ASKS_MORE = "asks_more"
    DISCLOSURE_POLICY = "disclosure_policy"
    REUSE = "reuse"
    SIGNS = "signs"


@dataclass(frozen=True)
class InHand:
    """A card with the copy that would be used; without a copy it can be shown, not shared."""

    card: Card
    copy: Copy | None
    authority_key_ids: frozenset[str] = frozenset()
    policy: DisclosurePolicy | None = None
    """What its issuer says about who should see it."""


@dataclass(frozen=True)
class Before:
    """What the log says about this organisation: shared with before, and on which terms."""

    known: bool
    terms: Terms | None = field(default=None, repr=False)


def changed(request: VerifiedRequest, before: Before) -> Changed | None:
    """What is different from the last time, if there was one and anything is."""
    if before.terms is None:
        return None
    return terms.compare(before.terms, terms.stated(request.registration, _asked(request)))


def of_request(
    request: VerifiedRequest, before: Before, differs: Changed | None
) -> tuple[Warn, ...]:
    """The warnings that hold whatever is chosen."""
    paths = [claim.path for one in request.query.credentials for claim in one.claims or ()]
    reason = differs is not None and differs.purpose
    # For another reason other terms are no surprise: they stand with the reason, said once.
    same = None if reason else differs
    found = {
        Warn.UNREGISTERED: request.registration is None,
        Warn.OVER_ASKING: bool(request.over_asked),
        Warn.BSN: any(_is_bsn(path) for path in paths),
        Warn.FIRST_TIME: not before.known,
        Warn.WEBSITE_DIFFERS: request.request_host != request.response_host,
        Warn.PURPOSE_CHANGED: reason,
        Warn.RETENTION_CHANGED: same is not None and same.retention,
        Warn.SHARING_CHANGED: same is not None and same.recipients,
        Warn.ASKS_MORE: same is not None and bool(same.more),
        # Sharing data and handing something in are two things: a script says yes to both.
        Warn.SIGNS: bool(request.transaction_data),
    }
    return tuple(warn for warn, holds in found.items() if holds)


def of_choice(paths: Iterable[Path], chosen: Sequence[InHand]) -> tuple[Warn, ...]:
    """The warnings that depend on which claims and cards are chosen."""
    found: list[Warn] = []
    paths = tuple(paths)
    # Asked for or not: some cards let nothing leave without it.
    if any(_is_bsn(path) for path in paths):
        found.append(Warn.BSN)
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


def _asked(request: VerifiedRequest) -> tuple[Claim, ...]:
    """What is asked, as the log writes it."""
    return tuple(
        (one.vct_values[0] if one.vct_values else "", path_text(claim.path))
        for one in request.query.credentials
        for claim in one.claims or ()
    )
