"""Every kind of event, changed in every way: the log says so, whatever the event was about."""

import shutil
from pathlib import Path

import pytest
from support.wallets import NOW, decrypted, disclose, give_card, new_store, open_store, request_body

from wallet import log
from wallet.events import Kind
from wallet.store.values import Evidence

WRITTEN = sorted(set(Kind) - {Kind.REMOVED})
"""Every kind that a wallet writes; `removed` belongs to a removal and is written by one."""
BODIES = {
    Kind.RIGHT_ASKED: {"right": "erasure", "state": "asked"},
    Kind.RIGHT_ANSWERED: {"right": "erasure", "state": "done", "erased": ["given_name"]},
    Kind.CASE_STATE: {"case": "C-1", "phase": "received", "kind": "urgentie"},
    Kind.CARD_RECEIVED: {"kind": "woonadres", "issuer": {"name": "Gemeente", "oin": "1"}},
}

CHANGES = {
    "another word in it": (
        "UPDATE entries SET entry = replace(entry, '\"at\":', '\"at\": ') WHERE n = {n}",
        "log.entry_changed",
    ),
    "another kind": (
        """UPDATE entries SET entry = replace(entry, '"kind":"{kind}"', '"kind":"{other}"')
        WHERE n = {n}""",
        "log.entry_changed",
    ),
    "another moment": (
        "UPDATE entries SET entry = replace(entry, '2026-01-01T', '2026-01-02T') WHERE n = {n}",
        "log.entry_changed",
    ),
    "moved to another activity": (
        "UPDATE entries SET entry = replace(entry, '{activity}', '{elsewhere}') WHERE n = {n}",
        "log.entry_changed",
    ),
    "emptied": ("UPDATE entries SET entry = NULL WHERE n = {n}", "log.entry_missing"),
    "wiped as if removed": (
        "UPDATE entries SET entry = NULL, blind = NULL WHERE n = {n}",
        "log.entry_missing",
    ),
    "taken out": ("DELETE FROM entries WHERE n = {n}", "log.row_missing"),
    "in the view of another": (
        "UPDATE events SET activity = '{elsewhere}' WHERE n = {n}",
        "view.event",
    ),
    "of another kind in the view": (
        "UPDATE events SET kind = '{other}' WHERE n = {n}",
        "view.event",
    ),
    "its evidence changed": (
        "UPDATE evidence SET content = x'00' WHERE content = CAST('kept of {kind}' AS BLOB)",
        "evidence.changed",
    ),
    "its evidence taken away": (
        "DELETE FROM evidence_links WHERE n = {n}",
        "evidence.link",
    ),
    "its text changed": ("UPDATE erasable SET content = x'00' WHERE n = {n}", "text.changed"),
}


def places(home: Path) -> dict[Kind, tuple[int, str]]:
    """Where the event of each kind stands, and in which activity."""
    store = open_store(home, write=False)
    try:
        rows = store.database.rows("SELECT n, activity, kind FROM events ORDER BY n DESC")
        return {Kind(row["kind"]): (row["n"], row["activity"]) for row in rows}
    finally:
        store.close()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with an event of every kind, each with evidence and a text of its own."""
    home = tmp_path_factory.mktemp("kinds") / "wallet"
    store = new_store(home)
    for kind in WRITTEN:
        store.append(
            store.new_activity(),
            kind,
            BODIES.get(kind) or request_body(),
            at=NOW,
            evidence=[Evidence("request", f"kept of {kind}".encode())],
            texts={"text": f"text of {kind}".encode()},
        )
    give_card(store)
    store.forget_activity(disclose(store), at=NOW)
    store.close()
    return home


@pytest.fixture
def home(finished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished, tmp_path / "home")


def faults(home: Path) -> set[str]:
    store = open_store(home, write=False)
    try:
        return {fault.code for fault in log.verify(store).faults}
    finally:
        store.close()


def test_untouched(home: Path) -> None:
    assert faults(home) == set()
    assert set(places(home)) == set(Kind)


@pytest.mark.spec("Regie formats", "2", "an event of any kind that was tampered with is found")
@pytest.mark.parametrize("change", CHANGES)
def test_changed(finished: Path, tmp_path: Path, change: str) -> None:
    found = places(finished)
    statement, code = CHANGES[change]
    for number, kind in enumerate(WRITTEN):
        home = shutil.copytree(finished, tmp_path / str(number))
        n, activity = found[kind]
        other = WRITTEN[number - 1]
        text = statement.format(
            n=n, kind=kind, other=other, activity=activity, elsewhere=found[other][1]
        )
        database = decrypted(home)
        assert database.execute(text) == 1, f"{kind}: nothing changed"
        database.close()
        assert code in faults(home), f"{kind}: {change} was not found"
        shutil.rmtree(home)
