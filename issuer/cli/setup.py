"""`init`, `install-certificates`, `migrate`, `doctor`."""

import shutil
import sys
from pathlib import Path

import click

from credential.strictjson import Json, Object
from issuer import clock
from issuer.cli.common import Session, options
from issuer.config import FILE

_MARKS = {"ok": "doctor.ok", "warning": "doctor.mind", "fault": "doctor.bad"}


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
    from issuer.service import setup

    changed = setup.changed_policies(session.folder, folder)
    done = setup.install_certificates(session.folder, folder)
    session.say("setup.installed", municipalities=", ".join(done))
    if changed:
        session.say("setup.policies_changed", kinds=", ".join(changed))
    if session.json:
        found: list[Json] = list(done)
        policies: Object = {"policies_changed": [*changed]} if changed else {}
        session.data({"installed": found, **policies})


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
    """Check settings, keys, every chain of certificates, status lists and database, in words.

    Leaves with 5 when a chain is not trusted, 4 when something else is wrong, 8 when it soon is.
    """
    from credential.trust import walkwords
    from issuer.service.health import examine, exit_code

    findings = examine(session.folder, clock.now(), clock.random_bytes)
    for finding in findings:
        chain = finding.chain
        if session.json:
            session.data(
                {
                    "check": finding.key,
                    "ok": finding.ok,
                    "level": finding.level.value,
                    "code": finding.code,
                    **finding.params,
                    **({} if chain is None else {"chain": walkwords.members(chain)}),
                }
            )
            continue
        mark = session.text(_MARKS[finding.level.value])
        click.echo(f"{mark:5} {finding.sentence(session.lang)}")
        for line in () if chain is None else walkwords.lines(chain, session.lang):
            click.echo(f"      {line}")
    sys.exit(exit_code(findings))


COMMANDS = (init, install_certificates, migrate, doctor)
