"""A command that was typed wrong, in our own words: click's stand in English alone."""

import click

from wallet.texts import Texts


def sentence(error: click.UsageError, texts: Texts) -> str:
    """What is wrong with it; what was typed is named only where it is the name of something."""
    match error:
        case click.exceptions.NoSuchCommand():
            return texts.get("typed.no-command", name=error.command_name)
        case click.NoSuchOption():
            return texts.get("typed.no-option", name=error.option_name)
        case click.BadOptionUsage():
            return texts.get("typed.bad-option", name=error.option_name)
        case click.MissingParameter():
            return texts.get("typed.missing", name=_name(error.param, error.ctx))
        case click.BadParameter():
            return f"{texts.get('typed.bad', name=_name(error.param, error.ctx))} {_why(error)}"
        case _:
            return texts.get("typed.other")


def _name(param: click.Parameter | None, ctx: click.Context | None) -> str:
    """An option as it is typed, an argument as the help shows it."""
    if isinstance(param, click.Option):
        return param.opts[0]
    if param is None or ctx is None:
        return "?"
    return param.make_metavar(ctx).strip("[]").removesuffix("]...")


def _why(error: click.BadParameter) -> str:
    # The choices are ours, and so is the sentence of what is no text; nothing foreign is repeated.
    kind = None if error.param is None else error.param.type
    if isinstance(kind, click.Choice):
        return ", ".join(map(str, kind.choices)) + "."
    return error.message if isinstance(kind, click.types.StringParamType) else ""
