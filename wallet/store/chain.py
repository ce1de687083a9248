"""Writing the log: one more link inside the caller's transaction, and the signed head after it.

Source: formats.md 2. The head is read inside the writing transaction, so two writers can never make
two entries with one number. After each commit the head is also written to `log.head`, beside the
database: a database that is behind that file was cut off.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credential import base64url, jose, log
from credential.errors import CredentialError
from credential.strictjson import Object
from wallet import files
from wallet.errors import ExitCode, Fault, WalletError
from wallet.store.database import Database
from wallet.store.values import Entry, Notice

FILE: Final = "log.head"
_NONCE_BYTES: Final = 12
_MAX_HEAD: Final = 4096
_AAD: Final = b"regie/log/1"

Entropy = Callable[[int], bytes]


class Chain:
    """The chain of one wallet and the key that signs its heads."""

    def __init__(
        self, log_id: bytes, key: jose.PrivateKey, head_file: Path, entropy: Entropy
    ) -> None:
        self.log_id = log_id
        self.head_file = head_file
        self._key = key
        self._signer = jose.KeySigner(key)
        self._entropy = entropy
        self._unpublished: str | None = None
        self._grown = False
        self.genesis = log.genesis(
            log_id, base64url.decode(jose.thumbprint(self._signer.public_key))
        )

    @property
    def public_key(self) -> jose.PublicKey:
        """The key that checks the heads."""
        return self._signer.public_key

    @property
    def private_key_pem(self) -> bytes:
        """The key that signs the heads, for the one file that moves a log to another wallet."""
        return jose.private_key_to_pem(self._key)

    @classmethod
    def start(
        cls, database: Database, wrap_key: bytes, head_file: Path, *, at: int, entropy: Entropy
    ) -> "Chain":
        """A new log with its own id and key; runs inside the transaction that makes the tables."""
        log_id, key = entropy(log.LOG_ID_BYTES), jose.generate_key()
        chain = cls(log_id, key, head_file, entropy)
        chain._settle(database, wrap_key, created=at)
        chain._grown = True
        return chain

    @classmethod
    def move(
        cls,
        database: Database,
        wrap_key: bytes,
        head_file: Path,
        *,
        log_id: bytes,
        key_pem: bytes,
        created: int,
        entropy: Entropy,
    ) -> "Chain":
        """A log that goes on here; runs inside the transaction that brings its entries."""
        chain = cls(log_id, jose.private_key_from_pem(key_pem), head_file, entropy)
        chain._settle(database, wrap_key, created=created)
        return chain

    def _settle(self, database: Database, wrap_key: bytes, *, created: int) -> None:
        nonce = self._entropy(_NONCE_BYTES)
        wrapped = nonce + AESGCM(wrap_key).encrypt(nonce, self.private_key_pem, _AAD)
        database.execute(
            "INSERT INTO log (id, key, created) VALUES (?, ?, ?)", (self.log_id, wrapped, created)
        )

    @classmethod
    def load(
        cls, database: Database, wrap_key: bytes, head_file: Path, *, entropy: Entropy
    ) -> "Chain":
        """The log that stands in this database; `log.key` (exit 9) when its key was changed."""
        row = database.row("SELECT id, key FROM log")
        if row is None:
            raise broken("log.key")
        wrapped: bytes = row["key"]
        try:
            pem = AESGCM(wrap_key).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _AAD)
            return cls(row["id"], jose.private_key_from_pem(pem), head_file, entropy)
        except (InvalidTag, CredentialError, ValueError, TypeError):
            raise broken("log.key") from None

    def append(
        self, database: Database, activity: str, kind: log.Event, body: Object, *, at: int
    ) -> Entry:
        """One more entry, inside the running transaction; the head is signed by `seal`."""
        last = database.row("SELECT n, h FROM entries ORDER BY n DESC LIMIT 1")
        n, previous = (last["n"] + 1, last["h"]) if last else (1, self.genesis)
        entry = log.entry_bytes(n, activity, kind, at, body)
        blind = self._entropy(log.BLIND_BYTES)
        c = log.entry_hash(blind, entry)
        database.execute(
            "INSERT INTO entries (n, entry, blind, c, h) VALUES (?, ?, ?, ?, ?)",
            (n, entry, blind, c, log.link(n, previous, c)),
        )
        self._grown = True
        return Entry(n, activity, kind, at, body)

    def seal(self, database: Database, *, at: int) -> None:
        """Signs the head this transaction ends with and keeps it and the one before."""
        if not self._grown:
            return
        n, h = self.end(database)
        head = log.sign_head(self.log_id, n, h, at, self._signer)
        database.execute(
            "REPLACE INTO heads (place, n, head)"
            " SELECT 'before', n, head FROM heads WHERE place = 'now'"
        )
        database.execute("REPLACE INTO heads (place, n, head) VALUES ('now', ?, ?)", (n, head))
        self._unpublished = head

    def publish(self) -> None:
        """After the commit: the head also beside the database."""
        self._grown = False
        if self._unpublished is not None:
            # Not synced by itself: the next commit's own sync takes this rename along, so after
            # a power cut the file is at most one commit behind, which `mend` repairs.
            files.write_atomically(self.head_file, self._unpublished.encode(), durable=False)
            self._unpublished = None

    def discard(self) -> None:
        """After a rollback: nothing to publish."""
        self._unpublished, self._grown = None, False

    def end(self, database: Database) -> tuple[int, bytes]:
        """Number and chain value of the last entry."""
        last = database.row("SELECT n, h FROM entries ORDER BY n DESC LIMIT 1")
        return (last["n"], last["h"]) if last else (0, self.genesis)

    def mend(self, database: Database) -> tuple[Notice, ...]:
        """On opening for writing: brings `log.head` up to date after a crash, with a notice.

        A file that does not fit is never overwritten in silence: it is kept as disputed, and
        `verify` names it from then on.
        """
        heads = {r["place"]: r["head"] for r in database.rows("SELECT place, head FROM heads")}
        in_file = self.read_file()
        if in_file == heads.get("now"):
            return ()
        if in_file != heads.get("before") and "disputed" not in heads:
            with database.transaction():
                database.execute(
                    "INSERT INTO heads (place, n, head) VALUES ('disputed', 0, ?)", (in_file or "",)
                )
        if "now" in heads:
            files.write_atomically(self.head_file, heads["now"].encode())
        disputed = in_file != heads.get("before")
        return (Notice("log.head-disputed" if disputed else "log.head-mended"),)

    def read_file(self) -> str | None:
        """The text of `log.head`; None when there is no such file."""
        try:
            with self.head_file.open("rb") as file:
                return file.read(_MAX_HEAD).decode("ascii", "replace")
        except OSError:
            return None


def broken(code: str) -> WalletError:
    """The log does not hold together: exit 9."""
    return WalletError(code, exit=ExitCode.LOG_BROKEN, fault=Fault.OURS)
