"""`regie-registrar`: parse, call the service, print; no logic."""

import os
import sys
from importlib.metadata import version
from pathlib import Path

import click

from credential.errors import CredentialError
from registrar.cli import ceremony, comparing, examining, keys, publishing, reviewing, root, setup
from registrar.cli.common import File, Folder, Session
from registrar.cli.findings import refuse
from registrar.errors import RegistrarError
from registrar.findings import Faulty
from registrar.texts import Language, find, sentence

_STANDARDS = "ETSI TS 119 602, TS 119 475 v1.2.1, TS 119 411-8, SD-JWT VC type metadata"


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"regie-registrar {version('regie')} ({_STANDARDS})")
        context.exit()


class Anywhere(click.Group):
    """A group whose global options may also stand behind the command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move `--json`, and `--home` and `--lang` with their values, to the front."""
        front: list[str] = []
        rest: list[str] = []
        words = iter(args)
        for word in words:
            if word == "--json" or word.startswith(("--home=", "--lang=")):
                front.append(word)
            elif word in ("--home", "--lang"):
                front.extend([word, next(words, "")])
            else:
                rest.append(word)
        return super().parse_args(ctx, [*front, *rest])


@click.group(cls=Anywhere)
@click.option("--home", type=Folder, envvar="REGIE_HOME", default=Path("registrar"))
@click.option("--lang", type=click.Choice(["nl", "en"]), envvar="REGIE_LANG")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.option("--passphrase-file", type=File, help="Passphrase of the keys; mode 0600.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version)
@click.pass_context
def group(
    context: click.Context,
    home: Path,
    lang: Language | None,
    as_json: bool,
    passphrase_file: Path | None,
) -> None:
    """The scheme operator: signs who may issue what and who may ask what."""
    session = context.ensure_object(Session)
    session.path, session.json, session.passphrase_file = home, as_json, passphrase_file
    session.language = lang or _language()


for _module in (setup, keys, root, ceremony, publishing, reviewing, comparing, examining):
    for _command in _module.COMMANDS:
        group.add_command(_command)


def main() -> None:
    """The outermost door: every refusal becomes a sentence, a hint and an exit code."""
    session = Session()
    try:
        group.main(standalone_mode=False, obj=session)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(2)
    except RegistrarError as error:
        if isinstance(error, Faulty):
            refuse(session, error.findings)
        else:
            _refuse(session, error.code, error.params)
        sys.exit(error.exit_code)
    except CredentialError as error:
        click.echo(str(error), err=True)
        sys.exit(5)


def _refuse(session: Session, code: str, params: dict[str, str | int]) -> None:
    said = find(session.language, f"fault.{code}", **params)
    click.echo(said or sentence(session.language, "fault.unexpected"), err=True)
    hint = find(session.language, f"hint.{code}", **params)
    if hint is not None:
        click.echo(f"hint: {hint}", err=True)


def _language() -> Language:
    return "en" if os.environ.get("LANG", "").startswith("en") else "nl"
