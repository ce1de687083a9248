"""`lint`."""

import sys
from pathlib import Path

import click

from registrar import clock
from registrar.cli.common import Folder, Session
from registrar.cli.findings import show
from registrar.findings import wrong
from registrar.service import reviewing as service


@click.command()
@click.argument("published", type=Folder, required=False)
@click.option("--github", is_flag=True, help="Annotations for a code review.")
@click.pass_obj
def lint(session: Session, published: Path | None, github: bool) -> None:
    """Name what is wrong with the register's files and with a published tree.

    Advice does not keep anything from being published; it ends with 0.
    """
    found = service.review(session.home, published, now=clock.now())
    show(session, found, github=github)
    if not found:
        session.say("done.clean")
    sys.exit(2 if wrong(found) else 0)


COMMANDS = (lint,)
