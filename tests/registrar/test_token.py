"""Keys of the root and of the register in a hardware token: they sign there and never leave it."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from support import softhsm
from support.operator import NOW, SCHEME
from support.registerfiles import no_test
from support.registrar_command import Command

from credential import snapshot
from credential.trust import Role
from registrar.errors import NotReady
from registrar.home import Home
from registrar.keystore import TokenKeys
from registrar.own import SLOTS
from tokens.hardware import HardwareToken

LABEL = "regie-stelsel"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield softhsm.make_token(tmp_path_factory.mktemp("token"), LABEL, patch)


@pytest.mark.spec("Architecture", "Trust", "the scheme's keys may stay in hardware (PKCS#11)")
def test_a_whole_scheme_with_its_keys_in_a_token(library, tmp_path, capsys, monkeypatch):
    command = Command(capsys, monkeypatch, NOW)
    home, root, settings = tmp_path / "home", tmp_path / "root", tmp_path / "scheme.toml"
    # A real scheme: in a token the keys need no passphrase of ours.
    settings.write_text(no_test(SCHEME))
    for folder in (home, root):
        folder.mkdir(mode=0o700)
        (folder / "pin").touch(0o600)
        (folder / "pin").write_text(softhsm.PIN)
    token = ("--pkcs11", f"{library}:{LABEL}:pin")
    made = command.data("root", "init", "--root", root, "--scheme", settings, *token)
    command.data("--home", home, "init", "--scheme", settings, *token)
    answer = tmp_path / "answer.json"
    command.data("root", "sign", home / "request.json", "--root", root, "--out", answer)
    command.data("--home", home, "install", answer, "--fingerprint", made["words"])
    assert not list(home.rglob("*.key"))
    assert not list(root.rglob("*.key"))

    tree = tmp_path / "tree"
    command.data("--home", home, "publish", "--to", tree)
    fingerprint = bytes.fromhex(made["fingerprint"])
    opened = snapshot.open_scheme(
        lambda path: (tree / path).read_bytes(), fingerprint=fingerprint, floor=0, now=NOW
    )
    assert opened.sequence == 1
    for role in Role:
        crl = x509.load_der_x509_crl((tree / "crl" / f"{role.value}.crl").read_bytes())
        authority = x509.load_der_x509_certificate((tree / "ca" / f"{role.value}.cer").read_bytes())
        assert crl.is_signature_valid(authority.public_key())

    # Rotation and a new root ask the token as well.
    command.data("--home", home, "rotate", "card")
    command.data("root", "sign", home / "request.json", "--root", root, "--out", answer)
    command.data("--home", home, "install", answer)
    rolled = command.data("root", "roll", "--signer-kept", "--root", root, "--out", answer)
    command.data("--home", home, "install", answer)
    command.data("--home", home, "publish", "--to", tree)
    for given in (made, rolled):
        again = snapshot.open_scheme(
            lambda path: (tree / path).read_bytes(),
            fingerprint=bytes.fromhex(given["fingerprint"]),
            floor=0,
            now=NOW,
        )
        assert again.sequence == 2
    assert {one.slot for one in Home(home).own()} == set(SLOTS)

    (home / "pin").chmod(0o644)
    _, said = command.run("--lang", "en", "--home", home, "publish", "--to", tree, code=4)
    assert "Others can read" in said
    assert "hint:" in said
    assert softhsm.PIN not in said


@pytest.mark.spec("House rules", "8", "a key in a token gives nothing away but signatures")
def test_a_key_of_the_token_signs_and_no_more(library):
    keys = TokenKeys(HardwareToken(library, LABEL, softhsm.PIN, NotReady), "regie/proef")
    assert keys.make("een")
    assert not keys.make("een")
    key = keys.load("een")
    public = key.public_key()
    data = b"wat er staat"
    public.verify(key.sign(data, ec.ECDSA(hashes.SHA256())), data, ec.ECDSA(hashes.SHA256()))
    assert (key.curve.name, key.key_size) == ("secp256r1", 256)
    for refused in (
        lambda: key.sign(data, ec.ECDSA(hashes.SHA384())),
        lambda: key.exchange(ec.ECDH(), public),
        key.private_numbers,
        lambda: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    ):
        with pytest.raises(NotReady, match=r"hsm\.sign_only"):
            refused()
    assert softhsm.PIN not in repr(keys)
    assert keys.drop("een")
    assert not keys.drop("een")
    with pytest.raises(NotReady, match=r"home\.key_missing"):
        keys.load("een")
