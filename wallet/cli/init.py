"""`init`: makes the wallet, with a passphrase the wallet proposes or one of your own."""

from pathlib import Path

import click

from credential import words
from wallet import clock, keyfile
from wallet.cli.session import Session
from wallet.config import Config
from wallet.errors import NotReady, Usage
from wallet.service.wallet import Wallet, discard


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
        scheme_url=_scheme(scheme),
        fingerprint=fingerprint.replace(":", "").lower(),
        tls_ca=str(Path(tls_ca).expanduser().absolute()) if tls_ca else "",
        allow_networks=networks,
        lang=session.lang_option,
    )
    say.talk("init.what", home=home)
    passphrase = _passphrase(session)
    now = session.now()
    wallet = Wallet.create(home, passphrase, config=config, at=now, entropy=clock.random_bytes)
    with wallet:
        if config.scheme_url:
            _sync(wallet, now)
    say.result({"home": str(home), "synced": bool(config.scheme_url)})
    say.text("init.done", home=home)
    say.text("init.next-add" if config.scheme_url else "init.next-sync")


def _sync(wallet: Wallet, now: int) -> None:
    from wallet import doors
    from wallet.service.sync import sync

    try:
        sync(wallet, doors.network(wallet.config), now=now)
    except BaseException:
        # A wallet with the wrong address or fingerprint would be a dead end: try `init` again.
        wallet.close()
        discard(wallet.home)
        raise


def _scheme(scheme: str) -> str:
    if not scheme or "://" in scheme:
        return scheme
    folder = Path(scheme).expanduser().absolute()
    if not folder.is_dir():
        raise Usage("config.value", key="scheme_url")
    return str(folder)


def _passphrase(session: Session) -> str:
    """The passphrase given, else the proposed one or the person's own, typed twice."""
    given = session.given_passphrase()
    if given is not None:
        keyfile.check_own_phrase(given)
        return given
    say = session.say
    say.needs_terminal()
    proposed = words.phrase(clock.random_bytes)
    say.talk("init.proposal", phrase=proposed)
    say.talk("init.not-recoverable")
    own = say.secret("init.own-or-enter")
    phrase = own or proposed
    keyfile.check_own_phrase(phrase)
    if say.secret("init.again").split() != phrase.split():
        raise Usage("passphrase.differs")
    return phrase
