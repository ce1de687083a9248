"""A backup that somebody forged: refused as damaged, never a wallet that cannot be used."""

from pathlib import Path
from typing import Any

import pytest
from support.wallet_world import World

from credential import pbes2
from credential.log import migration
from wallet import clock, keyfile
from wallet.errors import WalletError
from wallet.service import backup

PHRASE = "een wachtwoord voor het bestand"
OWN = "vijf nieuwe woorden op papier"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


@pytest.fixture
def own(town: World, tmp_path: Path) -> Any:
    """What the file of a wallet that shared something holds."""
    town.share()
    backup.backup(town.wallet, tmp_path / "whole", PHRASE, now=town.now)
    return migration.unseal((tmp_path / "whole").read_text("ascii"), passphrase=PHRASE).own


def refusal(town: World, tmp_path: Path, own: Any) -> str:
    """The code with which a backup with this in it is refused; nothing is made of it."""
    file, home = tmp_path / "forged", tmp_path / "new"
    file.write_text(migration.seal([], [], own, passphrase=PHRASE))
    with pytest.raises(WalletError) as caught:
        backup.restore(
            home,
            backup.open_file(file, PHRASE),
            OWN,
            now=town.now,
            entropy=clock.random_bytes,
        )
    assert not (home / keyfile.FILE).exists()
    return caught.value.code


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        ("entries", "h", 7),
        ("entries", "entry", "text"),
        ("evidence", "content", 0),
        ("spent_copies", "compact", -1),
        ("heads", "n", {"t": "1"}),
        ("settings", "value", "no JSON"),
        ("settings", "value", 1 << 70),
        ("evidence_links", "n", -(1 << 70)),
    ],
)
def test_a_cell_of_another_kind(
    town: World, tmp_path: Path, own: Any, table: str, column: str, cell: object
) -> None:
    found = own["tables"][table]
    found["rows"][0][found["columns"].index(column)] = cell
    assert refusal(town, tmp_path, own) == "restore.damaged"


@pytest.mark.parametrize("document", ["no JSON", "[]"])
def test_a_document_that_is_none(town: World, tmp_path: Path, own: Any, document: str) -> None:
    own["tables"]["foreign_types"]["rows"].append(["https://school.example/x", document])
    assert refusal(town, tmp_path, own) == "restore.damaged"


@pytest.mark.parametrize("member", ["created", "made_at"])
def test_a_time_that_is_none(town: World, tmp_path: Path, own: Any, member: str) -> None:
    own[member] = 1 << 70
    assert refusal(town, tmp_path, own) in ("restore.damaged", "message.not-trusted")


def test_a_kind_that_says_nothing_stops_no_command(town: World, tmp_path: Path, own: Any) -> None:
    own["tables"]["foreign_types"]["rows"].append(["https://school.example/x", "{}"])
    file = tmp_path / "forged"
    file.write_text(migration.seal([], [], own, passphrase=PHRASE))
    opened = backup.open_file(file, PHRASE)
    wallet = backup.restore(tmp_path / "new", opened, OWN, now=town.now, entropy=clock.random_bytes)
    assert "https://school.example/x" not in {k for k, v in wallet.foreign_names("nl").items() if v}
    wallet.close()
