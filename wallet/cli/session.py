"""What every command starts from: where the wallet is, its language, how to open it."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wallet import clock, config, files
from wallet.cli.output import Output
from wallet.errors import NotReady, Usage
from wallet.texts import Texts, language

if TYPE_CHECKING:
    from wallet.service.wallet import Wallet

_DEFAULT_HOME: Final = "~/.local/share/regie"
_MAX_INPUT: Final = 65_536


@dataclass
class Session:
    """The global options of one run, and the secrets taken from the environment at its start."""

    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    home_option: str = ""
    lang_option: str = ""
    json_mode: bool = False
    passphrase_file: str = ""
    _input_taken: bool = False
    _texts: dict[str, Texts] = field(default_factory=dict, repr=False)

    @property
    def home(self) -> Path:
        """The folder of the wallet: `--home`, else REGIE_HOME, else below the user's own."""
        given = self.home_option or os.environ.get("REGIE_HOME") or _DEFAULT_HOME
        return Path(given).expanduser().absolute()

    @property
    def lang(self) -> str:
        """`--lang`, REGIE_LANG, the wallet's own setting, the locale, in that order."""
        locale = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
        chosen = self.lang_option or os.environ.get("REGIE_LANG", "")
        return language(chosen, self._configured_lang() if not chosen else "", locale)

    @property
    def say(self) -> Output:
        """The output in this run's language."""
        lang = self.lang
        if lang not in self._texts:
            self._texts[lang] = Texts(lang)
        return Output(self._texts[lang], json_mode=self.json_mode)

    def now(self) -> int:
        """The one `now` of this command; call it once and pass it on."""
        return clock.now()

    def open(self, *, write: bool, now: int | None = None) -> "Wallet":
        """The wallet, unlocked; tells what was mended after a crash."""
        # Deferred: `--version` and `--help` need no store.
        from wallet.service.wallet import Wallet, key_file

        key_file(self.home)  # no passphrase is asked for a wallet that is not there
        wallet = Wallet.open(
            self.home,
            self.passphrase(),
            write=write,
            at=clock.now() if now is None else now,
            entropy=clock.random_bytes,
        )
        say = self.say
        for notice in wallet.notices:
            say.talk(f"notice.{notice.code}", activity=notice.activity)
        return wallet

    def passphrase(self) -> str:
        """The passphrase: file, environment, or asked; `passphrase.missing` without a person."""
        given = self.given_passphrase()
        if given is not None:
            return given
        if not sys.stdin.isatty():
            raise NotReady("passphrase.missing")
        return self.say.secret("ask.passphrase")

    def given_passphrase(self) -> str | None:
        """The passphrase that came by file, standard input or environment; None without one."""
        if self.passphrase_file == "-":  # noqa: S105 - standard input, not a secret
            return self.read_input()
        if self.passphrase_file:
            return files.read_private(Path(self.passphrase_file))
        return self.secrets.get("REGIE_PASSPHRASE")

    def read_input(self) -> str:
        """The whole of standard input, once; two things cannot come from it."""
        if self._input_taken:
            raise Usage("input.twice")
        self._input_taken = True
        return sys.stdin.read(_MAX_INPUT).strip()

    def _configured_lang(self) -> str:
        try:
            return config.load(self.home).lang
        except Usage:
            return ""  # the command itself will say what is wrong with the settings
