"""Settings, keys and certificates: what is missing or unsafe is named, before anything is signed."""

import stat

import pytest
from support import issuer_home
from support.issuer_home import SETTINGS

from credential import jose
from issuer import certificates, config
from issuer.errors import SettingsFault
from issuer.keys import Keys, read_private
from issuer.service.setup import install_certificates, prepare

GOOD = SETTINGS.format(decoys=0, four_eyes="false")


def test_the_example_is_good():
    settings = config.parse(GOOD.encode())
    assert (settings.host, settings.port) == ("127.0.0.1", 8441)
    assert settings.municipality[0].register_codes == ("0599",)
    assert settings.batch_size == 10


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("https://localhost:8441", "http://localhost:8441", "base_url"),
        ("https://localhost:8441", "https://localhost:8441/", "base_url"),
        ("https://localhost:8441", "https://localhost:8441/path", "base_url"),
        ("https://localhost:8441", "https://a:b@localhost", "base_url"),
        ("127.0.0.1:8441", "8441", "listen"),
        ("127.0.0.1:8441", "127.0.0.1:84411", "listen"),
        ('tls_key = "tls.key"', "", "tls_cert"),
        ("https://localhost:8445", "http://localhost:8445", "brp.url"),
        ("size = 4096", "size = 5000", "status.size"),
        ("lists = 2", "lists = 0", "status.lists"),
        ("announce_hours = 0", "announce_hours = -1", "status.announce_hours"),
        ("decoys = 0", "decoys = -1", "status.decoys"),
        ("decoys = 0", "interval_minutes = 999", "status.interval_minutes"),
        ('code = "0599"', 'code = "599"', "municipality.code"),
        ('oin = "00000099000000001000"', 'oin = "x"', "municipality.oin"),
        ('id = "gemeente-voorbeeldstad"', 'id = "../x"', "municipality.id"),
        ('code = "0599"', 'code = "0599"\nkinds = ["rijbewijs"]', "municipality.kinds"),
    ],
)
def test_an_unsafe_value_is_refused_by_name(old, new, key):
    with pytest.raises(SettingsFault) as found:
        config.parse(GOOD.replace(old, new).encode())
    assert found.value.params == {"key": key}


def test_unknown_names_and_wrong_types_are_refused_without_the_value():
    for text in (
        GOOD.replace("lists = 2", "list = 2"),
        GOOD.replace("size = 4096", 'size = "s3cret"'),
    ):
        with pytest.raises(SettingsFault) as found:
            config.parse(text.encode())
        assert found.value.code == "settings.shape"
        assert "s3cret" not in str(found.value.params)
    with pytest.raises(SettingsFault, match=r"settings\.toml"):
        config.parse(b"= nothing")


def test_two_municipalities_with_one_code_are_refused():
    part = GOOD[GOOD.index("[[municipality]]") :]
    with pytest.raises(SettingsFault, match=r"settings\.value"):
        config.parse((GOOD + part).encode())


def test_keys_are_for_their_owner_alone(tmp_path):
    keys = Keys(tmp_path / "keys")
    assert keys.make_signer("m", "card")
    assert not keys.make_signer("m", "card")
    file = tmp_path / "keys" / "m.card.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keys.signer("m", "card")
    file.chmod(0o640)
    with pytest.raises(SettingsFault, match="readable_by_others"):
        keys.signer("m", "card")


def test_keys_can_be_encrypted(tmp_path):
    keys = Keys(tmp_path / "keys", b"a long passphrase")
    keys.make_signer("m", "card")
    assert b"ENCRYPTED" in (tmp_path / "keys" / "m.card.key").read_bytes()
    keys.signer("m", "card")
    with pytest.raises(SettingsFault, match="unreadable"):
        Keys(tmp_path / "keys").signer("m", "card")


def test_secrets(tmp_path):
    keys = Keys(tmp_path / "keys")
    with pytest.raises(SettingsFault, match="missing"):
        keys.secret("server")
    keys.make_secret("server", issuer_home.stream())
    value = keys.secret("server")
    keys.make_secret("server", issuer_home.stream("other"))
    assert keys.secret("server") == value
    (tmp_path / "keys" / "server.secret").write_text("00")
    with pytest.raises(SettingsFault, match="unreadable"):
        keys.secret("server")


def test_preparing_twice_changes_nothing(tmp_path):
    (tmp_path / "issuer.toml").write_text(GOOD)
    first = prepare(tmp_path, issuer_home.stream())
    assert first.made == 8  # three signers, four secrets, the key of the register
    before = {path: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    assert prepare(tmp_path, issuer_home.stream("again")).made == 0
    assert {path: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before
    assert sorted(path.name for path in (tmp_path / "csr").iterdir()) == [
        f"gemeente-voorbeeldstad.{role}.csr" for role in ("access", "card", "status")
    ]
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    read_private(tmp_path / "keys" / "brp-api-key")


def test_certificates_of_another_party_or_key_are_refused(town):
    handed = town.home / "handed" / "gemeente-voorbeeldstad"
    party = (handed / "party.json").read_bytes()
    (handed / "party.json").write_bytes(party.replace(b"00000099000000001000", b"1"))
    with pytest.raises(SettingsFault, match="other_party"):
        install_certificates(town.home, town.home / "handed")
    (handed / "party.json").write_bytes(party)
    (handed / "card.pem").write_bytes((handed / "status.pem").read_bytes())
    with pytest.raises(SettingsFault, match="other_key"):
        install_certificates(town.home, town.home / "handed")
    (handed / "card.pem").write_bytes(b"nothing")
    with pytest.raises(SettingsFault, match="unreadable"):
        install_certificates(town.home, town.home / "handed")
    with pytest.raises(SettingsFault, match="none_found"):
        install_certificates(town.home, town.home / "keys")
    # What was installed before still stands.
    keys = Keys(town.home / "keys")
    found = certificates.load(town.home, "gemeente-voorbeeldstad", keys)
    assert found.card.signer.public_key == keys.signer("gemeente-voorbeeldstad", "card").public_key
    assert jose.parse(found.registrations[0], typ="rc-wrp+jwt")
    assert found.status_prefix == "https://localhost:8441/0599/status/"


def test_a_home_without_certificates_does_not_open(tmp_path):
    from issuer.service.office import open_office
    from issuer.service.sources import haal_centraal

    with pytest.raises(SettingsFault, match=r"settings\.missing"):
        open_office(tmp_path, issuer_home.stream(), haal_centraal)
    (tmp_path / "issuer.toml").write_text(GOOD)
    with pytest.raises(SettingsFault, match=r"keys\.missing"):
        open_office(tmp_path, issuer_home.stream(), haal_centraal)
    prepare(tmp_path, issuer_home.stream())
    with pytest.raises(SettingsFault, match=r"certificate\.missing"):
        open_office(tmp_path, issuer_home.stream(), haal_centraal)
