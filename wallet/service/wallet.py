"""An opened wallet: settings, store, notices; and how one is made and unlocked."""

import dataclasses
import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from credential.strictjson import Object
from wallet import config as settings
from wallet import files, keyfile
from wallet.config import Config
from wallet.errors import NotReady, Usage, WalletError, from_credential
from wallet.keyfile import MasterKey
from wallet.lock import WriterLock
from wallet.store import Store
from wallet.store.values import Notice
from wallet.unlocking import key_file, unlock

if TYPE_CHECKING:
    from credential.foreigncard import ForeignTrust
    from credential.trust import Trust
    from credential.typemetadata import TypeMetadata
    from wallet.store.carrying import Carried

__all__ = ["SCHEME_FOLDER", "SEQUENCE_SETTING", "Wallet", "discard", "key_file"]

SCHEME_FOLDER: Final = "scheme"
MAKING: Final = "wallet.making"
_PARTS: Final = ("wallet.db", "wallet.db-wal", "wallet.db-shm", "log.head")
SEQUENCE_SETTING: Final = "scheme.sequence"
FOLLOWED_SETTING: Final = "scheme.followed"
"""The fingerprint the resident chose, and the one it led to since."""

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
        self._foreign: ForeignTrust | None = None

    @classmethod
    def create(
        cls, home: Path, passphrase: str, *, config: Config, at: int, entropy: Entropy
    ) -> Self:
        """A new wallet in `home`, open for writing; refuses where one stands already."""
        return cls._make(
            home,
            passphrase,
            lambda master: Store.create(home, master, at=at, entropy=entropy),
            config=config,
            entropy=entropy,
        )

    @classmethod
    def restore(
        cls,
        home: Path,
        passphrase: str,
        carried: "Carried",
        *,
        body: Object,
        config: Config,
        at: int,
        entropy: Entropy,
    ) -> Self:
        """A new wallet in `home` that goes on with the log of another, open for writing."""
        return cls._make(
            home,
            passphrase,
            lambda master: Store.restore(home, master, carried, body=body, at=at, entropy=entropy),
            config=config,
            entropy=entropy,
        )

    @classmethod
    def _make(
        cls,
        home: Path,
        passphrase: str,
        make: Callable[[MasterKey], Store],
        *,
        config: Config,
        entropy: Entropy,
    ) -> Self:
        files.private_folder(home)
        if (home / keyfile.FILE).exists():
            raise NotReady("wallet.exists")
        lock = WriterLock.take(home)
        try:
            # The key file comes last: a wallet half made is no wallet, and can be made again.
            _begin_making(home)
            try:
                content, master = keyfile.create(passphrase, entropy=entropy)
                settings.save(home, config)
                store = make(master)
                files.write_atomically(home / keyfile.FILE, content)
            except BaseException:
                discard(home)
                raise
            (home / MAKING).unlink()
        except BaseException:
            lock.release()
            raise
        return cls(home, config, store, entropy, lock=lock)

    @classmethod
    def open(cls, home: Path, passphrase: str, *, write: bool, at: int, entropy: Entropy) -> Self:
        """The wallet of `home`, by passphrase or PIN; for writing it mends what a crash left."""
        key_file(home)
        lock = WriterLock.take(home) if write else None
        try:
            config = settings.load(home)
            master = unlock(home, passphrase)
            store = _open_store(home, master, write=write, entropy=entropy)
            notices = store.recover(at=at) if write else ()
            if write:
                (home / MAKING).unlink(missing_ok=True)
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

    def trust_of_then(self, now: int) -> tuple["Trust", int]:
        """What it believes, and on which day, to look back at what it kept (formats.md 2).

        Lists that ran out are good for the past until their last second, and for nothing new.
        """
        try:
            found = self.trust(now)
        except WalletError as error:
            if error.params.get("rule") != "scheme.expired":
                raise
            found = self._open_trust(now, archived=True)
        return found, min(now, found.next_update - 1)

    @property
    def foreign(self) -> "ForeignTrust":
        """The anchors outside the scheme that the resident chose; false when there are none.

        None either where they cannot be read (any more): that must not stop what the scheme knows.
        """
        if self._foreign is None:
            from credential.foreigncard import ForeignTrust  # noqa: PLC0415
            from wallet import foreign  # noqa: PLC0415

            try:
                self._foreign = ForeignTrust(foreign.anchors(self.config))
            except Usage:
                return ForeignTrust()
        return self._foreign

    def foreign_names(self, lang: str) -> dict[str, str]:
        """What issuers outside the scheme call their kinds."""
        return {vct: one.name(lang) for vct, one in self._foreign_types().items()}

    def forget_trust(self) -> None:
        """The next `trust` reads the folder again."""
        self._trust = None

    def save_config(self, config: Config) -> None:
        """Keeps new settings."""
        settings.save(self.home, config)
        self.config = config
        self._foreign = None

    def believe_root(self, root: bytes) -> bool:
        """From now on the scheme is known by this root; one that led to it no longer counts."""
        found = hashlib.sha256(root).hexdigest()
        if found == self.config.fingerprint.lower():
            return False
        self.store.set_setting(
            FOLLOWED_SETTING, [self.chosen_root or self.config.fingerprint, found]
        )
        self.save_config(dataclasses.replace(self.config, fingerprint=found))
        return True

    @property
    def chosen_root(self) -> str:
        """What the resident was given, where the scheme has another root by now; else nothing."""
        match self.store.setting(FOLLOWED_SETTING, []):
            case [str() as chosen, str() as root] if root == self.config.fingerprint.lower():
                return chosen.lower()
        return ""

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

    def _open_trust(self, now: int, *, archived: bool = False) -> "Trust":
        # Deferred: commands that show what is on disk need no certificates (docs/speed.md).
        from credential.errors import CredentialError  # noqa: PLC0415
        from credential.snapshot import reopen_archived_scheme, reopen_scheme  # noqa: PLC0415

        folder = self.scheme_folder
        if not self.config.fingerprint or not (folder / "scheme.jws").exists():
            raise NotReady("trust.missing")
        floor = self.store.setting(SEQUENCE_SETTING, 0)
        fingerprint = bytes.fromhex(self.config.fingerprint)

        def read(path: str) -> bytes:
            return (folder / path).read_bytes()

        try:
            if archived:
                return self._with_foreign_types(
                    reopen_archived_scheme(read, fingerprint=fingerprint)
                )
            found = reopen_scheme(
                read,
                fingerprint=fingerprint,
                floor=floor if isinstance(floor, int) else 0,
                now=now,
            )
            return self._with_foreign_types(found)
        except OSError:
            raise NotReady("trust.missing") from None
        except CredentialError as error:
            raise from_credential(error) from None

    def _with_foreign_types(self, trust: "Trust") -> "Trust":
        """With what issuers outside the scheme call their kinds; the scheme's own come first."""
        types = self._foreign_types()
        return dataclasses.replace(trust, types=trust.types.besides(types)) if types else trust

    def _foreign_types(self) -> dict[str, "TypeMetadata"]:
        """Those that can be read: a restored wallet has them from a file."""
        kept = self.store.foreign_types()
        if not kept:
            return {}
        from credential.errors import CredentialError  # noqa: PLC0415
        from wallet import strangers  # noqa: PLC0415

        found = {}
        for vct, document in kept.items():
            with suppress(CredentialError):
                found[vct] = strangers.read_type(document)
        return found


def discard(home: Path) -> None:
    """Takes back a wallet that was made a moment ago and holds nothing yet."""
    (home / keyfile.FILE).unlink(missing_ok=True)
    (home / settings.FILE).unlink(missing_ok=True)
    _clear_half_made(home)


def half_made(home: Path) -> bool:
    """Whether making a wallet here was begun and cut off: nothing in it is anybody's."""
    return (home / MAKING).exists() and not (home / keyfile.FILE).exists()


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


def _begin_making(home: Path) -> None:
    """Refuses where data stands without its key file: that may be put back one day."""
    if not half_made(home) and any((home / name).exists() for name in _PARTS):
        raise NotReady("wallet.no-key")
    (home / MAKING).touch(files.PRIVATE)
    for name in _PARTS:
        (home / name).unlink(missing_ok=True)


def _clear_half_made(home: Path) -> None:
    for name in (*_PARTS, MAKING):
        (home / name).unlink(missing_ok=True)
