"""The commands: a group that imports a command's module only when that command is used.

`--version` and `cards` must start fast: no textual, httpx, jwt or web stack (docs/speed.md).
"""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from credential.errors import CredentialError
from wallet import hygiene
from wallet.cli.output import CutOff
from wallet.cli.session import Session
from wallet.cli.typed import Typed, reads_text
from wallet.errors import ExitCode, WalletError, from_credential
from wallet.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: Final = {
    "init": "wallet.cli.init",
    "sync": "wallet.cli.sync",
    "add": "wallet.cli.add",
    "get": "wallet.cli.get",
    "cards": "wallet.cli.cards",
    "card": "wallet.cli.card",
    "share": "wallet.cli.share",
    "open": "wallet.cli.open",
    "activities": "wallet.cli.activities",
    "activity": "wallet.cli.activity",
    "who": "wallet.cli.who",
    "ask": "wallet.cli.ask",
    "requests": "wallet.cli.requests",
    "refresh": "wallet.cli.refresh",
    "correct": "wallet.cli.correct",
    "processing": "wallet.cli.processing",
    "report": "wallet.cli.report",
    "forget": "wallet.cli.forget",
    "backup": "wallet.cli.backup",
    "restore": "wallet.cli.restore",
    "practise": "wallet.cli.practise",
    "passphrase": "wallet.cli.passphrase",
    "pin": "wallet.cli.pin",
    "settings": "wallet.cli.settings",
    "install-links": "wallet.cli.install_links",
    "completion": "wallet.cli.completion",
    "doctor": "wallet.cli.doctor",
    "reset": "wallet.cli.reset",
}
"""Command name to module; each module has the click command as `command`."""


class Commands(click.Group):
    """The group of all commands, in the order of a person's day."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002, D102
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: D102
        if cmd_name not in COMMANDS:
            return None
        return prepare(load_command(cmd_name), cmd_name, ctx.ensure_object(Session))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Commands by their first letters; explained without importing any of them."""
        from click.shell_completion import CompletionItem

        if not incomplete[:1].isalpha() and incomplete:
            return super().shell_complete(ctx, incomplete)
        texts = ctx.ensure_object(Session).say.texts
        return [
            CompletionItem(name, help=texts.find(f"command.{name}.help"))
            for name in COMMANDS
            if name.startswith(incomplete)
        ]

    def get_help(self, ctx: click.Context) -> str:
        """The help of the whole program, in the language of this run."""
        texts = ctx.ensure_object(Session).say.texts
        self.help = texts.get("command.wallet")
        _explain(self, "wallet", texts)
        return super().get_help(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing any of them."""
        texts = ctx.ensure_object(Session).say.texts
        with formatter.section(texts.get("command.heading")):
            formatter.write_dl(
                [(name, texts.find(f"command.{name}.help") or "") for name in COMMANDS]
            )


def load_command(name: str) -> click.Command:
    """The command of this name, its module imported now."""
    command: click.Command = importlib.import_module(COMMANDS[name]).command
    return command


def prepare(command: click.Command, name: str, session: Session) -> click.Command:
    """Gives a command its help in the right language and the options every command takes."""
    if getattr(command, "regie_prepared", False):
        return command
    command.params.extend(_global_options())
    for param in filter(reads_text, command.params):
        param.type = Typed()
    texts = session.say.texts
    command.help = texts.find(f"command.{name}.help") or command.help
    _explain(command, name, texts)
    if isinstance(command, click.Group):
        for sub in command.commands.values():
            prepare(sub, f"{name}.{sub.name}", session)
    command.regie_prepared = True  # type: ignore[attr-defined]
    return command


def _explain(command: click.Command, name: str, texts: Texts) -> None:
    for option in command.params:
        if isinstance(option, click.Option) and not option.help:
            option.help = explanation(name, option, texts)


def explanation(name: str, option: click.Option, texts: Texts) -> str | None:
    """What an option of this command is for, in words of its own or in those all commands share."""
    found = texts.find(f"command.{name}.option.{option.name}")
    return found or texts.find(f"option.{option.name}")


def _remember(ctx: click.Context, option: click.Parameter, value: Any) -> Any:  # noqa: ANN401
    # The same options stand before and after the command; the last one given counts.
    if value:
        setattr(ctx.ensure_object(Session), str(option.name), value)
    return value


def _global_options() -> list[click.Option]:
    return [
        click.Option(
            ["--home", "home_option"], metavar="DIR", expose_value=False, callback=_remember
        ),
        click.Option(
            ["--lang", "lang_option"],
            type=click.Choice(LANGUAGES),
            expose_value=False,
            is_eager=True,
            callback=_remember,
        ),
        click.Option(
            ["--json", "json_mode"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_remember,
        ),
        click.Option(
            ["--passphrase-file", "passphrase_file"],
            metavar="FILE",
            expose_value=False,
            callback=_remember,
        ),
        click.Option(
            ["--pin-file", "pin_file"],
            metavar="FILE",
            expose_value=False,
            callback=_remember,
        ),
    ]


def _version(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from wallet.cli.version import show

        show(ctx.ensure_object(Session).say)
        ctx.exit(ExitCode.OK)


@click.command(cls=Commands, invoke_without_command=True, add_help_option=True)
@click.option("--version", is_flag=True, expose_value=False, callback=_version)
@click.pass_context
def regie(ctx: click.Context) -> None:
    """Your wallet: data the municipality checked, shared by you alone."""
    if ctx.invoked_subcommand is None:
        # No command: the screens. Only here is Textual imported.
        from wallet.tui import run

        run(ctx.obj)


regie.params.extend(_global_options())


def run(arguments: Sequence[str] | None, secrets: dict[str, str]) -> int:
    """Runs one command; every refusal ends here as sentences and an exit code."""
    session = Session(secrets=secrets)
    try:
        outcome = regie.main(
            args=None if arguments is None else list(arguments),
            prog_name="regie-wallet",
            obj=session,
            standalone_mode=False,
        )
        return int(outcome) if isinstance(outcome, int) else ExitCode.OK
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
    except CutOff as error:
        session.say.cut_off(error)
        return ExitCode.CUT_OFF
    except Exception as error:  # noqa: BLE001 - the outermost door
        session.say.unexpected(error)
        return ExitCode.UNEXPECTED


def main() -> None:
    """Entry point of `regie-wallet`."""
    code = run(None, hygiene.start())
    if code == ExitCode.CUT_OFF:
        # Nothing more goes there, also not what Python still holds when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
