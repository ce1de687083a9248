"""What the terminal gets: data on standard output, talk on standard error (ARCHITECTURE.md)."""

import json
import sys
import unicodedata
from collections.abc import Mapping
from typing import Final, NoReturn

import click

from credential.plaintext import terminal_safe
from credential.strictjson import Object
from wallet import refusalwords
from wallet.cli import misuse
from wallet.cli.layout import HANG, fitted
from wallet.errors import ExitCode, NotReady, Shared, WalletError
from wallet.texts import Texts

VERSION: Final = 1
# Control, format (bidi, zero width), surrogates, private use, unassigned.
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class CutOff(Exception):
    """What is written goes nowhere: whoever read it stopped (`silent`), or the disk is full."""

    def __init__(self, *, silent: bool) -> None:
        super().__init__()
        self.silent = silent


class Output:
    """The one place that prints; in JSON mode plain sentences on standard output stay away."""

    def __init__(self, texts: Texts, *, json_mode: bool) -> None:
        self.texts = texts
        self.json_mode = json_mode

    def result(self, members: Object) -> None:
        """The one object of a command, in JSON mode."""
        if self.json_mode:
            self._json(members)

    line = result
    """A list command calls it once for every row: one object per line."""

    def text(self, key: str, /, **params: object) -> None:
        """A sentence that is the answer, for people."""
        if not self.json_mode:
            _echo(fitted(safe_lines(self.texts.get(key, **safe(params))), sys.stdout))

    def plain(self, line: str) -> None:
        """A line that is the answer, for people; nothing foreign in it reaches the terminal."""
        if not self.json_mode:
            _echo(fitted(safe_lines(line), sys.stdout, hang=HANG))

    def raw(self, text: str) -> None:
        """Our own text as it is, for another program to read: nothing foreign may be in it."""
        if not self.json_mode:
            _echo(text)

    def talk(self, key: str, /, **params: object) -> None:
        """A sentence beside the answer."""
        _echo(fitted(safe_lines(self.texts.get(key, **safe(params))), sys.stderr), err=True)

    def talk_plain(self, line: str) -> None:
        """A line beside the answer."""
        _echo(fitted(safe_lines(line), sys.stderr, hang=HANG), err=True)

    def confirm(
        self, key: str, /, *, default: bool = False, instead: str = "", **params: object
    ) -> bool:
        """The answer to a yes-or-no question; without a terminal the option that answers it."""
        self.needs_terminal(instead)
        question = safe_lines(self.texts.get(key, **safe(params)))
        yes = self.texts.get("answer.yes")
        shown = self.texts.get("answer.default-yes" if default else "answer.default-no")
        answer = str(
            click.prompt(f"{question} {shown}", default="", show_default=False, err=True)
        ).strip()
        return default if not answer else answer.lower() in (yes, yes[0])

    def ask(self, key: str, /, *, instead: str = "", **params: object) -> str:
        """A line typed by the person."""
        self.needs_terminal(instead)
        question = safe_lines(self.texts.get(key, **safe(params)))
        return str(click.prompt(question, default="", show_default=False, err=True)).strip()

    def secret(self, key: str, /, *, instead: str = "", **params: object) -> str:
        """A secret typed by the person; it does not show."""
        self.needs_terminal(instead)
        question = safe_lines(self.texts.get(key, **safe(params)))
        return str(
            click.prompt(question, default="", show_default=False, hide_input=True, err=True)
        )

    @property
    def interactive(self) -> bool:
        """Whether a person sits at the keyboard."""
        return sys.stdin is not None and sys.stdin.isatty()

    def needs_terminal(self, instead: str = "") -> None:
        """Without a person at the keyboard nothing is ever asked.

        `instead` is the option that gives the answer; without one it is `--yes` where that is.
        """
        if self.interactive:
            return
        context = click.get_current_context(silent=True)
        taken = {one.name for one in context.command.params} if context else set()
        option = instead or ("--yes" if "yes" in taken else "")
        raise NotReady("terminal.needed", option=option) if option else NotReady("terminal.none")

    def refusal(self, error: WalletError) -> None:
        """One sentence, one hint, and when sharing whether anything was shared."""
        sentence = refusalwords.sentence(error, self.texts)
        hint = refusalwords.hint(error, self.texts)
        hint = f"hint: {safe_lines(hint or self.texts.get('error.unknown.hint'))}"
        _echo(fitted(safe_lines(sentence), sys.stderr), err=True)
        _echo(fitted(hint, sys.stderr, hang=len("hint: ")), err=True)
        self.shared(error.shared)
        if self.json_mode:
            members: Object = {
                "error": error.code,
                "fault": error.fault.value,
                "shared": error.shared.value,
            }
            self._json({**members, **({"params": dict(error.params)} if error.params else {})})

    def shared(self, shared: Shared) -> None:
        """Whether data left, in the fixed words of the design."""
        if shared is not Shared.NOT_APPLICABLE:
            self.talk(f"shared.{shared.value}")

    def usage(self, error: click.UsageError) -> None:
        """A command that was typed wrong."""
        command = error.ctx.command_path if error.ctx else "regie-wallet"
        _echo(safe_lines(misuse.sentence(error, self.texts)).strip(), err=True)
        _echo("hint: " + self.texts.get("error.usage.hint", command=command), err=True)

    def cut_off(self, error: CutOff) -> None:
        """The answer could not be written; nothing to say where somebody stopped reading."""
        if not error.silent:
            self.talk("error.output.full.sentence")
            _echo("hint: " + self.texts.get("error.output.full.hint"), err=True)

    def unexpected(self, error: Exception) -> None:
        """Our own mistake: its kind and place, never its text, which may hold values."""
        place = "?"
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            place = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
            trace = trace.tb_next
        self.talk("error.unexpected.sentence", kind=type(error).__name__, place=place)
        _echo("hint: " + self.texts.get("error.unexpected.hint"), err=True)

    def _json(self, members: Object) -> None:
        line = json.dumps({"version": VERSION, **members}, ensure_ascii=False)
        _echo("".join(_escaped(c) if unicodedata.category(c) in _UNSHOWN else c for c in line))


def _echo(text: str, *, err: bool = False) -> None:
    """One line; what stands beside the answer may go nowhere."""
    try:
        click.echo(text, err=err)
    except OSError as error:
        if not err:
            raise CutOff(silent=isinstance(error, BrokenPipeError)) from None


def _escaped(character: str) -> str:
    """The same character in JSON, as nothing that could steer the terminal."""
    # Half a character, as in the name of a file, is no text.
    return "?" if unicodedata.category(character) == "Cs" else json.dumps(character)[1:-1]


def safe_lines(text: str) -> str:
    """Text without anything that could steer the terminal; our own spaces and line ends stay."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _UNSHOWN)


def safe(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters of a sentence; what strangers wrote in them becomes one plain line."""
    return {
        name: terminal_safe(value) if isinstance(value, str) else value
        for name, value in params.items()
    }


def declined() -> NoReturn:
    """The person said no: exit 3."""
    raise WalletError("declined", exit=ExitCode.DECLINED)
