"""The certificates the registrar gave this issuer: importing, reading, and how long they sign."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from credential import strictjson
from credential.errors import CredentialError
from credential.jose import Signer
from credential.strictjson import Object
from issuer import disclosure
from issuer.config import MunicipalitySettings
from issuer.errors import SettingsFault
from issuer.keys import ROLES, Keys

MARGIN_SECONDS: Final = 30 * 86_400
"""A leaf outlives the last card it signs by this much (ARCHITECTURE.md, Trust)."""

PARTY: Final = "party.json"
REGISTRATION: Final = "registration"


@dataclass(frozen=True)
class Leaf:
    """A key with its certificate."""

    signer: Signer
    der: bytes
    not_before: int
    not_after: int

    def require_signs(self, issued_at: int, expires_at: int) -> None:
        """Refuses to sign what would outlive the certificate, or precede it (ARCHITECTURE.md)."""
        if issued_at < self.not_before:
            raise SettingsFault("certificate.too_young", "Regie formats 1")
        if expires_at + MARGIN_SECONDS > self.not_after:
            raise SettingsFault("certificate.too_old", "Architecture, Trust")

    def require_valid(self, start: int, end: int) -> None:
        """Refuses a time of which the certificate does not cover every moment."""
        if start < self.not_before or end > self.not_after:
            raise SettingsFault("certificate.too_old", "RFC 5280 4.1.2.5")


@dataclass(frozen=True)
class Certificates:
    """What `install-certificates` put there for one municipality."""

    card: Leaf
    status: Leaf
    access: Leaf
    registrations: tuple[str, ...]
    status_prefix: str | None
    status_aggregation: str | None
    disclosure: Mapping[str, Object] = field(default_factory=dict, repr=False)
    """Who should see which kind, as the scheme says it."""


def install(source: Path, home: Path, municipality: MunicipalitySettings, keys: Keys) -> None:
    """Takes over one municipality's certificates, after checking that they fit its keys.

    A certificate of a key that `rotate` made puts that key to work; the one before it goes. What
    the old key signed stays valid: each card carries its own certificate. A crash between the two
    leaves both keys, of which the installed certificate picks the right one.
    """
    party = strictjson.loads_object((source / PARTY).read_bytes())
    if party.get("oin") != municipality.oin:
        raise SettingsFault("certificate.other_party", municipality=municipality.id)
    candidates = {role: keys.candidates(municipality.id, role) for role in ROLES}
    leaves = {role: _leaf(source / f"{role}.pem", candidates[role], role) for role in ROLES}
    target = home / "certificates" / municipality.id
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for role in ROLES:
        shutil.copyfile(source / f"{role}.pem", fresh / f"{role}.pem")
    shutil.copyfile(source / PARTY, fresh / PARTY)
    if (source / REGISTRATION).is_dir():
        shutil.copytree(source / REGISTRATION, fresh / REGISTRATION)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(fresh, target)  # noqa: PTH105 - os.replace says that it replaces
    for role, leaf in leaves.items():
        if leaf.signer is not candidates[role][0]:
            keys.promote(municipality.id, role)


def policies(home: Path, municipality: str) -> Mapping[str, Object] | None:
    """Who should see which kind, by the files in force; `None` before there are any."""
    folder = home / "certificates" / municipality
    return policies_of(folder) if (folder / PARTY).is_file() else None


def policies_of(folder: Path) -> Mapping[str, Object]:
    """Who should see which kind, as the registrar's files in this folder say it."""
    return disclosure.of_party(strictjson.loads_object((folder / PARTY).read_bytes()))


def load(home: Path, municipality: str, keys: Keys) -> Certificates:
    """The installed certificates of one municipality, each with its key."""
    folder = home / "certificates" / municipality
    if not folder.is_dir():
        raise SettingsFault("certificate.missing", municipality=municipality)
    leaves = {
        role: _leaf(folder / f"{role}.pem", keys.candidates(municipality, role), role)
        for role in ROLES
    }
    registrations = tuple(
        path.read_text("ascii").strip() for path in sorted((folder / REGISTRATION).glob("*.jwt"))
    )
    party = strictjson.loads_object((folder / PARTY).read_bytes())
    try:
        prefix = strictjson.text_or_none(party, "status_prefix")
        aggregation = strictjson.text_or_none(party, "status_aggregation")
        policies = disclosure.of_party(party)
    except CredentialError:
        raise SettingsFault("certificate.party", municipality=municipality) from None
    return Certificates(
        card=leaves["card"],
        status=leaves["status"],
        access=leaves["access"],
        registrations=registrations,
        status_prefix=prefix,
        status_aggregation=aggregation,
        disclosure=policies,
    )


def _leaf(path: Path, candidates: Sequence[Signer], role: str) -> Leaf:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except FileNotFoundError:
        raise SettingsFault("certificate.missing", role=role) from None
    except ValueError:
        raise SettingsFault("certificate.unreadable", role=role) from None
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    theirs = certificate.public_key().public_bytes(*form)
    fitting = [one for one in candidates if one.public_key.public_bytes(*form) == theirs]
    if not fitting:
        raise SettingsFault("certificate.other_key", role=role)
    return Leaf(
        signer=fitting[0],
        der=certificate.public_bytes(serialization.Encoding.DER),
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
    )
