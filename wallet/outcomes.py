"""How an activity ended, in words; the same for terminal and screens."""

from collections.abc import Mapping
from typing import Final

from wallet.events import Kind, Outcome, Type
from wallet.store.projection import Activity
from wallet.texts import Texts

CARD_EVENTS: Final = (
    Kind.CARD_RECEIVED,
    Kind.CARD_RENEWED,
    Kind.CARD_REFUSED,
    Kind.CARD_REVOKED,
    Kind.CARD_EXPIRED,
    Kind.CARD_DELETED,
)
TOLD_BY_EVENTS: Final = frozenset({Type.CARD, Type.LOG, Type.WALLET})
"""Of these activities the events say more than that they are done."""
# Asking these changes nothing for the resident, so a list need not repeat them.
_PASSING: Final = frozenset({"status", "receipt"})


def outcome_text(activity: Activity, texts: Texts, events: Mapping[str, int] | None = None) -> str:
    """How it ended; `events` counts the kinds of its events, where these say more."""
    cards = cards_text(events or {}, texts, activity.card_kind)
    if cards:
        return cards
    if activity.type != Type.CARD and events and activity.type in TOLD_BY_EVENTS:
        done = ", ".join(texts.get(f"event.{kind}") for kind in events)
        return f"{done[:1].lower()}{done[1:]}"
    shared = sum(claim.shared for claim in activity.claims.values())
    words = texts.find(f"outcome.{activity.type}.{activity.outcome}") or texts.get(
        f"outcome.{activity.outcome}"
    )
    if shared and activity.outcome == Outcome.SHARED:
        return texts.get(f"activities.{'item' if shared == 1 else 'items'}", count=shared)
    return words


def cards_text(events: Mapping[str, int], texts: Texts, kind: str) -> str:
    """What happened to cards, counted; nothing when nothing did."""
    title = texts.find(f"kind.{kind}") or kind
    parts = []
    for event in CARD_EVENTS:
        count = events.get(event, 0)
        name = event.removeprefix("card.")
        if count == 1 and title:
            parts.append(texts.get(f"outcome.cards.{name}-one", title=title))
        elif count:
            parts.append(texts.get(f"outcome.cards.{name}", count=count))
    return ", ".join(parts)


def told_text(reason: str, texts: Texts) -> str:
    """Why a card is not as it was, in the words for what its issuer told."""
    known = texts.find(f"reason.{reason}") if reason not in ("", "other") else None
    return known or texts.get("refresh.other-reason")


def right_text(activity: Activity, texts: Texts) -> str:
    """What was asked of the organisation and how that stands; nothing when nothing was."""
    if not activity.right_name or activity.right_name in _PASSING:
        return ""
    right = texts.find(f"right.{activity.right_name}") or activity.right_name
    state = texts.find(f"rights.states.{activity.right_state}") or activity.right_state
    return f"{right}: {state}"
