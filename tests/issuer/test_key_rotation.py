"""New keys with overlap, keys in hardware (PKCS#11, with SoftHSM), and sealed secrets."""

import itertools
import shutil
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support import issuer_home, softhsm
from support import scheme as schemes

from credential import jose
from credential.sdjwtvc import verify_card
from issuer import config
from issuer.errors import SettingsFault
from issuer.keys import NEXT, ROLES, Keys
from issuer.service import rotation
from issuer.service.office import open_keys
from issuer.service.setup import install_certificates, prepare
from registrar import handover
from tokens.hardware import HardwareToken

PARTY = schemes.VOORBEELDSTAD
LABEL = "regie-proef"
OPENED = itertools.count()


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield softhsm.make_token(tmp_path_factory.mktemp("token"), LABEL, patch)


def public(request: bytes):
    return x509.load_pem_x509_csr(request).public_key()


def signed_by_registrar(home, scheme):
    """What the registrar hands over for the requests that lie in `csr/` now."""
    keys = {
        f"{PARTY}.{role}": public((home / "csr" / f"{PARTY}.{role}.csr").read_bytes())
        for role in ROLES
    }
    made, scheme.ledger = handover.make(
        scheme.authority,
        scheme.parties[PARTY],
        keys,
        scheme.files[PARTY],
        scheme.ledger,
        now=scheme.now,
        entropy=scheme.entropy,
    )
    scheme.files[PARTY] = made.files
    folder = home / "handed"
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in made.files.items():
        (folder / PARTY / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / PARTY / name).write_bytes(data)
    return folder


def set_up(home, more=""):
    """A home whose keys are made by `init` itself, and the scheme that signed them."""
    scheme = schemes.build()
    settings = issuer_home.SETTINGS.format(decoys=0, four_eyes="false")
    (home / "issuer.toml").write_text(more + settings)
    prepare(home, issuer_home.stream())
    install_certificates(home, signed_by_registrar(home, scheme))
    return scheme


def one_card(home, scheme):
    entropy = issuer_home.stream(f"opened {next(OPENED)}")
    office = issuer_home.open_town(home, entropy=entropy)
    town = issuer_home.TestIssuerHome(home, office, scheme, scheme.now)
    try:
        wallet, _ = town.confirmed(("huishouden",))
        answer = wallet.ask_cards("huishouden", [jose.generate_key()])
        assert answer.status_code == 200, answer.text
        return answer.json()["credentials"][0]["credential"]
    finally:
        town.office.close()


def leaf_of(card, scheme):
    return verify_card(card, scheme.publish(), now=scheme.now, vct=None).leaf


@pytest.mark.spec("Architecture", "Issuer", "keys rotate with overlap: old cards stay valid")
def test_the_next_key_works_once_its_certificate_is_there(tmp_path):
    scheme = set_up(tmp_path)
    before = one_card(tmp_path, scheme)
    (done,) = rotation.prepare(tmp_path, None, ROLES)
    assert (done.municipality, done.made) == (PARTY, 3)
    again = rotation.prepare(tmp_path, PARTY, ROLES)
    assert again[0].made == 0, "the next key is made once"
    between = one_card(tmp_path, scheme)
    assert leaf_of(between, scheme).fingerprint == leaf_of(before, scheme).fingerprint

    install_certificates(tmp_path, signed_by_registrar(tmp_path, scheme))
    after = one_card(tmp_path, scheme)
    assert leaf_of(after, scheme).fingerprint != leaf_of(before, scheme).fingerprint
    assert leaf_of(before, scheme).oin == leaf_of(after, scheme).oin
    assert not list((tmp_path / "keys").glob(f"*{NEXT}.key"))
    one_card(tmp_path, scheme)


@pytest.mark.spec("Architecture", "Issuer", "a crash between certificate and key breaks nothing")
def test_a_crash_while_keys_are_exchanged(tmp_path, monkeypatch):
    scheme = set_up(tmp_path)
    rotation.prepare(tmp_path, None, ROLES)
    folder = signed_by_registrar(tmp_path, scheme)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Keys, "promote", killed)
        with pytest.raises(KeyboardInterrupt):
            install_certificates(tmp_path, folder)
    one_card(tmp_path, scheme)
    install_certificates(tmp_path, folder)
    one_card(tmp_path, scheme)
    assert not list((tmp_path / "keys").glob(f"*{NEXT}.key"))


def test_a_certificate_of_a_strange_key_is_refused(tmp_path):
    scheme = set_up(tmp_path)
    folder = signed_by_registrar(tmp_path, scheme)
    strange = schemes.build().files[schemes.WESTHOVE]["card.pem"]
    (folder / PARTY / "card.pem").write_bytes(strange)
    with pytest.raises(SettingsFault, match=r"certificate\.other_key"):
        install_certificates(tmp_path, folder)
    with pytest.raises(SettingsFault, match=r"rotate\.municipality"):
        rotation.prepare(tmp_path, "nergens", ROLES)


@pytest.mark.spec("Architecture", "Issuer", "signing keys may stay in hardware (PKCS#11)")
def test_keys_in_hardware(tmp_path, library):
    pin = tmp_path / "pin"
    pin.touch(0o600)
    pin.write_text(softhsm.PIN + "\n")
    more = f'pkcs11 = {{ module = "{library}", token_label = "{LABEL}", pin_file = "pin" }}\n'
    scheme = set_up(tmp_path, more)
    assert not list((tmp_path / "keys").glob("*.key")), "no signing key on disk"
    assert not (tmp_path / "keys" / "region-voorbeeldregio.secret").exists()
    before = one_card(tmp_path, scheme)
    found = verify_card(before, scheme.publish(), now=scheme.now, vct=None)
    assert len(found.payload["housing_pseudonym"]) == 43

    keys = open_keys(tmp_path, config.load(tmp_path))
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    held = keys.signer(PARTY, "card").public_key.public_bytes(*form)
    assert held == found.leaf.key.public_bytes(*form)

    rotation.prepare(tmp_path, None, ROLES)
    install_certificates(tmp_path, signed_by_registrar(tmp_path, scheme))
    after = verify_card(one_card(tmp_path, scheme), scheme.publish(), now=scheme.now, vct=None)
    assert after.leaf.fingerprint != found.leaf.fingerprint
    # The recognition code comes from the token as well, and is not that of another key.
    assert after.payload["housing_pseudonym"] == found.payload["housing_pseudonym"]


@pytest.mark.spec("House rules", "7", "a token that is not there or not ours is named")
def test_what_can_be_wrong_with_a_token(library):
    with pytest.raises(SettingsFault, match=r"hsm\.no_token"):
        HardwareToken(library, "een andere", softhsm.PIN, SettingsFault)
    # Who is logged in is so for the whole process: a wrong number shows in a fresh one.
    words = f"from issuer.errors import SettingsFault; from tokens.hardware import HardwareToken; HardwareToken({library!r}, {LABEL!r}, '0000', SettingsFault)"
    fresh = subprocess.run(
        [sys.executable, "-c", words], check=False, capture_output=True, text=True
    )
    assert "hsm.pin" in fresh.stderr
    assert "0000" not in fresh.stderr.replace("'0000'", "")
    with pytest.raises(SettingsFault, match=r"hsm\.module"):
        HardwareToken("/nergens.so", LABEL, softhsm.PIN, SettingsFault)
    token = HardwareToken(library, LABEL, softhsm.PIN, SettingsFault)
    assert token.signer("regie/niemand/card") is None
    with pytest.raises(SettingsFault, match=r"hsm\.key_missing"):
        token.mac("regie/secret/niets", b"")


@pytest.mark.spec("Architecture", "Storage", "with a passphrase no secret lies readable on disk")
def test_secrets_are_sealed_under_the_passphrase(tmp_path):
    keys = Keys(tmp_path, b"correct paard batterij")
    assert keys.make_secret("server", issuer_home.stream())
    text = (tmp_path / "server.secret").read_text()
    value = keys.secret("server")
    assert value.hex() not in text
    for passphrase, code in ((b"fout", "keys.unreadable"), (None, "keys.passphrase")):
        with pytest.raises(SettingsFault, match=code):
            Keys(tmp_path, passphrase).secret("server")
    # One that was made before there was a passphrase is still read.
    assert Keys(tmp_path).make_secret("oud", issuer_home.stream())
    assert len(keys.secret("oud")) == 32


@pytest.mark.spec("Regie formats", "1", "a region's key is changed with both codes on the cards")
def test_the_key_of_a_region_changes_with_overlap(tmp_path):
    scheme = set_up(tmp_path)

    def codes():
        payload = verify_card(
            one_card(tmp_path, scheme), scheme.publish(), now=scheme.now, vct=None
        ).payload
        return payload["housing_pseudonym"], payload.get("housing_pseudonym_previous")

    old, none = codes()
    assert none is None
    rotation.renew_region(tmp_path, "voorbeeldregio", issuer_home.stream("nieuw"))
    new, previous = codes()
    assert (new != old, previous) == (True, old)
    with pytest.raises(SettingsFault, match=r"rotate\.region_busy"):
        rotation.renew_region(tmp_path, "voorbeeldregio", issuer_home.stream("nog"))
    rotation.end_region(tmp_path, "voorbeeldregio")
    assert codes() == (new, None)
    with pytest.raises(SettingsFault, match=r"rotate\.region_none"):
        rotation.end_region(tmp_path, "voorbeeldregio")
    with pytest.raises(SettingsFault, match=r"rotate\.region$"):
        rotation.renew_region(tmp_path, "nergens", issuer_home.stream("nog"))
