"""The issuing office: settings, keys, certificates and store, opened once for every use case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from credential.trust import Trust
from issuer import certificates, clock, config, declared, disclosure
from issuer.accounting import BrpProtocol, new_trace, subject
from issuer.certificates import Certificates
from issuer.config import MunicipalitySettings, Provider, Settings
from issuer.errors import SettingsFault, WalletFault, ours
from issuer.keys import Keys, read_private
from issuer.nonces import Nonces
from issuer.pseudonym import HardwareKey, HousingPseudonym, LocalKey
from issuer.registers import Register
from issuer.scheme import FOLDER, SchemeFolder, fingerprint_of
from issuer.sealing import Sealer
from issuer.service import sources
from issuer.sources import Source
from issuer.status import Entropy
from issuer.store import Pool, Store
from signin.client import OidcClient
from tokens.hardware import HardwareToken

NONCE_SECONDS: Final = 300
DATABASE: Final = "issuer.db"
PREVIOUS: Final = ".previous"
"""The region's key before this one, while both are in use."""


@dataclass(frozen=True, repr=False)
class Municipality:
    """One issuer of cards behind this server."""

    settings: MunicipalitySettings
    certificates: Certificates
    identifier: str
    subject_key: bytes
    housing: HousingPseudonym
    housing_previous: HousingPseudonym | None
    """While the region's key is changed, cards carry both codes (formats.md 1)."""

    @property
    def code(self) -> str:
        """Its path in every address."""
        return self.settings.code

    def at(self, path: str) -> str:
        """The address of one of its endpoints."""
        return f"{self.identifier}/{path}"

    def status_uri(self, number: int) -> str:
        """The address of one of its status lists; what cards refer to."""
        return self.at(f"status/{number}")


@dataclass(frozen=True, repr=False)
class Office:
    """Everything a use case needs; the clock and the wishes of a request come as arguments."""

    settings: Settings
    store: Store
    source: Source
    municipalities: dict[str, Municipality]
    secret: bytes
    entropy: Entropy
    cases: Sealer
    as_nonces: Nonces
    rs_nonces: Nonces
    proof_nonces: Nonces
    challenges: Nonces
    scheme: SchemeFolder | None
    login: OidcClient | None
    """Where residents log in from home."""
    clerks: OidcClient | None
    registers: dict[str, Register] = field(default_factory=dict)
    """Of companies and of buildings, by the name of their settings."""

    @property
    def pool(self) -> Pool:
        """How status lists are made here."""
        status = self.settings.status
        return Pool(status.size, status.lists, status.announce_hours * 3_600)

    def municipality(self, code: str) -> Municipality:
        """The municipality under this code; no other address exists."""
        found = self.municipalities.get(code)
        if found is None:
            raise WalletFault("not_found", "municipality.unknown", "RFC 9110 15.5.5", status=404)
        return found

    def trust(self, now: int) -> Trust | None:
        """The scheme in force; `None` where the settings name none."""
        return None if self.scheme is None else self.scheme.trust(now)

    def attesters(self, now: int) -> Callable[[], Trust] | None:
        """Who may vouch for the keys of cards; `None` where nobody is asked to.

        Opened when it is needed: without a scheme on disk a wallet without attestation is served.
        """
        if self.scheme is None or self.settings.key_attestation == "off":
            return None
        return partial(self.scheme.trust, now)

    @property
    def declared_kinds(self) -> frozenset[str]:
        """The kinds that no register knows: a person decides."""
        return frozenset(one.kind for one in self.settings.declared)

    def kinds(self, municipality: Municipality) -> tuple[str, ...]:
        """Everything a wallet may ask of a municipality: of a register, and declared."""
        return municipality.settings.kinds

    def for_resident(self, register_code: str) -> Municipality | None:
        """The municipality whose resident this is: the issuer of a card is always its own."""
        for one in self.municipalities.values():
            if register_code in one.settings.register_codes:
                return one
        return None

    def trace(self) -> str:
        """A fresh trace for a session with one party."""
        return new_trace(self.entropy)

    def close(self) -> None:
        """Lets go of the database and of every connection."""
        for client in (self.login, self.clerks):
            if client is not None:
                client.close()
        for register in self.registers.values():
            register.close()
        self.source.close()
        self.store.close()


def open_client(home: Path, provider: Provider, entropy: Entropy) -> OidcClient:
    """The client of a login provider that the settings describe."""
    with ours():
        return OidcClient(
            provider,
            read_private(home / provider.client_secret_file),
            entropy,
            clock.monotonic,
            tls_ca=None if provider.tls_ca is None else home / provider.tls_ca,
        )


MakeSource = Callable[[Settings, Path, BrpProtocol], Source]


def open_keys(home: Path, settings: Settings) -> Keys:
    """The keys of a home."""
    passphrase = None
    if settings.key_passphrase_file is not None:
        passphrase = read_private(home / settings.key_passphrase_file).rstrip(b"\r\n")
    token = None
    if settings.pkcs11 is not None:
        pin = read_private(home / settings.pkcs11.pin_file).decode("ascii").strip()
        token = HardwareToken(
            settings.pkcs11.module, settings.pkcs11.token_label, pin, SettingsFault
        )
    return Keys(home / "keys", passphrase, token)


def _housing(keys: Keys, region: str, name: str) -> HousingPseudonym:
    token = keys.hardware(name)
    if token is not None:
        return HardwareKey(partial(keys.mac, name), region)
    return LocalKey(keys.secret(name), region)


def _housing_previous(keys: Keys, region: str) -> HousingPseudonym | None:
    name = f"region-{region}{PREVIOUS}"
    if not keys.has_secret(name) and keys.hardware(name) is None:
        return None
    return _housing(keys, region, name)


def open_scheme(home: Path, settings: Settings) -> SchemeFolder | None:
    """The folder that `sync` fills, where the settings name a scheme."""
    if settings.scheme is None:
        return None
    return SchemeFolder(home / FOLDER, fingerprint_of(settings.scheme.fingerprint))


def open_store(home: Path, settings: Settings, entropy: Entropy) -> Store:
    """The database of a home, brought to the newest shape."""
    url = settings.database or f"sqlite:///{(home / DATABASE).absolute()}"
    store = Store(url, entropy)
    store.migrate()
    return store


def _named(known: Sequence[Municipality], register_code: str | None, bsn: str) -> str | None:
    """How the municipality that a question was asked for names this person; `None`: none was."""
    asked = [
        one for one in known if len(known) == 1 or register_code in one.settings.register_codes
    ]
    return subject(asked[0].subject_key, asked[0].code, bsn) if asked and bsn else None


def open_office(home: Path, entropy: Entropy, make_source: MakeSource) -> Office:
    """Opens everything; what is missing is named, and nothing works half."""
    settings = config.load(home)
    declared.require(settings)
    keys = open_keys(home, settings)
    secret = keys.secret("server")
    municipalities = {
        one.code: Municipality(
            settings=one,
            certificates=certificates.load(home, one.id, keys),
            identifier=f"{settings.base_url}/{one.code}",
            subject_key=keys.secret("subjects"),
            housing=_housing(keys, one.housing_region, f"region-{one.housing_region}"),
            housing_previous=_housing_previous(keys, one.housing_region),
        )
        for one in settings.municipality
    }
    for one in municipalities.values():
        prefix = one.certificates.status_prefix
        if prefix is not None and not one.status_uri(1).startswith(prefix):
            raise SettingsFault("status.prefix", "Regie formats 7", municipality=one.settings.id)
        disclosure.require(settings.disclosure, one.certificates.disclosure, one.settings.id)
    store = open_store(home, settings, entropy)
    protocol = BrpProtocol(
        store.accounts,
        Sealer(keys.secret("protocol"), "brp-protocol", entropy),
        partial(_named, tuple(municipalities.values())),
    )
    return Office(
        settings=settings,
        store=store,
        source=make_source(settings, home, protocol),
        municipalities=municipalities,
        secret=secret,
        entropy=entropy,
        cases=Sealer(secret, "cases", entropy),
        as_nonces=Nonces(secret, "as", NONCE_SECONDS, entropy),
        rs_nonces=Nonces(secret, "rs", NONCE_SECONDS, entropy),
        proof_nonces=Nonces(secret, "proof", NONCE_SECONDS, entropy),
        challenges=Nonces(secret, "attestation", NONCE_SECONDS, entropy),
        scheme=open_scheme(home, settings),
        login=None if settings.login is None else open_client(home, settings.login, entropy),
        clerks=None if settings.clerks is None else open_client(home, settings.clerks, entropy),
        registers=sources.registers(settings, home),
    )
