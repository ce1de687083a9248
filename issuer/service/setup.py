"""Setting up a home: keys, secrets, certificate requests, database; safe to run again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issuer import certificates, config
from issuer.errors import SettingsFault
from issuer.keys import ROLES, write_new_private
from issuer.service.office import open_keys, open_store
from issuer.status import Entropy

CSR_FOLDER: Final = "csr"
API_KEY_BYTES: Final = 32


@dataclass(frozen=True)
class Prepared:
    """What `init` did."""

    municipalities: tuple[str, ...]
    made: int
    requests: Path


def prepare(home: Path, entropy: Entropy) -> Prepared:
    """Makes what is missing under a home that has its settings; never replaces a key."""
    settings = config.load(home)
    keys = open_keys(home, settings)
    made = sum(keys.make_secret(name, entropy) for name in ("server", "subjects", "protocol"))
    # The register hands out the real one; this lets `serve-register` be tried at once.
    made += write_new_private(home / settings.brp.api_key_file, entropy(API_KEY_BYTES).hex())
    folder = home / CSR_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for one in settings.municipality:
        # Municipalities of one housing region share its key: bring it along before `init`
        # (keys/region-NAME.secret) where another server already made it.
        made += keys.make_secret(f"region-{one.housing_region}", entropy, in_token=True)
        for role in ROLES:
            made += keys.make_signer(one.id, role)
            (folder / f"{one.id}.{role}.csr").write_bytes(keys.request(one.id, role))
    store = open_store(home, settings, entropy)
    store.close()
    return Prepared(tuple(one.id for one in settings.municipality), made, folder)


def install_certificates(home: Path, source: Path) -> tuple[str, ...]:
    """Imports what the registrar published; `source` is one party's folder, or holds several."""
    settings = config.load(home)
    keys = open_keys(home, settings)
    found = _handed_over(settings, source)
    for one, folder in found:
        certificates.install(folder, home, one, keys)
    if not found:
        raise SettingsFault("certificate.none_found")
    return tuple(one.id for one, _ in found)


def changed_policies(home: Path, source: Path) -> tuple[str, ...]:
    """The kinds about which these files say else who should see them than those in force.

    Wallets keep the policy a card came with: whoever changes one takes the cards of that kind back
    (ARF 3.0 EDP_11). What was never issued under another is no change.
    """
    kinds: set[str] = set()
    for one, folder in _handed_over(config.load(home), source):
        before, after = certificates.policies(home, one.id), certificates.policies_of(folder)
        if before is not None:
            named = before.keys() | after.keys()
            kinds |= {kind for kind in named if before.get(kind) != after.get(kind)}
    return tuple(sorted(kinds))


def _handed_over(
    settings: config.Settings, source: Path
) -> list[tuple[config.MunicipalitySettings, Path]]:
    """Each municipality of ours that this folder has files for, with their folder."""
    found = []
    for one in settings.municipality:
        folder = source / one.id
        if source.name == one.id or (not folder.is_dir() and len(settings.municipality) == 1):
            folder = source
        if (folder / certificates.PARTY).is_file():
            found.append((one, folder))
    return found
