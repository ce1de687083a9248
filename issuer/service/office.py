"""The issuing office: settings, keys, certificates and store, opened once for every use case."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issuer import certificates, config
from issuer.accounting import BrpProtocol, new_trace
from issuer.certificates import Certificates
from issuer.config import MunicipalitySettings, Settings
from issuer.errors import SettingsFault, WalletFault
from issuer.keys import Keys, read_private
from issuer.nonces import Nonces
from issuer.sealing import Sealer
from issuer.sources import Source
from issuer.status import Entropy
from issuer.store import Pool, Store

NONCE_SECONDS: Final = 300
DATABASE: Final = "issuer.db"


@dataclass(frozen=True, repr=False)
class Municipality:
    """One issuer of cards behind this server."""

    settings: MunicipalitySettings
    certificates: Certificates
    identifier: str
    subject_key: bytes
    housing_key: bytes

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
        """Lets go of the database."""
        self.store.close()


MakeSource = Callable[[Settings, Path, BrpProtocol], Source]


def open_keys(home: Path, settings: Settings) -> Keys:
    """The keys of a home."""
    passphrase = None
    if settings.key_passphrase_file is not None:
        passphrase = read_private(home / settings.key_passphrase_file).rstrip(b"\r\n")
    return Keys(home / "keys", passphrase)


def open_store(home: Path, settings: Settings, entropy: Entropy) -> Store:
    """The database of a home, brought to the newest shape."""
    url = settings.database or f"sqlite:///{(home / DATABASE).absolute()}"
    store = Store(url, entropy)
    store.migrate()
    return store


def open_office(home: Path, entropy: Entropy, make_source: MakeSource) -> Office:
    """Opens everything; what is missing is named, and nothing works half."""
    settings = config.load(home)
    keys = open_keys(home, settings)
    secret = keys.secret("server")
    municipalities = {
        one.code: Municipality(
            settings=one,
            certificates=certificates.load(home, one.id, keys),
            identifier=f"{settings.base_url}/{one.code}",
            subject_key=keys.secret("subjects"),
            housing_key=keys.secret(f"region-{one.housing_region}"),
        )
        for one in settings.municipality
    }
    for one in municipalities.values():
        prefix = one.certificates.status_prefix
        if prefix is not None and not one.status_uri(1).startswith(prefix):
            raise SettingsFault("status.prefix", "Regie formats 7", municipality=one.settings.id)
    store = open_store(home, settings, entropy)
    protocol = BrpProtocol(store.accounts, Sealer(keys.secret("protocol"), "brp-protocol", entropy))
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
    )
