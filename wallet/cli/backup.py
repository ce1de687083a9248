"""`backup FILE`: everything that can move to another computer, in one encrypted file."""

from pathlib import Path

import click

from wallet.cli.exporting import file_passphrase
from wallet.cli.session import Session


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--file-passphrase-file", "phrase_file", metavar="FILE", default="")
@click.pass_obj
def command(session: Session, file: Path, phrase_file: str) -> None:
    """Write a backup."""
    from wallet.service import backup, exporting

    say, now = session.say, session.now()
    with session.open(write=True, now=now) as wallet:
        exporting.require_new(file)
        say.talk("backup.what")
        passphrase = file_passphrase(session, phrase_file, again=True)
        made = backup.backup(wallet, file, passphrase, now=now)
    say.result({"file": str(file), "entries": made.entries, "cards": made.cards, "size": made.size})
    say.text("backup.done", file=file.name, count=made.entries)
    say.text("backup.cards", count=made.cards)
    say.talk("backup.keep")
    say.talk("backup.next", file=file.name)
