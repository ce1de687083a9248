"""What every command shares: the global options, and how data and sentences are printed."""

import json
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

import click

from registrar.errors import BadInput
from registrar.home import Home
from registrar.texts import Language, sentence

Folder = click.Path(path_type=Path, file_okay=False)
File = click.Path(path_type=Path, exists=True, dir_okay=False)


@dataclass
class Session:
    """What the global options say."""

    path: Path = Path("registrar")
    language: Language = "nl"
    json: bool = False
    passphrase_file: Path | None = None

    @property
    def home(self) -> Home:
        """The registrar's folder."""
        return Home(self.path)

    def say(self, key: str, **params: str | int) -> None:
        """One sentence for people, beside the data."""
        click.echo(sentence(self.language, key, **params), err=self.json)

    def data(self, **members: object) -> None:
        """One line of data for machines."""
        if self.json:
            click.echo(json.dumps({"version": 1, **members}, ensure_ascii=False))

    def passphrase(self) -> bytes | None:
        """The passphrase of the keys, from a file nobody else can read or the environment."""
        if self.passphrase_file is not None:
            if stat.S_IMODE(self.passphrase_file.stat().st_mode) & 0o077:
                raise BadInput("home.passphrase_mode")
            return self.passphrase_file.read_bytes().rstrip(b"\r\n")
        given = os.environ.pop("REGIE_PASSPHRASE", None)
        return given.encode() if given else None


def day(seconds: int) -> str:
    """The day of this moment, `YYYY-MM-DD`, UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
