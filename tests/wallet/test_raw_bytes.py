"""No file of the wallet shows what is in it, and what was removed is gone from the pages too."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from support.wallets import MASTER, NOW, disclose, give_card, new_store

from wallet import clock
from wallet.config import Config
from wallet.events import Kind
from wallet.keyfile import LABEL_DATABASE
from wallet.service.wallet import Wallet

PHRASE = "molen kaas fiets regen straat"
PLANTED = ("Zwaluwstaart", "Woonstichting Voorbeeldwonen", "given_name", PHRASE, "persoonsgegevens")
PAGE, RESERVED, SALT = 4096, 80, 16


def encodings(text):
    """The ways a text may stand in bytes: raw, hex, UTF-16, base64url at three offsets."""
    raw = text.encode()
    yield raw
    yield raw.hex().encode()
    yield text.encode("utf-16-le")
    for shift in range(3):
        # Only whole groups of three bytes look the same whatever stands around them.
        inner = raw[(3 - shift) % 3 :]
        yield base64.urlsafe_b64encode(inner[: len(inner) // 3 * 3])


def files(home):
    return {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.spec("House rules", "8", "no file shows a planted value")
def test_every_file_is_closed(tmp_path):
    home = tmp_path / "home"
    wallet = Wallet.create(home, PHRASE, config=Config(), at=NOW, entropy=clock.random_bytes)
    give_card(wallet.store, secret="Zwaluwstaart")
    activity = disclose(wallet.store, secret="Zwaluwstaart")
    wallet.store.append(
        activity, Kind.RIGHT_ASKED, {"right": "erasure"}, at=NOW, texts={"text": b"Zwaluwstaart"}
    )
    opened = files(home)
    wallet.close()
    closed = files(home)
    assert "wallet.db-wal" in opened
    assert set(closed) == {"wallet.db", "wallet.head", "wallet.toml", "log.head", "lock"}
    for content in (*opened.values(), *closed.values()):
        for planted in PLANTED:
            assert not any(coded in content for coded in encodings(planted))
    for path in home.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def decrypted_pages(path):
    """Every page of the database file as plain bytes, those no longer in use too (SQLCipher 4)."""
    content, key = path.read_bytes(), MASTER.derive(LABEL_DATABASE)
    assert len(content) % PAGE == 0
    for start in range(0, len(content), PAGE):
        page = content[start : start + PAGE]
        body = page[SALT:-RESERVED] if start == 0 else page[:-RESERVED]
        nonce = page[-RESERVED : -RESERVED + 16]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(nonce)).decryptor()
        yield decryptor.update(body) + decryptor.finalize()


@pytest.mark.spec("Regie formats", "2", "removal wipes the pages, the search words too")
def test_removed_is_gone_from_the_pages(tmp_path):
    store = new_store(tmp_path)
    give_card(store, copies=4)
    disclose(store)
    activity = store.new_activity()
    request = {
        "party": {"name": "Kwakkelhoeve", "oin": "1", "service_id": "s"},
        "purpose": {"id": "x", "nl": "Pimpelmees tellen", "en": "Count"},
    }
    store.append(activity, Kind.REQUEST_RECEIVED, request, at=NOW, texts={"t": b"Roodborstje"})
    store.append(activity, Kind.REQUEST_DECLINED, {}, at=NOW)
    second = disclose(store, secret="Winterkoning")
    words = [
        b"Kwakkelhoeve",
        b"kwakkelhoeve",
        b"Pimpelmees",
        b"pimpelmees",
        b"Roodborstje",
        second.encode(),
    ]
    store.database.wipe_freed_pages()
    before = b"".join(decrypted_pages(tmp_path / "wallet.db"))
    assert all(word in before for word in words)
    store.forget_activity(activity, at=NOW)
    store.forget_activity(second, at=NOW)
    assert (tmp_path / "wallet.db-wal").stat().st_size == 0
    after = b"".join(decrypted_pages(tmp_path / "wallet.db"))
    assert [word for word in words if word in after] == []
    assert b"Voorbeeldwonen" in after
    store.close()


def test_spent_key_is_gone_from_the_pages(tmp_path):
    store = new_store(tmp_path)
    give_card(store, copies=2, secret="Boomklever")
    store.database.wipe_freed_pages()
    assert b"key 0 Boomklever" in b"".join(decrypted_pages(tmp_path / "wallet.db"))
    disclose(store)
    store.database.wipe_freed_pages()
    after = b"".join(decrypted_pages(tmp_path / "wallet.db"))
    assert b"key 0 Boomklever" not in after
    assert b"key 1 Boomklever" in after
    store.close()
