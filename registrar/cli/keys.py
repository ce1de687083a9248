"""`install`, `rotate`, `revoke` and `drill`: the operator's own keys, and what is taken back."""

from pathlib import Path

import click

from registrar import clock, papers
from registrar.cli.common import File, Folder, Session, day
from registrar.cli.papers import asked, show
from registrar.errors import BadInput
from registrar.own import ROOT, SNAPSHOT_SIGNER
from registrar.roothome import RootHome
from registrar.service import keys as service
from registrar.service import revoking, rooting
from registrar.service.keys import Installed
from registrar.texts import sentence

_test_root = click.option(
    "--root", "folder", type=Folder, help="Of a test: the folder of its root, signed at once."
)


@click.command()
@click.argument("answer", type=File)
@click.option("--fingerprint", help="Of the root, as read aloud: ten words or 64 digits.")
@click.pass_obj
def install(session: Session, answer: Path, fingerprint: str | None) -> None:
    """Take in what the root answered."""
    data = answer.read_bytes()
    done = service.install(
        session.home,
        papers.load_answer(data),
        session.passphrase(),
        fingerprint=None if fingerprint is None else papers.heard(fingerprint),
        now=clock.now(),
        entropy=clock.random_bytes,
    )
    _installed(session, done)


@click.command()
@click.argument("name")
@click.option("--compromised", is_flag=True, help="The old key is in other hands: it ends at once.")
@click.option("--finish", is_flag=True, help="Destroy the old keys whose last signature ended.")
@_test_root
@click.pass_obj
def rotate(
    session: Session, name: str, compromised: bool, finish: bool, folder: Path | None
) -> None:
    """Make a new key for a role or a signer, beside the old one until that has ended."""
    passphrase, now, entropy = session.passphrase(), clock.now(), clock.random_bytes
    if finish:
        gone = service.finish(session.home, name, passphrase, now=now)
        still = service.kept(session.home, name, now=now)
        for one in gone:
            session.say("keys.destroyed", name=one)
        for one, until in still:
            session.say("keys.kept", name=one, day=day(until))
        if not gone and not still:
            session.say("keys.none_old", name=name)
        session.data(
            destroyed=[*gone], kept=[{"name": one, "until": until} for one, until in still]
        )
        return
    if name == ROOT:
        if folder is None:
            raise BadInput("rotate.root")
        if not session.home.scheme().development:
            raise BadInput("root.same_machine")
        rooting.roll(RootHome(folder), passphrase, signer_kept=True, now=now, entropy=entropy)
        _installed(
            session,
            service.through(session.home, RootHome(folder), passphrase, now=now, entropy=entropy),
        )
        return
    done = service.rotate(
        session.home, name, passphrase, compromised=compromised, now=now, entropy=entropy
    )
    if done.since is not None:
        session.say("keys.begins", name=done.name, day=day(done.since))
        session.data(name=done.name, since=done.since)
        return
    assert done.request is not None
    if folder is None:
        said = "keys.waiting" if done.waiting else "keys.asked"
        session.say(said, file=str(done.request))
        show(session, done.request)
        if name == SNAPSHOT_SIGNER and compromised:
            session.say("keys.stolen_signer", file=str(done.request))
        session.data(name=done.name, since=None, **asked(done.request))
        return
    _installed(
        session,
        service.through(session.home, RootHome(folder), passphrase, now=now, entropy=entropy),
    )


@click.command()
@click.argument("name")
@click.option("--reason", type=click.Choice(revoking.REASONS), help="Why; others are told too.")
@click.option("--undo", is_flag=True, help="Let registrations taken back by hand be made anew.")
@click.pass_obj
def revoke(session: Session, name: str, reason: str | None, undo: bool) -> None:
    """Take back a party, or one certificate or registration by its hash."""
    if undo:
        released = revoking.undo(session.home, name)
        session.say("done.released", count=len(released))
        session.data(released=[*released])
        return
    found = revoking.revoke(session.home, name, reason or "", now=clock.now())
    session.say("done.revoked", count=len(found))
    session.data(revoked=[*found])


@click.command()
@click.argument("name")
@click.pass_obj
def drill(session: Session, name: str) -> None:
    """Say who would refuse a party, a role or a hash within which time; takes nothing back."""
    found = revoking.drill(session.home, name, now=clock.now())
    for one in found.taken:
        session.say(f"drill.taken_{one.kind}", name=one.name, count=one.count)
    for reader in found.readers:
        session.say(
            f"drill.reader.{reader.code}",
            usual=_span(session, reader.usual),
            most=_span(session, reader.most),
        )
    for code in found.stays:
        session.say(f"drill.stays.{code}")
    session.data(
        name=name,
        taken=[{"kind": one.kind, "name": one.name, "count": one.count} for one in found.taken],
        readers=[
            {"reader": one.code, "usual": one.usual, "most": one.most} for one in found.readers
        ],
        stays=[*found.stays],
    )


def _span(session: Session, seconds: int) -> str:
    """A length of time in its largest whole unit."""
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return sentence(
                session.language, f"drill.span.{unit}{'' if count == 1 else 's'}", count=count
            )
    return sentence(session.language, "drill.span.minutes", count=0)


def _installed(session: Session, done: Installed) -> None:
    for one in done.coming:
        said = "keys.signs" if one.name in done.known else "keys.begins"
        session.say(said, name=one.name, day=day(one.since))
    for name in done.dropped:
        session.say("keys.dropped", name=name)
    session.say("done.fingerprint", fingerprint=done.fingerprint.hex())
    session.say("keys.publish")
    session.data(
        fingerprint=done.fingerprint.hex(),
        coming=[{"name": one.name, "since": one.since} for one in done.coming],
        dropped=[*done.dropped],
    )


COMMANDS = (install, rotate, revoke, drill)
