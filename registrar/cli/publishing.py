"""`publish`."""

from pathlib import Path
from typing import Final

import click

from registrar import clock
from registrar.cli.common import Folder, Session, day
from registrar.service import publishing as service

MOST_SHOWN: Final = 40


@click.command()
@click.option("--to", "target", type=Folder, required=True, help="Folder of the static tree.")
@click.option(
    "--when-due",
    is_flag=True,
    help="Publish nothing while nothing changed and half of the period is left.",
)
@click.option("--late", is_flag=True, help="The clock is right: the last one ended long ago.")
@click.option(
    "--replace", is_flag=True, help="Write over the publication of another scheme, or a broken one."
)
@click.pass_obj
def publish(session: Session, target: Path, when_due: bool, late: bool, replace: bool) -> None:
    """Sign what is due and write what changed."""
    done = service.publish(
        session.home,
        target,
        session.passphrase(),
        now=clock.now(),
        entropy=clock.random_bytes,
        when_due=when_due,
        late=late,
        replace=replace,
    )
    if done.healed:
        session.say("done.healed", folder=str(target))
    for party, folder in done.handed_over.items():
        session.say("done.handover", party=party, folder=str(folder))
    for name in done.waiting:
        registered = "/registration/" in name
        session.say("done.waiting_registration" if registered else "done.waiting", name=name)
    for change in done.changes[:MOST_SHOWN]:
        session.say(f"done.change_{change.word}", path=change.path)
    if len(done.changes) > MOST_SHOWN:
        session.say("done.changes_more", count=len(done.changes) - MOST_SHOWN)
    session.say(
        "done.unchanged" if done.unchanged else "done.published",
        sequence=done.sequence,
        folder=str(target),
        until=day(done.next_update),
    )
    session.data(
        sequence=done.sequence,
        next_update=done.next_update,
        fingerprint=done.fingerprint,
        files=done.files,
        to=str(target),
        unchanged=done.unchanged,
        healed=done.healed,
        changes=[{"path": one.path, "change": one.word} for one in done.changes],
        waiting=[*done.waiting],
        certificates={party: str(folder) for party, folder in done.handed_over.items()},
    )


COMMANDS = (publish,)
