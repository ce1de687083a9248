"""The access key in a hardware token: requests and receipts are signed there, also after rotation."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from support import softhsm
from support.scheme import VOORBEELDWONEN
from support.verifier_home import VerifierHome

from credential import jose
from tokens.signing import TokenKey
from verifier import config, identity, keys, token
from verifier.cli.main import cli
from verifier.errors import NotReady, UsageError
from verifier.service import rotation

LABEL = "regie-ontvanger"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield softhsm.make_token(tmp_path_factory.mktemp("token"), LABEL, patch)


def pin(folder: Path) -> Path:
    file = folder / "pin"
    file.touch(0o600)
    file.write_text(softhsm.PIN + "\n")
    return file


def handed_over(home: VerifierHome, key) -> Path:
    home.scheme.keys[VOORBEELDWONEN]["inschrijving.access"] = key
    home.scheme.add(home.scheme.parties[VOORBEELDWONEN])
    folder = home.folder / "handed"
    for path, data in home.scheme.files[VOORBEELDWONEN].items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


@pytest.mark.spec("Architecture", "Verifier", "the access key may stay in hardware (PKCS#11)")
def test_the_access_key_moves_into_a_token_and_is_changed_there(home, library, tmp_path) -> None:
    settings = config.load(home.home)
    place = token.named(f"{library}:{LABEL}:{pin(tmp_path)}")
    rotation.prepare(settings, place)
    rotation.prepare(settings, place)  # again: the key that is there
    names = []
    for turn in range(2):
        following = keys.access_key(settings.keys, identity.NEXT_KEY)
        assert isinstance(following, TokenKey)
        rotation.install(settings, handed_over(home, following), home.clock.at)
        assert b"PRIVATE" not in (settings.keys / keys.ACCESS_KEY).read_bytes()
        found = identity.read(settings)
        signed = jose.sign({"turn": turn}, typ="proef", signer=found.signer)
        assert jose.verify(jose.parse(signed, typ="proef"), following.public_key())
        names.append(keys.place_of(settings.keys / keys.ACCESS_KEY))
        rotation.prepare(settings)  # without saying so: in the same token
    assert [one.label for one in names] == ["regie/verifier/access/1", "regie/verifier/access/2"]
    # What is over is destroyed in the token as well; what signs now is not.
    rotation.tidy(settings, home.clock.at + 30 * 86_400)
    with pytest.raises(NotReady, match=r"hsm\.key_missing"):
        token.load(names[0], softhsm.PIN.encode())
    assert identity.read(settings).signer.sign(b"nog steeds")


def test_a_certificate_renewed_for_the_same_key_keeps_it(home, library, tmp_path) -> None:
    settings = config.load(home.home)
    place = token.Place(library, LABEL, str(pin(tmp_path)), "regie/verifier/proef/1")
    rotation.prepare(settings, place)
    key = keys.access_key(settings.keys, identity.NEXT_KEY)
    rotation.install(settings, handed_over(home, key), home.clock.at)
    home.scheme.files[VOORBEELDWONEN] = {}
    rotation.install(settings, handed_over(home, key), home.clock.at + 60)
    rotation.tidy(settings, home.clock.at + 30 * 86_400)
    assert identity.read(settings).signer.sign(b"nog steeds")


def test_init_makes_the_key_in_the_token(tmp_path, library) -> None:
    where = tmp_path / "fresh"
    words = [
        "--home",
        str(where),
        "init",
        "--base-url",
        "https://wonen.example",
        "--scheme",
        str(tmp_path),
    ]
    words += ["--fingerprint", "00" * 32, "--pkcs11", f"{library}:{LABEL}:{pin(tmp_path)}"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert (where / "csr" / "inschrijving.access.csr").read_bytes()
    file = where / "keys" / keys.ACCESS_KEY
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in file.read_bytes()
    assert softhsm.PIN.encode() not in file.read_bytes()


@pytest.mark.spec("House rules", "7", "what is wrong with a key in a token is named")
def test_what_can_be_wrong(home, library, tmp_path) -> None:
    settings = config.load(home.home)
    file = settings.keys / keys.ACCESS_KEY

    def written(data: bytes) -> None:
        file.write_bytes(data)
        file.chmod(0o600)

    place = token.Place(library, LABEL, str(pin(tmp_path)), "regie/verifier/nergens/1")
    cases = {
        b"[pkcs11]\nmodule = 3": "keys.token_file",
        b"[pkcs11": "keys.token_file",
        b'[pkcs11]\nmodule = ""\ntoken_label = "a"\npin_file = "b"\nlabel = "c"\n': "keys.token_file",
        place.dump(): "hsm.key_missing",
    }
    for data, code in cases.items():
        written(data if data != b"[pkcs11" else b"[pkcs11]\n\xff")
        with pytest.raises(NotReady) as caught:
            keys.access_key(settings.keys)
        assert caught.value.code == code
    written(place.dump())
    Path(place.pin_file).chmod(0o644)
    with pytest.raises(NotReady, match=r"keys\.mode"):
        keys.access_key(settings.keys)
    for text in ("alleen", "a:b", "a::c", "a:b:c\n"):
        with pytest.raises(UsageError):
            token.named(text)
