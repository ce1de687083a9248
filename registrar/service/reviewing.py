"""What is wrong with the files of the register, and with a published tree; needs no key."""

from pathlib import Path

from cryptography.hazmat.primitives import hashes

from credential.trust.leaf import seconds
from registrar import audit, lint
from registrar.findings import Finding
from registrar.home import LEDGER, OWN, Home
from registrar.lint import dates, keys, names
from registrar.own import ROOT
from registrar.register import Register
from registrar.service import comparing


def review(home: Home, published: Path | None, *, now: int) -> list[Finding]:
    """Every finding on the register and, where one is given, on a published tree."""
    register = home.register()
    found = [*lint.check(register, now=now), *requested(home, register, now=now)]
    # A clone of the repository may hold the files of the register alone.
    if (home.path / LEDGER).is_file():
        found += dates.check(register, home.ledger(), now=now)
    if (home.path / OWN).is_file():
        own = (one for one in home.own() if one.revoked is None)
        found += dates.own(
            ((one.name, seconds(one.certificate.not_valid_after_utc)) for one in own), now=now
        )
    if published is not None:
        root = home.certificate(ROOT)
        found += audit.check(
            lambda path: (published / path).read_bytes(),
            home.ledger(),
            fingerprint=root.fingerprint(hashes.SHA256()),
            now=now,
        )
    return found


def requested(home: Home, register: Register, *, now: int) -> list[Finding]:
    """Every finding on what lies beside the files: requests, and what was published last."""
    # A clone of the repository has no ledger: whose a key was first, only the requests say then.
    ledger = home.ledger() if (home.path / LEDGER).is_file() else None
    asked = {party.id: home.requests(party) for party in register.parties if party.id}
    renamed = [party.id for party in register.parties if party.formerly]
    before = comparing.parties_before(home, renamed) if renamed else {}
    return [
        *keys.check(register, asked, ledger, now=now),
        *names.coming(register, before, now=now),
    ]
