"""The rights of one activity on the terminal: what is due, what they told, what can be asked."""

from wallet import reminderwords
from wallet.cli import answers
from wallet.cli.answers import Labels
from wallet.cli.output import Output
from wallet.cli.render import local_day, local_time
from wallet.service.accessdata import Told
from wallet.service.lookback import Lookback
from wallet.service.reminders import Reminder


def tell(
    say: Output, found: Lookback, told: Told | None, due: tuple[Reminder, ...], labels: Labels
) -> None:
    """Below what happened: the rights asked and how each stands, and what is next."""
    if found.rights:
        say.text("activity.rights")
    for case in found.rights:
        right = say.texts.find(f"right.{case.right}") or case.right
        state = say.texts.find(f"rights.states.{case.state}") or case.state
        say.plain(f"  {local_time(case.asked_at)}  {right}: {state}")
    for reminder in due:
        say.plain(reminderwords.line(reminder, say.texts))
    if told is not None:
        say.text("activity.told")
        say.plain("  " + say.texts.get("data.at", day=local_day(told.at)))
        answers.tell(told, say, labels)
    name = found.activity.id[:8]
    shared = any(claim.shared for claim in found.activity.claims.values())
    if not (found.can_ask or shared or found.activity.party_name):
        return
    say.text("activity.next")
    if found.can_ask or shared:
        say.plain("  " + say.texts.get("activity.erase", id=name))
        say.plain("  " + say.texts.get("activity.more-rights", id=name))
    if found.can_ask:
        say.plain("  " + say.texts.get("activity.status", id=name))
    if found.activity.type == "disclosure":
        say.plain("  " + say.texts.get("activity.report", id=name))
