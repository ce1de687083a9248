"""`restore FILE`: a wallet in an empty folder that goes on where a backup ended."""

import dataclasses
from pathlib import Path

import click

from credential.strictjson import Json
from wallet import clock, doors
from wallet.cli.again import tell_again
from wallet.cli.exporting import file_passphrase
from wallet.cli.init import choose_passphrase, scheme_place
from wallet.cli.render import local_time, moment
from wallet.cli.session import Session
from wallet.errors import ExitCode, WalletError
from wallet.service import awaited, backup
from wallet.service.backup import Opened, scheme_of
from wallet.service.sync import sync
from wallet.service.wallet import Wallet


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--file-passphrase-file", "phrase_file", metavar="FILE", default="")
@click.option("--scheme", metavar="URL|DIR", default="")
@click.option("--tls-ca", metavar="FILE", default="")
@click.pass_obj
def command(session: Session, file: Path, phrase_file: str, scheme: str, tls_ca: str) -> int:
    """Make a wallet from a backup."""
    say, now = session.say, session.now()
    backup.require_empty(session.home)
    opened = backup.open_file(file, file_passphrase(session, phrase_file, again=False))
    say.talk(
        "restore.found",
        when=local_time(opened.made_at),
        count=opened.entries,
        cards=len(opened.cards),
    )
    opened = _placed(opened, scheme, tls_ca)
    say.talk("restore.scheme", **scheme_of(opened))
    passphrase = choose_passphrase(session)
    with backup.restore(
        session.home, opened, passphrase, now=now, entropy=clock.random_bytes
    ) as wallet:
        whole = backup.whole(wallet)
        synced = _sync(wallet, now)
        again = awaited.again(wallet, now=now)
    listed: list[Json] = [
        {"issuer": one.name, "oin": one.oin, "kinds": [*one.kinds]} for one in again
    ]
    say.result(
        {
            "home": str(session.home),
            "made_at": moment(opened.made_at),
            "entries": opened.entries,
            "ok": whole,
            "synced": synced,
            "dropped": [*opened.dropped],
            "fetch_again": listed,
        }
    )
    say.text("restore.done", home=session.home, count=opened.entries)
    say.text("restore.whole" if whole else "restore.not-whole")
    for name in opened.dropped:
        say.talk("restore.dropped", name=name)
    if not synced:
        say.talk("restore.sync")
    tell_again(again, say)
    say.talk("restore.old")
    return ExitCode.OK if whole else ExitCode.LOG_BROKEN


def _placed(opened: Opened, scheme: str, tls_ca: str) -> Opened:
    """The settings for this computer where the resident names them."""
    given = {
        "scheme_url": scheme_place(scheme),
        "tls_ca": str(Path(tls_ca).expanduser().absolute()) if tls_ca else "",
    }
    given = {name: value for name, value in given.items() if value}
    return dataclasses.replace(
        opened,
        config=dataclasses.replace(opened.config, **given),  # type: ignore[arg-type]
        dropped=tuple(name for name in opened.dropped if name not in given),
    )


def _sync(wallet: Wallet, now: int) -> bool:
    """Who issues and who asks; without a connection that can wait, the log is there."""
    try:
        sync(wallet, doors.network(wallet.config), now=now)
    except WalletError:
        return False
    return True
