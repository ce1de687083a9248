"""`init` and `add-issuer`, `add-verifier`, `add-wallet-provider`."""

from pathlib import Path

import click

from registrar import clock, config
from registrar.cli.common import File, Folder, Session
from registrar.cli.papers import asked, show, token_options
from registrar.errors import BadInput
from registrar.service import setup as service


@click.command()
@click.option("--test", is_flag=True, help="A test scheme, with https files for loopback.")
@click.option("--host", default="localhost", help="Host of the test town's https certificate.")
@click.option("--registry", default="https://localhost:8440", help="Where the tree is served.")
@click.option("--scheme", "scheme_file", type=File, help="Settings of a real scheme (TOML).")
@token_options
@click.pass_obj
def init(
    session: Session,
    test: bool,
    host: str,
    registry: str,
    scheme_file: Path | None,
    token: bytes | None,
) -> None:
    """Make the keys of a new scheme, and for a real one the request for its root.

    Given again while the root has not answered, it says the words of the request again.
    """
    if test == (scheme_file is not None):
        raise click.UsageError("--test | --scheme FILE")
    if scheme_file is not None:
        text = scheme_file.read_text("utf-8")
        request = service.init(session.home, text, session.passphrase(), token=token)
        session.say("keys.asked", home=str(session.path), file=str(request))
        show(session, request)
        session.data(home=str(session.path), test=False, **asked(request))
        return
    text = config.TEST_SCHEME.replace("{registry}", registry)
    now = clock.now()
    found = service.init_test(
        session.home, text, session.passphrase(), now=now, entropy=clock.random_bytes
    )
    service.add_tls(session.home, host, now=now, entropy=clock.random_bytes)
    session.say("done.init", home=str(session.path))
    session.say("done.fingerprint", fingerprint=found)
    session.say("done.test")
    session.data(fingerprint=found, home=str(session.path), test=True)


def _add(
    session: Session, file: Path, csr: Path, settings: tuple[str, ...], *, adds: service.Adds
) -> None:
    values = dict(_setting(one) for one in settings)
    requests = {one.stem: one.read_bytes() for one in sorted(csr.glob("*.csr"))}
    uses = sorted((file.parent / file.stem / "uses").glob("*.toml"))
    stated = service.Stated(
        source=file.name,
        text=_text(file),
        uses={one.name: _text(one) for one in uses},
        values=values,
    )
    party = service.add_party(session.home, stated, requests, adds=adds)
    session.say("done.added", party=party.name)
    session.data(party=party.id, name=party.name, oin=party.oin)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except ValueError:
        raise BadInput("register.file", file=file.name) from None


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput("option.set")
    return name, value


@click.command("add-issuer")
@click.argument("file", type=File)
@click.option("--csr", type=Folder, required=True, help="Folder with the party's requests.")
@click.option("--set", "settings", multiple=True, help="name=value for {name} in the file.")
@click.pass_obj
def add_issuer(session: Session, file: Path, csr: Path, settings: tuple[str, ...]) -> None:
    """Add or replace a party that issues."""
    _add(session, file, csr, settings, adds="issuer")


@click.command("add-verifier")
@click.argument("file", type=File)
@click.option("--csr", type=Folder, required=True, help="Folder with the party's requests.")
@click.option("--set", "settings", multiple=True, help="name=value for {name} in the file.")
@click.pass_obj
def add_verifier(session: Session, file: Path, csr: Path, settings: tuple[str, ...]) -> None:
    """Add or replace a party that asks."""
    _add(session, file, csr, settings, adds="verifier")


@click.command("add-wallet-provider")
@click.argument("file", type=File)
@click.option("--csr", type=Folder, required=True, help="Folder with the party's requests.")
@click.option("--set", "settings", multiple=True, help="name=value for {name} in the file.")
@click.pass_obj
def add_wallet_provider(session: Session, file: Path, csr: Path, settings: tuple[str, ...]) -> None:
    """Add or replace a party that vouches for keys of wallets."""
    _add(session, file, csr, settings, adds="wallet_provider")


COMMANDS = (init, add_issuer, add_verifier, add_wallet_provider)
