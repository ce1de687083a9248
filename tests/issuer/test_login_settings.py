"""The settings of a login provider: what is unsafe is refused by name, and the rest is opened."""

from pathlib import Path

import pytest
from support import issuer_home
from support.issuer_home import SETTINGS, TestIssuerHome

from issuer import config
from issuer.errors import SettingsFault

GOOD = {
    "issuer": '"https://login.example"',
    "client_id": '"voorbeeldstad"',
    "client_secret_file": '"keys/login-secret"',
}
BASE = SETTINGS.format(decoys=0, four_eyes="false")


def settings(table: str, **changed: str) -> bytes:
    lines = [f"{name} = {value}" for name, value in {**GOOD, **changed}.items()]
    return "\n".join([BASE, f"[{table}]", *lines]).encode()


@pytest.mark.parametrize("table", ["login", "clerks"])
@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"issuer": '"http://login.example"'}, "issuer"),
        ({"issuer": '"login.example"'}, "issuer"),
        ({"client_id": '" "'}, "client_id"),
        ({"scopes": '["profile"]'}, "scopes"),
    ],
)
def test_unsafe_provider(table: str, changed: dict[str, str], key: str) -> None:
    config.parse(settings(table))
    with pytest.raises(SettingsFault) as found:
        config.parse(settings(table, **changed))
    assert found.value.params == {"key": f"{table}.{key}"}


def _with_login(town: TestIssuerHome, mode: int) -> Path:
    town.office.close()
    (town.home / "issuer.toml").write_bytes(settings("login", bsn_claim='"sub"'))
    secret = town.home / "keys" / "login-secret"
    secret.touch(mode)
    secret.write_text("word\n")
    secret.chmod(mode)
    return secret


def test_opened_with_the_office(town: TestIssuerHome) -> None:
    assert (town.office.login, town.office.clerks) == (None, None)
    _with_login(town, 0o600)
    office = issuer_home.open_town(town.home)
    assert office.login is not None
    assert office.clerks is None
    assert office.login.provider.client_id == "voorbeeldstad"
    office.close()


def test_secret_that_others_read(town: TestIssuerHome) -> None:
    _with_login(town, 0o644)
    with pytest.raises(SettingsFault, match=r"keys\.readable_by_others"):
        issuer_home.open_town(town.home)


@pytest.mark.spec("OpenID Connect 1.0", "2", "real people log in at a level that somebody chose")
@pytest.mark.parametrize(
    ("oin", "levels", "fine"),
    [
        ("00000099000000001000", "", True),
        ("00000001234567890000", "", False),
        ("00000001234567890000", 'acr_values = ["urn:etoegang:core:assurance-class:loa3"]', True),
    ],
)
def test_a_level_is_chosen(oin, levels, fine):
    text = issuer_home.SETTINGS.format(decoys=0, four_eyes="false")
    text = text.replace("00000099000000001000", oin)
    login = f"""
[login]
issuer = "https://login.example"
client_id = "regie"
client_secret_file = "keys/login-secret"
{levels}
"""
    if fine:
        assert config.parse((text + login).encode()).login is not None
    else:
        with pytest.raises(SettingsFault) as found:
            config.parse((text + login).encode())
        assert found.value.params["key"] == "login.acr_values"
