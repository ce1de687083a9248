"""`regie-wallet get ISSUER [KIND...]`: cards from home, by logging in at the issuer."""

import click

from wallet import doors
from wallet.cli.add import exit_of, log_in, show, summary
from wallet.cli.apply import apply_for
from wallet.cli.completing import complete_kind
from wallet.cli.output import declined
from wallet.cli.session import Session
from wallet.service import add
from wallet.service import get as service


@click.command("get")
@click.argument("issuer")
@click.argument("kinds", metavar="[KIND]...", nargs=-1, shell_complete=complete_kind)
@click.option("--yes", is_flag=True)
@click.option("--no-browser", is_flag=True)
@click.option("--fields-file", metavar="FILE")
@click.option("--attach", metavar="FILE", multiple=True)
@click.pass_obj
def command(
    session: Session,
    issuer: str,
    kinds: tuple[str, ...],
    yes: bool,
    no_browser: bool,
    fields_file: str | None,
    attach: tuple[str, ...],
) -> int:
    """Fetch cards from home: you log in with your browser."""
    if fields_file is not None or attach:
        return apply_for(session, issuer, kinds, fields_file or "", attach)
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        fetch = doors.network(wallet.config)
        look = service.look(wallet, fetch, issuer, kinds, now=now)
        show(look, say)
        if not yes and not say.confirm("add.question", issuer=look.issuer):
            add.decline(wallet, look, now=now)
            declined()
        progress = log_in(wallet, fetch, look, session, browser=not no_browser)
    say.result(summary(progress))
    return exit_of(progress)
