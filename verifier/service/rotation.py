"""A new access key and certificate beside the old one; no request under way gets lost.

Every step can be the last one before the power fails: run again, it goes on where it was.

    rotate:                next key, request        → nothing changes yet
    install-certificates:  1 keep the old pair      → it answers its own requests
                           2 replace `access.pem`   → from here on the new one asks and signs
                           3 rename the key         → tidiness alone
    purge:                 the old pair goes, once the last request under it is over
"""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from credential.errors import CredentialError
from verifier import identity, keys
from verifier.config import Config
from verifier.errors import NotReady, NotTrusted
from verifier.identity import ACCESS_CERTIFICATE, NEXT_KEY, PREVIOUS
from verifier.scheme import SchemeFolder
from verifier.token import Place

REGISTRATIONS: Final = "registration"
PARTY: Final = "party.json"
MARGIN_SECONDS: Final = 3600
"""An answer that got lost is asked for again within the hour."""
_KEPT: Final = re.compile(r"(\d+)\.[A-Za-z0-9_-]+\.(?:pem|key)\Z", re.ASCII)


@dataclass(frozen=True)
class Installed:
    """What `install-certificates` put in force."""

    registrations: tuple[str, ...]
    new: bool
    """Whether another access certificate was in force before."""


def prepare(settings: Config, place: Place | None = None) -> Path:
    """Make the next key, once, and a request for its certificate; nothing changes for wallets.

    It is made where the present one is, or in the token that is named.
    """
    _settle(settings)
    file = settings.keys / NEXT_KEY
    if not file.exists():
        present = keys.place_of(settings.keys / keys.ACCESS_KEY)
        following = present.following() if present is not None else None
        if place is not None and present is not None:
            following = replace(place, label=present.following().label)
        keys.make_access_key(file, following or place)
    request = settings.home / "csr" / f"{settings.service_id}.access.csr"
    request.parent.mkdir(exist_ok=True)
    key = keys.access_key(settings.keys, NEXT_KEY)
    _write(request, keys.csr(key, settings.service_id))
    return request


def install(settings: Config, folder: Path, now: int) -> Installed:
    """Put the certificates of this folder in force; refused when they are not ours or not sound."""
    access = folder / f"{settings.service_id}.access.pem"
    if not access.is_file():  # the registrar names it after the service when there are several
        access = folder / ACCESS_CERTIFICATE
    if not access.is_file():
        raise NotReady("certificates.missing", "Architecture, Trust", file=access.name)
    _settle(settings)
    pem = access.read_bytes()
    chain = keys.chain_of(pem)
    if not chain or identity.key_of(settings, chain[0]) is None:
        raise NotReady("certificates.other_key", "Architecture, Trust", file=access.name)
    _require_vouched(settings, chain, now)
    installed = []
    for file in sorted((folder / REGISTRATIONS).glob("*.jwt")):
        _write(settings.certificates / REGISTRATIONS / file.name, file.read_bytes())
        installed.append(file.stem)
    (settings.certificates / REGISTRATIONS).mkdir(parents=True, exist_ok=True)
    if (folder / PARTY).is_file():
        _write(settings.certificates / PARTY, (folder / PARTY).read_bytes())
    new = _keep(settings, chain[0], now)
    _write(settings.certificates / ACCESS_CERTIFICATE, pem)
    _settle(settings)
    return Installed(tuple(installed), new)


def tidy(settings: Config, now: int) -> int:
    """Remove old pairs whose last request is over; returns how many."""
    gone = 0
    # A certificate may have been renewed for the same key: that one goes on.
    names = (keys.ACCESS_KEY, NEXT_KEY)
    files = [settings.keys / name for name in names]
    used = [keys.place_of(file) for file in files if file.is_file()]
    for folder in (settings.keys / PREVIOUS, settings.certificates / PREVIOUS):  # the secret first
        for file in folder.glob("*"):
            found = _KEPT.match(file.name)
            if found and int(found[1]) < now:
                if file.suffix == ".key":
                    keys.drop_access_key(file, used)
                file.unlink(missing_ok=True)
                gone += file.suffix == ".pem"
    return gone


def _require_vouched(settings: Config, chain: tuple[bytes, ...], now: int) -> None:
    """A certificate that no wallet would take is not put in force; before `sync` nobody knows."""
    scheme = SchemeFolder(settings.scheme_folder, settings.fingerprint)
    if scheme.current_name() is None:
        return
    try:
        trust = scheme.generation(now).trust
        trust.require_fresh(now)
    except CredentialError:
        return  # too old to judge by; `doctor` says so
    try:
        trust.verifier_leaf(chain, now)
    except CredentialError as error:
        raise NotTrusted(error.code, error.section) from None


def _keep(settings: Config, leaf: bytes, now: int) -> bool:
    """The pair in force stays beside the new one for as long as its requests can be answered."""
    try:
        old = identity.read(settings)
    except NotReady:
        return False  # the first certificate
    if old.chain[0] == leaf:
        return False
    until = now + settings.session_seconds + settings.request_seconds + MARGIN_SECONDS
    name = f"{until}.{old.tag}"
    key = identity.file_of(settings, old.chain[0])
    assert key is not None
    _write(settings.keys / PREVIOUS / f"{name}.key", key.read_bytes(), mode=0o600)
    pem = (settings.certificates / ACCESS_CERTIFICATE).read_bytes()
    _write(settings.certificates / PREVIOUS / f"{name}.pem", pem)
    for folder in (settings.keys, settings.certificates):
        for file in (folder / PREVIOUS).glob(f"*.{old.tag}.*"):
            if file.name.rpartition(".")[0] != name:  # of a run that was broken off
                file.unlink()
    return True


def _settle(settings: Config) -> None:
    """Finish a rotation that was broken off after its certificate came into force."""
    following = settings.keys / NEXT_KEY
    certificate = settings.certificates / ACCESS_CERTIFICATE
    if not following.is_file() or not certificate.is_file():
        return
    chain = keys.chain_of(certificate.read_bytes())
    if chain and keys.belongs(keys.access_key(settings.keys, NEXT_KEY), chain[0]):
        following.replace(settings.keys / keys.ACCESS_KEY)


def _write(file: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Whole or not at all: whoever reads at this moment sees the old file or the new one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pending = file.with_name(f".{file.name}.next")
    pending.unlink(missing_ok=True)
    handle = os.open(pending, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    pending.replace(file)
