"""What the screens reach the wallet through: unlock, clock, network, one change at a time."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Final, Self

from credential.names import Path, kind_of
from wallet import clock, doors, keyfile
from wallet.config import Config
from wallet.errors import NotReady, WalletError
from wallet.fetch import Fetch
from wallet.naming import Types, label_of, label_of_text, title_of
from wallet.service import cards, confirm, setup
from wallet.service.wallet import Wallet
from wallet.texts import Texts

if TYPE_CHECKING:
    from wallet.cli.session import Session
    from wallet.service.backup import Opened

THEME: Final = "tui.theme"


@dataclass
class Access:
    """One wallet behind the screens; closed until `unlock`."""

    home: Folder
    texts: Texts
    passphrase: str | None = field(default=None, repr=False)
    now: Callable[[], int] = clock.now
    monotonic: Callable[[], float] = clock.monotonic
    entropy: Callable[[int], bytes] = clock.random_bytes
    network: Callable[[Config], Fetch] = doors.network
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Held by whoever changes something: one change at a time."""
    _wallet: Wallet | None = None
    _types: Types | None = None

    @classmethod
    def of(cls, session: "Session") -> Self:
        """For the session of a command line without a command."""
        return cls(session.home, Texts(session.lang), session.given_secret())

    @property
    def exists(self) -> bool:
        """Whether there is a wallet here at all."""
        return (self.home / keyfile.FILE).exists()

    @property
    def wallet(self) -> Wallet:
        """The open wallet; only screens behind the unlock screen ask for it."""
        if self._wallet is None:
            raise NotReady("passphrase.missing")
        return self._wallet

    @property
    def is_open(self) -> bool:
        """Whether the wallet was unlocked."""
        return self._wallet is not None

    @property
    def takes_pin(self) -> bool:
        """Whether a PIN is set, so that a question can name it."""
        return self.exists and confirm.takes_pin(self.home)

    def unlock(self, passphrase: str) -> None:
        """Opens the wallet for writing, by passphrase or PIN."""
        self._wallet = Wallet.open(
            self.home, passphrase, write=True, at=self.now(), entropy=self.entropy
        )
        self.texts.learn(self._wallet.foreign_names(self.texts.lang))

    def create(self, passphrase: str, config: Config) -> None:
        """Makes the wallet and opens it; where the list cannot be brought in there is none."""
        self._wallet = setup.make(
            self.home,
            passphrase,
            config,
            network=self.network,
            now=self.now(),
            entropy=self.entropy,
        )

    def restore(self, opened: "Opened", passphrase: str) -> None:
        """Makes the wallet from a backup and opens it."""
        from wallet.service import backup  # noqa: PLC0415 - once in the life of a wallet

        self._wallet = backup.restore(
            self.home, opened, passphrase, now=self.now(), entropy=self.entropy
        )

    def bring_list(self) -> bool:
        """The newest list of organisations; False when it has to wait for a connection."""
        from wallet.service import sync  # noqa: PLC0415 - as above

        try:
            sync.sync(self.wallet, self.fetch(), now=self.now())
        except WalletError:
            return False
        self.forget_types()
        return True

    def confirm(self, secret: str) -> None:
        """Whether this is the passphrase or the PIN; refuses as unlocking does."""
        confirm.check(self.home, secret)

    def fetch(self) -> Fetch:
        """The way out for one errand."""
        return self.network(self.wallet.config)

    def types(self) -> Types:
        """What kinds and claims are called; read once, and again after a sync."""
        if self._types is None:
            self._types = cards.types(self.wallet)
        return self._types

    def forget_types(self) -> None:
        """The next label is read from the newest snapshot."""
        self._types = None

    def title(self, vct: str, kind: str) -> str:
        """What people call a kind of card."""
        otherwise = self.texts.find(f"kind.{kind}") or kind
        return title_of(vct, otherwise, self.types(), self.texts.lang)

    def label(self, vct: str, path: Path) -> str:
        """What people call a claim."""
        return label_of(vct, path, self.types(), self.texts.lang)

    def label_text(self, vct: str, path: str) -> str:
        """What people call a claim of which the log keeps the path as text."""
        return label_of_text(vct, path, self.types(), self.texts.lang)

    def by_card(self, claims: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str, str]]]:
        """Claims under the name of their card, each with what people call it."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for vct, path in claims:
            title = self.title(vct, kind_of(vct) or vct)
            found.setdefault(title, []).append((vct, path, self.label_text(vct, path)))
        return found

    def kind(self, kind: str) -> str:
        """What people call a kind of card of which only the name is known."""
        return self.texts.find(f"kind.{kind}") or kind

    def setting(self, name: str) -> str:
        """A setting of the screens, empty if it was never made."""
        found = self.wallet.store.setting(name, "")
        return found if isinstance(found, str) else ""

    def close(self) -> None:
        """Closes the wallet and gives the lock back."""
        if self._wallet is not None:
            self._wallet.close()
            self._wallet = None
