"""`regie-wallet passphrase`: another passphrase for this wallet."""

from pathlib import Path

import click

from wallet import files
from wallet.cli import phrases
from wallet.cli.session import Session
from wallet.service import locks


@click.command("passphrase")
@click.option("--new", "new_file", metavar="FILE", default="")
@click.pass_obj
def command(session: Session, new_file: str) -> None:
    """Change the passphrase; the wallet itself stays as it is."""
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        old = session.own_passphrase()
        new = _chosen(session, new_file)
        locks.change_passphrase(wallet, old, new, now=now)
    say.result({"outcome": "changed"})
    say.text("passphrase.changed")


def _chosen(session: Session, file: str) -> str:
    """From a file that only you can read, from standard input, or typed twice."""
    if file == "-":
        return session.read_input()
    return files.read_private(Path(file)) if file else phrases.choose(session.say, "--new")
