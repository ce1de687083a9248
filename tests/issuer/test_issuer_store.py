"""The database file, what its faults may say, and what one-time values are remembered for."""

import stat
import traceback
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError
from support import issuer_home

from issuer import keys
from issuer.nonces import Nonces
from issuer.offer import Offered
from issuer.store import ProcessingRow, Store


@pytest.mark.spec("Architecture", "Storage", "what is on disk is its owner's alone")
def test_nobody_else_reads_the_database(town):
    town.offer(("huishouden",))
    files = list(town.home.glob("issuer.db*"))
    assert len(files) >= 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.spec("House rules", "8", "a fault of the database names no clerk and no subject")
def test_a_fault_of_the_database_does_not_show_the_row(database_url):
    store = Store(database_url, issuer_home.stream())
    store.migrate()
    case = Offered(
        case="A", municipality="0599", kinds=(), clerk="canary", created_at=1, expires_at=2
    )
    row = ProcessingRow("t", "s", None, "offer", "a", 1, 1, "canary-subject", "0599")
    more = {"code_mac": "m", "sealed": b"canary-sealed", "processed": row}
    store.cases.add(case, reference_hash="r", code_hash="c", **more)
    with pytest.raises(IntegrityError) as found:
        store.cases.add(case, reference_hash="r", code_hash="c", **more)
    assert "canary" not in _told(found.value)
    # PostgreSQL would add the whole row that failed.
    with pytest.raises(IntegrityError) as found:
        store.accounts.record_processing(replace(row, municipality=None))
    assert "canary" not in _told(found.value)
    store.close()


def _told(fault):
    return "".join(traceback.format_exception(fault))


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.2", "a used nonce is remembered for as long as it lives")
@pytest.mark.parametrize("ahead", [0, 5])
def test_a_used_nonce_is_remembered_for_as_long_as_it_is_fresh(tmp_path, ahead):
    """Also one that another process, whose clock is ahead, has minted."""
    nonces = Nonces(b"x" * 32, "proof", 300, issuer_home.stream())
    store = Store(f"sqlite:///{tmp_path / 'x.db'}", issuer_home.stream())
    store.migrate()
    nonce = nonces.mint(1000 + ahead)
    assert store.cases.use_once("proof", frozenset({"n"}), nonces.until(1000))
    moment = 1000
    while nonces.fresh(nonce, moment):
        store.cases.purge(moment, 0)
        assert not store.cases.use_once("proof", frozenset({"n"}), nonces.until(moment))
        moment += 1
    assert moment == 1300 + ahead
    store.close()


def test_a_key_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    def cut_off(_handle):
        raise OSError

    path = tmp_path / "keys" / "server.secret"
    with monkeypatch.context() as patch:
        patch.setattr(keys.os, "fsync", cut_off)
        with pytest.raises(OSError):
            keys.write_new_private(path, "half")
    assert list(path.parent.iterdir()) == []
    assert keys.write_new_private(path, "whole")
    assert not keys.write_new_private(path, "another")
    assert keys.read_private(path) == b"whole"
    assert [file.name for file in path.parent.iterdir()] == ["server.secret"]
