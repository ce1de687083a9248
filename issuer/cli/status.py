"""`revoke` and `publish-status`."""

from pathlib import Path

import click

from credential.strictjson import Object
from issuer import clock
from issuer.cli.common import Session, clerk_name, kinds_of, options, read_person
from issuer.cli.desk import office_of
from issuer.errors import NothingFound
from issuer.service import deskwork, statuslists
from issuer.service.deskwork import Purpose


@click.command()
@click.option("--person-file", required=True, help="File (0600) with the number, or -.")
@click.option("--kinds", default="all", show_default=True, help="Kinds with commas, or all.")
@click.option("--municipality", help="The municipality (code) that issued; default: all here.")
@click.option(
    "--now", "at_once", is_flag=True, help="At the next publication, not within 24 hours."
)
@click.option(
    "--reason",
    required=True,
    type=click.Choice(list(statuslists.TOLD_AS)),
    help="Why; stands in the processing log, never in a list.",
)
@click.option("--clerk", help="Who revokes; default: the current user.")
@options
def revoke(
    session: Session,
    person_file: str,
    kinds: str,
    municipality: str | None,
    at_once: bool,
    reason: str,
    clerk: str | None,
) -> None:
    """Revoke all copies of a person's cards; there is no way back."""
    office = office_of(session)
    bsn = read_person(person_file)
    total: dict[str, int] = {}
    stopped = wallets = 0
    for one in office.municipalities.values():
        if municipality not in (None, one.code):
            continue
        wanted = kinds_of(kinds) or frozenset(one.settings.kinds)
        try:
            done = deskwork.take_back(
                office,
                one,
                bsn,
                wanted,
                reason,
                clerk=clerk_name(clerk),
                why=Purpose.REVOCATION,
                at_once=at_once,
                now=clock.now(),
            )
        except NothingFound:
            continue
        stopped += done.stopped
        wallets += done.wallets
        for kind, copies in done.copies.items():
            total[kind] = total.get(kind, 0) + copies
    if not total and not stopped and not wallets:
        raise NothingFound("revoke.nothing", "Regie formats 7")
    if session.json:
        members: Object = {"revoked": {**total}, "cases": stopped, "wallets": wallets}
        session.data(members | {"now": at_once, "reason": reason})
        return
    for kind, copies in total.items():
        name = session.text(f"kind.{kind}")
        key = "revoke.now" if at_once else "revoke.spread"
        click.echo(session.text(key, kind=name, copies=copies))
    if stopped:
        click.echo(session.text("revoke.cases", cases=stopped))
    if wallets:
        click.echo(session.text("revoke.wallets"))
    click.echo(session.text("revoke.final"))


@click.command("publish-status")
@click.option("--to", type=click.Path(path_type=Path), help="Folder of the static mirror.")
@options
def publish_status(session: Session, to: Path | None) -> None:
    """Sign every status list anew, and write them as static files."""
    office = office_of(session)
    target = to
    if target is None and office.settings.publish_to is not None:
        target = session.folder / office.settings.publish_to
    made = statuslists.publish(office, clock.now(), target)
    session.say("status.published", lists=made)
    if session.json:
        session.data({"lists": made, "to": None if target is None else str(target)})


COMMANDS = (revoke, publish_status)
