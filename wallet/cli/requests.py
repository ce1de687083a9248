"""`regie-wallet requests`: fetch what was promised, list everything that waits, act in a case."""

import click

from credential.rights import Right
from credential.strictjson import Object
from wallet import casewords, doors, reminderwords
from wallet.cli import cases as case_commands
from wallet.cli.add import kind_title, spaced
from wallet.cli.add import tell as tell_cards
from wallet.cli.cases import summary, tell
from wallet.cli.output import Output
from wallet.cli.render import local_time, moment
from wallet.cli.session import Session
from wallet.service import cases, partycases, reminders
from wallet.service import requests as service
from wallet.service import rights as asked
from wallet.service.reminders import Reminder, Standing
from wallet.service.requests import CardsWaiting, QuestionWaiting
from wallet.service.wallet import Wallet
from wallet.store.values import PartyCase, RightsCase


@click.group("requests", invoke_without_command=True)
@click.option("--refresh", is_flag=True)
@click.pass_context
def command(ctx: click.Context, refresh: bool) -> None:
    """List what waits: cards, cases, questions and rights; cards that are ready are fetched.

    With --refresh also organisations are asked how applications you signed stand.
    """
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        fetch = doors.network(wallet.config)
        unreached = cases.refresh(wallet, fetch, now=now)
        unasked = partycases.refresh(wallet, fetch, now=now) if refresh else ()
        cards = service.collect(wallet, fetch, now=now)
        open_cases = cases.waiting(wallet, now=now)
        applications = partycases.held(wallet, now=now)
        questions = service.questions(wallet, now=now)
        rights = service.rights_open(wallet)
        due = reminders.due(wallet, now=now)
        reachable = {one.activity: bool(wallet.store.rights_key(one.activity)) for one in due}
        held = reminders.standing(wallet, now=now)
        parties = {one.activity: _party(wallet, one.activity) for one in rights}
    for failure in unreached:
        say.talk("case.unreachable", issuer=failure.issuer)
        say.refusal(failure.error)
    for missed in unasked:
        say.talk("case.unreachable", issuer=missed.party)
        say.refusal(missed.error)
    for reminder in due:
        _reminder(reminder, reachable[reminder.activity], say)
    for waiting in cards:
        _cards(waiting, say)
    for case in open_cases:
        say.line(summary(case))
        tell(case, say, now)
    for application in applications:
        _application(application, say)
    for question in questions:
        _question(question, say)
    for right in rights:
        _right(right, parties[right.activity], now, say)
    if not (due or cards or open_cases or applications or questions or rights):
        say.text("requests.none")
    _standing(held, say)


def _cards(waiting: CardsWaiting, say: Output) -> None:
    progress = waiting.progress
    line: Object = {
        "request": progress.id,
        "type": "cards",
        "state": progress.state,
        "kinds": [*progress.kinds],
        "issuer": progress.issuer,
        "number": progress.number,
        "cards": [card.id for card in progress.received],
        "denied": [{"kind": kind, "reason": reason} for kind, reason in progress.denied],
    }
    if waiting.error is not None:
        line["error"] = waiting.error
        key = "requests.unreachable" if progress.number else "refresh.unreachable"
        say.talk(key, issuer=progress.issuer, number=spaced(progress.number))
    say.line(line)
    titles = ", ".join(kind_title(kind, say) for kind in progress.kinds)
    say.text("requests.cards", issuer=progress.issuer, kinds=titles)
    tell_cards(progress, say)
    if progress.state == "pending":
        say.text("add.later")


def _application(case: PartyCase, say: Output) -> None:
    lang = say.texts.lang
    said = partycases.reason(case, lang)
    say.line(
        {
            "request": case.number,
            "type": "case",
            "case_type": "application",
            "state": case.phase,
            "title": partycases.title(case, lang),
            "party": case.party,
            "party_oin": case.oin,
            "activity": case.activity,
            "since": moment(case.at),
            "due": None if case.due is None else moment(case.due),
            "reason": said or None,
            "history": [
                {"phase": phase, "at": moment(at)} for phase, at in partycases.history(case)
            ],
        }
    )
    for sentence in casewords.application(case, say.texts):
        say.plain(sentence)


def _question(question: QuestionWaiting, say: Output) -> None:
    say.line(
        {
            "request": question.id,
            "type": "share",
            "state": "open",
            "party": question.party,
            "host": question.host,
            "expires": moment(question.expires_at),
        }
    )
    say.text(
        "requests.question",
        party=question.party or question.host,
        id=question.id,
        until=local_time(question.expires_at),
    )


def _right(case: RightsCase, party: str, now: int, say: Output) -> None:
    last, document = reminders.deadline(case), case.document
    say.line(
        {
            "request": case.id,
            "type": "right",
            "state": case.state,
            "right": case.right,
            "activity": case.activity,
            "party": party,
            "asked": moment(case.asked_at),
            "due": None if case.due is None else moment(case.due),
            "deadline": None if last is None else moment(last),
            "late": reminders.late(case, now),
            "channel": document.get("channel"),
        }
    )
    state = say.texts.find(f"rights.states.{case.state}") or case.state
    right = say.texts.find(f"right.{case.right}") or case.right
    say.text("requests.right", right=right, state=state, activity=case.activity[:8])
    if last is not None:
        say.text("requests.right-until", party=party, day=reminderwords.day_text(last))
    if "channel" in document:
        say.text("requests.right-close", id=case.id[:8])


def _party(wallet: Wallet, activity: str) -> str:
    found = wallet.store.activity(activity)
    return "" if found is None else found.party_name


def _reminder(reminder: Reminder, reachable: bool, say: Output) -> None:
    say.line(
        {
            "type": "reminder",
            "reminder": reminder.kind.value,
            "activity": reminder.activity,
            "party": reminder.party,
            "since": moment(reminder.day),
            "right": reminder.right or None,
            "request": reminder.case or None,
        }
    )
    say.plain(reminderwords.line(reminder, say.texts))
    name = "report" if reminder.right == reminders.REPORT else reminder.kind.value
    if not reachable and name != "report":
        # No question of a wallet reaches them: another letter does.
        name = f"letter-{name}"
    right = reminder.right or Right.ERASURE.value
    say.text(f"reminder.next.{name}", id=reminder.activity[:8], right=right)


def _standing(held: Standing, say: Output) -> None:
    if held.organisations:
        say.line(
            {
                "type": "standing",
                "organisations": held.organisations,
                "first": held.first or None,
                "day": held.day or None,
            }
        )
        say.plain(reminderwords.standing(held, say.texts))


@click.command("close")
@click.argument("request")
@click.pass_obj
def close(session: Session, request: str) -> None:
    """Put away a request you expect nothing more of."""
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        case = asked.close(wallet, request, now=now)
    say.result({"request": case.id, "right": case.right, "activity": case.activity})
    say.text("requests.closed")


for sub in (
    case_commands.show,
    case_commands.supplement,
    case_commands.withdraw,
    case_commands.recipients,
    close,
):
    command.add_command(sub)
