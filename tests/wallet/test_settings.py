"""Settings: what can be set, what cannot, and that a change is on record by its name alone."""

import dataclasses
from pathlib import Path

import pytest

from wallet import config
from wallet.config import Config
from wallet.errors import ExitCode, Usage, WalletError
from wallet.service import settings
from wallet.service.settings import SETTINGS
from wallet.texts import LANGUAGES, Texts


def test_every_setting_can_be_set_and_is_explained() -> None:
    assert {one.name for one in SETTINGS} == {one.name for one in dataclasses.fields(Config)}
    for lang in LANGUAGES:
        texts = Texts(lang)
        for one in SETTINGS:
            assert texts.get(f"settings.{one.name}.title")
            assert texts.get(f"settings.{one.name}.what")
            for choice in one.choices:
                assert texts.get(f"settings.{one.name}.value.{choice}")


def test_the_colours_are_those_of_the_screens() -> None:
    from wallet.tui import themes

    assert config.THEMES == themes.NAMES


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("lang", "en", "en"),
        ("theme", "ansi-dark", "ansi-dark"),
        ("lock_minutes", "0", 0),
        ("lock_minutes", " 15 ", 15),
        ("lock_minutes", "", 5),
        ("provider_url", "https://wallet.example/", "https://wallet.example/"),
        ("allow_networks", "127.0.0.0/8, ::1/128", ("127.0.0.0/8", "::1/128")),
        ("allow_networks", "", ()),
        ("fingerprint", "AB:" * 31 + "AB", "ab" * 32),
    ],
)
def test_what_can_be_set(name: str, text: str, value: object) -> None:
    assert getattr(settings.changed(Config(), name, text), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lang", "de"),
        ("theme", "roze"),
        ("lock_minutes", "-1"),
        ("lock_minutes", "1441"),
        ("lock_minutes", "٣"),
        ("lock_minutes", "vijf"),
        ("provider_url", "http://wallet.example/"),
        ("scheme_url", "https://mirror.example/"),
        ("scheme_url", "/geen/map"),
        ("fingerprint", "xyz"),
        ("allow_networks", "overal"),
        ("tls_ca", "/geen/bestand.pem"),
        ("foreign_anchors", "/geen/bestand.pem"),
    ],
)
def test_what_cannot_be_set(name: str, text: str) -> None:
    with pytest.raises(Usage, match=r"config\.value"):
        settings.changed(Config(), name, text)


def test_anchors_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("geen certificaat")
    with pytest.raises(Usage, match=r"config\.value"):
        settings.changed(Config(), "foreign_anchors", str(tmp_path / "a.pem"))


@pytest.mark.spec("Regie formats", "2", "a setting that changed is on record, without its value")
def test_a_change_is_on_record(town) -> None:
    assert settings.change(town.wallet, "provider_url", "https://geheim.example/", now=town.now)
    [found] = town.wallet.store.activities(_wallet_only())
    [entry] = town.wallet.store.events(found.id)
    assert (entry.kind, entry.body) == ("settings.changed", {"setting": "provider_url"})
    assert config.load(town.wallet.home).provider_url == "https://geheim.example/"
    assert not settings.change(town.wallet, "provider_url", "https://geheim.example/", now=town.now)
    assert len(list(town.wallet.store.activities(_wallet_only()))) == 1


def _wallet_only():
    from wallet.store import Filter

    return Filter(type="wallet")


def test_the_root_of_a_list_in_use_stays(town) -> None:
    with pytest.raises(Usage, match=r"settings\.fingerprint"):
        settings.change(town.wallet, "fingerprint", "ab" * 32, now=town.now)
    assert not list(town.wallet.store.activities(_wallet_only()))


def test_the_command(at, town) -> None:
    config.save(town.wallet.home, town.wallet.config)
    (town.wallet.home / "wallet.head").write_bytes(b"")
    terminal = at(town)
    code, lines = terminal.run("settings")
    assert code == 0
    assert [line["setting"] for line in lines] == [one.name for one in SETTINGS]
    assert terminal.run("settings", "lang")[1][0]["choices"] == ["nl", "en"]
    code, [line] = terminal.run("settings", "lock_minutes", "0")
    assert (code, line["value"], line["default"]) == (0, "0", "5")
    assert terminal.plain("settings", "lock-minutes") == (
        0,
        "Minuten tot het slot (lock_minutes): nooit\n",
    )
    assert terminal.run("settings", "kleur")[0] == ExitCode.NO_MATCH
    assert terminal.run("settings", "lang", "de")[0] == ExitCode.USAGE


def test_whom_the_wallet_believes_is_asked_apart(at, town) -> None:
    config.save(town.wallet.home, town.wallet.config)
    (town.wallet.home / "wallet.head").write_bytes(b"")
    terminal = at(town)
    assert terminal.run("settings", "provider_url", "https://a.example/")[0] == ExitCode.NOT_READY
    terminal.answers = [""]
    assert terminal.run("settings", "provider_url", "https://a.example/")[0] == ExitCode.DECLINED
    assert config.load(town.wallet.home).provider_url == ""
    terminal.answers = ["ja"]
    assert terminal.run("settings", "provider_url", "https://a.example/")[0] == 0
    assert terminal.run("settings", "provider_url", "", "--yes")[0] == 0
    assert town.wallet.config.provider_url == ""


def test_without_a_wallet_there_are_none(tmp_path: Path) -> None:
    from wallet import cli

    assert cli.run(["--home", str(tmp_path), "settings"], {}) == ExitCode.NOT_READY


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "wallet.toml").write_text("lock_minutes = true\n")
    with pytest.raises(WalletError, match=r"config\.value"):
        config.load(tmp_path)
