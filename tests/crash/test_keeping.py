"""The wallet killed while its resident keeps it: exports, brings in, backs up, removes, changes."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from crash.jobs import PASSPHRASE, unlock
from crash.keeping import PHRASE
from crash.resident import Resident
from crash.town import Town

from wallet import keyfile
from wallet.errors import WalletError
from wallet.events import Kind
from wallet.service.wallet import key_file
from wallet.store import DATABASE_FILE, Filter

pytestmark = pytest.mark.crash
Make = Callable[..., Resident]


@pytest.fixture(scope="module")
def lived(town: Town) -> Path:
    """A wallet that has shared something."""
    one = Resident(town, town.wallet(10))
    with town.corporation.watched():
        one.share_whole()
    return one.home


def twin(town: Town, home: Path) -> Resident:
    return Resident(town, town.copy(home))


def facts(one: Resident) -> tuple[int, int, int, int, int]:
    """What such a job may change: activities, values, cards, logs of others, and what was recorded."""
    with one.store() as store:
        count = lambda table: len(store.database.rows(f"SELECT 1 FROM {table}"))  # noqa: E731
        return (
            len(list(store.activities(Filter()))),
            count("spent_copies"),
            len(store.cards()),
            len(store.foreign_logs()),
            count("entries"),
        )


def every_step(town: Town, home: Path, job: str, **arguments: str) -> None:
    """Killed at each boundary: all of it or nothing, a whole log, and it can be done again."""
    whole = twin(town, home)
    before = facts(whole)
    ran = whole.run(job, **arguments)
    assert ran.ended == "done", ran.error
    after = facts(whole)
    assert after != before
    failures = []
    for last in ran.passed:
        one = twin(town, home)
        try:
            _remove(arguments)
            one.run(job, last=last, **arguments)
            one.reopen()
            now = facts(one)
            assert now in (before, after), f"half done: {before} → {now}, not {after}"
            if now == before:
                _remove(arguments)
                one.do(job, **arguments)
                assert facts(one) == after
            assert one.report().ok
        except AssertionError as failure:
            failures.append(f"at {last}: {failure}")
    assert not failures, "\n".join(failures)


def _remove(arguments: dict[str, str]) -> None:
    if "out" in arguments.get("file", ""):
        Path(arguments["file"]).unlink(missing_ok=True)


@pytest.mark.spec("Regie formats", "2", "a crash of whatever a resident does leaves a whole log")
@pytest.mark.parametrize("job", ["forget-activity", "forget-values", "forget-card", "settings"])
def test_killed_while_something_goes(town: Town, lived: Path, job: str) -> None:
    every_step(town, lived, job)


@pytest.mark.spec("Regie formats", "2", "an export is a whole file and on record, or neither")
@pytest.mark.parametrize("job", ["export", "readable", "backup"])
def test_killed_while_a_file_is_written(town: Town, lived: Path, tmp_path: Path, job: str) -> None:
    file = tmp_path / "out"
    kind = Kind.BACKUP_MADE if job == "backup" else Kind.LOG_EXPORTED
    ran = twin(town, lived).run(job, file=str(file))
    assert ran.ended == "done", ran.error
    size = file.stat().st_size
    for last in ran.passed:
        file.unlink(missing_ok=True)
        one = twin(town, lived)
        one.run(job, last=last, file=str(file))
        one.reopen()
        with one.store() as store:
            told = store.last_event(kind) is not None
        # Never a file that the log does not know of, never half a file.
        assert told or not file.exists(), last
        assert not file.exists() or abs(file.stat().st_size - size) < size // 5, last
        file.unlink(missing_ok=True)
        one.do(job, file=str(file))
        assert one.report().ok
        # The draft of one that was cut off may be left, for the owner alone.
        for draft in set(tmp_path.iterdir()) - {file}:
            assert draft.name.startswith("out") and draft.suffix == ".new", draft  # noqa: PT018
            assert draft.stat().st_mode & 0o077 == 0


def test_killed_while_a_log_is_brought_in(town: Town, lived: Path, tmp_path: Path) -> None:
    other, file = twin(town, lived), tmp_path / "log"
    other.do("export", file=str(file))
    mine = town.wallet(1)
    every_step(town, mine, "import", file=str(file))
    with_it = Resident(town, mine)
    with_it.do("import", file=str(file))
    every_step(town, with_it.home, "forget-import")


@pytest.mark.spec("Regie formats", "2", "a restore is whole, or the folder can be restored into")
def test_killed_while_it_is_restored(town: Town, lived: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    twin(town, lived).do("backup", file=str(file))
    more = {"file": str(file), "passphrase": PASSPHRASE}
    first = Resident(town, town.empty())
    ran = first.run("restore", **more)
    assert ran.result == {"whole": True}, ran.error
    wanted = facts(first)
    for last in (name for name in ran.passed if name.endswith(("committed", "in place", "gone"))):
        one = Resident(town, town.empty())
        one.run("restore", last=last, **more)
        if not (one.home / keyfile.FILE).exists():
            one.do("restore", **more)
        one.reopen()
        assert facts(one) == wanted, last
        one.do("sync")


def opens(home: Path, phrase: str) -> bool:
    try:
        unlock(key_file(home), phrase)
    except WalletError:
        return False
    return True


@pytest.mark.spec(
    "Regie formats", "9", "changing the passphrase rewrites a slot: one of both opens"
)
def test_killed_while_the_passphrase_changes(town: Town, lived: Path) -> None:
    ran = twin(town, lived).run("passphrase", old=PASSPHRASE)
    assert ran.ended == "done", ran.error
    ends = set()
    for last in (name for name in ran.passed if keyfile.FILE in name or "commit" in name):
        one = twin(town, lived)
        one.run("passphrase", last=last, old=PASSPHRASE)
        by_old, by_new = opens(one.home, PASSPHRASE), opens(one.home, PHRASE)
        assert by_old != by_new, last
        ends.add(by_new)
        if by_old:
            one.reopen()
            one.do("passphrase", old=PASSPHRASE)
    assert ends == {True, False}


@pytest.mark.spec("Architecture", "Wallet", "a reset that was cut off is finished by another")
def test_killed_while_everything_is_wiped(town: Town, lived: Path) -> None:
    ran = twin(town, lived).run("reset")
    assert ran.ended == "done", ran.error
    assert len(ran.passed) > 2
    for last in ran.passed:
        one = twin(town, lived)
        one.run("reset", last=last)
        if any((one.home / name).exists() for name in (keyfile.FILE, DATABASE_FILE)):
            assert one.do("reset") == ran.result, last
        if last in (ran.passed[0], ran.passed[-1]):
            one.do("init", settings=dataclasses.asdict(town.settings))
            assert facts(one)[:4] == (1, 0, 0, 0), last
