"""wallet.head: what opens it, what does not, and what a hostile file may not make us do."""

import json

import pytest

from wallet import clock, keyfile
from wallet.errors import ExitCode, WalletError

PHRASE = "fiets kaas molen regen straat"


@pytest.fixture(scope="module")
def made():
    return keyfile.create(PHRASE, entropy=clock.random_bytes)


class Keyring:
    def __init__(self):
        self.secret = None

    def get(self):
        return self.secret

    def put(self, secret):
        self.secret = secret

    def drop(self):
        self.secret = None


def changed(content, **members):
    table = json.loads(content)
    table["slots"][0] |= members
    return json.dumps(table).encode()


def refusal(call, *arguments):
    with pytest.raises(WalletError) as caught:
        call(*arguments)
    assert caught.value.exit is ExitCode.NOT_READY
    return caught.value.code


@pytest.mark.spec("Regie formats", "9", "the passphrase slot wraps the master key")
def test_passphrase_opens(made):
    content, master = made
    opened = keyfile.unlock(content, PHRASE)
    assert opened.derive(keyfile.LABEL_DATABASE) == master.derive(keyfile.LABEL_DATABASE)
    assert master.derive(keyfile.LABEL_LOG) != master.derive(keyfile.LABEL_DATABASE)


def test_passphrase_survives_another_keyboard(made):
    content, master = made
    again = keyfile.unlock(content, "  fiets  kaas molen\tregen straat\n")
    assert again.derive(b"x") == master.derive(b"x")


def test_wrong_passphrase(made):
    assert refusal(keyfile.unlock, made[0], PHRASE + "x") == "passphrase.wrong"


@pytest.mark.spec("Regie formats", "9", "the header is associated data")
def test_changed_header_does_not_open(made):
    assert refusal(keyfile.unlock, changed(made[0], extra="x"), PHRASE) == "passphrase.wrong"


@pytest.mark.spec("Regie formats", "9", "below 64 MiB or above 1 GiB is refused")
@pytest.mark.parametrize(
    "members",
    [
        {"memory_kib": 64 * 1024 - 1},
        {"memory_kib": 1024 * 1024 + 1},
        {"time_cost": 1},
        {"time_cost": 1000},
        {"lanes": 0},
        {"lanes": 999},
        {"kdf": "pbkdf2"},
    ],
)
def test_unsafe_parameters(made, members):
    assert refusal(keyfile.unlock, changed(made[0], **members), PHRASE) == "keyfile.unsafe"


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"version":1}', b'{"version":1,"version":1,"slots":[]}', b"\xff"],
)
def test_damaged(content):
    assert refusal(keyfile.unlock, content, PHRASE) == "keyfile.damaged"


def test_damaged_slot(made):
    assert refusal(keyfile.unlock, changed(made[0], nonce="=="), PHRASE) == "keyfile.damaged"
    assert refusal(keyfile.unlock, changed(made[0], salt="AA"), PHRASE) == "keyfile.damaged"
    assert refusal(keyfile.unlock, b'{"version":1,"slots":[]}', PHRASE) == "keyfile.no-slot"
    assert refusal(keyfile.unlock, b'{"version":2,"slots":[]}', PHRASE) == "keyfile.newer"


@pytest.mark.spec("Regie formats", "9", "changing the passphrase rewrites a slot, not the database")
def test_change_passphrase(made):
    content, master = made
    other = keyfile.change_passphrase(
        content, PHRASE, "iets heel anders", entropy=clock.random_bytes
    )
    assert keyfile.unlock(other, "iets heel anders").derive(b"x") == master.derive(b"x")
    assert refusal(keyfile.unlock, other, PHRASE) == "passphrase.wrong"


@pytest.mark.spec("Regie formats", "9", "the PIN needs the device secret of the keyring")
def test_pin(made):
    content, master = made
    ring = Keyring()
    both = keyfile.add_pin(content, PHRASE, "1234", ring, entropy=clock.random_bytes)
    assert len(ring.secret) == 32
    assert keyfile.unlock_with_pin(both, "1234", ring).derive(b"x") == master.derive(b"x")
    assert keyfile.unlock(both, PHRASE).derive(b"x") == master.derive(b"x")
    assert refusal(keyfile.unlock_with_pin, both, "1235", ring) == "pin.wrong"
    assert refusal(keyfile.unlock_with_pin, both, "1234", Keyring()) == "pin.no-keyring"
    ring.secret = bytes(32)
    assert refusal(keyfile.unlock_with_pin, both, "1234", ring) == "pin.wrong"


@pytest.mark.spec("Regie formats", "9", "a new key file has no PIN slot")
def test_no_pin_at_first(made):
    assert [slot["type"] for slot in json.loads(made[0])["slots"]] == ["passphrase"]


@pytest.mark.spec("Regie formats", "9", "own phrase from 12 characters")
def test_own_phrase_length():
    keyfile.check_own_phrase("twaalf tekens")
    with pytest.raises(WalletError) as caught:
        keyfile.check_own_phrase("elf  tekens ")
    assert caught.value.code == "passphrase.short"


def test_no_repr(made):
    assert "_key" not in repr(made[1])
    assert PHRASE.encode() not in made[0]
