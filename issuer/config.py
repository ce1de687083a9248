"""The settings of an issuer: one TOML file, read strictly; what is unsafe is refused by name."""

import re
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from credential.names import KINDS
from issuer import disclosure, policies
from issuer.disclosure import Disclosure
from issuer.errors import SettingsFault

FILE: Final = "issuer.toml"
_CODE = re.compile(r"[0-9]{4}\Z")
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}\Z")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})\Z")


_LAST_PORT: Final = 65_535
_FEWEST_COPIES: Final = 2  # OpenID4VCI 1.0, 12.2.4
_MOST_COPIES: Final = 50
_SMALLEST_LIST: Final = 1_024
_LARGEST_LIST: Final = 2**24
_MOST_LISTS: Final = 64
_LONGEST_QUESTION: Final = 60.0
_MOST_RETRIES: Final = 5
_POLICIES: Final = ("off", "accepted", "required")


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings: a name that is not known is a mistake, not a wish."""


class Brp(_Strict, frozen=True):
    """Where residents are looked up (Haal Centraal)."""

    url: str
    api_key_file: str
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    token_url: str | None = None
    """With these three, OAuth client credentials take the place of the API key."""
    client_id: str | None = None
    client_secret_file: str | None = None
    seconds: float = 5.0
    retries: int = 2
    changes_url: str | None = None
    """Where changes are told; default: `url`."""


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
    keep_actions_days: int = 5 * 366
    """How long it stays on record who did what at the desk."""


class Client(_Strict, frozen=True):
    """A wallet that may come without attestation, by its `client_id`."""

    id: str
    redirect_uris: tuple[str, ...]
    """Compared exactly, but for the port of a loopback address (RFC 8252, 7.3)."""


class Provider(_Strict, frozen=True):
    """An OpenID Connect provider, and this server as its client."""

    issuer: str
    client_id: str
    client_secret_file: str
    scopes: tuple[str, ...] = ("openid",)
    acr_values: tuple[str, ...] = ()
    """The levels that are enough, best first; empty: whatever the provider gives."""
    tls_ca: str | None = None


class Login(Provider, frozen=True):
    """Where residents log in from home."""

    bsn_claim: str = "bsn"
    represented_claim: str = "represented_bsn"
    """Set by a provider where someone may act for another (a parent, a curator)."""


class Clerks(Provider, frozen=True):
    """Where clerks log in, and what their roles are called there."""

    name_claim: str = "preferred_username"
    roles_claim: str = "roles"
    desk_role: str = "desk"
    decision_role: str = "decision"
    audit_role: str = "audit"
    municipality_claim: str = "municipality"
    """With several municipalities here: the code of the one a clerk works for."""
    session_minutes: int = 30


class Field(_Strict, frozen=True):
    """One thing a resident declares, and how it is asked."""

    name: str
    nl: str
    en: str
    type: str = "text"
    """`text`, `long`, `date`, `number`, `phone`, `email`, `yesno` or `choice`."""
    required: bool = True
    most: int = 200
    choices: tuple[str, ...] = ()


class Claim(_Strict, frozen=True):
    """One claim that a decision puts on the card; its label is in the texts, table `claim`."""

    name: str
    type: str = "text"
    """As of a `Field`."""
    required: bool = True
    most: int = 200
    choices: tuple[str, ...] = ()
    ends: bool = False
    """A date: after this day the card is over."""


class Declared(_Strict, frozen=True):
    """A kind that no register knows: a person decides (urgency, a telephone number, custody)."""

    kind: str
    fields: tuple[Field, ...]
    claims: tuple[Claim, ...] = ()
    """Default: those of `issuer/declared.toml`."""
    term_days: int = 56
    reminder_days: int = 7
    extension_days: int = 42
    explanation_nl: str = ""
    explanation_en: str = ""


class SchemeSettings(_Strict, frozen=True):
    """Where the registrar's files come from: wallet providers, successors."""

    url: str
    fingerprint: str
    tls_ca: str | None = None


class Registry(_Strict, frozen=True):
    """A register that is not the BRP: of companies, of buildings."""

    url: str
    api_key_file: str
    tls_ca: str | None = None


class Token(_Strict, frozen=True):
    """Signing keys in hardware (PKCS#11)."""

    module: str
    token_label: str
    pin_file: str


class Limits(_Strict, frozen=True):
    """How much one address may ask, per minute."""

    tokens_per_minute: int = 120
    requests_per_minute: int = 600
    pages_per_minute: int = 240


class TakenOver(_Strict, frozen=True):
    """A municipality that ended: its status lists are carried on (Regie formats 7).

    The registrar names us its `status_successor`; its lists, and what is kept of its cards, are in
    our database.
    """

    code: str
    withdrawn: date
    """From this day it issues nothing, and every unallocated place of its lists is invalid."""
    successors: tuple[str, ...] = ()
    """The codes its ground went to by that, ours too; default: what table 33 says."""
    base_url: str | None = None
    """Where its lists lie, if it was served from another address than ours."""


class MunicipalitySettings(_Strict, frozen=True):
    """One issuer of cards: its own leaf certificates, its own residents."""

    id: str
    code: str
    name: str
    oin: str
    housing_region: str
    codes: tuple[str, ...] = ()
    region_codes: tuple[str, ...] = ()
    takes_over: tuple[TakenOver, ...] = ()
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
    kvk: Registry | None = None
    bag: Registry | None = None
    login: Login | None = None
    clerks: Clerks | None = None
    scheme: SchemeSettings | None = None
    pkcs11: Token | None = None
    client: tuple[Client, ...] = (
        Client(
            id="regie-wallet",
            redirect_uris=("http://127.0.0.1/callback", "http://[::1]/callback"),
        ),
    )
    declared: tuple[Declared, ...] = ()
    disclosure: tuple[Disclosure, ...] = ()
    limits: Limits = Limits()
    haip: bool = False
    """One switch: what HAIP 1.0 demands is demanded, what it forbids is refused."""
    client_attestation: str = "accepted"
    key_attestation: str = "accepted"
    """Each `off`, `accepted` or `required`."""
    encryption: str = "accepted"
    refresh_days: int = 366
    """How long a wallet may come back for copies; 0: never."""
    operator: str | None = None
    metrics_token_file: str | None = None
    """With it, `/metrics` answers whoever shows this token; without it there is no such page."""
    tls_cert: str | None = None
    tls_key: str | None = None
    database: str | None = None
    publish_to: str | None = None
    key_passphrase_file: str | None = None
    behind_proxy: bool = False
    batch_size: int = 10
    status: Status = Status()
    desk: Desk = Desk()
    keep_cases_days: int = 182
    """How long what residents wrote and sent is kept once nobody can object to a decision."""
    keep_processing_days: int = 3 * 366
    """How long the processing log is kept."""

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
    policies.check(settings)
    disclosure.check(settings.disclosure)
    return settings


def listening_on(settings: Settings, listen: str) -> Settings:
    """The same for one of several processes: only where it listens is another."""
    found = msgspec.structs.replace(settings, listen=listen)
    _check(found)
    return found


def _check(settings: Settings) -> None:
    _require(_is_origin(settings.base_url), "base_url")
    listen = _LISTEN.match(settings.listen)
    _require(listen is not None and int(listen[2]) <= _LAST_PORT, "listen")
    has_tls = settings.tls_cert is not None and settings.tls_key is not None
    _require(settings.behind_proxy or has_tls, "tls_cert")
    _check_brp(settings.brp)
    _require(_FEWEST_COPIES <= settings.batch_size <= _MOST_COPIES, "batch_size")
    size = settings.status.size
    _require(_SMALLEST_LIST <= size <= _LARGEST_LIST and not size & (size - 1), "status.size")
    _require(1 <= settings.status.lists <= _MOST_LISTS, "status.lists")
    _require(settings.status.announce_hours >= 0, "status.announce_hours")
    _require(settings.status.decoys >= 0, "status.decoys")
    # Half of a list's `ttl` of 12 hours at most.
    _require(1 <= settings.status.interval_minutes <= 6 * 60, "status.interval_minutes")
    for name in ("client_attestation", "key_attestation", "encryption"):
        _require(getattr(settings, name) in _POLICIES, name)
    _require(settings.refresh_days >= 0, "refresh_days")
    _require(settings.keep_cases_days >= 0, "keep_cases_days")
    _require(settings.keep_processing_days > 0, "keep_processing_days")
    for name in ("login", "clerks"):
        provider: Provider | None = getattr(settings, name)
        if provider is not None:
            _require(provider.issuer.startswith("https://"), f"{name}.issuer")
            _require(bool(provider.client_id.strip()), f"{name}.client_id")
            _require("openid" in provider.scopes, f"{name}.scopes")
    if settings.clerks is not None:
        roles = (
            settings.clerks.desk_role,
            settings.clerks.decision_role,
            settings.clerks.audit_role,
        )
        _require(len(set(roles)) == len(roles), "clerks.audit_role")
        _require(settings.clerks.session_minutes > 0, "clerks.session_minutes")
    _require(bool(settings.municipality), "municipality")
    for one in settings.municipality:
        _check_municipality(one)
    ended = [old.code for one in settings.municipality for old in one.takes_over]
    living = {one.code for one in settings.municipality}
    _require(len({*ended} - living) == len(ended), "municipality.takes_over")
    for name in ("id", "code", "oin"):
        values = [getattr(one, name) for one in settings.municipality]
        _require(len(set(values)) == len(values), f"municipality.{name}")


def _check_brp(brp: Brp) -> None:
    _require(brp.url.startswith("https://"), "brp.url")
    for name in ("token_url", "changes_url"):
        _require((getattr(brp, name) or "https://").startswith("https://"), f"brp.{name}")
    oauth = {brp.token_url is None, brp.client_id is None, brp.client_secret_file is None}
    _require(len(oauth) == 1, "brp.token_url")
    _require((brp.tls_cert is None) == (brp.tls_key is None), "brp.tls_cert")
    _require(0 < brp.seconds <= _LONGEST_QUESTION, "brp.seconds")
    _require(0 <= brp.retries <= _MOST_RETRIES, "brp.retries")


def _is_origin(text: str) -> bool:
    """A host with https: a QR link is written in capitals, which only hosts forgive.

    Nothing after it either: an identifier never ends in a slash (our choice).
    """
    url = urlsplit(text)
    return bool(url.hostname) and url.username is None and text == f"https://{url.netloc}"


def _require(holds: bool, key: str) -> None:
    if not holds:
        raise SettingsFault("settings.value", key=key)


def _check_municipality(one: MunicipalitySettings) -> None:
    _require(_ID.match(one.id) is not None, "municipality.id")
    codes = (one.code, *one.codes, *one.region_codes)
    _require(all(_CODE.match(code) for code in codes), "municipality.code")
    _require(one.oin.isascii() and one.oin.isdigit(), "municipality.oin")
    _require(bool(one.name.strip()), "municipality.name")
    _require(_ID.match(one.housing_region) is not None, "municipality.housing_region")
    for old in one.takes_over:
        _require(_is_origin(old.base_url or "https://x"), "municipality.takes_over.base_url")
        codes = (old.code, *old.successors)
        _require(all(_CODE.match(code) for code in codes), "municipality.takes_over.code")
    _require(bool(one.kinds) and set(one.kinds) <= set(KINDS), "municipality.kinds")
