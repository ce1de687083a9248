"""The settings of an issuer: one TOML file, read strictly; what is unsafe is refused by name."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from credential.names import KINDS
from issuer.errors import SettingsFault

FILE: Final = "issuer.toml"
_CODE = re.compile(r"[0-9]{4}\Z")
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}\Z")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})\Z")


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings: a name that is not known is a mistake, not a wish."""


class Brp(_Strict, frozen=True):
    """Where residents are looked up (Haal Centraal)."""

    url: str
    api_key_file: str
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None


class Status(_Strict, frozen=True):
    """The pool of status lists of each municipality."""

    size: int = 131_072
    lists: int = 2
    announce_hours: int = 48
    decoys: int = 8
    interval_minutes: int = 60


class Desk(_Strict, frozen=True):
    """How the desk works."""

    four_eyes: bool = False


class MunicipalitySettings(_Strict, frozen=True):
    """One issuer of cards: its own leaf certificates, its own residents."""

    id: str
    code: str
    name: str
    oin: str
    housing_region: str
    codes: tuple[str, ...] = ()
    region_codes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = (
        "persoonsgegevens",
        "woonadres",
        "huishouden",
        "woongeschiedenis",
        "verblijfsrecht",
    )

    # `codes`: the register codes of its own residents, if more than `code`. `region_codes`: those
    # of its housing region; without them no card says since when someone lives there.

    @property
    def register_codes(self) -> tuple[str, ...]:
        """The codes of the register whose residents are its own."""
        return self.codes or (self.code,)


class Settings(_Strict, frozen=True):
    """The whole file."""

    base_url: str
    listen: str
    brp: Brp
    municipality: tuple[MunicipalitySettings, ...]
    tls_cert: str | None = None
    tls_key: str | None = None
    database: str | None = None
    publish_to: str | None = None
    key_passphrase_file: str | None = None
    behind_proxy: bool = False
    batch_size: int = 10
    status: Status = Status()
    desk: Desk = Desk()

    @property
    def host(self) -> str:
        """The address to listen on."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on."""
        return int(self.listen.rpartition(":")[2])


def load(home: Path) -> Settings:
    """The settings of this home; every fault names the key."""
    try:
        data = (home / FILE).read_bytes()
    except FileNotFoundError:
        raise SettingsFault("settings.missing", file=FILE) from None
    return parse(data)


def parse(data: bytes) -> Settings:
    """Reads and checks a settings file."""
    try:
        settings = msgspec.toml.decode(data, type=Settings)
    except msgspec.ValidationError as fault:
        # msgspec names the path and the expected type, never the value.
        raise SettingsFault("settings.shape", what=str(fault)) from None
    except msgspec.DecodeError:
        raise SettingsFault("settings.toml") from None
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    url = urlsplit(settings.base_url)
    # No path: the link in a QR code is written in capitals, which only hosts forgive. And an
    # identifier never ends in a slash (protocols.md 2.4).
    if url.scheme != "https" or not url.hostname or settings.base_url != f"https://{url.netloc}":
        raise SettingsFault("settings.value", key="base_url")
    if url.username is not None:
        raise SettingsFault("settings.value", key="base_url")
    listen = _LISTEN.match(settings.listen)
    if listen is None or int(listen[2]) > 65_535:  # noqa: PLR2004 - the highest port
        raise SettingsFault("settings.value", key="listen")
    if not settings.behind_proxy and not (settings.tls_cert and settings.tls_key):
        raise SettingsFault("settings.value", key="tls_cert")
    if not settings.brp.url.startswith("https://"):
        raise SettingsFault("settings.value", key="brp.url")
    if not 2 <= settings.batch_size <= 50:  # noqa: PLR2004 - OpenID4VCI 12.2.4: 2 or more
        raise SettingsFault("settings.value", key="batch_size")
    status = settings.status
    if status.size < 1024 or status.size > 2**24 or status.size & (status.size - 1):  # noqa: PLR2004
        raise SettingsFault("settings.value", key="status.size")
    if not 1 <= status.lists <= 64:  # noqa: PLR2004 - more lists, smaller crowds
        raise SettingsFault("settings.value", key="status.lists")
    if status.announce_hours < 0 or status.decoys < 0 or not 1 <= status.interval_minutes <= 360:  # noqa: PLR2004
        raise SettingsFault("settings.value", key="status")
    if not settings.municipality:
        raise SettingsFault("settings.value", key="municipality")
    for one in settings.municipality:
        _check_municipality(one)
    for name in ("id", "code", "oin"):
        values = [getattr(one, name) for one in settings.municipality]
        if len(set(values)) != len(values):
            raise SettingsFault("settings.value", key=f"municipality.{name}")


def _check_municipality(one: MunicipalitySettings) -> None:
    if not _ID.match(one.id):
        raise SettingsFault("settings.value", key="municipality.id")
    if not all(_CODE.match(code) for code in (one.code, *one.codes, *one.region_codes)):
        raise SettingsFault("settings.value", key="municipality.code")
    if not one.oin.isdecimal() or not one.name.strip():
        raise SettingsFault("settings.value", key="municipality.oin")
    if not _ID.match(one.housing_region):
        raise SettingsFault("settings.value", key="municipality.housing_region")
    if not one.kinds or not set(one.kinds) <= set(KINDS):
        raise SettingsFault("settings.value", key="municipality.kinds")
