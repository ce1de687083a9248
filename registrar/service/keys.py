"""The register's own keys: made here, certified by the root, changed with overlap."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from credential.jose import PublicKey
from registrar import certificates, installing, own, papers, safe
from registrar.certificates import Entropy
from registrar.errors import BadInput, Untrusted
from registrar.home import OWN, Home
from registrar.keystore import KeyStore
from registrar.own import ROOT, ROOTED, SIGNERS, SLOTS, Owned
from registrar.papers import Answer, Request, is_heard
from registrar.roothome import RootHome
from registrar.service import rooting

REQUEST: Final = "request.json"


@dataclass(frozen=True)
class Rotation:
    """Where the change of one key stands."""

    name: str
    since: int | None
    """From when the new key signs; `None` while the root has to certify it."""
    request: Path | None = None
    """What is to be carried to the root."""
    waiting: bool = False
    """Whether it was asked before and the root has not answered."""


@dataclass(frozen=True)
class Installed:
    """What is in force after an answer was taken in."""

    fingerprint: bytes
    coming: tuple[own.Own, ...]
    dropped: tuple[str, ...]
    known: frozenset[str] = frozenset()
    """Those of what is coming that an earlier answer brought: they are in the lists already."""


def ask(home: Home, passphrase: bytes | None, dropped: dict[str, str] | None = None) -> Path:
    """The request for every key the root has not certified yet; nothing is asked twice."""
    keys, owned = home.keys(passphrase), _owned(home)
    wanted: dict[str, bytes] = {}
    for slot in ROOTED:
        name = slot if owned is None else own.next_name(owned, slot)
        if owned is None:
            keys.make(name)
        if owned is None or keys.has(name):
            wanted[name] = _request(keys, name)
    scheme = home.scheme()
    gone = {**_dropped(home, owned), **(dropped or {})}
    found = Request(scheme.operator, scheme.oin, wanted, gone)
    # A paper that asks the same may be under way, and its words read aloud: it stays as it is.
    if not _asks_the_same(home, found):
        home.write(REQUEST, papers.dump_request(found))
    return home.path / REQUEST


def waits(home: Home) -> bool:
    """Whether the root has never answered this register."""
    return _owned(home) is None


def install(
    home: Home,
    answer: Answer,
    passphrase: bytes | None,
    *,
    fingerprint: bytes | None,
    now: int,
    entropy: Entropy,
) -> Installed:
    """The root's answer in force; the first time its fingerprint is given, read aloud."""
    with home.locked():
        home.require()
        before, keys = _owned(home), home.keys(passphrase)
        if before is None and fingerprint is None:
            raise BadInput("install.fingerprint_needed")
        # What was read aloud names one of the roots; the next steps hang everything under it.
        named = [
            one
            for one in _fingerprints(answer)
            if fingerprint is None or is_heard(fingerprint, one)
        ]
        if not named:
            raise Untrusted("install.fingerprint")
        trusted = named[-1] if before is None else safe.fingerprint(before.root)
        owned = installing.take_in(
            before, answer, lambda name: _public(keys, name), fingerprint=trusted, now=now
        )
        for over in installing.signerless(owned, now):
            slot = next(name for name, above in SIGNERS.items() if above == over.slot)
            owned = _new_signer(home, owned, keys, slot, over, now, entropy)
        home.save_owned(owned)
        # What was asked is answered; what was not stays wanted.
        (home.path / REQUEST).unlink(missing_ok=True)
        if any(_waits(keys, owned, slot) for slot in ROOTED):
            ask(home, passphrase)
    gone = {one.name for one in owned.own if one.revoked is not None}
    held = {one.name for one in before.own if one.revoked is not None} if before else set()
    return Installed(
        fingerprint=safe.fingerprint(owned.root),
        coming=tuple(one for one in owned.own if one.since > now and one.revoked is None),
        dropped=tuple(sorted(gone - held)),
        known=frozenset(one.name for one in before.own) if before else frozenset(),
    )


def rotate(
    home: Home,
    slot: str,
    passphrase: bytes | None,
    *,
    compromised: bool,
    now: int,
    entropy: Entropy,
) -> Rotation:
    """A new key for this place beside the one it has; given again it says where it stands."""
    if slot not in SLOTS:
        raise BadInput("rotate.unknown", name=slot[:64])
    with home.locked():
        owned, keys = home.owned(), home.keys(passphrase)
        signing, coming = owned.signing(slot, now), owned.coming(slot, now)
        if coming is not None and not compromised:
            return Rotation(coming.name, coming.since)
        if slot not in ROOTED:
            over = owned.signing(SIGNERS[slot], now)
            if compromised:
                # Its certificates name its key for ever: what stands above it goes with it.
                raise BadInput("rotate.above", name=slot, above=over.slot)
            owned = _new_signer(home, owned, keys, slot, over, now, entropy)
            home.save_owned(owned)
            fresh = owned.signing(slot, now)
            return Rotation(fresh.name, fresh.since)
        name = own.next_name(owned, slot)
        if compromised and signing.name not in _dropped(home, owned):
            # Whoever took the old key may have taken the one beside it that nobody uses yet.
            keys.drop(name)
        keys.make(name)
        dropped = {signing.name: "compromised"} if compromised else {}
        if compromised and coming is not None:
            dropped[coming.name] = "compromised"
        file = home.path / REQUEST
        before = file.read_bytes() if file.is_file() else b""
        request = ask(home, passphrase, dropped)
        return Rotation(name, None, request, waiting=request.read_bytes() == before)


def through(
    home: Home, root: RootHome, passphrase: bytes | None, *, now: int, entropy: Entropy
) -> Installed:
    """Request, signature and installation in one: only where the scheme is a test."""
    if not home.scheme().development:
        raise BadInput("root.same_machine")
    request = home.path / REQUEST
    if request.is_file():
        done = rooting.sign(root, request.read_bytes(), passphrase, now=now, entropy=entropy)
    else:
        done = rooting.renew(root, passphrase, now=now)
    first = done.fingerprint if _owned(home) is None else None
    return install(home, done.answer, passphrase, fingerprint=first, now=now, entropy=entropy)


def finish(home: Home, slot: str, passphrase: bytes | None, *, now: int) -> tuple[str, ...]:
    """Destroys the keys of a place that nobody is to believe any more; the names they had."""
    if slot not in SLOTS:
        raise BadInput("rotate.unknown", name=slot[:64])
    with home.locked():
        owned, keys = home.owned(), home.keys(passphrase)
        using = {one.name for one in owned.used(slot, home.ledger(), now)}
        ended = [one.name for one in owned.of(slot) if one.name not in using]
        return tuple(name for name in ended if keys.drop(name))


def kept(home: Home, slot: str, *, now: int) -> tuple[tuple[str, int], ...]:
    """The old keys of a place that are needed still, and until when at the least."""
    return home.owned().going(slot, home.ledger(), now)


def _new_signer(
    home: Home,
    owned: Owned,
    keys: KeyStore,
    slot: str,
    over: own.Own,
    now: int,
    entropy: Entropy,
) -> Owned:
    name = own.next_name(owned, slot)
    keys.make(name)
    key = _public(keys, name)
    assert key is not None
    return installing.with_signer(
        owned, home.scheme(), over, keys.load(over.name), name, key, now=now, entropy=entropy
    )


def _waits(keys: KeyStore, owned: Owned, slot: str) -> bool:
    return keys.has(own.next_name(owned, slot))


def _owned(home: Home) -> Owned | None:
    return home.owned() if (home.path / OWN).is_file() else None


def _dropped(home: Home, owned: Owned | None) -> dict[str, str]:
    """What an earlier request asked to take back and nobody has answered."""
    with contextlib.suppress(FileNotFoundError, BadInput):
        asked = papers.load_request((home.path / REQUEST).read_bytes()).dropped
        alive = {one.name for one in owned.own if one.revoked is None} if owned else set()
        return {name: reason for name, reason in asked.items() if name in alive}
    return {}


def _asks_the_same(home: Home, found: Request) -> bool:
    """Whether the paper of before asks for the same keys, and takes back the same."""
    try:
        before = papers.load_request((home.path / REQUEST).read_bytes())
        return replace(before, wanted={}) == replace(found, wanted={}) and {
            name: certificates.requested_key(pem) for name, pem in before.wanted.items()
        } == {name: certificates.requested_key(pem) for name, pem in found.wanted.items()}
    except (FileNotFoundError, BadInput, Untrusted):
        return False


def _public(keys: KeyStore, name: str) -> PublicKey | None:
    return keys.load(name).public_key() if keys.has(name) else None


def _request(keys: KeyStore, name: str) -> bytes:
    # The root decides the subject; this name only tells the requests apart.
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return made.sign(keys.load(name), hashes.SHA256()).public_bytes(Encoding.PEM)


def _fingerprints(answer: Answer) -> Sequence[bytes]:
    return [
        safe.fingerprint(x509.load_der_x509_certificate(one.certificate)) for one in answer.roots
    ]


__all__ = [
    "REQUEST",
    "ROOT",
    "Installed",
    "Rotation",
    "ask",
    "finish",
    "install",
    "kept",
    "rotate",
    "waits",
]
