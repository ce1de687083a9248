"""What is wrong with the files of the register, and with a published tree."""

from pathlib import Path

from cryptography.hazmat.primitives import hashes

from registrar import audit, authority, kinds, lint
from registrar.home import Home
from registrar.lint import Finding


def review(home: Home, published: Path | None, *, now: int) -> list[Finding]:
    """What is wrong with the parties' files and, where one is given, with a published tree."""
    home.require()
    found = lint.check(home.parties(), kinds.documents())
    if published is not None:
        root = home.certificate(authority.ROOT)
        found += audit.check(
            lambda path: (published / path).read_bytes(),
            home.ledger(),
            fingerprint=root.fingerprint(hashes.SHA256()),
            now=now,
        )
    return found
