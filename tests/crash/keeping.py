"""More of what the process that is to die does: what a resident does with the wallet itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from wallet import clock
from wallet.service import backup, cards, exporting, importing, locks, reset, settings
from wallet.service.wallet import Wallet
from wallet.store import Filter

PHRASE = "een heel andere zin"
Opened = Callable[[Path, int], Wallet]


def jobs(opened: Opened) -> dict[str, Callable[..., dict[str, Any]]]:
    """By name, with the way a wallet is opened here."""

    def with_wallet(work: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
        def job(home: Path, **arguments: Any) -> dict[str, Any]:
            now = clock.now()
            with opened(home, now) as wallet:
                work(wallet, now=now, **arguments)
                return {}

        return job

    return {
        "export": with_wallet(_export),
        "readable": with_wallet(_readable),
        "import": with_wallet(_import),
        "forget-import": with_wallet(_forget_import),
        "backup": with_wallet(_backup),
        "restore": _restore,
        "forget-activity": with_wallet(_forget_activity),
        "forget-values": with_wallet(_forget_values),
        "forget-card": with_wallet(_forget_card),
        "passphrase": with_wallet(_passphrase),
        "settings": with_wallet(_settings),
        "reset": _reset,
    }


def _export(wallet: Wallet, *, now: int, file: str) -> None:
    exporting.export(wallet, Path(file), PHRASE, activities=None, now=now)


def _readable(wallet: Wallet, *, now: int, file: str) -> None:
    exporting.export_readable(wallet, Path(file), "nl", activities=None, now=now)


def _import(wallet: Wallet, *, now: int, file: str) -> None:
    importing.bring_in(wallet, exporting.open_file(Path(file), PHRASE), now=now)


def _forget_import(wallet: Wallet, *, now: int) -> None:
    [one] = wallet.store.foreign_logs()
    wallet.store.forget_activity(one.activity, at=now)


def _backup(wallet: Wallet, *, now: int, file: str) -> None:
    backup.backup(wallet, Path(file), PHRASE, now=now)


def _restore(home: Path, *, file: str, passphrase: str) -> dict[str, Any]:
    found = backup.open_file(Path(file), PHRASE)
    now = clock.now()
    with backup.restore(home, found, passphrase, now=now, entropy=clock.random_bytes) as wallet:
        return {"whole": backup.whole(wallet)}


def _reset(home: Path) -> dict[str, Any]:
    reset.reset(home)
    return {"left": sorted(one.name for one in home.iterdir()) if home.exists() else []}


def _newest(wallet: Wallet) -> str:
    return next(iter(wallet.store.activities(Filter(type="disclosure", limit=1)))).id


def _forget_activity(wallet: Wallet, *, now: int) -> None:
    wallet.store.forget_activity(_newest(wallet), at=now)


def _forget_values(wallet: Wallet, *, now: int) -> None:
    wallet.store.erase_sent(None)


def _forget_card(wallet: Wallet, *, now: int) -> None:
    cards.forget(wallet, wallet.store.cards()[0], now=now)


def _passphrase(wallet: Wallet, *, now: int, old: str) -> None:
    locks.change_passphrase(wallet, old, PHRASE, now=now)


def _settings(wallet: Wallet, *, now: int) -> None:
    settings.change(wallet, "lang", "en", now=now)
