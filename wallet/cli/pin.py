"""`regie-wallet pin`: a PIN beside the passphrase, another one, or none."""

from pathlib import Path

import click

from wallet import files, tries
from wallet.cli.session import Session
from wallet.errors import NotReady, Usage
from wallet.service import locks
from wallet.service.locks import PinState


@click.command("pin")
@click.option("--new", "new_file", metavar="FILE", default="")
@click.option("--remove", is_flag=True)
@click.option("--show", is_flag=True)
@click.pass_obj
def command(session: Session, new_file: str, remove: bool, show: bool) -> None:
    """Set, change or remove the PIN."""
    if bool(new_file) + remove + show > 1:
        raise Usage("pin.one_of")
    now, say = session.now(), session.say
    with session.open(write=not show, now=now) as wallet:
        state = locks.pin_state(wallet)
        if remove:
            locks.remove_pin(wallet, now=now)
        elif not show:
            if state is PinState.NO_KEYRING:
                raise NotReady("pin.no-keyring")
            say.talk("pin.what", tries=tries.MOST)
            passphrase = session.own_passphrase()
            locks.set_pin(wallet, passphrase, _chosen(session, new_file), now=now)
    outcome = "shown" if show else "removed" if remove else "set"
    after = state.value if show else "none" if remove else "set"
    say.result({"outcome": outcome, "pin": after})
    say.text(f"pin.state.{state.value}" if show else f"pin.{outcome}")


def _chosen(session: Session, file: str) -> str:
    """From a file that only you can read, from standard input, or typed twice."""
    if file == "-":
        return session.read_input()
    if file:
        return files.read_private(Path(file))
    pin = session.say.secret("pin.new", instead="--new")
    if session.say.secret("pin.again").strip() != pin.strip():
        raise Usage("pin.differs")
    return pin
