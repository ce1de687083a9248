"""Where a wallet's data stands without its key file, nothing new is made over it."""

from pathlib import Path

import pytest

from wallet import clock, keyfile
from wallet.config import Config
from wallet.errors import NotReady
from wallet.service.wallet import MAKING, Wallet, half_made

PHRASE = "vijf woorden uit een boek"
NOW = 1_767_225_600


def make(home: Path) -> Wallet:
    return Wallet.create(home, PHRASE, config=Config(), at=NOW, entropy=clock.random_bytes)


def test_data_without_its_key_file_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path).close()
    assert not (tmp_path / MAKING).exists()
    key = (tmp_path / keyfile.FILE).read_bytes()
    (tmp_path / keyfile.FILE).unlink()
    assert not half_made(tmp_path)
    with pytest.raises(NotReady, match=r"wallet\.no-key"):
        make(tmp_path)
    (tmp_path / keyfile.FILE).write_bytes(key)
    opened = Wallet.open(tmp_path, PHRASE, write=True, at=NOW, entropy=clock.random_bytes)
    opened.close()


def test_what_was_cut_off_can_be_made_again(tmp_path: Path) -> None:
    make(tmp_path).close()
    (tmp_path / keyfile.FILE).unlink()
    (tmp_path / MAKING).touch()
    assert half_made(tmp_path)
    make(tmp_path).close()
    assert not half_made(tmp_path)
