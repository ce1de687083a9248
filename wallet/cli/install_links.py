"""`regie-wallet install-links`: links in the browser open in this wallet."""

import os

import click

from wallet.cli.output import Output, declined
from wallet.cli.session import Session
from wallet.desktop import ENTRY, Desktop, own_command
from wallet.links import SCHEMES


@click.command("install-links")
@click.option("--remove", is_flag=True)
@click.option("--show", is_flag=True)
@click.option("--yes", is_flag=True)
@click.pass_obj
def command(session: Session, remove: bool, show: bool, yes: bool) -> None:
    """Let links in the browser open in this wallet."""
    say, desktop = session.say, Desktop.of(os.environ)
    if remove:
        say.text("links.removed" if desktop.remove() else "links.nothing")
    elif not show:
        _other(desktop, say, yes)
        desktop.install(own_command(session.home))
        say.text("links.installed")
    for scheme in sorted(SCHEMES):
        opened = desktop.opened_by(scheme)
        say.line({"scheme": scheme, "opens": opened or None, "ours": opened == ENTRY})
        state = "ours" if opened == ENTRY else "other" if opened else "none"
        say.text(f"links.state.{state}", scheme=scheme, entry=opened)


def _other(desktop: Desktop, say: Output, yes: bool) -> None:
    """Another wallet that opened these links is not pushed aside without a question."""
    others = {desktop.opened_by(scheme) for scheme in SCHEMES} - {"", ENTRY}
    if others and not yes:
        say.talk("links.others", entries=", ".join(sorted(others)))
        if not say.confirm("links.question"):
            declined()
