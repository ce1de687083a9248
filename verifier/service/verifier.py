"""One verifier, opened: its settings, keys, profiles, register and what it trusts."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from credential import jose, names, registration
from credential.errors import CredentialError
from credential.trust import Leaf, Trust
from signin.errors import SettingsFault
from verifier import clock, config, identity, keys, profiles
from verifier.config import Config
from verifier.counts import Counts
from verifier.decisions import SHIPPED, Amounts, amounts
from verifier.errors import NotReady, NotTrusted, VerifierError
from verifier.identity import Identities, Identity
from verifier.keys import Sealer
from verifier.profiles import BoundProfile, KeyBinding, Profile
from verifier.remembered import Remembered
from verifier.scheme import SchemeFolder
from verifier.settings.staff import Staff
from verifier.store import Store
from verifier.store.figures import Key

if TYPE_CHECKING:
    from signin.client import OidcClient

REGISTRATIONS = "registration"
CLOSED: Final = {
    "registration.suspended": "profile.suspended",
    "trust.certificate_suspended": "profile.suspended",
    "registration.revoked": "profile.revoked",
    "trust.certificate_revoked": "profile.revoked",
}
"""What the scheme takes back closes a profile, and nothing else of ours (Regie trust 1.4)."""
# Anybody may ask for the figures: counting them again costs more than they can have changed.
FIGURES_SECONDS = 600


@dataclass(frozen=True)
class Verifier:
    """Everything a use case needs; time and entropy come in as functions."""

    config: Config
    store: Store = field(repr=False)
    sealer: Sealer = field(repr=False)
    identities: Identities = field(repr=False)
    profiles: Mapping[str, BoundProfile]
    scheme: SchemeFolder = field(repr=False)
    paper: Mapping[str, BoundProfile] = field(default_factory=dict)
    """The profiles that take paper at the desk, by id."""
    staff: "OidcClient | None" = field(default=None, repr=False)
    """Where employees log in; without it there are no pages for them."""
    now: Callable[[], int] = clock.now
    entropy: Callable[[int], bytes] = clock.random_bytes
    amounts: Amounts = field(default=SHIPPED, repr=False)
    counts: Counts = field(default_factory=Counts, repr=False, compare=False)
    figures: Remembered[Counter[Key]] = field(
        default_factory=lambda: Remembered(FIGURES_SECONDS), repr=False, compare=False
    )

    @property
    def signer(self) -> jose.Signer:
        """What signs now."""
        return self.identities.current.signer

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The access certificate in force, leaf first."""
        return self.identities.current.chain

    @property
    def leaf(self) -> Leaf:
        """What the access certificate in force says about us."""
        return self.identities.leaf

    @property
    def client_id(self) -> str:
        """Our name towards wallets."""
        return self.identities.current.client_id

    def identity(self, transaction: str) -> Identity:
        """Who asked in this request: the certificate may have been renewed since."""
        return self.identities.of(transaction)

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

    def closed(self, profile: BoundProfile) -> str | None:
        """Why nothing may be asked for this purpose now, as a stable code; `None` while it may.

        The scheme in force decides: what is suspended opens again by itself when that is over.
        """
        now = self.now()
        try:
            trust = self.scheme.generation(now).trust
            trust.verifier_leaf(self.chain, now)
            registration.require_registered(profile.registration.raw, trust)
        except CredentialError as error:
            return CLOSED.get(error.code)
        except (VerifierError, OSError):
            return None
        return None

    def close(self) -> None:
        """Close the database, and every connection."""
        if self.staff is not None:
            self.staff.close()
        self.store.close()


def open_verifier(
    home: Path,
    *,
    now: Callable[[], int] = clock.now,
    entropy: Callable[[int], bytes] = clock.random_bytes,
) -> Verifier:
    """Open a verifier that may serve; names what is missing, expired or asked too much."""
    settings = config.load(home)
    sums = amounts.load(home)
    scheme = SchemeFolder(settings.scheme_folder, settings.fingerprint)
    try:
        identities = Identities(settings, scheme, now)
        bound = bound_profiles(settings, identities.current.chain, scheme, now())
    except CredentialError as error:
        raise NotTrusted(error.code, error.section) from None
    return Verifier(
        config=settings,
        store=Store.open(
            settings.database,
            connections=settings.operation.connections,
            statement_seconds=settings.operation.statement_seconds,
        ),
        sealer=keys.load_sealer(settings.keys, entropy),
        identities=identities,
        profiles={
            one.profile.path: one for one in bound if one.profile.key_binding is KeyBinding.REQUIRED
        },
        scheme=scheme,
        amounts=sums,
        paper={one.id: one for one in bound if one.profile.key_binding is KeyBinding.NONE},
        staff=None if settings.staff is None else login_client(settings.staff, entropy),
        now=now,
        entropy=entropy,
    )


def login_client(settings: Staff, entropy: Callable[[int], bytes]) -> "OidcClient":
    """The client of the provider where employees log in."""
    from signin.client import OidcClient  # noqa: PLC0415 - without employees nothing can go out

    try:
        return OidcClient(
            settings,
            keys.read_private(settings.client_secret_file),
            entropy,
            clock.monotonic,
            tls_ca=settings.tls_ca,
        )
    except (SettingsFault, OSError):
        raise NotReady("config.value", "", key="staff.client_secret_file") from None


def credentials(settings: Config) -> tuple[tuple[bytes, ...], jose.Signer]:
    """The access certificate and its key, checked to belong together."""
    found = identity.read(settings)
    return found.chain, found.signer


def bound_profiles(
    settings: Config, chain: tuple[bytes, ...], scheme: SchemeFolder, now: int
) -> tuple[BoundProfile, ...]:
    """Every profile, held against the registration certificate of its intended use.

    Also what the scheme took back is bound: a profile that is closed keeps no other from working.
    """
    trust = scheme.generation(now).trust.regardless()
    leaf = trust.verifier_leaf(chain, now)
    return tuple(
        bound_profile(settings, profile, trust, leaf, now)
        for profile in profiles.read_all(settings.profiles)
    )


def bound_profile(
    settings: Config, profile: Profile, trust: Trust, leaf: Leaf, now: int
) -> BoundProfile:
    """One profile, held against its certificate."""
    file = settings.certificates / REGISTRATIONS / f"{profile.intended_use}.jwt"
    if not file.is_file():
        raise NotReady("registration.missing", "Regie trust 2", use=profile.intended_use)
    registered = registration.verify_registration(
        file.read_text("ascii").strip(), trust, now=now, leaf=leaf
    )
    if registered.rights is None or registered.rights.uri != settings.rights_endpoint:
        raise NotReady("registration.rights_endpoint", "Regie formats 4", use=profile.intended_use)
    return profiles.bind(profile, registered)
