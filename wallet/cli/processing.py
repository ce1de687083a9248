"""`regie-wallet processing PARTY`: what a municipality did with your data."""

import click

from wallet import doors
from wallet.cli.output import Output
from wallet.cli.render import local_time, moment
from wallet.cli.session import Session
from wallet.processingwords import query_lines, step_lines
from wallet.service import processing as service
from wallet.service.processing import Processing


@click.command("processing")
@click.argument("party", metavar="NAME|OIN")
@click.pass_obj
def command(session: Session, party: str) -> None:
    """See what a municipality did with your data, when, why and for whom."""
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        found = service.fetch_own(
            wallet, doors.network(wallet.config), party, lang=session.lang, now=now
        )
    _machine(found, say)
    if not session.json_mode:
        _person(found, say)


def _machine(found: Processing, say: Output) -> None:
    party = {"name": found.issuer, "oin": found.oin}
    for step in found.steps:
        say.line(
            {
                "type": "processing",
                "party": dict(party),
                "at": moment(step.at),
                "activity": step.activity,
                "name": step.name,
                "purpose": step.purpose,
                "recipient": step.recipient,
            }
        )
    for query in found.queries:
        say.line(
            {
                "type": "query",
                "party": dict(party),
                "at": moment(query.at),
                "purpose": query.purpose,
                "official_role": query.official_role,
                "fields": [*query.fields],
                "found": bool(query.found),
            }
        )


def _person(found: Processing, say: Output) -> None:
    if not found.steps and not found.queries:
        say.text("processing.none", issuer=found.issuer)
        return
    say.text("processing.queries", issuer=found.issuer)
    for query in found.queries:
        first, *more = query_lines(query, say.texts)
        say.plain(f"  {local_time(query.at)}  {first}")
        for line in more:
            say.plain(f"      {line}")
    if not found.queries:
        say.plain("  " + say.texts.get("processing.no-queries"))
    say.text("processing.steps", issuer=found.issuer)
    for step in found.steps:
        first, *more = step_lines(step, say.texts)
        say.plain(f"  {local_time(step.at)}  {first}")
        for line in more:
            say.plain(f"      {line}")
    if not found.steps:
        say.plain("  " + say.texts.get("processing.no-steps"))
