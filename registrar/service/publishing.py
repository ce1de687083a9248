"""Signing what is due, writing the tree, and taking back."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registrar import certificates, handover, kinds, lint, publication
from registrar.authority import Authority
from registrar.certificates import Entropy
from registrar.errors import BadInput, NothingFound
from registrar.home import Home, write_whole
from registrar.ledger import Ledger
from registrar.parties import Party


@dataclass(frozen=True)
class Published:
    """What a publication made."""

    sequence: int
    next_update: int
    fingerprint: str
    files: int
    handed_over: Mapping[str, Path]


def publish(
    home: Home, target: Path, passphrase: bytes | None, *, now: int, entropy: Entropy
) -> Published:
    """Sign what is due, write the tree; refuses as long as `lint` finds anything."""
    with home.locked():
        operator = home.authority(passphrase)
        listed, types = home.parties(), kinds.documents()
        findings = lint.check(listed, types)
        if findings:
            raise BadInput("lint.failed", count=len(findings))
        ledger = home.ledger()
        registrations: dict[str, bytes] = {}
        for party in listed:
            files, ledger = _hand_over(home, operator, party, ledger, now, entropy)
            registrations |= {
                f"{party.oin}/{name.removeprefix('registration/')}": data
                for name, data in files.items()
                if name.startswith("registration/")
            }
        ledger = ledger.published()
        # Before the tree: a number that was given out is never given out again.
        home.save_ledger(ledger)
        tree = publication.tree(operator, listed, types, registrations, ledger, now=now)
        _write_tree(target, tree)
    return Published(
        sequence=ledger.sequence,
        next_update=now + publication.PERIOD,
        fingerprint=publication.fingerprint(operator).hex(),
        files=len(tree),
        handed_over={party.id: home.path / "certificates" / party.id for party in listed},
    )


def revoke(home: Home, name: str, *, now: int) -> tuple[str, ...]:
    """Take back everything of a party, or one certificate or registration by its hash."""
    with home.locked():
        ledger = home.ledger()
        found = ledger.revocable(name, now)
        if not found:
            raise NothingFound("revoke.nothing", name=name)
        home.save_ledger(ledger.with_revoked(found, now))
    return found


def _hand_over(
    home: Home, operator: Authority, party: Party, ledger: Ledger, now: int, entropy: Entropy
) -> tuple[dict[str, bytes], Ledger]:
    keys = {name: certificates.requested_key(pem) for name, pem in home.requests(party).items()}
    made, ledger = handover.make(
        operator, party, keys, home.handover(party.id), ledger, now=now, entropy=entropy
    )
    home.save_handover(party.id, dict(made.files))
    return dict(made.files), ledger


def _write_tree(target: Path, tree: Mapping[str, bytes]) -> None:
    """Every file, the snapshot last; registrations that are no longer in force go."""
    for path, data in tree.items():
        write_whole(target / path, data)
    for file in (target / "registration").rglob("*.jwt"):
        if str(file.relative_to(target)) not in tree:
            file.unlink()
