"""`regie-wallet-provider`: parse, call, print; no logic (Architecture, Commands)."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from credential.errors import CredentialError
from wallet import clock, hygiene
from wallet.cli.output import Output
from wallet.errors import ExitCode, WalletError, from_credential
from wallet.provider import home as homes
from wallet.texts import LANGUAGES, Texts, language


@dataclass
class Session:
    """What the global options say."""

    home: Path = Path("wallet-provider")
    lang: str = ""
    json_mode: bool = False

    @property
    def say(self) -> Output:
        """The output in this run's language."""
        return Output(Texts(language(self.lang, "", "")), json_mode=self.json_mode)


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"regie-wallet-provider {version('regie')} (OpenID4VCI 1.0 D and E, ABCA -07)")
        context.exit()


@click.group()
@click.option("--home", type=click.Path(path_type=Path), envvar="REGIE_HOME")
@click.option("--lang", type=click.Choice(LANGUAGES), envvar="REGIE_LANG")
@click.option("--json", "json_mode", is_flag=True)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version)
@click.pass_context
def group(context: click.Context, home: Path | None, lang: str | None, json_mode: bool) -> None:
    """The pilot wallet provider: vouches that a wallet holds its keys, and for nothing else."""
    session = context.ensure_object(Session)
    session.home = home or session.home
    session.lang, session.json_mode = lang or "", json_mode


@group.command()
@click.pass_obj
def init(session: Session) -> None:
    """Make the signing key, and the request for the registrar."""
    request = homes.prepare(session.home, clock.random_bytes)
    session.say.text("provider.init", file=str(request))
    session.say.result({"request": str(request)})


@group.command("install-certificate")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.pass_obj
def install(session: Session, folder: Path) -> None:
    """Take over the certificate that the registrar signed."""
    homes.install_certificate(session.home, folder)
    session.say.text("provider.installed")
    session.say.result({"installed": True})


@group.command()
@click.pass_obj
def serve(session: Session) -> None:
    """Serve over https until told to stop."""
    from wallet.provider import web

    settings = homes.load(session.home)
    provider = homes.open_provider(session.home, clock.random_bytes)
    session.say.talk("provider.serving", url=settings.base_url)
    web.run(provider, settings, session.home, now=clock.now)


def run(arguments: list[str] | None) -> int:
    """Runs one command; every refusal ends here as sentences and an exit code."""
    session = Session()
    try:
        group.main(args=arguments, standalone_mode=False, obj=session)
    except WalletError as error:
        session.say.refusal(error)
        return error.exit
    except CredentialError as error:
        refused = from_credential(error)
        session.say.refusal(refused)
        return refused.exit
    except click.UsageError as error:
        session.say.usage(error)
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return ExitCode.OK


def main() -> None:
    """Entry point of `regie-wallet-provider`."""
    hygiene.start()
    sys.exit(run(None))
