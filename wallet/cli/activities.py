"""`activities`: the list, and what concerns the log as a whole."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import click

from wallet.cli import exporting, importing, summing
from wallet.cli.output import Output, declined
from wallet.cli.render import activity_line, activity_object, local_time, parse_day
from wallet.cli.session import Session
from wallet.cli.waiting import waiting
from wallet.errors import ExitCode
from wallet.events import Outcome, Type
from wallet.outcomes import TOLD_BY_EVENTS
from wallet.service.overview import understood
from wallet.service.wallet import Wallet
from wallet.store import Filter
from wallet.store.activities import PAGE


@click.group("activities", invoke_without_command=True)
@click.option("--party", metavar="NAME|OIN", default="")
@click.option("--attribute", metavar="[KIND:]PATH", default="")
@click.option("--purpose", metavar="TEXT", default="")
@click.option("--since", metavar="YYYY-MM-DD", default="")
@click.option("--until", metavar="YYYY-MM-DD", default="")
@click.option("--outcome", type=click.Choice([o.value for o in Outcome]), default=None)
@click.option("--type", "type_", type=click.Choice([t.value for t in Type]), default=None)
@click.option("--search", metavar="WORDS", default="")
@click.option("--limit", type=click.IntRange(0), default=0)
@click.option("--before", metavar="ID", default="")
@click.option("--totals", is_flag=True)
@click.pass_context
def command(
    ctx: click.Context,
    party: str,
    attribute: str,
    purpose: str,
    since: str,
    until: str,
    outcome: str | None,
    type_: str | None,
    search: str,
    limit: int,
    before: str,
    totals: bool,
) -> None:
    """List what was asked, shared and done."""
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    wanted = Filter(
        party=party,
        attribute=attribute,
        purpose=purpose,
        since=parse_day(since) if since else None,
        until=parse_day(until, end=True) if until else None,
        outcome=outcome or "",
        type=type_ or "",
        search=search,
    )
    with session.open(write=False) as wallet:
        if totals:
            summing.show(session, wallet, wanted)
            return
        if before:
            place = wallet.store.place(wallet.store.find_activity(before))
            wanted = replace(wanted, before=place)
        _list(session.say, wallet, understood(wallet, wanted), limit)


def _list(say: Output, wallet: Wallet, wanted: Filter, limit: int) -> None:
    # One more than is shown, to know whether there is another page.
    found = wallet.store.activities(replace(wanted, limit=limit + 1 if limit else 0))
    shown, last = 0, ""
    while page := [*islice(found, min(PAGE, limit - shown) if limit else PAGE)]:
        counts = wallet.store.event_counts(one.id for one in page if one.type in TOLD_BY_EVENTS)
        for activity in page:
            say.line(activity_object(activity))
            say.plain(activity_line(say.texts, activity, counts.get(activity.id)))
        shown, last = shown + len(page), page[-1].id
    if not shown:
        say.talk("activities.none")
    elif next(found, None) is not None:
        say.talk("activities.more", id=last[:8])


@command.command("verify")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--head", "kept", metavar="WORDS", default=None)
@click.option("--file-passphrase-file", "phrase_file", metavar="FILE", default="")
@click.pass_obj
def verify(session: Session, file: Path | None, kept: str | None, phrase_file: str) -> int:
    """Check that the log is whole, or a log that somebody exported to FILE."""
    from wallet import log

    if file is not None:
        return exporting.verify(session, file, phrase_file)
    say = session.say
    with session.open(write=False) as wallet, waiting(say, "verify") as how:
        report = log.verify(wallet.store, kept_words=kept, report=how)
    say.result(
        {
            "ok": report.ok,
            "entries": report.entries,
            "removed": list(report.removed),
            "faults": [{"code": fault.code, "n": fault.n} for fault in report.faults],
            "mended": report.mended,
            "kept_at": report.kept_at,
            "head": list(report.head),
        }
    )
    for fault in report.faults:
        say.text("verify.fault", n=fault.n, what=say.texts.get(f"fault.{fault.code}"))
    if report.removed:
        say.text("verify.removed", count=len(report.removed))
    if report.mended:
        say.text("verify.mended")
    if report.kept_at is not None:
        say.text("verify.kept", n=report.kept_at)
    say.text("verify.ok" if report.ok else "verify.broken", count=report.entries)
    return ExitCode.OK if report.ok else ExitCode.LOG_BROKEN


@command.command("head")
@click.pass_obj
def head(session: Session) -> None:
    """Print eight words to keep elsewhere."""
    from wallet import log

    say = session.say
    with session.open(write=False) as wallet:
        n, words = log.head_words(wallet.store)
    say.result({"n": n, "words": list(words)})
    say.plain(" ".join(words))
    say.talk("head.keep", n=n, when=local_time(session.now()))


@command.command("forget")
@click.argument("activity_id", metavar="[ID]", default="")
@click.option("--values", "values_only", is_flag=True)
@click.option("--all-values", is_flag=True)
@click.option("--yes", is_flag=True)
@click.pass_obj
def forget(
    session: Session, activity_id: str, values_only: bool, all_values: bool, yes: bool
) -> None:
    """Wipe an activity, or only the values kept with it or with all."""
    say, now = session.say, session.now()
    if all_values == bool(activity_id):
        raise click.UsageError(say.texts.get("forget-activity.which"))
    with session.open(write=True, now=now) as wallet:
        found = None if all_values else wallet.store.find_activity(activity_id)
        values_only = values_only or found is None
        say.talk("forget-activity.warning-values" if values_only else "forget-activity.warning")
        if not yes and not say.confirm("forget-activity.sure"):
            declined()
        if values_only or found is None:
            count = wallet.store.erase_sent(found)
            say.result({"activity": found, "values_erased": count})
            say.text("forget-activity.values", count=count)
            return
        entry = wallet.store.forget_activity(found, at=now)
    say.result({"activity": found, "removed": entry.body["entries"]})
    say.text("forget-activity.done")


command.add_command(exporting.command)
command.add_command(importing.command)
command.add_command(importing.imported)
