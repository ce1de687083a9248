"""The PIN: half of it in the keyring of this computer, wrong tries counted, then gone for good."""

import json
import stat

import keyring
import pytest
from keyring.backends.chainer import ChainerBackend
from support.keyrings import MemoryKeyring, keyring_of_this_computer
from support.wallets import NOW, give_card

from wallet import clock, device, keyfile, tries, unlocking
from wallet.config import Config
from wallet.errors import WalletError
from wallet.events import Kind
from wallet.service import confirm, locks, reset
from wallet.service.locks import PinState
from wallet.service.wallet import Wallet

PASSPHRASE = "vijf woorden uit een boek"
PIN = "804219"
WRONG = "804218"


@pytest.fixture
def ring():
    with keyring_of_this_computer() as found:
        yield found


@pytest.fixture
def wallet(tmp_path):
    home = tmp_path / "wallet"
    with Wallet.create(
        home, PASSPHRASE, config=Config(), at=NOW, entropy=clock.random_bytes
    ) as made:
        give_card(made.store)
        yield made


def refused(call, *arguments, **more):
    with pytest.raises(WalletError) as caught:
        call(*arguments, **more)
    return caught.value


def set_pin(wallet, pin=PIN):
    locks.set_pin(wallet, PASSPHRASE, pin, now=NOW)


@pytest.mark.spec("Regie formats", "9", "a PIN opens the wallet with what the keyring holds")
def test_a_pin_opens_the_wallet(wallet, ring):
    assert locks.pin_state(wallet) is PinState.NONE
    set_pin(wallet)
    assert locks.pin_state(wallet) is PinState.SET
    home = wallet.home
    wallet.close()
    with Wallet.open(home, f" {PIN}\n", write=True, at=1, entropy=clock.random_bytes) as opened:
        assert opened.store.cards()
    confirm.check(home, PIN)
    confirm.check(home, PASSPHRASE)
    assert confirm.takes_pin(home)


def test_the_device_secret_stands_in_no_file(wallet, ring):
    set_pin(wallet)
    (secret,) = ring.kept.values()
    wallet.close()
    for path in wallet.home.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes()
    ((service, name),) = ring.kept
    assert service == "regie-wallet"
    assert str(wallet.home) not in name


@pytest.mark.spec("Regie formats", "9", "without a keyring there is no PIN slot")
def test_without_a_keyring_there_is_no_pin(wallet):
    assert device.find(wallet.home) is None
    assert locks.pin_state(wallet) is PinState.NO_KEYRING
    assert refused(set_pin, wallet).code == "pin.no-keyring"
    slots = json.loads((wallet.home / keyfile.FILE).read_bytes())["slots"]
    assert [slot["type"] for slot in slots] == ["passphrase"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_keyring_that_writes_a_plain_file_is_none(wallet, ring, monkeypatch, number):
    class Plain(MemoryKeyring):
        pass

    Plain.__module__ = "keyrings.alt.file"
    chain = ChainerBackend()
    backends = [Plain(), ring][: number + 1]
    monkeypatch.setattr(ChainerBackend, "backends", backends)
    keyring.set_keyring(chain if number else Plain())
    found = device.find(wallet.home)
    assert (found is not None) is bool(number)
    if found is not None:
        found.put(bytes(32))
        assert ring.kept


def test_without_a_pin_digits_are_a_wrong_passphrase(wallet, ring):
    assert refused(confirm.check, wallet.home, PIN).code == "passphrase.wrong"
    assert tries.used(wallet.home) == 0


@pytest.mark.spec("Regie formats", "9", "wrong PINs are counted, and after five the PIN is gone")
def test_five_wrong_tries_and_the_pin_is_gone_for_good(wallet, ring):
    set_pin(wallet)
    told = [refused(confirm.check, wallet.home, WRONG) for _ in range(tries.MOST)]
    assert [(one.code, one.params.get("left")) for one in told] == [
        ("pin.wrong", 4), ("pin.wrong", 3), ("pin.wrong", 2), ("pin.wrong", 1),
        ("pin.blocked", None),
    ]  # fmt: skip
    assert ring.kept == {}
    assert refused(confirm.check, wallet.home, PIN).code == "pin.blocked"
    assert locks.pin_state(wallet) is PinState.BLOCKED
    # Whoever throws the count away has no PIN either.
    tries.forget(wallet.home)
    assert refused(confirm.check, wallet.home, PIN).code == "pin.no-keyring"
    confirm.check(wallet.home, PASSPHRASE)
    set_pin(wallet, "731946")
    confirm.check(wallet.home, "731946")


def test_a_right_pin_starts_counting_anew(wallet, ring):
    set_pin(wallet)
    for _ in range(2):
        for _ in range(tries.MOST - 1):
            refused(confirm.check, wallet.home, WRONG)
        confirm.check(wallet.home, PIN)
        assert tries.used(wallet.home) == 0


def test_a_try_counts_before_it_is_made(wallet, ring, monkeypatch):
    """Whoever ends the program while it computes has used a try."""
    set_pin(wallet)

    def killed(*_):
        assert tries.used(wallet.home) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(keyfile, "unlock_with_pin", killed)
    with pytest.raises(KeyboardInterrupt):
        confirm.check(wallet.home, PIN)
    assert tries.used(wallet.home) == 1


def test_tries_that_cannot_be_counted_are_not_made(wallet, ring):
    set_pin(wallet)
    (wallet.home / tries.FILE).unlink(missing_ok=True)
    (wallet.home / tries.FILE).symlink_to("/dev/null")
    assert refused(confirm.check, wallet.home, PIN).code == "pin.uncounted"


def test_a_locked_keyring_costs_no_try(wallet, ring):
    set_pin(wallet)
    ring.locked = True
    assert refused(confirm.check, wallet.home, PIN).code == "pin.keyring-locked"
    assert tries.used(wallet.home) == 0
    ring.locked = False
    confirm.check(wallet.home, PIN)


@pytest.mark.parametrize("kept", ["", "kort", "AA==", "a" * 43 + "!"])
def test_what_the_keyring_lost_is_said(wallet, ring, kept):
    set_pin(wallet)
    for key in ring.kept:
        ring.kept[key] = kept
    assert refused(confirm.check, wallet.home, PIN).code == "pin.no-keyring"
    assert tries.used(wallet.home) == 0


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("12345", "pin.shape"), ("123456789012", "pin.shape"), ("12a456", "pin.shape"),
        ("١٢٣٤٥٦", "pin.shape"), ("", "pin.shape"), ("111111", "pin.easy"),
        ("123456", "pin.easy"), ("987654", "pin.easy"),
    ],
)  # fmt: skip
def test_a_pin_has_a_shape_and_is_not_the_first_guess(pin, code):
    assert refused(keyfile.check_own_pin, pin).code == code


def test_a_pin_needs_the_passphrase_itself(wallet, ring):
    assert refused(locks.set_pin, wallet, "een andere zin", PIN, now=1).code == "passphrase.wrong"
    assert not keyfile.has_pin((wallet.home / keyfile.FILE).read_bytes())


@pytest.mark.spec("Regie formats", "9", "changing PIN or passphrase rewrites a slot")
def test_another_passphrase_leaves_the_rest(wallet, ring):
    set_pin(wallet)
    before = (wallet.home / "wallet.db").read_bytes()[:4096]
    locks.change_passphrase(wallet, PASSPHRASE, "iets heel anders", now=2)
    assert (wallet.home / "wallet.db").read_bytes()[:4096] == before
    confirm.check(wallet.home, "iets heel anders")
    confirm.check(wallet.home, PIN)
    assert refused(confirm.check, wallet.home, PASSPHRASE).code == "passphrase.wrong"
    assert refused(
        locks.change_passphrase, wallet, "iets heel anders", "kort", now=2
    ).code == "passphrase.short"  # fmt: skip


def test_removing_the_pin_destroys_its_half(wallet, ring):
    assert refused(locks.remove_pin, wallet, now=1).code == "pin.none"
    set_pin(wallet)
    locks.remove_pin(wallet, now=2)
    assert ring.kept == {}
    assert locks.pin_state(wallet) is PinState.NONE
    assert not (wallet.home / tries.FILE).exists()
    assert refused(unlocking.unlock, wallet.home, PIN).code == "passphrase.wrong"


@pytest.mark.spec("Regie formats", "2", "pin.changed: what opens the wallet was changed")
def test_every_change_is_on_record(wallet, ring):
    set_pin(wallet)
    locks.change_passphrase(wallet, PASSPHRASE, "iets heel anders", now=2)
    locks.remove_pin(wallet, now=3)
    rows = wallet.store.database.rows(
        "SELECT activity FROM events WHERE kind = ? ORDER BY n", (Kind.PIN_CHANGED.value,)
    )
    bodies = [wallet.store.events(row["activity"])[0].body for row in rows]
    assert bodies == [{"setting": "pin"}, {"setting": "passphrase"}, {"setting": "pin-removed"}]


def test_the_files_are_for_the_owner_alone(wallet, ring):
    set_pin(wallet)
    refused(confirm.check, wallet.home, WRONG)
    for name in (keyfile.FILE, tries.FILE):
        assert stat.S_IMODE((wallet.home / name).stat().st_mode) == 0o600


def test_a_keyring_whose_ground_gives_way_is_said_to_be_locked(wallet, ring, monkeypatch):
    def gives_way():
        # Not an error of the library.
        raise ConnectionResetError

    set_pin(wallet)
    monkeypatch.setattr(ring, "_check", gives_way)
    assert refused(confirm.check, wallet.home, PIN).code == "pin.keyring-locked"
    kept = device.SystemKeyring(ring, wallet.home)
    for do in (kept.get, kept.drop, lambda: kept.put(bytes(32))):
        assert refused(do).code == "pin.keyring-locked"


@pytest.mark.parametrize("error", [ImportError, RuntimeError])
def test_settings_of_the_keyring_that_name_nothing_stop_no_reset(wallet, monkeypatch, error):
    def get_keyring():
        raise error("no such backend")

    monkeypatch.setattr(keyring, "get_keyring", get_keyring)
    assert device.find(wallet.home) is None
    wallet.close()
    reset.reset(wallet.home)
    assert not wallet.home.exists()
