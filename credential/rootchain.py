"""From the root a reader was given to the root of today, each signed by the one before.

`roots.json` holds every root, the oldest first; from the second on with `cross`: a certificate for
the same name and key, issued by the root before it (RFC 4210 4.4). Whoever was given the SHA-256 of
any of them arrives at the last, and believes that one from then on (Regie formats 8).
"""

import hashlib
from itertools import pairwise
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credential import base64url, strictjson
from credential.errors import Malformed, NotTrusted, NotValidNow
from credential.strictjson import Json
from credential.trust import leaf as leaves
from credential.trust.chains import issued_by
from credential.trust.leaf import seconds

FILE: Final = "roots.json"
MAX_STEPS: Final = 8
MAX_FILE: Final = 256 * 1024
_SECTION: Final = "Regie formats 8"


class Root(NamedTuple):
    """One root, and what the root before it signed for its key."""

    certificate: bytes
    cross: bytes | None


def follow(pinned: bytes, root: bytes, chain: bytes | None, *, now: int) -> bytes:
    """The SHA-256 to trust from now on: of `root`, where the roots lead there from the pinned one.

    Refuses everything else: an unknown root, a step nobody signed, one outside its time.
    """
    if hashlib.sha256(root).digest() == pinned:
        return pinned
    if chain is None:
        raise NotTrusted("scheme.fingerprint", _SECTION)
    found = read(chain)
    hashes = [hashlib.sha256(one.certificate).digest() for one in found]
    if pinned not in hashes:
        raise NotTrusted("scheme.fingerprint", _SECTION)
    if found[-1].certificate != root:
        raise NotTrusted("scheme.roots_end", _SECTION)
    for before, after in pairwise(found[hashes.index(pinned) :]):
        _check_step(before.certificate, after, now)
    return hashes[-1]


def read(data: bytes) -> tuple[Root, ...]:
    """The roots of a `roots.json`, the oldest first; shape only, no step is judged."""
    document = strictjson.loads_object(data, max_bytes=MAX_FILE)
    listed = strictjson.array(document, "roots")
    if strictjson.integer(document, "version") != 1 or not 0 < len(listed) <= MAX_STEPS + 1:
        raise Malformed("scheme.roots", _SECTION, limit=MAX_STEPS)
    found = tuple(_root(one) for one in listed)
    if len({one.certificate for one in found}) != len(found):
        raise Malformed("scheme.roots", _SECTION, limit=MAX_STEPS)
    if any(one.cross is None for one in found[1:]):
        raise NotTrusted("scheme.roots_unsigned", _SECTION)
    return found


def write(roots: tuple[Root, ...]) -> bytes:
    """The file that says so."""
    listed: list[Json] = []
    for one in roots:
        entry: strictjson.Object = {"certificate": base64url.encode_padded(one.certificate)}
        if one.cross is not None:
            entry["cross"] = base64url.encode_padded(one.cross)
        listed.append(entry)
    return strictjson.dumps({"version": 1, "roots": listed})


def under(fingerprint: bytes, root: bytes, chain: bytes | None) -> tuple[bytes, ...]:
    """Every root of the row that ends in the pinned `root`, the newest first: for what is kept.

    For evidence of before a change of root alone; the row comes from a tree that was verified.
    """
    if hashlib.sha256(root).digest() != fingerprint:
        raise NotTrusted("scheme.fingerprint", _SECTION)
    if chain is None:
        return (root,)
    found = read(chain)
    if found[-1].certificate != root:
        raise NotTrusted("scheme.roots_end", _SECTION)
    return tuple(one.certificate for one in reversed(found))


def _root(value: Json) -> Root:
    if not isinstance(value, dict) or not {*value} <= {"certificate", "cross"}:
        raise Malformed("scheme.roots", _SECTION, limit=MAX_STEPS)
    cross = strictjson.text_or_none(value, "cross")
    return Root(
        base64url.decode_padded(strictjson.text(value, "certificate")),
        None if cross is None else base64url.decode_padded(cross),
    )


def _check_step(before: bytes, after: Root, now: int) -> None:
    """The old root signed the new one's name and key, and all three count today."""
    assert after.cross is not None
    old, new, cross = (leaves.load(der) for der in (before, after.certificate, after.cross))
    try:
        signed = issued_by(cross, old) and issued_by(new, new)
        same = cross.subject == new.subject and _key(cross) == _key(new)
        authorities = all(_may_sign(one) for one in (old, new, cross))
    except leaves.UNREADABLE:
        raise Malformed("x5c.certificate", "RFC 5280 4.1") from None
    if not (signed and same and authorities):
        raise NotTrusted("scheme.roots_unsigned", _SECTION)
    for one in (old, cross, new):
        if now < seconds(one.not_valid_before_utc):
            raise NotValidNow("scheme.roots_not_yet", _SECTION)
        if now > seconds(one.not_valid_after_utc):
            raise NotValidNow("scheme.roots_expired", _SECTION)


def _may_sign(certificate: x509.Certificate) -> bool:
    constraints = leaves.extension(certificate, x509.BasicConstraints)
    usage = leaves.extension(certificate, x509.KeyUsage)
    return bool(constraints and constraints.ca and usage and usage.key_cert_sign)


def _key(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
