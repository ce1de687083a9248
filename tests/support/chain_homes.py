"""An issuer and a verifier that read a scheme, and whose chains a test can break."""

import dataclasses
import shutil
from pathlib import Path
from typing import Any

from support import from_home, issuer_home
from support import scheme as schemes
from support.clerk_desk import ClerkDesk
from support.issuer_home import TestIssuerHome
from support.scheme import TestScheme

from issuer import config
from issuer.service import sync as syncing


def issuer(folder: Path, *, westhove: bool = False) -> tuple[TestIssuerHome, TestScheme]:
    """A municipality that fetched the scheme; the registrar is this test's alone."""
    registrar = dataclasses.replace(schemes.shared(schemes.NOW))
    registrar.parties = dict(registrar.parties)
    registrar.files = dict(registrar.files)
    registrar.tree = dict(registrar.tree)
    mirror = registrar.write(folder / "mirror")
    table = from_home.SCHEME.format(url=mirror, fingerprint=registrar.fingerprint.hex())
    town = issuer_home.make(folder, westhove=westhove, tables=table)
    fetch(town, registrar)
    return town, registrar


def fetch(town: TestIssuerHome, registrar: TestScheme) -> None:
    """What the registrar published last."""
    shutil.rmtree(town.home / "mirror", ignore_errors=True)
    registrar.write(town.home / "mirror")
    town.now = registrar.now
    syncing.sync(town.home, config.load(town.home), registrar.now)


def clerks(town: TestIssuerHome, **settings: Any) -> ClerkDesk:
    """Its desk, where clerks can log in."""
    return ClerkDesk(town, **settings)


def revoke(registrar: TestScheme, party: str, name: str) -> None:
    """Take back one certificate of a party by the name of its request, and publish."""
    found = next(
        one
        for one in registrar.ledger.certificates
        if one.party == party and one.name.endswith(name)
    )
    registrar.revoke(found.fingerprint)
