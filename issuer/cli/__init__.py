"""`regie-issuer`: parse, call the service, print; no logic (ARCHITECTURE.md, Commands)."""

import sys
from pathlib import Path

import click

from credential.errors import CredentialError
from issuer.cli import desk, events, keys, paper, scheme, serving, setup, status
from issuer.cli.common import Session, refuse
from issuer.errors import Exit, IssuerError
from issuer.texts import Language

_STANDARDS = (
    "SD-JWT RFC 9901, SD-JWT VC (HAIP 1.0), OpenID4VCI 1.0, DPoP RFC 9449, Token Status List"
)


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"regie-issuer {version('regie')} ({_STANDARDS})")
    context.exit()


@click.group()
@click.option("--home", type=click.Path(path_type=Path), help="The issuer's folder.")
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Language of sentences.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version)
@click.pass_context
def group(context: click.Context, home: Path | None, lang: Language | None, as_json: bool) -> None:
    """The municipality: offers, issues and revokes cards."""
    session = context.ensure_object(Session)
    session.home, session.language, session.json = home, lang, as_json


_MODULES = (setup, desk, status, events, keys, paper, serving, scheme)
for command in (one for module in _MODULES for one in module.COMMANDS):
    group.add_command(command)


def main() -> None:
    """The outermost door: every refusal becomes a sentence and an exit code."""
    session = Session()
    try:
        group.main(standalone_mode=False, obj=session)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.Abort:
        sys.exit(Exit.INTERRUPTED)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(Exit.USAGE)
    except (IssuerError, CredentialError) as error:
        refuse(session, error)
