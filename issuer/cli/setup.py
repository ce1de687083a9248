"""`init`, `install-certificates`, `migrate`, `doctor`."""

import shutil
import sys
from pathlib import Path

import click

from credential.strictjson import Json
from issuer import clock
from issuer.cli.common import Session, options
from issuer.config import FILE
from issuer.errors import Exit


@click.command()
@click.option(
    "--settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Settings to copy to {FILE} in the home.",
)
@options
def init(session: Session, settings: Path | None) -> None:
    """Make keys, certificate requests and database; safe to run again."""
    from issuer.service.setup import prepare

    session.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings is not None and settings.absolute() != (session.folder / FILE).absolute():
        shutil.copyfile(settings, session.folder / FILE)
    done = prepare(session.folder, clock.random_bytes)
    session.say("setup.ready", municipalities=len(done.municipalities), made=done.made)
    session.say("setup.requests", folder=str(done.requests))
    session.say("setup.next")
    if session.json:
        found: list[Json] = list(done.municipalities)
        session.data(
            {"municipalities": found, "csr": str(done.requests), "home": str(session.folder)}
        )


@click.command("install-certificates")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@options
def install_certificates(session: Session, folder: Path) -> None:
    """Import the certificates the registrar published (one party's folder, or their parent)."""
    from issuer.service.setup import install_certificates as install

    done = install(session.folder, folder)
    session.say("setup.installed", municipalities=", ".join(done))
    if session.json:
        found: list[Json] = list(done)
        session.data({"installed": found})


@click.command()
@options
def migrate(session: Session) -> None:
    """Bring the database to the newest shape; also happens at every start."""
    from issuer import config
    from issuer.service.office import open_store

    settings = config.load(session.folder)
    open_store(session.folder, settings, clock.random_bytes).close()
    session.say("setup.migrated")
    if session.json:
        session.data({"migrated": True})


@click.command()
@options
def doctor(session: Session) -> None:
    """Check settings, keys, certificates, status lists and database, in plain words."""
    from issuer.service.health import examine

    findings = examine(session.folder, clock.now(), clock.random_bytes)
    for finding in findings:
        if session.json:
            session.data(
                {"check": finding.key, "ok": finding.ok, "code": finding.code, **finding.params}
            )
            continue
        mark = session.text("doctor.ok" if finding.ok else "doctor.bad")
        click.echo(f"{mark:5} {finding.sentence(session.lang)}")
    if not all(finding.ok for finding in findings):
        sys.exit(Exit.NOT_READY)


COMMANDS = (init, install_certificates, migrate, doctor)
