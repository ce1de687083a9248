"""The log, or a choice from it, as a file for others, and the check of such a file (formats.md 2).

That something was exported is on record before the file exists.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from credential.errors import CredentialError
from credential.log import judging
from credential.log.export import Exported, seal, unseal
from credential.log.rendering import render
from wallet import files
from wallet.errors import Usage, from_credential
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
    if file.exists():
        raise Usage("export.exists", file=file.name)
    store = wallet.store
    chosen = entries_of(store, activities)
    if not chosen:
        raise Usage("export.nothing")
    count = len(set(chosen.values()))
    body = {"activities": count, "entries": len(chosen)}
    store.append(store.new_activity(), Kind.LOG_EXPORTED, {**body}, at=now)
    part = segment(store, chosen.keys(), _lists(wallet))
    try:
        token = seal(part, render, at=now, passphrase=passphrase)
    except CredentialError as error:
        raise _refused(error) from None
    files.write_atomically(file, token.encode("ascii"))
    return Made(count, len(chosen), len(part.rows) - len(chosen))


def check(wallet: Wallet, file: Path, passphrase: str, *, now: int) -> Checked:
    """Read a file that some wallet exported; nothing of it enters this wallet."""
    content = files.read_bounded(file, MAX_FILE)
    if content is None or len(content) > MAX_FILE:
        raise Usage("export.unreadable", file=file.name)
    trust = wallet.trust(now)
    try:
        found = unseal(content.decode("ascii", "replace").strip(), render, passphrase=passphrase)
    except CredentialError as error:
        raise _refused(error) from None
    return Checked(found, judging.judge(found, trust, now=now))


def _refused(error: CredentialError) -> Exception:
    match error.code:
        case "pbes2.passphrase":
            return Usage("export.passphrase")
        case "pbes2.passphrase_short":
            return Usage("export.passphrase-short")
        case _:
            return from_credential(error)


def _lists(wallet: Wallet) -> tuple[str, ...]:
    """The trusted lists in force, for who looks into the file later."""
    folder = wallet.scheme_folder / LISTS
    return tuple(one.read_text("ascii") for one in sorted(folder.glob("*.jwt")))
