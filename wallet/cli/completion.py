"""`regie-wallet completion SHELL`: the lines that let the Tab key finish commands and options."""

import click
from click.shell_completion import get_completion_class

from wallet.cli.session import Session

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "regie-wallet"
VARIABLE = "_REGIE_WALLET_COMPLETE"
PLACES = {
    "bash": "~/.local/share/bash-completion/completions/regie-wallet",
    "zsh": "~/.zfunc/_regie-wallet",
    "fish": "~/.config/fish/completions/regie-wallet.fish",
}
"""Where each shell looks by itself; for zsh a folder of `fpath`."""


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print what makes the Tab key finish commands."""
    session: Session = ctx.obj
    lines = source(shell)
    session.say.result({"shell": shell, "place": PLACES[shell], "lines": lines})
    session.say.raw(lines)
    session.say.talk("completion.where", place=PLACES[shell])


def source(shell: str) -> str:
    """The lines for this shell."""
    found = get_completion_class(shell)
    assert found is not None
    # A class method that asks the installed bash for its version, and warns on standard error.
    maker = found(click.Command(PROGRAM), {}, PROGRAM, VARIABLE)
    return maker.source_template % maker.source_vars()
