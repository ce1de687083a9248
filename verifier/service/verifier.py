"""One verifier, opened: its settings, keys, profiles, register and what it trusts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from credential import jose, names, registration
from credential.errors import CredentialError
from credential.jose import KeySigner
from credential.trust import Leaf
from verifier import clock, config, keys, profiles
from verifier.config import Config
from verifier.errors import NotReady, NotTrusted
from verifier.keys import Sealer
from verifier.profiles import BoundProfile, KeyBinding
from verifier.request import client_id_of
from verifier.scheme import SchemeFolder
from verifier.store import Store

ACCESS_CERTIFICATE = "access.pem"
REGISTRATIONS = "registration"


@dataclass(frozen=True)
class Verifier:
    """Everything a use case needs; time and entropy come in as functions."""

    config: Config
    store: Store = field(repr=False)
    sealer: Sealer = field(repr=False)
    signer: jose.Signer = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    leaf: Leaf
    profiles: Mapping[str, BoundProfile]
    scheme: SchemeFolder = field(repr=False)
    now: Callable[[], int] = clock.now
    entropy: Callable[[int], bytes] = clock.random_bytes

    @property
    def client_id(self) -> str:
        """Our name towards wallets."""
        return client_id_of(self.chain[0])

    @property
    def is_test(self) -> bool:
        """Whether our certificate is of a test scheme, unfit for production."""
        return names.DEVELOPMENT_POLICY_OID in keys.policies(self.chain[0])

    def profile(self, profile_id: str) -> BoundProfile:
        """The profile of this id."""
        found = next((one for one in self.profiles.values() if one.id == profile_id), None)
        if found is None:
            raise NotReady("profile.unknown", "Architecture, Verifier", profile=profile_id)
        return found

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def open_verifier(
    home: Path,
    *,
    now: Callable[[], int] = clock.now,
    entropy: Callable[[int], bytes] = clock.random_bytes,
) -> Verifier:
    """Open a verifier that may serve; names what is missing, expired or asked too much."""
    settings = config.load(home)
    chain, signer = credentials(settings)
    scheme = SchemeFolder(settings.scheme_folder, settings.fingerprint)
    moment = now()
    try:
        trust = scheme.generation(moment).trust
        leaf = trust.verifier_leaf(chain, moment)
        bound = bound_profiles(settings, chain, scheme, moment)
    except CredentialError as error:
        raise NotTrusted(error.code, error.section) from None
    return Verifier(
        config=settings,
        store=Store.open(settings.database),
        sealer=keys.load_sealer(settings.keys, entropy),
        signer=signer,
        chain=chain,
        leaf=leaf,
        profiles={
            one.profile.path: one for one in bound if one.profile.key_binding is KeyBinding.REQUIRED
        },
        scheme=scheme,
        now=now,
        entropy=entropy,
    )


def credentials(settings: Config) -> tuple[tuple[bytes, ...], KeySigner]:
    """The access certificate and its key, checked to belong together."""
    file = settings.certificates / ACCESS_CERTIFICATE
    if not file.is_file():
        raise NotReady("certificates.missing", "Architecture, Trust", file=ACCESS_CERTIFICATE)
    chain = keys.chain_of(file.read_bytes())
    key = keys.access_key(settings.keys)
    if not chain or not keys.belongs(key, chain[0]):
        raise NotReady("certificates.other_key", "Architecture, Trust", file=ACCESS_CERTIFICATE)
    return chain, KeySigner(key)


def bound_profiles(
    settings: Config, chain: tuple[bytes, ...], scheme: SchemeFolder, now: int
) -> tuple[BoundProfile, ...]:
    """Every profile, held against the registration certificate of its intended use."""
    trust = scheme.generation(now).trust
    leaf = trust.verifier_leaf(chain, now)
    found = []
    for profile in profiles.read_all(settings.profiles):
        file = settings.certificates / REGISTRATIONS / f"{profile.intended_use}.jwt"
        if not file.is_file():
            raise NotReady("registration.missing", "Regie trust 2", use=profile.intended_use)
        registered = registration.verify_registration(
            file.read_text("ascii").strip(), trust, now=now, leaf=leaf
        )
        if registered.rights is None or registered.rights.uri != settings.rights_endpoint:
            raise NotReady(
                "registration.rights_endpoint", "Regie formats 4", use=profile.intended_use
            )
        found.append(profiles.bind(profile, registered))
    return tuple(found)
