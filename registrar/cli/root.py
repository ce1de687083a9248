"""`root`: what happens on the machine that is never on a network."""

import hashlib
from pathlib import Path

import click

from registrar import clock, papers
from registrar.cli.common import File, Folder, Session, day
from registrar.cli.papers import show, token_options
from registrar.roothome import RootHome
from registrar.service import rooting as service
from registrar.service.rooting import Rooted

NewFile = click.Path(path_type=Path, dir_okay=False)
folder_option = click.option(
    "--root", "folder", type=Folder, envvar="REGIE_ROOT", default=Path("root"), show_default=True
)
_out = click.option("--out", type=NewFile, default=Path("answer.json"), show_default=True)


@click.group("root")
def root() -> None:
    """The root of the scheme, in a folder of its own that belongs in a safe."""


@root.command("init")
@folder_option
@click.option("--scheme", "scheme_file", type=File, required=True, help="Settings of the scheme.")
@token_options
@click.pass_obj
def init(session: Session, folder: Path, scheme_file: Path, token: bytes | None) -> None:
    """Make the root."""
    done = service.init(
        RootHome(folder),
        scheme_file.read_text("utf-8"),
        session.passphrase(),
        token=token,
        now=clock.now(),
        entropy=clock.random_bytes,
    )
    _tell(session, done, None)


@root.command("sign")
@click.argument("request", type=File)
@folder_option
@_out
@click.pass_obj
def sign(session: Session, request: Path, folder: Path, out: Path) -> None:
    """Check a request of the register and answer it."""
    data = request.read_bytes()
    asked = hashlib.sha256(data).digest()
    session.say("keys.paper", file=request.name, words=papers.spoken(asked))
    done = service.sign(
        RootHome(folder), data, session.passphrase(), now=clock.now(), entropy=clock.random_bytes
    )
    _tell(session, done, out)


@root.command("renew")
@folder_option
@_out
@click.pass_obj
def renew(session: Session, folder: Path, out: Path) -> None:
    """Sign the list of what the root took back anew, and answer once more."""
    _tell(session, service.renew(RootHome(folder), session.passphrase(), now=clock.now()), out)


@root.command("roll")
@click.argument("request", type=File, required=False)
@folder_option
@click.option(
    "--signer-kept",
    is_flag=True,
    help="The key of the signer of snapshots is still only ours: the new root certifies it too.",
)
@_out
@click.pass_obj
def roll(
    session: Session, request: Path | None, folder: Path, signer_kept: bool, out: Path
) -> None:
    """Make the next root, signed by this one, and sign everything anew below it.

    A request of the register is answered first, under the same new root.
    """
    data = None if request is None else request.read_bytes()
    if data is not None and request is not None:
        asked = hashlib.sha256(data).digest()
        session.say("keys.paper", file=request.name, words=papers.spoken(asked))
    done = service.roll(
        RootHome(folder),
        session.passphrase(),
        data,
        signer_kept=signer_kept,
        now=clock.now(),
        entropy=clock.random_bytes,
    )
    if done.already:
        session.say("root.already")
    _tell(session, done, out)


@root.command("adopt")
@folder_option
@click.pass_obj
def adopt(session: Session, folder: Path) -> None:
    """Take the root's key out of a register of before, into this folder."""
    now = clock.now()
    done = service.adopt(session.home, RootHome(folder), session.passphrase(), now=now)
    session.say("root.adopted", folder=str(folder))
    _tell(session, done, None)


@root.command("show")
@folder_option
@click.pass_obj
def display(session: Session, folder: Path) -> None:
    """Say what the root has certified, and the words of its fingerprint; needs no key."""
    found = service.look(RootHome(folder))
    for name, certificate in found.answer.certificates.items():
        until = int(certificate.not_valid_after_utc.timestamp())
        session.say("root.certified", name=name, until=day(until))
    _tell(session, found, None)


def _tell(session: Session, done: Rooted, out: Path | None) -> None:
    for name in done.fresh:
        session.say("root.fresh", name=name)
    for name in done.dropped:
        session.say("root.dropped", name=name)
    session.say("root.fingerprint", fingerprint=done.fingerprint.hex())
    session.say("root.words", words=papers.spoken(done.fingerprint))
    members: dict[str, object] = {}
    if out is not None:
        service.write_answer(out, done)
        session.say("root.answer", file=str(out))
        show(session, out)
        members["answer"] = str(out)
    session.data(
        fingerprint=done.fingerprint.hex(),
        words=papers.spoken(done.fingerprint),
        certified=[*done.answer.certificates],
        fresh=[*done.fresh],
        dropped=[*done.dropped],
        **members,
    )


COMMANDS = (root,)
