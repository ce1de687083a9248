"""The check-up of a whole wallet: what is in order, what is not, and what can be repaired.

It changes nothing and asks nobody anything; only `repair` does, after the resident said so.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from credential.errors import CredentialError
from credential.staleness import SCHEME_CLOCK
from wallet import log, progress
from wallet.errors import ExitCode, WalletError, from_credential
from wallet.events import Outcome
from wallet.fetch import Fetch
from wallet.findings import Finding, Repair, Verdict, bad, good, mind, refused
from wallet.progress import silent
from wallet.service import cards, chains, folder, reminders, sync
from wallet.service.wallet import Wallet
from wallet.store import Filter
from wallet.store.database import Database

CLOCK_AHEAD: Final = SCHEME_CLOCK
_DAY: Final = 86_400
STANDS: Final = frozenset(
    {"expired", "revoked", "not_yet", "empty", "expiring", "renewable", "suspended"}
)
"""States of a card with a sentence of their own."""


def outside(home: Path, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """What can be seen without opening the wallet; `environment` tells where the desktop is."""
    return tuple(folder.check(home, environment))


def inside(wallet: Wallet, *, now: int, report: progress.Report = silent) -> tuple[Finding, ...]:
    """What can be seen once it is open; a check that fails is itself a finding."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _database(wallet.store.database),
        lambda: _log(wallet, report),
        lambda: _clock(wallet, now),
        lambda: chains.check(wallet, now=now),
        lambda: _lists(wallet, now),
        lambda: _unfinished(wallet, now),
    )
    found: list[Finding] = []
    for check in checks:
        try:
            found += check()
        except WalletError as error:
            if error.exit is ExitCode.INTERRUPTED:
                raise
            found.append(refused("refused", error))
        except CredentialError as error:
            found.append(refused("refused", from_credential(error)))
    return tuple(found)


def closed(error: WalletError) -> Finding:
    """It cannot be opened at all."""
    return refused("closed", error)


def repairs(findings: tuple[Finding, ...]) -> tuple[Repair, ...]:
    """What can be put right, each once."""
    return tuple(dict.fromkeys(one.repair for one in findings if one.repair is not None))


def repair(wallet: Wallet, fetch: Fetch, wanted: Repair, *, now: int) -> None:
    """Puts one thing right; the log and what was received stay as they are."""
    match wanted:
        case Repair.PERMISSIONS:
            folder.close_files(wallet.home)
        case Repair.LEFTOVERS:
            sync.tidy(wallet.scheme_folder)
            for path in folder.leftovers(wallet.home):
                if path.is_file():
                    path.unlink()
        case Repair.REQUESTS:
            wallet.store.drop_expired_requests(now=now)
        case Repair.VIEW:
            wallet.store.rebuild_view()
        case Repair.SYNC:
            sync.sync(wallet, fetch, now=now)


def _database(database: Database) -> Iterator[Finding]:
    """Every page of the file: its seal, its structure, and what refers to what."""
    broken = 0
    for pragma in ("cipher_integrity_check", "quick_check", "foreign_key_check"):
        rows = database.rows(f"PRAGMA {pragma}")
        broken += sum(1 for row in rows if [*row.values()] != ["ok"])
    yield bad("database-damaged", count=broken) if broken else good("database")


def _log(wallet: Wallet, report: progress.Report) -> Iterator[Finding]:
    found = log.verify(wallet.store, report=report)
    serious = [fault for fault in found.faults if not fault.code.startswith("view.")]
    view = len(found.faults) - len(serious)
    if serious:
        yield bad("log-broken", exit=ExitCode.LOG_BROKEN, count=len(serious), n=serious[0].n)
    if view:
        yield bad("log-view", repair=Repair.VIEW, count=view)
    if not found.faults:
        yield good("log", count=found.entries)
    if found.removed:
        yield good("log-removed", count=len(found.removed))


def _clock(wallet: Wallet, now: int) -> Iterator[Finding]:
    """Against everything that carries a time: nothing of it can lie in the future."""
    newest = [wallet.store.newest_entry_at() or 0]
    with suppress(WalletError):
        newest.append(wallet.trust(now).issued)
    behind = max(newest) - now
    if behind > CLOCK_AHEAD:
        yield bad("clock-behind", minutes=-(-behind // 60))
    else:
        yield good("clock")


def _lists(wallet: Wallet, now: int) -> Iterator[Finding]:
    """How long ago it was seen that the cards were not taken back."""
    for one in cards.held(wallet, now=now):
        days = max(0, now - one.known_at) // _DAY
        if one.state == "unknown":
            yield mind("card-unknown", kind=one.card.kind, days=days)
        elif (one.state, one.reason) == ("revoked", cards.COMPROMISE):
            yield mind("card-compromise", kind=one.card.kind)
        elif one.state in STANDS:
            yield mind(f"card-{one.state}", kind=one.card.kind, issuer=one.card.issuer_name)
        else:
            yield good("card-known", kind=one.card.kind, days=days)


def _unfinished(wallet: Wallet, now: int) -> Iterator[Finding]:
    """What was begun and did not end."""
    store = wallet.store
    maybe = Filter(outcome=Outcome.UNKNOWN.value)
    counts: Mapping[str, int] = {
        "maybe-shared": sum(1 for _ in store.activities(maybe)),
        "issuance-late": sum(1 for one in store.issuances() if one.expires_at < now),
        "reminders": len(reminders.due(wallet, now=now)),
    }
    for code, count in counts.items():
        if count:
            yield mind(code, count=count)
    late = sum(1 for one in store.requests() if one.expires_at < now)
    if late:
        yield mind("requests-late", repair=Repair.REQUESTS, count=late)
    if not late and not any(counts.values()):
        yield good("unfinished")


def worst(findings: tuple[Finding, ...]) -> Verdict:
    """The verdict on all of it."""
    every = {one.verdict for one in findings}
    return next(one for one in (Verdict.BAD, Verdict.MIND, Verdict.GOOD) if one in every)
