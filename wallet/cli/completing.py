"""What the Tab key can fill in beside commands and options: only words everybody may know.

Numbers of cards and activities stand in the locked part of the wallet, and stay there.
"""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_setting(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Names of settings, each with what it is."""
    from wallet.cli.session import Session
    from wallet.service.settings import SETTINGS

    texts = ctx.ensure_object(Session).say.texts
    titles = {one.name: texts.get(f"settings.{one.name}.title") for one in SETTINGS}
    return _beginning(titles, incomplete)


def complete_value(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """What the setting named before it can be, where that is a choice."""
    from wallet.service.settings import SETTINGS

    named = ctx.params.get("name")
    choices = next((one.choices for one in SETTINGS if one.name == named), ())
    return _beginning(dict.fromkeys(choices, ""), incomplete)


def complete_kind(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Kinds of cards that exist in every scheme."""
    from wallet.cli.session import Session

    kinds = ctx.ensure_object(Session).say.texts.group("kind")
    return _beginning(kinds, incomplete)


def _beginning(words: dict[str, str], incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(word, help=told or None)
        for word, told in words.items()
        if word.startswith(incomplete)
    ]
