"""`publish` and `revoke`."""

from pathlib import Path

import click

from registrar import clock
from registrar.cli.common import Folder, Session, day
from registrar.service import publishing as service


@click.command()
@click.option("--to", "target", type=Folder, required=True, help="Folder of the static tree.")
@click.pass_obj
def publish(session: Session, target: Path) -> None:
    """Sign what is due and write the tree."""
    done = service.publish(
        session.home,
        target,
        session.passphrase(),
        now=clock.now(),
        entropy=clock.random_bytes,
    )
    for party, folder in done.handed_over.items():
        session.say("done.handover", party=party, folder=str(folder))
    session.say(
        "done.published",
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
        certificates={party: str(folder) for party, folder in done.handed_over.items()},
    )


@click.command()
@click.argument("name")
@click.pass_obj
def revoke(session: Session, name: str) -> None:
    """Take back a party, or one certificate or registration by its hash."""
    found = service.revoke(session.home, name, now=clock.now())
    session.say("done.revoked", count=len(found))
    session.data(revoked=[*found])


COMMANDS = (publish, revoke)
