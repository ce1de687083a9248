"""What is due and who still has what, in words; the same for terminal and screens."""

from datetime import UTC, datetime

from credential.plaintext import terminal_safe
from wallet.phrases import date_text
from wallet.service.reminders import REPORT, Due, Reminder, Standing
from wallet.texts import Texts


def line(reminder: Reminder, texts: Texts) -> str:
    """One sentence: who, what was due, since when, what can be done."""
    party = terminal_safe(reminder.party) or texts.get("reminder.somebody")
    day = day_text(reminder.day)
    if reminder.kind is Due.PROOF:
        return texts.get("reminder.proof", party=party, day=day)
    if reminder.right == REPORT:
        return texts.get("reminder.report", party=party, day=day)
    right = texts.find(f"right.{reminder.right}") or terminal_safe(reminder.right)
    return texts.get("reminder.late", party=party, right=right, day=day)


def short(reminder: Reminder, texts: Texts) -> str:
    """The same in a few words, beside the name of the organisation."""
    day = day_text(reminder.day)
    if reminder.kind is Due.PROOF:
        return texts.get("reminder.short.proof", day=day)
    right = texts.find(f"right.{reminder.right}") or terminal_safe(reminder.right)
    return texts.get("reminder.short.late", right=right, day=day)


def standing(found: Standing, texts: Texts) -> str:
    """How many organisations have something, and who erases first; nothing when nobody has."""
    if not found.organisations:
        return ""
    one = found.organisations == 1
    if not found.day:
        return texts.get("standing.one" if one else "standing.many", count=found.organisations)
    return texts.get(
        "standing.one-first" if one else "standing.many-first",
        count=found.organisations,
        party=terminal_safe(found.first),
        day=date_text(found.day),
    )


def day_text(at: int) -> str:
    """The day as it is counted here: terms end with a day in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%d-%m-%Y")
