"""New signing keys before the old ones end: both exist until the new certificate is installed."""

from dataclasses import dataclass
from pathlib import Path

from issuer import config
from issuer.config import Settings
from issuer.errors import SettingsFault
from issuer.keys import NEXT, ROLES
from issuer.service.office import PREVIOUS, open_keys
from issuer.service.setup import CSR_FOLDER
from issuer.status import Entropy


@dataclass(frozen=True)
class Rotation:
    """What `rotate` prepared."""

    municipality: str
    roles: tuple[str, ...]
    made: int
    requests: Path


def prepare(home: Path, municipality: str | None, roles: tuple[str, ...]) -> tuple[Rotation, ...]:
    """Makes the next key of these roles and its certificate request; safe to run again.

    Nothing changes for wallets yet: the present key signs until `install-certificates` brings a
    certificate for the next one. Cards it signed stay valid, each with its own certificate.
    """
    settings = config.load(home)
    if not set(roles) <= set(ROLES):
        raise SettingsFault("rotate.role")
    keys = open_keys(home, settings)
    chosen = [one for one in settings.municipality if municipality in (None, one.id)]
    if not chosen:
        raise SettingsFault("rotate.municipality")
    folder = home / CSR_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    for one in chosen:
        made = 0
        for role in roles:
            made += keys.make_signer(one.id, role + NEXT)
            (folder / f"{one.id}.{role}.csr").write_bytes(keys.request(one.id, role + NEXT))
        done.append(Rotation(one.id, roles, made, folder))
    return tuple(done)


def renew_region(home: Path, region: str, entropy: Entropy) -> None:
    """A new key for recognition codes; cards carry the old code too, until `end_region`.

    Every server of the region changes at the same time, with the same new key: bring
    `keys/region-NAME.secret` along, or the hardware key by the means of its maker.
    """
    keys = open_keys(home, _with_region(home, region))
    name = f"region-{region}"
    if keys.has_secret(f"{name}{PREVIOUS}") or keys.hardware(f"{name}{PREVIOUS}") is not None:
        raise SettingsFault("rotate.region_busy", "Regie formats 1", region=region)
    keys.move_secret(name, f"{name}{PREVIOUS}")
    keys.make_secret(name, entropy, in_token=True)


def end_region(home: Path, region: str) -> None:
    """Cards carry the new code alone: one card life after `renew_region` (formats.md 1)."""
    keys = open_keys(home, _with_region(home, region))
    if not keys.drop_secret(f"region-{region}{PREVIOUS}"):
        raise SettingsFault("rotate.region_none", "Regie formats 1", region=region)


def _with_region(home: Path, region: str) -> Settings:
    settings = config.load(home)
    if region not in {one.housing_region for one in settings.municipality}:
        raise SettingsFault("rotate.region", region=region)
    return settings
