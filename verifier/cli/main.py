"""The group: global options, versions, and every command where it belongs."""

import os
import sys

import click

from verifier.cli.answers import answer, registrations, requests
from verifier.cli.applications import application, applications
from verifier.cli.deliver import deliver
from verifier.cli.inspect import check
from verifier.cli.keeping import purge, statistics
from verifier.cli.operation import doctor, sync
from verifier.cli.setup import init, install_certificates, migrate, rotate
from verifier.cli.town import request, serve

PROFILE = "SD-JWT RFC 9901, OpenID4VP 1.0, HAIP 1.0, Token Status List, TS 119 475, TS 119 602"


def _version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"regie-verifier {version('regie')} ({PROFILE})")
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", default=None, metavar="DIR", help="Home folder (REGIE_HOME).")
@click.option("--lang", type=click.Choice(["nl", "en"]), default=None, help="Language of texts.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True,
    help="Versions of the program and of what it speaks.",
)  # fmt: skip
def cli(**_options: object) -> None:
    """Ask residents for validated data, check it, keep only what was promised."""


for _command in (
    init,
    install_certificates,
    rotate,
    migrate,
    serve,
    sync,
    request,
    registrations,
    applications,
    application,
    requests,
    answer,
    purge,
    deliver,
    statistics,
    check,
    doctor,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; 130 when interrupted."""
    os.umask(0o077)  # keys, database and settings are the owner's alone
    try:
        cli(prog_name="regie-verifier", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(130)
