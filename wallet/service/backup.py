"""Moving to another computer: one encrypted file, and a wallet that goes on from it.

The file is the Migration Object of EUDI TS10 (3.18): the log as transactions and the list of
cards. In a member of its own it carries the log itself with its chain and key, the evidence,
what was shared then, the rights keys and cases, and the settings. No card and nothing that
fetches one: they are issued again, after a login at their issuer (TS10 1.1).
"""

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from credential import strictjson
from credential.errors import CredentialError
from credential.log import migration, read_entry
from credential.log.migration import Credential, Migration
from credential.log.rendering import render
from credential.strictjson import Json, Object
from wallet import config as settings
from wallet import files, keyfile, lock, log
from wallet.config import Config
from wallet.errors import Usage
from wallet.events import Kind
from wallet.progress import Report, silent
from wallet.service import awaited, exporting
from wallet.service.awaited import Awaited
from wallet.service.wallet import Entropy, Wallet, half_made
from wallet.store import carrying, schema
from wallet.store.carrying import Carried

VERSION: Final = 1
NOT_FROM_A_FILE: Final = ("tls_ca", "foreign_anchors", "allow_networks", "provider_url")
"""Whom a wallet believes besides its scheme, and where it may go: set by its resident, here."""


@dataclass(frozen=True)
class Made:
    """What went into a file."""

    entries: int
    cards: int
    size: int


@dataclass(frozen=True)
class Opened:
    """A backup that was read: what is in it, before anything is made of it."""

    made_at: int
    carried: Carried
    cards: tuple[Awaited, ...]
    config: Config
    dropped: tuple[str, ...]
    """Settings that stay behind: the resident sets them here, or does without."""

    @property
    def entries(self) -> int:
        """How many events the log has."""
        return len(self.carried.tables["entries"][1])


def backup(wallet: Wallet, file: Path, passphrase: str, *, now: int) -> Made:
    """Writes everything that can move to a file that does not exist yet, and reads it back."""
    exporting.require_phrase(passphrase)
    exporting.require_new(file)
    cards = (*awaited.of_cards(wallet.store.cards()), *awaited.awaited(wallet, now=now))
    body: Object = {"cards": len(cards)}
    wallet.store.append(wallet.store.new_activity(), Kind.BACKUP_MADE, body, at=now)
    carried = carrying.take(wallet.store)
    try:
        token = migration.seal(
            _transactions(carried),
            [Credential(c.vct, c.issuer_oin, c.issuer_name, c.issuer_url) for c in cards],
            _own(wallet, carried, cards, now),
            passphrase=passphrase,
        )
    except CredentialError as error:
        raise exporting.refused(error) from None
    content = token.encode("ascii")
    files.write_new(file, content)
    _read_back(file, content)
    return Made(len(carried.tables["entries"][1]), len(cards), len(content))


def open_file(file: Path, passphrase: str) -> Opened:
    """What a backup holds; refuses a file of another kind of wallet, or of a newer Regie."""
    content = files.read_bounded(file, migration.MAX_BYTES)
    if content is None or len(content) > migration.MAX_BYTES:
        raise Usage("restore.unreadable", file=file.name)
    try:
        text = content.decode("ascii", "replace").strip()
        found = migration.unseal(text, passphrase=passphrase)
        return _read(found)
    except CredentialError as error:
        raise exporting.refused(error) from None


def scheme_of(opened: Opened) -> dict[str, str]:
    """Whose lists the wallet will believe, so that a person can compare before it does."""
    return {"place": opened.config.scheme_url, "fingerprint": opened.config.fingerprint}


def restore(
    home: Path,
    opened: Opened,
    passphrase: str,
    *,
    now: int,
    entropy: Entropy,
) -> Wallet:
    """A wallet in an empty folder that goes on where the backup ended; open for writing."""
    require_empty(home)
    keyfile.check_own_phrase(passphrase)
    cards: list[Json] = [{"kind": one.kind, "issuer": one.issuer_name} for one in opened.cards]
    try:
        return Wallet.restore(
            home,
            passphrase,
            # In the transaction that makes the store: a crash must not lose what to fetch.
            carrying.with_setting(opened.carried, awaited.SETTING, awaited.document(opened.cards)),
            body={"made_at": opened.made_at, "cards": cards},
            config=opened.config,
            at=now,
            entropy=entropy,
        )
    except CredentialError:
        raise Usage("restore.damaged") from None


def whole(wallet: Wallet, report: Report = silent) -> bool:
    """Whether the log that was brought here holds together."""
    return log.verify(wallet.store, report=report).ok


def require_empty(home: Path) -> None:
    """Refuses a folder with anything in it: a restore never writes over a wallet."""
    if not home.exists():
        return
    if half_made(home):
        return
    if any(one.name != lock.FILE and not one.is_socket() for one in home.iterdir()):
        raise Usage("restore.not-empty", folder=home.name)


def _transactions(carried: Carried) -> list[Object]:
    """The log as other wallets read it; an entry that was changed says nothing there."""
    columns, rows = carried.tables["entries"]
    found = []
    for row in rows:
        stored = row[columns.index("entry")]
        try:
            if isinstance(stored, bytes):
                found.append(read_entry(stored))
        except CredentialError:
            continue
    return render(found)


def _own(wallet: Wallet, carried: Carried, cards: tuple[Awaited, ...], now: int) -> Object:
    config: Object = {
        name: [*value] if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(wallet.config).items()
    }
    return {
        "version": VERSION,
        "schema": schema.VERSION,
        "made_at": now,
        "config": config,
        "cards": [one.document() for one in cards],
        **carrying.document(carried),
    }


def _read_back(file: Path, content: bytes) -> None:
    """A backup that cannot be read is none: better to hear it now."""
    found = files.read_bounded(file, migration.MAX_BYTES) or b""
    if hashlib.sha256(found).digest() != hashlib.sha256(content).digest():
        raise Usage("backup.not-written", file=file.name)


def _read(found: Migration) -> Opened:
    own = found.own
    if not own:
        raise Usage("restore.foreign", count=len(found.credentials))
    if strictjson.integer(own, "version") > VERSION:
        raise Usage("restore.newer")
    if strictjson.integer(own, "schema") > schema.VERSION:
        raise Usage("restore.newer")
    config, dropped = _config(strictjson.obj(own, "config"))
    return Opened(
        strictjson.numeric_date(own, "made_at"),
        carrying.read(own),
        tuple(Awaited.read(one) for one in strictjson.array(own, "cards")),
        config,
        dropped,
    )


def _config(table: dict[str, Any]) -> tuple[Config, tuple[str, ...]]:
    """The settings, without those that no file may bring, and a scheme that is not here."""
    known = {field.name for field in dataclasses.fields(Config)}
    kept = {name: value for name, value in table.items() if name in known}
    dropped = [name for name in NOT_FROM_A_FILE if kept.pop(name, None)]
    place = kept.get("scheme_url")
    if isinstance(place, str) and place and "://" not in place and not Path(place).is_dir():
        del kept["scheme_url"]
        dropped.append("scheme_url")
    return settings.of(kept), tuple(dropped)
