"""An opened wallet: settings, store, notices; and how one is made and unlocked."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from wallet import config as settings
from wallet import files, keyfile
from wallet.config import Config
from wallet.errors import NotReady, from_credential
from wallet.keyfile import MasterKey
from wallet.lock import WriterLock
from wallet.store import Store
from wallet.store.values import Notice

if TYPE_CHECKING:
    from credential.trust import Trust

SCHEME_FOLDER: Final = "scheme"
SEQUENCE_SETTING: Final = "scheme.sequence"

Entropy = Callable[[int], bytes]


class Wallet:
    """One resident's wallet, open; as a context manager it is closed at the end."""

    def __init__(
        self,
        home: Path,
        config: Config,
        store: Store,
        entropy: Entropy,
        *,
        lock: WriterLock | None,
        notices: tuple[Notice, ...] = (),
    ) -> None:
        self.home = home
        self.config = config
        self.store = store
        self.entropy = entropy
        self.notices = notices
        self._lock = lock
        self._trust: Trust | None = None

    @classmethod
    def create(
        cls, home: Path, passphrase: str, *, config: Config, at: int, entropy: Entropy
    ) -> Self:
        """A new wallet in `home`, open for writing; refuses where one stands already."""
        files.private_folder(home)
        if (home / keyfile.FILE).exists():
            raise NotReady("wallet.exists")
        lock = WriterLock.take(home)
        try:
            # The key file comes last: a wallet half made is no wallet, and can be made again.
            _clear_half_made(home)
            content, master = keyfile.create(passphrase, entropy=entropy)
            settings.save(home, config)
            store = Store.create(home, master, at=at, entropy=entropy)
            files.write_atomically(home / keyfile.FILE, content)
        except BaseException:
            lock.release()
            raise
        return cls(home, config, store, entropy, lock=lock)

    @classmethod
    def open(cls, home: Path, passphrase: str, *, write: bool, at: int, entropy: Entropy) -> Self:
        """The wallet of `home`. For writing it takes the lock and mends what a crash left."""
        content = key_file(home)
        lock = WriterLock.take(home) if write else None
        try:
            config = settings.load(home)
            master = keyfile.unlock(content, passphrase)
            store = _open_store(home, master, write=write, entropy=entropy)
            notices = store.recover(at=at) if write else ()
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return cls(home, config, store, entropy, lock=lock, notices=notices)

    @property
    def scheme_folder(self) -> Path:
        """Where the files of the newest snapshot stand."""
        return self.home / SCHEME_FOLDER

    def trust(self, now: int) -> "Trust":
        """What this wallet believes of others; `trust.missing` before the first `sync`.

        Opened once and kept, until `forget_trust` after a `sync`.
        """
        if self._trust is None:
            self._trust = self._open_trust(now)
        return self._trust

    def forget_trust(self) -> None:
        """The next `trust` reads the folder again."""
        self._trust = None

    def save_config(self, config: Config) -> None:
        """Keeps new settings."""
        settings.save(self.home, config)
        self.config = config

    def close(self) -> None:
        """Closes the store and gives the lock back."""
        self.store.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open_trust(self, now: int) -> "Trust":
        # Deferred: commands that show what is on disk need no certificates (docs/speed.md).
        from credential.errors import CredentialError  # noqa: PLC0415
        from credential.snapshot import open_scheme  # noqa: PLC0415

        folder = self.scheme_folder
        if not self.config.fingerprint or not (folder / "scheme.jws").exists():
            raise NotReady("trust.missing")
        floor = self.store.setting(SEQUENCE_SETTING, 0)
        try:
            return open_scheme(
                lambda path: (folder / path).read_bytes(),
                fingerprint=bytes.fromhex(self.config.fingerprint),
                floor=floor if isinstance(floor, int) else 0,
                now=now,
            )
        except OSError:
            raise NotReady("trust.missing") from None
        except CredentialError as error:
            raise from_credential(error) from None


def key_file(home: Path) -> bytes:
    """The key file of `home`; `wallet.none` when there is no wallet."""
    try:
        return (home / keyfile.FILE).read_bytes()
    except OSError:
        raise NotReady("wallet.none") from None


def discard(home: Path) -> None:
    """Takes back a wallet that was made a moment ago and holds nothing yet."""
    (home / keyfile.FILE).unlink(missing_ok=True)
    (home / settings.FILE).unlink(missing_ok=True)
    _clear_half_made(home)


def _open_store(home: Path, master: MasterKey, *, write: bool, entropy: Entropy) -> Store:
    try:
        return Store.open(home, master, write=write, entropy=entropy)
    except NotReady as error:
        if error.code != "store.older":
            raise
    # Made by an older Regie; only the one writer may bring it up to date.
    lock = WriterLock.take(home)
    try:
        Store.open(home, master, write=True, entropy=entropy).close()
    finally:
        lock.release()
    return Store.open(home, master, write=write, entropy=entropy)


def _clear_half_made(home: Path) -> None:
    for name in ("wallet.db", "wallet.db-wal", "wallet.db-shm", "log.head"):
        (home / name).unlink(missing_ok=True)
