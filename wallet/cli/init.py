"""`init`: makes the wallet, with a passphrase the wallet proposes or one of your own."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallet import clock, files, keyfile
from wallet.cli import phrases
from wallet.cli.session import Session
from wallet.config import Config
from wallet.errors import NotReady, Usage
from wallet.service import setup

if TYPE_CHECKING:
    from wallet.fetch import Fetch


@click.command("init")
@click.option("--scheme", metavar="URL|DIR", default="")
@click.option("--fingerprint", metavar="HEX", default="")
@click.option("--tls-ca", metavar="FILE", default="")
@click.option("--allow-network", "networks", metavar="CIDR", multiple=True)
@click.pass_obj
def command(
    session: Session, scheme: str, fingerprint: str, tls_ca: str, networks: tuple[str, ...]
) -> None:
    """Make a wallet."""
    say, home = session.say, session.home
    if (home / keyfile.FILE).exists():
        raise NotReady("wallet.exists")
    config = Config(
        scheme_url=scheme_place(scheme),
        fingerprint=fingerprint.replace(":", "").lower(),
        tls_ca=str(Path(tls_ca).expanduser().absolute()) if tls_ca else "",
        allow_networks=networks,
        lang=session.lang_option,
    )
    say.talk("init.what", home=home)
    passphrase = choose_passphrase(session)
    setup.make(
        home,
        passphrase,
        config,
        network=_network,
        now=session.now(),
        entropy=clock.random_bytes,
    ).close()
    say.result({"home": str(home), "synced": bool(config.scheme_url)})
    say.text("init.done", home=home)
    say.text("init.next-add" if config.scheme_url else "init.next-sync")


def _network(config: Config) -> "Fetch":
    # Deferred: a wallet without a scheme needs no network.
    from wallet import doors

    return doors.network(config)


def scheme_place(scheme: str) -> str:
    """An address as it is, a folder in full; refuses a folder that is not there."""
    if not scheme or "://" in scheme:
        return scheme
    folder = Path(scheme).expanduser().absolute()
    if not files.is_folder(folder):
        raise Usage("config.value", key="scheme_url")
    return str(folder)


def choose_passphrase(session: Session) -> str:
    """The passphrase given, else the proposed one or the person's own, typed twice."""
    given = session.given_passphrase()
    if given is not None:
        keyfile.check_own_phrase(given)
        return given
    return phrases.choose(session.say)
