"""`lint`."""

import sys
from pathlib import Path

import click

from registrar import clock
from registrar.cli.common import Folder, Session
from registrar.service import reviewing as service


@click.command()
@click.argument("published", type=Folder, required=False)
@click.pass_obj
def lint(session: Session, published: Path | None) -> None:
    """Name what is wrong with the parties' files and with a published tree."""
    found = service.review(session.home, published, now=clock.now())
    for one in found:
        session.say(one.code, where=one.where, what=one.what)
        session.data(code=one.code, where=one.where, what=one.what)
    if not found:
        session.say("done.clean")
    sys.exit(2 if found else 0)


COMMANDS = (lint,)
