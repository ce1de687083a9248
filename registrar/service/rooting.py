"""What the root does: begin, sign a request, renew its revocation list, hand over to a new root."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from credential.rootchain import Root
from credential.trust.leaf import seconds
from registrar import config, papers, safe
from registrar.certificates import BACKDATED, DAY, Entropy
from registrar.errors import BadInput, NotReady, Untrusted
from registrar.home import SCHEME, Home, write_whole
from registrar.keystore import TOKEN, FileKeys
from registrar.own import ROOT, ROOTED, SLOTS, Own, Owned, name_of
from registrar.papers import Answer
from registrar.roothome import RootHome
from registrar.safe import Issued, Safe, fingerprint

AGAIN: int = 30 * DAY
"""A change of root that was cut off is finished, not begun anew, for as long as this."""


@dataclass(frozen=True)
class Rooted:
    """What a command at the root made."""

    fingerprint: bytes
    answer: Answer
    fresh: tuple[str, ...] = ()
    """Names that were certified just now."""
    dropped: tuple[str, ...] = ()
    """Names that were taken back just now."""
    already: bool = False


def init(
    root: RootHome,
    scheme_toml: str,
    passphrase: bytes | None,
    *,
    token: bytes | None = None,
    now: int,
    entropy: Entropy,
) -> Rooted:
    """A root of its own in this folder; a command that was killed is simply given again."""
    scheme = config.parse(scheme_toml)
    with root.locked():
        if root.exists:
            raise NotReady("root.present", root=str(root.path))
        root.path.chmod(0o700)
        root.write(SCHEME, scheme_toml.encode())
        if token is not None:
            root.write(TOKEN, token)
        keys = root.keys(passphrase)
        if isinstance(keys, FileKeys) and passphrase is None and not scheme.development:
            raise BadInput("home.passphrase_needed")
        keys.make(name_of(ROOT, 1))
        found = safe.found(scheme, keys.load(name_of(ROOT, 1)), now=now, entropy=entropy)
        root.save(found)
    return _rooted(found)


def sign(
    root: RootHome, request: bytes, passphrase: bytes | None, *, now: int, entropy: Entropy
) -> Rooted:
    """The answer to this request, after every check of it."""
    wanted = papers.load_request(request)
    with root.locked():
        before = root.safe()
        key = root.key(before, passphrase)
        found = safe.sign(before, wanted, root.scheme(), key, now=now, entropy=entropy)
        root.save(found)
    return Rooted(
        fingerprint=fingerprint(found.root),
        answer=found.answer(),
        fresh=tuple(name for name in found.standing() if name not in before.standing()),
        dropped=tuple(name for name in before.standing() if name not in found.standing()),
    )


def renew(root: RootHome, passphrase: bytes | None, *, now: int) -> Rooted:
    """A fresh revocation list, and the answer as it stands."""
    with root.locked():
        before = root.safe()
        found = safe.listing(before, root.key(before, passphrase), now=now)
        root.save(found)
    return _rooted(found)


def roll(
    root: RootHome,
    passphrase: bytes | None,
    request: bytes | None = None,
    *,
    signer_kept: bool = False,
    now: int,
    entropy: Entropy,
) -> Rooted:
    """A new root, signed by the old one, with everything that stands signed anew below it.

    A request is answered first: what it takes back is never under the new root. The key of the
    signer of snapshots goes along only when somebody says (`signer_kept`) that it is theirs alone.
    """
    wanted = papers.load_request(request) if request is not None else None
    with root.locked():
        before, scheme = root.safe(), root.scheme()
        begun = seconds(before.root.not_valid_before_utc) + BACKDATED
        recent = len(before.roots) > 1 and now - begun < AGAIN
        if recent and safe.rolled(before, wanted, begun):
            return Rooted(fingerprint(before.root), before.answer(), already=True)
        for signer in safe.carried(before, wanted):
            if not signer_kept:
                raise BadInput("root.signer_kept", name=signer)
        keys, name = root.keys(passphrase), name_of(ROOT, len(before.roots) + 1)
        old, found = root.key(before, passphrase), before
        if wanted is not None:
            found = safe.sign(before, wanted, scheme, old, now=now, entropy=entropy)
        keys.make(name)
        found = safe.roll(found, scheme, old, keys.load(name), now=now, entropy=entropy)
        root.save(found)
    return Rooted(
        fingerprint=fingerprint(found.root),
        answer=found.answer(),
        fresh=tuple(found.standing()),
        dropped=tuple(name for name in before.standing() if name not in found.standing()),
    )


def carried(root: RootHome, request: bytes | None) -> tuple[str, ...]:
    """The signers of snapshots whose keys a new root would certify as well; needs no key."""
    wanted = papers.load_request(request) if request is not None else None
    return safe.carried(root.safe(), wanted)


def adopt(home: Home, root: RootHome, passphrase: bytes | None, *, now: int) -> Rooted:
    """Takes the root's key out of a register of before, which kept it among its own.

    The key is removed there last: a command that was killed is given again.
    """
    with home.locked(), root.locked():
        home.require()
        if not (home.path / "ca" / "root.pem").is_file():
            raise NotReady("root.nothing_to_adopt", home=str(home.path))
        held = {
            name: x509.load_pem_x509_certificate((home.path / "ca" / f"{name}.pem").read_bytes())
            for name in (ROOT, *SLOTS)
        }
        if not root.exists:
            root.path.chmod(0o700)
            root.write(SCHEME, (home.path / SCHEME).read_bytes())
            secret = (home.path / "keys" / f"{ROOT}.key").read_bytes()
            write_whole(root.path / "keys" / f"{ROOT}.key", secret, mode=0o600)
            issued = tuple(Issued(name, held[name]) for name in ROOTED)
            begun = Safe((Root(papers.der(held[ROOT]), None),), issued)
            key = root.keys(passphrase).load(ROOT)
            if held[ROOT].public_key() != key.public_key():
                raise Untrusted("home.key_mismatch", name=ROOT)
            root.save(safe.listing(begun, key, now=now))
        found = root.safe()
        own = tuple(Own(name, name, 0, held[name]) for name in SLOTS)
        home.save_owned(Owned(found.roots, found.crls or {}, own))
        (home.path / "keys" / f"{ROOT}.key").unlink(missing_ok=True)
        for name in (*SLOTS, ROOT):
            (home.path / "ca" / f"{name}.pem").unlink(missing_ok=True)
    return _rooted(found)


def look(root: RootHome) -> Rooted:
    """What the root did so far; needs no key."""
    return _rooted(root.safe())


def write_answer(target: Path, rooted: Rooted) -> bytes:
    """The answer as a file to carry; its bytes."""
    data = papers.dump_answer(rooted.answer)
    write_whole(target, data)
    return data


def _rooted(found: Safe) -> Rooted:
    return Rooted(fingerprint(found.root), found.answer())
