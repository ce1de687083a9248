"""The log, or a choice from it, as a file for others, and the check of such a file (formats.md 2).

That something was exported is on record before the file exists.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from credential.errors import CredentialError
from credential.log import judging
from credential.log.export import Exported, look, read, seal
from credential.log.rendering import render
from credential.pbes2 import MIN_PASSPHRASE, decrypt_with_passphrase
from wallet import files
from wallet.errors import Usage, WalletError, from_credential
from wallet.events import Kind
from wallet.service.wallet import Wallet
from wallet.store.exporting import entries_of, segment

LISTS = "lote"
MAX_FILE = 64 << 20


@dataclass(frozen=True)
class Made:
    """What went into a file."""

    activities: int
    entries: int
    withheld: int


@dataclass(frozen=True)
class Checked:
    """What a file holds, by whom it is said, and what in it does not hold."""

    exported: Exported
    judgement: judging.Judgement

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.judgement.faults


def export(
    wallet: Wallet, file: Path, passphrase: str, *, activities: Collection[str] | None, now: int
) -> Made:
    """Write these activities, or all of them, to a file that does not exist yet."""
    require_new(file)
    require_phrase(passphrase)
    chosen = _record(wallet, activities, now=now)
    part = segment(wallet.store, chosen.keys(), _lists(wallet))
    try:
        token = seal(part, render, at=now, passphrase=passphrase)
    except CredentialError as error:
        raise refused(error) from None
    files.write_new(file, token.encode("ascii"))
    return Made(len(set(chosen.values())), len(chosen), len(part.rows) - len(chosen))


def export_readable(
    wallet: Wallet, file: Path, lang: str, *, activities: Collection[str] | None, now: int
) -> Made:
    """Write these activities, or all of them, as a page that anybody can read and print."""
    from wallet import readable  # noqa: PLC0415 - only whoever makes a page needs its words

    require_new(file)
    trust, as_of = wallet.trust_of_then(now)
    chosen = _record(wallet, activities, now=now)
    store = wallet.store
    # The note that this page was made would be the last thing on it: it is left out.
    own = look(segment(store, chosen.keys(), ()), render)
    found = Checked(own, judging.judge(own, trust, now=as_of))
    ids = dict.fromkeys(chosen[n] for n in sorted(chosen))
    shown = [one for one in map(store.activity, ids) if one is not None]
    page = readable.page(found, shown, trust.types, lang, at=now, as_of=as_of)
    files.write_new(file, page.encode())
    return Made(len(ids), len(chosen), own.withheld)


def check(wallet: Wallet, file: Path, passphrase: str, *, now: int) -> Checked:
    """Read a file that some wallet exported; nothing of it enters this wallet."""
    return judge(wallet, open_file(file, passphrase), now=now)


def open_file(file: Path, passphrase: str) -> bytes:
    """What such a file holds, before anything of it is believed."""
    content = files.read_bounded(file, MAX_FILE)
    if content is None or len(content) > MAX_FILE:
        raise Usage("export.unreadable", file=file.name)
    try:
        return decrypt_with_passphrase(content.decode("ascii", "replace").strip(), passphrase)
    except CredentialError as error:
        raise refused(error) from None


def judge(wallet: Wallet, content: bytes, *, now: int) -> Checked:
    """Every hash, signature and statement of it, as of now."""
    fresh(wallet, now)
    try:
        found = read(content, render)
    except CredentialError as error:
        raise refused(error) from None
    return Checked(found, judging.judge(found, wallet.trust(now), now=now))


def fresh(wallet: Wallet, now: int) -> None:
    """Refuses to judge signatures by a list that is no longer in force."""
    try:
        wallet.trust(now).require_fresh(now)
    except CredentialError as error:
        raise from_credential(error) from None


def require_new(file: Path) -> None:
    """Refuses to write over a file, or into a folder that is not there."""
    files.require_absent(file)
    if not files.is_folder(file.absolute().parent):
        raise Usage("export.no-folder", folder=file.parent.name)


def require_phrase(passphrase: str) -> None:
    """Refuses a passphrase that is too short, before anything is put on record."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise Usage("export.passphrase-short")


def refused(error: CredentialError) -> WalletError:
    """What was wrong with a file or its passphrase, in this wallet's words."""
    match error.code:
        case "pbes2.passphrase":
            return Usage("export.passphrase")
        case "pbes2.passphrase_short":
            return Usage("export.passphrase-short")
        case "pbes2.size":
            return Usage("export.too-large")
        case _:
            return from_credential(error)


def _record(wallet: Wallet, activities: Collection[str] | None, *, now: int) -> dict[int, str]:
    """The chosen entries by number, after it is on record that they are exported."""
    chosen = entries_of(wallet.store, activities)
    if not chosen:
        raise Usage("export.nothing")
    body = {"activities": len(set(chosen.values())), "entries": len(chosen)}
    store = wallet.store
    store.append(store.new_activity(), Kind.LOG_EXPORTED, {**body}, at=now)
    return chosen


def _lists(wallet: Wallet) -> tuple[str, ...]:
    """The trusted lists in force, for who looks into the file later."""
    folder = wallet.scheme_folder / LISTS
    return tuple(one.read_text("ascii") for one in sorted(folder.glob("*.jwt")))
