"""What the screens reach the wallet through: unlock, clock, network, one change at a time."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Final, Self

from credential.names import Path, kind_of
from wallet import clock, doors, keyfile
from wallet.config import Config
from wallet.errors import NotReady
from wallet.fetch import Fetch
from wallet.naming import Types, label_of, label_of_text, title_of
from wallet.service import cards
from wallet.service.wallet import Wallet, key_file
from wallet.texts import Texts

if TYPE_CHECKING:
    from wallet.cli.session import Session

THEME: Final = "tui.theme"


@dataclass
class Access:
    """One wallet behind the screens; closed until `unlock`."""

    home: Folder
    texts: Texts
    passphrase: str | None = field(default=None, repr=False)
    now: Callable[[], int] = clock.now
    entropy: Callable[[int], bytes] = clock.random_bytes
    network: Callable[[Config], Fetch] = doors.network
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Held by whoever changes something: one change at a time."""
    _wallet: Wallet | None = None
    _types: Types | None = None

    @classmethod
    def of(cls, session: "Session") -> Self:
        """For the session of a command line without a command."""
        return cls(session.home, Texts(session.lang), session.given_passphrase())

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

    def unlock(self, passphrase: str) -> None:
        """Opens the wallet for writing."""
        self._wallet = Wallet.open(
            self.home, passphrase, write=True, at=self.now(), entropy=self.entropy
        )

    def confirm(self, passphrase: str) -> None:
        """Whether this is the passphrase; refuses as unlocking does."""
        keyfile.unlock(key_file(self.home), passphrase)

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
