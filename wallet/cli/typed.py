"""What is typed as text: refused where it is none, before anything looks it up."""

import click

from wallet.cli.session import Session


class Typed(click.types.StringParamType):
    """Text in UTF-8; a terminal gives half characters for bytes that are none."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The same text."""
        text = str(super().convert(value, param, ctx))
        try:
            text.encode()
        except UnicodeEncodeError:
            session = None if ctx is None else ctx.find_object(Session)
            texts = (session or Session()).say.texts
            self.fail(texts.get("typed.unreadable"), param, ctx)
        return text


FILES = frozenset({"FILE", "DIR"})
"""Names of files are bytes: of them no text is asked."""


def reads_text(param: click.Parameter) -> bool:
    """Whether this argument or option is text."""
    return param.type is click.STRING and param.metavar not in FILES
