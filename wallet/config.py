"""Settings of one wallet from `wallet.toml`; an unsafe value is refused with the key's name."""

import ipaddress
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from wallet import files
from wallet.errors import Usage
from wallet.texts import LANGUAGES

FILE: Final = "wallet.toml"
DEFAULT_HOME: Final = "~/.local/share/regie"
_SHA256_HEX: Final = 64
MAX_LOCK_MINUTES: Final = 1440
THEMES: Final = (
    "regie-donker",
    "regie-licht",
    "regie-contrast-donker",
    "regie-contrast-licht",
    "ansi-dark",
    "ansi-light",
)
"""The colours the screens know; two of high contrast, two that are the terminal's own."""


@dataclass(frozen=True)
class Config:
    """What this wallet trusts and where it may go; empty text means "not set"."""

    scheme_url: str = ""
    fingerprint: str = ""
    tls_ca: str = ""
    allow_networks: tuple[str, ...] = ()
    lang: str = ""
    provider_url: str = ""
    """Who vouches for this wallet's keys, where an issuer wants someone to."""
    theme: str = ""
    lock_minutes: int = 5
    """After how long without a key the screens ask the passphrase again; 0 is never."""
    foreign_anchors: str = ""
    """A PEM file, or a folder of them: authorities of other schemes that this resident trusts."""

    def __post_init__(self) -> None:
        _check(self)

    def with_lang(self, lang: str) -> "Config":
        """The same settings in another language."""
        return replace(self, lang=lang)


def load(home: Path) -> Config:
    """The settings in `home`; unknown keys are refused, so that a typing error is seen."""
    path = home / FILE
    if not path.exists():
        return Config()
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Usage("config.syntax", file=FILE) from None
    known = {field.name for field in fields(Config)}
    for key in table:
        if key not in known:
            raise Usage("config.unknown", key=key)
    return of(table)


def of(table: Mapping[str, Any]) -> Config:
    """Settings by name, each of its own type and with nothing unsafe in it."""
    return Config(**{key: _typed(key, value) for key, value in table.items()})


def save(home: Path, config: Config) -> None:
    """Writes the settings in one piece, readable by the owner only."""
    # Strings and lists of strings in JSON are TOML too.
    lines = [
        f"{field.name} = {json.dumps(getattr(config, field.name))}\n" for field in fields(Config)
    ]
    files.write_atomically(home / FILE, "".join(lines).encode())


def _typed(key: str, value: Any) -> Any:  # noqa: ANN401 - what a TOML file may hold
    if key == "allow_networks":
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Usage("config.value", key=key)
        return tuple(value)
    if key == "lock_minutes":
        if not isinstance(value, int) or isinstance(value, bool):
            raise Usage("config.value", key=key)
        return value
    if not isinstance(value, str):
        raise Usage("config.value", key=key)
    return value


def _check(config: Config) -> None:
    if "://" in config.scheme_url and not _is_https(config.scheme_url):
        raise Usage("config.value", key="scheme_url")
    if config.provider_url and not _is_https(config.provider_url):
        raise Usage("config.value", key="provider_url")
    if config.fingerprint and not _is_fingerprint(config.fingerprint):
        raise Usage("config.value", key="fingerprint")
    if config.scheme_url and not config.fingerprint:
        raise Usage("config.value", key="fingerprint")
    if config.lang and config.lang not in LANGUAGES:
        raise Usage("config.value", key="lang")
    if config.theme and config.theme not in THEMES:
        raise Usage("config.value", key="theme")
    if not 0 <= config.lock_minutes <= MAX_LOCK_MINUTES:
        raise Usage("config.value", key="lock_minutes")
    for network in config.allow_networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise Usage("config.value", key="allow_networks") from None


def _is_https(text: str) -> bool:
    split = urlsplit(text)
    return split.scheme == "https" and bool(split.hostname)


def _is_fingerprint(text: str) -> bool:
    return len(text) == _SHA256_HEX and all(digit in "0123456789abcdef" for digit in text)
