"""Applying, correcting, supplementing, asking for an account, renewing: stopped anywhere.

After the restart the log is whole, nothing is said twice, and what the municipality has of this
resident is what the wallet knows of.
"""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from itertools import count
from pathlib import Path

import pytest
from support.logging_in import log_in
from support.my_simulator import MySimulator, my
from support.wallet_world import World, world

from wallet import log
from wallet.errors import WalletError
from wallet.fetch import Call, Reply
from wallet.service import apply, cards, cases, casework, correct, processing, refresh, requests
from wallet.store.database import Database

FIELDS = [{"name": "reden", "required": True, "most": 200, "label": {"nl": "Reden", "en": "Why"}}]


class Stop(BaseException):
    """The wallet is gone at this point."""


def _apply(town: World) -> None:
    given = {"reden": "medisch"}
    apply.apply(town.wallet, town.network, "Voorbeeldstad", "woonadres", given, (), now=town.now)


def _correct(town: World) -> None:
    held = cards.one(town.wallet, "persoonsgegevens", now=town.now)
    found = correct.attributes(held, cards.types(town.wallet))
    name = next(one for one in found if one.path == ("family_name",))
    claims = (correct.claim(name, "Anders"),)
    correct.send(town.wallet, town.network, held, claims, "Mijn akte.", (), now=town.now)


def _supplement(town: World) -> None:
    casework.supplement(town.wallet, town.network, "CASE0001", "Zie hier.", (), now=town.now)


def _withdraw(town: World) -> None:
    casework.withdraw(town.wallet, town.network, "CASE0001", now=town.now)


def _look(town: World) -> None:
    cases.refresh(town.wallet, town.network, now=town.now)


def _processing(town: World) -> None:
    processing.fetch_own(town.wallet, town.network, "Voorbeeldstad", lang="nl", now=town.now)


def _refresh(town: World) -> None:
    for news in refresh.look(town.wallet, town.network, now=town.now).issuers:
        if news.fetch:
            refresh.renew(town.wallet, town.network, news, now=town.now)


ACTIONS: dict[str, Callable[[World], None]] = {
    "apply": _apply,
    "correct": _correct,
    "supplement": _supplement,
    "withdraw": _withdraw,
    "look": _look,
    "processing": _processing,
    "refresh": _refresh,
}


def at_home(folder: Path) -> World:
    """Logged in, with a case that waits for an answer of the resident."""
    town = world(folder, cards=False, issuing=MySimulator)
    my(town).declared = {"woonadres": FIELDS}
    my(town).waits = frozenset({"woonadres"})
    log_in(town, "persoonsgegevens")
    my(town).open(phase="information_requested", question={"nl": "Welke?"})
    cases.refresh(town.wallet, town.network, now=town.now)
    return town


def prepare(town: World, action: str) -> None:
    if action == "look":
        my(town).decide("CASE0001", "granted")
    if action == "refresh":
        town.wallet.store.database.execute(
            "DELETE FROM copies WHERE id = (SELECT min(id) FROM copies)", ()
        )


class Boundaries:
    """Counts where a wallet can die: around each message and around each commit; dies at one."""

    def __init__(self, town: World, monkeypatch: pytest.MonkeyPatch, last: int) -> None:
        self.passed, self.last = 0, last
        host = next(name for name, one in town.network.hosts.items() if one is town.issuer)
        issuer, plain = town.issuer, Database.transaction

        def answer(call: Call) -> Reply:
            self.boundary()
            reply = issuer(call)
            self.boundary()
            return reply

        def transaction(database: Database):  # type: ignore[no-untyped-def]
            return Transaction(plain(database), self)

        monkeypatch.setitem(town.network.hosts, host, answer)
        monkeypatch.setattr(Database, "transaction", transaction)

    def boundary(self) -> None:
        self.passed += 1
        if self.passed == self.last:
            raise Stop


class Transaction:
    """One transaction, with a boundary before its commit and one after."""

    def __init__(self, plain, boundaries: Boundaries) -> None:  # type: ignore[no-untyped-def]
        self.plain, self.boundaries = plain, boundaries

    def __enter__(self):  # type: ignore[no-untyped-def]
        return self.plain.__enter__()

    def __exit__(self, kind, error, trace):  # type: ignore[no-untyped-def]
        if kind is None:
            try:
                self.boundaries.boundary()
            except Stop as stop:
                self.plain.__exit__(Stop, stop, stop.__traceback__)
                raise
        done = self.plain.__exit__(kind, error, trace)
        if kind is None:
            self.boundaries.boundary()
        return done


def standing(town: World) -> dict[str, str]:
    """The cases that the wallet knows of, by number, with how far they are."""
    return {one.case.id: one.phase for one in cases.held(town.wallet)}


def there(town: World) -> dict[str, str]:
    return {name: str(one["phase"]) for name, one in my(town).cases.items()}


def stopped(town: World, monkeypatch: pytest.MonkeyPatch, action: str, last: int) -> bool:
    """Whether the wallet died at that boundary; false where the action has no so many."""
    with monkeypatch.context() as patched:
        Boundaries(town, patched, last)
        try:
            ACTIONS[action](town)
        except Stop:
            return True
    return False


def restarted(town: World) -> None:
    """What a restart finds and mends, and what it then fetches."""
    store = town.wallet.store
    store.chain.mend(store.database)
    assert log.verify(store).ok
    store.recover(at=town.now)
    assert store.recover(at=town.now) == (), "told once"
    for _ in range(2):
        assert cases.refresh(town.wallet, town.network, now=town.now) == ()
        requests.collect(town.wallet, town.network, now=town.now)
    assert standing(town) == there(town)
    assert "sending" not in standing(town).values()
    assert log.verify(store).ok


@pytest.mark.crash
@pytest.mark.spec("Architecture", "Wallet", "what a municipality has of you is known after a crash")
@pytest.mark.parametrize("action", ACTIONS)
def test_stopped_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    for last in count(1):
        town = at_home(tmp_path / str(last))
        prepare(town, action)
        died = stopped(town, monkeypatch, action, last)
        restarted(town)
        if not died:
            town.wallet.close()
            break
        # It can be done, or was done.
        once = action in ("supplement", "withdraw")
        with suppress(WalletError) if once else nullcontext():
            ACTIONS[action](town)
        restarted(town)
        assert len(my(town).cases) <= 3
        town.wallet.close()
    assert last > 3, "nothing to die at"
