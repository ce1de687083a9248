"""What a backup may unpack to: a small file of a stranger never fills the memory."""

import secrets
import zlib

import pytest

from credential import base64url, pbes2, strictjson
from credential.errors import Malformed
from credential.log import migration
from credential.strictjson import Object

PHRASE = "een wachtwoord voor het bestand"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


def file_of(plain: bytes) -> str:
    data: Object = {
        "transactionLog": [],
        "listOfCredentials": [],
        "nl_regie": {"deflate": base64url.encode(zlib.compress(plain, 9))},
    }
    return pbes2.encrypt_with_passphrase(strictjson.dumps(data), PHRASE)


@pytest.mark.parametrize(
    ("filler", "values"),
    [(0, 1_000_000), (50_000, 600_000)],
    ids=["grows too much", "holds too many values"],
)
def test_a_trap_is_refused_before_it_is_read(
    filler: int, values: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = b'{"f":"' + secrets.token_hex(filler).encode() + b'","a":[' + b"[]," * values + b"0]}"
    token = file_of(plain)
    # Reading it is what would take the memory.
    read = strictjson.loads_object

    def reading(data: bytes | str, **bounds: int) -> Object:
        assert len(data) < 1 << 20
        return read(data, **bounds)

    monkeypatch.setattr(strictjson, "loads_object", reading)
    with pytest.raises(Malformed, match=r"migration\.size"):
        migration.unseal(token, passphrase=PHRASE)


@pytest.mark.parametrize("own", [{"a": "x" * 4_000_000}, {"a": [0] * 1_200_000}])
def test_what_this_kind_of_wallet_writes_can_always_be_read(own: Object) -> None:
    token = migration.seal([], [], own, passphrase=PHRASE)
    assert migration.unseal(token, passphrase=PHRASE).own == own
