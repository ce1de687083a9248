"""Bringing in the newest scheme snapshot; never during a disclosure (formats.md 8)."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credential import gathering, snapshot
from credential.errors import CredentialError
from credential.strictjson import Object
from wallet import files
from wallet.errors import NotReady, from_credential
from wallet.events import Kind
from wallet.fetch import Call, Fetch
from wallet.refusals import NetworkError
from wallet.service.wallet import SEQUENCE_SETTING, Wallet
from wallet.store.values import Card

OK: Final = 200


@dataclass(frozen=True)
class Synced:
    """The scheme in force after a sync."""

    sequence: int
    before: int
    operator: str
    issuers: int
    next_update: int
    distrusted: tuple[Card, ...] = ()
    """Cards held that nobody believes any more: the key that signed them leaked."""
    suspended: tuple[Card, ...] = ()
    """Cards held that count nowhere for as long as their issuer is suspended."""
    new_root: bool = False
    """Whether the scheme is known by another main key from now on, as the one before said."""

    @property
    def changed(self) -> bool:
        """Whether this is a newer snapshot than before."""
        return self.sequence != self.before


def sync(wallet: Wallet, fetch: Fetch, *, now: int) -> Synced:
    """Fetches, verifies in full, then puts the new snapshot in the place of the old.

    Refuses an older sequence than was ever seen, and leaves the old one in place on any failure.
    """
    config = wallet.config
    if not config.scheme_url or not config.fingerprint:
        raise NotReady("trust.missing")
    fingerprint = bytes.fromhex(config.fingerprint)
    read = source(config.scheme_url, fetch)
    stored = wallet.store.setting(SEQUENCE_SETTING, 0)
    before = stored if isinstance(stored, int) else 0
    try:
        found = gathering.gather(
            read, fingerprint=fingerprint, now=now, gone=(NotReady, NetworkError)
        )
        trust = snapshot.open_scheme(
            found.__getitem__, fingerprint=fingerprint, floor=before, now=now
        )
        kept = wallet.scheme_folder / snapshot.SNAPSHOT
        snapshot.require_not_back(
            kept.read_bytes() if kept.is_file() else None, found[snapshot.SNAPSHOT]
        )
    except CredentialError as error:
        raise from_credential(error) from None
    _replace(wallet.scheme_folder, found)
    new_root = wallet.believe_root(trust.root)
    if trust.sequence != before:
        body: Object = {"sequence": trust.sequence, "before": before, "peers": [*fetch.peers]}
        # On record first: after a crash in between it is recorded again, never not at all.
        wallet.store.append(wallet.store.new_activity(), Kind.TRUST_UPDATED, body, at=now)
        wallet.store.set_setting(SEQUENCE_SETTING, trust.sequence)
    wallet.forget_trust()
    from wallet.service import signers  # noqa: PLC0415 - reads lists by way of this file

    looked = signers.look(wallet, now=now)
    return Synced(
        sequence=trust.sequence,
        before=before,
        operator=trust.operator,
        issuers=len(trust.issuers),
        next_update=trust.next_update,
        distrusted=looked.distrusted,
        suspended=looked.suspended,
        new_root=new_root,
    )


def source(location: str, fetch: Fetch) -> Callable[[str], bytes]:
    """A reader of the files of a mirror: a web server or a folder."""
    if "://" not in location:
        folder = Path(location).resolve()

        def from_folder(path: str) -> bytes:
            file = (folder / path).resolve()
            # A link may lead out of the folder, and to a device that never ends.
            content = None
            if folder in file.parents:
                content = files.read_bounded(file, snapshot.MAX_SNAPSHOT)
            if content is None:
                raise NotReady("sync.folder", file=path)
            if len(content) > snapshot.MAX_SNAPSHOT:
                raise NotReady("sync.too_big", file=path)
            return content

        return from_folder
    base = location.rstrip("/")

    def from_web(path: str) -> bytes:
        reply = fetch.send(
            Call("GET", f"{base}/{path}", accept="*/*", max_bytes=snapshot.MAX_SNAPSHOT)
        )
        if reply.status != OK:
            raise NetworkError("sync.missing", file=path, status=reply.status)
        return reply.body

    return from_web


def tidy(folder: Path) -> None:
    """Takes away what a sync that was cut short left beside `folder`."""
    if folder.exists():
        for name in (".new", ".old"):
            shutil.rmtree(folder.with_name(folder.name + name), ignore_errors=True)


def _replace(folder: Path, found: Mapping[str, bytes]) -> None:
    """The whole folder changes at once; a crash in between is mended by the next sync."""
    fresh = folder.with_name(folder.name + ".new")
    old = folder.with_name(folder.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    files.private_folder(fresh)
    for path, content in found.items():
        target = fresh / path
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not durable: a torn file fails its hash, and the next sync brings it again.
        files.write_atomically(target, content, durable=False)
    for below in fresh.rglob("*"):
        if below.is_dir():
            below.chmod(files.PRIVATE_FOLDER)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
