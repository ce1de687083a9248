"""What every command starts from: where the wallet is, its language, how to open it."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wallet import clock, config, files, keyfile
from wallet.cli.output import Output
from wallet.errors import NotReady, Usage
from wallet.texts import Texts, language
from wallet.unlocking import key_file

if TYPE_CHECKING:
    from wallet.service.wallet import Wallet

_MAX_INPUT: Final = 65_536
_PASSPHRASE: Final = "--passphrase-file"  # noqa: S105 - the option


@dataclass
class Session:
    """The global options of one run, and the secrets taken from the environment at its start."""

    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    home_option: str = ""
    lang_option: str = ""
    json_mode: bool = False
    passphrase_file: str = ""
    pin_file: str = ""
    _input_taken: bool = False
    _opened_with: str = field(default="", repr=False)
    _texts: dict[str, Texts] = field(default_factory=dict, repr=False)

    @property
    def home(self) -> Path:
        """The folder of the wallet: `--home`, else REGIE_HOME, else below the user's own."""
        given = self.home_option or os.environ.get("REGIE_HOME") or config.DEFAULT_HOME
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
        from wallet.service.wallet import Wallet

        key_file(self.home)  # no passphrase is asked for a wallet that is not there
        self._opened_with = self.passphrase()
        wallet = Wallet.open(
            self.home,
            self._opened_with,
            write=write,
            at=clock.now() if now is None else now,
            entropy=clock.random_bytes,
        )
        say = self.say
        say.texts.learn(wallet.foreign_names(say.texts.lang))
        for notice in wallet.notices:
            say.talk(f"notice.{notice.code}", activity=notice.activity)
        return wallet

    def passphrase(self) -> str:
        """The passphrase or PIN: file, environment, or asked; `passphrase.missing` with nobody."""
        given = self.given_secret()
        if given is not None:
            return given
        if not self.say.interactive:
            raise NotReady("passphrase.missing")
        return self.say.secret(self._secret_words())

    def own_passphrase(self) -> str:
        """The passphrase itself, for what a PIN may not do; asked where a PIN opened the wallet."""
        if self._opened_with and not keyfile.is_pin(self._opened_with):
            return self._opened_with
        given = self.given_passphrase()
        return (
            self.say.secret("ask.passphrase-itself", instead=_PASSPHRASE)
            if given is None
            else given
        )

    def confirm(self) -> None:
        """Whether it is still the resident, before something leaves or is wiped.

        What came by file or environment opened the wallet and counts; a person types it again.
        """
        if self.given_secret() is not None:
            return
        from wallet.service import confirm

        left = confirm.TRIES
        while True:
            left -= 1
            try:
                again = f"{self._secret_words()}-again"
                confirm.check(self.home, self.say.secret(again, instead=_PASSPHRASE))
            except NotReady as error:
                if error.code not in ("passphrase.wrong", "pin.wrong") or not left:
                    raise
                self.say.talk(f"error.{error.code}.sentence", **error.params)
            else:
                return

    def given_secret(self) -> str | None:
        """The passphrase, else the PIN, that came with the command; None without one."""
        given = self.given_passphrase()
        return self._given_pin() if given is None else given

    def given_passphrase(self) -> str | None:
        """The passphrase that came by file, standard input or environment; None without one."""
        if self.passphrase_file == "-":  # noqa: S105 - standard input, not a secret
            return self.read_input()
        if self.passphrase_file:
            return files.read_private(Path(self.passphrase_file))
        return self.secrets.get("REGIE_PASSPHRASE")

    def _given_pin(self) -> str | None:
        if self.pin_file == "-":
            given: str | None = self.read_input()
        elif self.pin_file:
            given = files.read_private(Path(self.pin_file))
        else:
            given = self.secrets.get("REGIE_PIN")
        if given is not None and not keyfile.is_pin(given):
            raise Usage("pin.shape", minimum=keyfile.MIN_PIN, maximum=keyfile.MAX_PIN)
        return given

    def _secret_words(self) -> str:
        return "ask.secret" if keyfile.has_pin(key_file(self.home)) else "ask.passphrase"

    def read_input(self) -> str:
        """The whole of standard input, once; two things cannot come from it."""
        if self._input_taken:
            raise Usage("input.twice")
        self._input_taken = True
        return "" if sys.stdin is None else sys.stdin.read(_MAX_INPUT).strip()

    def _configured_lang(self) -> str:
        try:
            return config.load(self.home).lang
        except Usage:
            return ""  # the command itself will say what is wrong with the settings
