"""Everything that is printed: data on stdout, talk on stderr, one exit code per kind of fault."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import click

from credential.errors import CredentialError
from verifier import config
from verifier.errors import NotReady, NotTrusted, VerifierError
from verifier.texts import Language, find, language_of, sentence

P = ParamSpec("P")
UNEXPECTED = 1
NOT_TRUSTED = 5


@dataclass(frozen=True)
class Run:
    """The global options of one call."""

    home: Path
    lang: Language
    json: bool

    def out(self, members: dict[str, Any], line: str) -> None:
        """One result: an object for machines, or a line for people."""
        if self.json:
            click.echo(json.dumps({"version": 1, **members}, ensure_ascii=False))
        else:
            click.echo(line)


def command(
    function: Callable[Concatenate[Run, P], None],
) -> Callable[P, None]:
    """A command that takes the global options after its name too, and reports its faults."""

    @click.option("--home", default=None, metavar="DIR", help="Home folder (REGIE_HOME).")
    @click.option("--lang", type=click.Choice(["nl", "en"]), default=None, hidden=True)
    @click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
    @click.pass_context
    @wraps(function)
    def wrapped(
        context: click.Context,
        /,
        *args: Any,  # noqa: ANN401 - whatever this command takes
        **options: Any,  # noqa: ANN401
    ) -> None:
        shared: dict[str, Any] = context.find_root().params
        run = Run(
            home=config.home_of(options.pop("home") or shared.get("home")),
            lang=_lang(options.pop("lang") or shared.get("lang")),
            json=bool(options.pop("as_json") or shared.get("as_json")),
        )
        try:
            function(run, *args, **options)
        except VerifierError as error:
            otherwise = "not_trusted" if isinstance(error, NotTrusted) else "unexpected"
            _fault(run, error.code, error.section, error.params, otherwise=otherwise)
            context.exit(error.exit_code)
        except CredentialError as error:
            _fault(run, error.code, error.section, error.params, otherwise="not_trusted")
            context.exit(NOT_TRUSTED)

    return wrapped


def _lang(given: str | None) -> Language:
    import os

    return language_of(given or os.environ.get("REGIE_LANG") or os.environ.get("LANG"))


def _fault(
    run: Run, code: str, section: str, params: dict[str, Any], *, otherwise: str = "unexpected"
) -> None:
    key = code.replace(".", "_")
    try:
        said = find(run.lang, f"error.{key}", **params)
        hint = find(run.lang, f"hint.{key}", **params)
    except (KeyError, IndexError):
        said = hint = None
    if said is None:
        said, hint = _shared(run.lang, code)
    rule = f"{code} ({section})" if section else code
    if run.json:
        click.echo(json.dumps({"version": 1, "error": code, "section": section}))
    click.echo(f"{said or sentence(run.lang, f'error.{otherwise}')} [{rule}]", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)


def _shared(lang: Language, code: str) -> tuple[str | None, str | None]:
    """What all components say of a chain that is not trusted, where this is about one."""
    from credential.trust import words  # heavy

    return words.said(lang, code) or (None, None)


def require_file(file: str) -> bytes:
    """The bytes of a file, or of standard input for `-`."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError:
        raise NotReady("input.file", "", file=file) from None
