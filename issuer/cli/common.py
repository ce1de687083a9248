"""What every command shares: home, language, output for people or machines, refusals."""

import functools
import getpass
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from credential import strictjson
from credential.errors import CredentialError
from credential.strictjson import Object
from issuer.errors import DeskFault, Exit, IssuerError
from issuer.texts import Language, fault, sentence

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Session:
    """How this run was started."""

    home: Path | None = None
    language: Language | None = None
    json: bool = False

    def say(self, key: str, **params: str | int) -> None:
        """One sentence on standard error: talk, not data."""
        click.echo(self.text(key, **params), err=True)

    def text(self, key: str, **params: str | int) -> str:
        """A sentence in the language of this run."""
        return sentence(self.lang, key, **params)

    def data(self, value: Object) -> None:
        """One JSON object on standard output, with the version of its shape."""
        click.echo(strictjson.dumps({"version": 1, **value}))

    @property
    def lang(self) -> Language:
        """Asked for, else by locale, else Dutch (ARCHITECTURE.md, Commands)."""
        if self.language is not None:
            return self.language
        names = ("REGIE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
        chosen = next((os.environ[name] for name in names if os.environ.get(name)), "")
        return "en" if chosen.lower().startswith("en") else "nl"

    @property
    def folder(self) -> Path:
        """The home of this issuer."""
        if self.home is not None:
            return self.home
        return Path(os.environ.get("REGIE_HOME") or "~/.local/share/regie-issuer").expanduser()

    @property
    def interactive(self) -> bool:
        """Whether a person sits at both ends."""
        return not self.json and sys.stdin.isatty() and sys.stdout.isatty()


def options(function: F) -> F:
    """The global options, which may stand before or after the command's name."""

    @functools.wraps(function)
    def wrapped(
        *args: object, home: Path | None, lang: Language | None, as_json: bool, **rest: object
    ) -> object:
        session = click.get_current_context().ensure_object(Session)
        session.home = home or session.home
        session.language = lang or session.language
        session.json = as_json or session.json
        return function(session, *args, **rest)

    for option in (
        click.option("--home", type=click.Path(path_type=Path), help="The issuer's folder."),
        click.option("--lang", type=click.Choice(["nl", "en"]), help="Language of sentences."),
        click.option("--json", "as_json", is_flag=True, help="Machine-readable output."),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]


def refuse(session: Session, error: IssuerError | CredentialError) -> NoReturn:
    """One sentence, one hint, the exit code; with `--json` the stable code as well."""
    said, hint = fault(session.lang, error.code, **error.params)
    click.echo(said, err=True)
    if hint is not None:
        click.echo(f"hint: {hint}", err=True)
    if session.json:
        session.data({"error": error.code, "section": error.section})
    sys.exit(error.exit if isinstance(error, IssuerError) else Exit.NOT_TRUSTED)


def read_person(path: str) -> str:
    """The number in a file that only its owner can read, or on standard input: never in argv."""
    from issuer.keys import read_private

    try:
        data = sys.stdin.buffer.read(64) if path == "-" else read_private(Path(path))
    except OSError:
        raise DeskFault("desk.person_file_missing", "Architecture, Commands") from None
    lines = data.decode("ascii", errors="replace").split()
    if len(lines) != 1:
        raise DeskFault("desk.person_file", "Architecture, Commands")
    return lines[0]


def clerk_name(given: str | None) -> str:
    """Who works at this desk: it is protocolled."""
    return given or os.environ.get("REGIE_CLERK") or getpass.getuser()


def kinds_of(text: str) -> frozenset[str] | None:
    """`all`, or kinds with commas between them."""
    if text == "all":
        return None
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def names(session: Session, kinds: Iterable[str]) -> str:
    """Kinds as people call them."""
    return ", ".join(session.text(f"kind.{kind}") for kind in kinds)
