"""`sync`: the registrar's files."""

import click

from issuer import clock, config
from issuer.cli.common import Session, options


@click.command()
@click.option("--from", "source", help="Another mirror of the scheme: https address or folder.")
@options
def sync(session: Session, source: str | None) -> None:
    """Fetch the scheme: who vouches for wallets, who succeeds which municipality."""
    from issuer.service import sync as syncing

    settings = config.load(session.folder)
    done = syncing.sync(session.folder, settings, clock.now(), source=source)
    session.say("scheme.synced", sequence=done.sequence)
    if session.json:
        session.data(
            {
                "sequence": done.sequence,
                "next_update": done.next_update,
                "changed": done.changed,
            }
        )


COMMANDS = (sync,)
