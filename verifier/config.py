"""Settings of one verifier: `verifier.toml` in its home, refused at start when unsafe."""

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from verifier.errors import NotReady
from verifier.settings import api, operation, permit, protocol, rights, staff
from verifier.settings.api import Api
from verifier.settings.operation import Operation
from verifier.settings.permit import PermitSettings
from verifier.settings.protocol import Protocol
from verifier.settings.rights import RightsSettings
from verifier.settings.staff import Staff
from verifier.texts import Language, language_of

FILE: Final = "verifier.toml"


@dataclass(frozen=True)
class Config:
    """One verifier, one service of one organisation."""

    home: Path
    base_url: str
    host: str
    port: int
    tls_cert: Path | None
    tls_key: Path | None
    tls_ca: Path | None
    service_id: str
    scheme: str
    status: str
    fingerprint: bytes
    database: str = field(repr=False)  # a password may be in it
    lang: Language
    session_seconds: int = 1800
    request_seconds: int = 600
    confirm_seconds: int = 300
    unconfirmed_days: int = 7
    receipt_days: int = 31
    answer_months: int = 13
    rate_per_minute: int = 600
    forget_seconds: int = 3600
    protocol: Protocol = field(default_factory=Protocol)
    operation: Operation = field(default_factory=Operation)
    staff: Staff | None = None
    api: Api = field(default_factory=Api)
    permit: PermitSettings = field(default_factory=PermitSettings)
    rights: RightsSettings = field(default_factory=RightsSettings)

    @property
    def keys(self) -> Path:
        """Where private keys live, 0700."""
        return self.home / "keys"

    @property
    def certificates(self) -> Path:
        """Where the access certificate and the registration certificates are installed."""
        return self.home / "certificates"

    @property
    def scheme_folder(self) -> Path:
        """Where `sync` leaves the scheme and the status lists."""
        return self.home / "scheme"

    @property
    def profiles(self) -> Path:
        """Where the profiles stand, one TOML file each."""
        return self.home / "profiles"

    @property
    def rights_endpoint(self) -> str:
        """Where rights requests are answered; the registration must name the same."""
        return f"{self.base_url}/rights"


def home_of(given: str | None) -> Path:
    """The home folder: given, `REGIE_HOME`, or `~/.regie-verifier`."""
    return Path(given or os.environ.get("REGIE_HOME") or Path.home() / ".regie-verifier").resolve()


def load(home: Path) -> Config:
    """Read and check the settings; names the key that is wrong."""
    file = home / FILE
    if not file.is_file():
        raise NotReady("config.missing", "", file=FILE)
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise NotReady("config.syntax", "", file=FILE) from None
    base_url = _https(raw, "base_url")
    return Config(
        home=home,
        base_url=base_url,
        host=_text(raw, "host", "127.0.0.1"),
        port=_number(raw, "port", urlsplit(base_url).port or 443, 1, 65535),
        tls_cert=_path(home, raw, "tls_cert"),
        tls_key=_path(home, raw, "tls_key"),
        tls_ca=_path(home, raw, "tls_ca"),
        service_id=_text(raw, "service_id"),
        scheme=_source(home, raw, "scheme"),
        status=_source(home, raw, "status"),
        fingerprint=_fingerprint(raw),
        database=_database(home, _text(raw, "database", "sqlite:///verifier.db")),
        lang=language_of(_text(raw, "lang", "nl")),
        session_seconds=_number(raw, "session_seconds", 1800, 60, 86_400),
        request_seconds=_number(raw, "request_seconds", 600, 30, 600),
        confirm_seconds=_number(raw, "confirm_seconds", 300, 30, 300),
        unconfirmed_days=_number(raw, "unconfirmed_days", 7, 1, 31),
        receipt_days=_number(raw, "receipt_days", 31, 1, 92),
        answer_months=_number(raw, "answer_months", 13, 13, 13),
        # Per address: enough for a desk or a class behind one, too little to guess with.
        rate_per_minute=_number(raw, "rate_per_minute", 600, 10, 1_000_000),
        protocol=protocol.parse(raw, home),
        operation=operation.parse(raw, home),
        staff=staff.parse(raw, home),
        api=api.parse(raw, home),
        permit=permit.parse(raw, home),
        rights=rights.parse(raw, home),
    )


def _wrong(key: str) -> NotReady:
    return NotReady("config.value", "", key=key)


def _text(raw: dict[str, Any], key: str, default: str | None = None) -> str:
    value = raw.get(key, default)
    if not isinstance(value, str) or not value:
        raise _wrong(key)
    return value


def _number(raw: dict[str, Any], key: str, default: int, low: int, high: int) -> int:
    value = raw.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _wrong(key)
    return value


def _https(raw: dict[str, Any], key: str) -> str:
    value = _text(raw, key)
    parts = urlsplit(value)
    try:
        port = parts.port
    except ValueError:
        raise _wrong(key) from None
    # Exactly an origin, as browsers write it: forms are held against it.
    host = parts.hostname or ""
    origin = "https://" + (f"[{host}]" if ":" in host else host)
    if port is not None:
        origin += f":{port}"
    if not host or port == 443 or value.rstrip("/") != origin:  # noqa: PLR2004
        raise _wrong(key)
    return origin


def _source(home: Path, raw: dict[str, Any], key: str) -> str:
    value = _text(raw, key)
    if value.startswith("https://"):
        return value.rstrip("/")
    if "://" in value:
        raise _wrong(key)
    return str((home / value).resolve())


def _path(home: Path, raw: dict[str, Any], key: str) -> Path | None:
    value = raw.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _wrong(key)
    return (home / value).resolve()


def _fingerprint(raw: dict[str, Any]) -> bytes:
    try:
        value = bytes.fromhex(_text(raw, "fingerprint"))
    except ValueError:
        raise _wrong("fingerprint") from None
    if len(value) != 32:  # noqa: PLR2004 - SHA-256
        raise _wrong("fingerprint")
    return value


def _database(home: Path, url: str) -> str:
    relative = "sqlite:///"
    if url.startswith(relative) and not url.startswith("sqlite:////"):
        return f"{relative}{(home / url.removeprefix(relative)).resolve()}"
    return url
