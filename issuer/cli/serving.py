"""`serve` and `serve-register`: the two servers."""

from pathlib import Path

import click

from issuer import clock
from issuer.cli.common import Session, options
from issuer.cli.desk import office_of


@click.command()
@options
def serve(session: Session) -> None:
    """Serve offers, tokens, cards and status lists."""
    from issuer.web.server import run

    office = office_of(session)
    session.say("serve.started", url=office.settings.base_url)
    run(office, now=clock.now, moment=clock.monotonic, home=session.folder)


COMMANDS = (serve,)
_ = Path
