"""`regie-wallet open LINK|IMAGE`: any link, on the screens; what a click in the browser runs."""

import click

from wallet import doors, links
from wallet.cli import handing
from wallet.cli.session import Session
from wallet.service.wallet import key_file


@click.command("open")
@click.argument("link", metavar="LINK|IMAGE")
@click.pass_obj
def command(session: Session, link: str) -> None:
    """Open a link on the screens."""
    text = doors.read_text(link, session.read_input)
    links.parse(text)
    key_file(session.home)
    if not handing.given(session, text):
        # No screens are open: here they are, with the link.
        from wallet.tui import run

        run(session, link=text)
