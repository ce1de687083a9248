"""What the root has done, as the folder in the safe keeps it; each step makes a new value.

The root certifies the authorities of the roles and two signers, takes them back, and hands over to
the root after it. It checks everything itself: what asks is a machine on the network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from credential import base64url, rootchain, strictjson
from credential.jose import PrivateKey, PublicKey
from credential.rootchain import Root
from credential.strictjson import Json
from credential.trust.leaf import seconds
from credential.trust.spans import COMPROMISED
from registrar import certificates, own
from registrar.authority import certify_signer, subject_of
from registrar.certificates import Entropy, Pair, Places
from registrar.config import Scheme
from registrar.errors import BadInput, Untrusted
from registrar.own import ROOT, ROOTED, SIGNERS, SNAPSHOT_SIGNER
from registrar.papers import Answer, Request, der

MAX_FILE: Final = 1024 * 1024
_REASONS: Final = {
    "compromised": x509.ReasonFlags.ca_compromise,
    "superseded": x509.ReasonFlags.superseded,
    "ceased": x509.ReasonFlags.cessation_of_operation,
}


@dataclass(frozen=True)
class Issued:
    """One certificate of the root's; `revoked` says when it was taken back, and `reason` why."""

    name: str
    certificate: x509.Certificate
    revoked: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Safe:
    """Every root there was, what they certified, and their revocation lists."""

    roots: tuple[Root, ...]
    issued: tuple[Issued, ...] = ()
    crls: Mapping[str, bytes] | None = None
    number: int = 0

    @property
    def root(self) -> x509.Certificate:
        """The root of today."""
        return x509.load_der_x509_certificate(self.roots[-1].certificate)

    @property
    def root_name(self) -> str:
        """Its name: `root`, then `root-2`."""
        return own.name_of(ROOT, len(self.roots))

    def standing(self) -> dict[str, x509.Certificate]:
        """What is certified and not taken back, by name."""
        return {one.name: one.certificate for one in self.issued if one.revoked is None}

    def answer(self) -> Answer:
        """What the register is handed."""
        return Answer(self.roots, self.crls or {}, self.standing())


def found(scheme: Scheme, key: PrivateKey, *, now: int, entropy: Entropy) -> Safe:
    """A new root with this key, and its first, empty revocation list."""
    certificate = certificates.certify_root(
        subject_of(scheme, ROOT), key, development=scheme.development, now=now, entropy=entropy
    )
    return listing(Safe((Root(der(certificate), None),)), key, now=now)


def sign(
    safe: Safe, request: Request, scheme: Scheme, key: PrivateKey, *, now: int, entropy: Entropy
) -> Safe:
    """The safe after this request: its keys certified, its names taken back.

    The same request again changes nothing but the date of the revocation list.
    """
    if (request.operator, request.oin) != (scheme.operator, scheme.oin):
        raise Untrusted("root.other_scheme", operator=request.operator[:64])
    keys = _checked(safe, request)
    for name, reason in request.dropped.items():
        safe = _dropped(safe, name, reason, now)
    fresh = tuple(
        Issued(name, _certified(safe, scheme, name, public, key, now, entropy))
        for name, public in keys.items()
        if name not in safe.standing()
    )
    return listing(replace(safe, issued=(*safe.issued, *fresh)), key, now=now)


def roll(
    safe: Safe, scheme: Scheme, old: PrivateKey, new: PrivateKey, *, now: int, entropy: Entropy
) -> Safe:
    """A new root: the old one signs it, and it signs anew everything that stands.

    Authorities keep name and key, so that what they signed before holds under them as before.
    """
    if len(safe.roots) > rootchain.MAX_STEPS:
        raise Untrusted("root.too_many", count=rootchain.MAX_STEPS)
    safe = listing(safe, old, now=now)
    name = own.name_of(ROOT, len(safe.roots) + 1)
    subject, marked = subject_of(scheme, name), scheme.development
    certificate = certificates.certify_root(
        subject, new, development=marked, now=now, entropy=entropy
    )
    cross = certificates.certify_authority(
        subject,
        new.public_key(),
        Pair(safe.root, old),
        development=marked,
        now=now,
        entropy=entropy,
        path_length=1,
    )
    after = replace(safe, roots=(*safe.roots, Root(der(certificate), der(cross))))
    issued = tuple(
        replace(one, certificate=_certified(after, scheme, one.name, _key(one), new, now, entropy))
        for one in safe.issued
        if one.revoked is None
    )
    gone = tuple(one for one in safe.issued if one.revoked is not None)
    return listing(replace(after, issued=(*gone, *issued)), new, now=now)


def carried(safe: Safe, request: Request | None) -> tuple[str, ...]:
    """The signers of snapshots whose keys a new root would certify as well.

    Whoever else has such a key would speak for the scheme under the new root too.
    """
    gone = request.dropped if request is not None else {}
    return tuple(
        name
        for name in safe.standing()
        if own.generation(name)[0] == SNAPSHOT_SIGNER and name not in gone
    )


def rolled(safe: Safe, request: Request | None, begun: int) -> bool:
    """Whether the root that began at this moment is the answer to this already.

    It is not when the request asks more than was done, or when a signer of snapshots was taken
    back since then: its certificate under this root stays good until there is another.
    """
    standing, gone = safe.standing(), [one for one in safe.issued if one.revoked is not None]
    if request is not None and not (
        set(request.wanted) <= set(standing) and set(request.dropped) <= {one.name for one in gone}
    ):
        return False
    return not any(
        own.generation(one.name)[0] == SNAPSHOT_SIGNER
        and one.reason == COMPROMISED
        and (one.revoked or 0) > begun
        for one in gone
    )


def listing(safe: Safe, key: PrivateKey, *, now: int) -> Safe:
    """The safe with a fresh revocation list of the root of today."""
    root = safe.root
    gone = [
        (one.certificate.serial_number, one.revoked, _REASONS.get(one.reason))
        for one in safe.issued
        if one.revoked is not None and certificates.under(one.certificate, Pair(root, key))
    ]
    until = min(now + certificates.ROOT_CRL_LIFE, seconds(root.not_valid_after_utc))
    number = safe.number + 1
    made = certificates.make_crl(Pair(root, key), gone, number=number, now=now, until=until)
    return replace(safe, crls={**(safe.crls or {}), safe.root_name: made}, number=number)


def dump(safe: Safe) -> bytes:
    """The file `root.json`."""
    issued: list[Json] = [
        {
            "name": one.name,
            "certificate": own.encoded(one.certificate),
            **({"revoked": one.revoked, "reason": one.reason} if one.revoked is not None else {}),
        }
        for one in safe.issued
    ]
    crls = {name: base64url.encode_padded(data) for name, data in (safe.crls or {}).items()}
    roots = strictjson.loads_object(rootchain.write(safe.roots))["roots"]
    return strictjson.dumps(
        {
            "version": 1,
            "roots": roots,
            "issued": issued,
            "crls": {**crls},
            "number": safe.number,
        }
    )


def load(data: bytes) -> Safe:
    """What such a file says."""
    document = strictjson.loads_object(data, max_bytes=MAX_FILE)
    crls = strictjson.obj(document, "crls")
    return Safe(
        roots=own.roots_of(document),
        issued=tuple(
            Issued(
                name=strictjson.text(one, "name"),
                certificate=own.certificate(strictjson.text(one, "certificate")),
                revoked=strictjson.integer(one, "revoked") if "revoked" in one else None,
                reason=strictjson.text_or_none(one, "reason") or "",
            )
            for one in strictjson.array(document, "issued")
            if isinstance(one, dict)
        ),
        crls={name: base64url.decode_padded(strictjson.text(crls, name)) for name in crls},
        number=strictjson.integer(document, "number"),
    )


def fingerprint(certificate: x509.Certificate) -> bytes:
    """SHA-256 of a certificate."""
    return certificate.fingerprint(hashes.SHA256())


def _checked(safe: Safe, request: Request) -> dict[str, PublicKey]:
    """The keys of a request: each proven, each under one name only, each for one duty only."""
    held = {one.name: _raw(_key(one)) for one in safe.issued}
    roots = [x509.load_der_x509_certificate(one.certificate) for one in safe.roots]
    taken = {_raw(_ec(one)): ROOT for one in roots} | {key: name for name, key in held.items()}
    found: dict[str, PublicKey] = {}
    for name, pem in request.wanted.items():
        slot, _ = own.generation(name)
        if slot not in ROOTED:
            raise Untrusted("root.not_ours", name=name)
        key = certificates.requested_key(pem)
        if taken.setdefault(_raw(key), name) != name:
            raise Untrusted("root.key_twice", name=name, other=taken[_raw(key)])
        if held.get(name, _raw(key)) != _raw(key):
            raise Untrusted("root.name_taken", name=name)
        if any(one.name == name and one.revoked is not None for one in safe.issued):
            raise Untrusted("root.taken_back", name=name)
        found[name] = key
    return found


def _dropped(safe: Safe, name: str, reason: str, now: int) -> Safe:
    if name not in {one.name for one in safe.issued}:
        raise BadInput("root.unknown", name=name[:64])
    return replace(
        safe,
        issued=tuple(
            replace(one, revoked=now, reason=reason)
            if one.name == name and one.revoked is None
            else one
            for one in safe.issued
        ),
    )


def _certified(
    safe: Safe,
    scheme: Scheme,
    name: str,
    key: PublicKey,
    root_key: PrivateKey,
    now: int,
    entropy: Entropy,
) -> x509.Certificate:
    root = Pair(safe.root, root_key)
    slot, _ = own.generation(name)
    if slot in SIGNERS:
        places = places_of(scheme, safe.root_name)
        return certify_signer(scheme, name, key, root, places, now=now, entropy=entropy)
    return certificates.certify_authority(
        subject_of(scheme, name),
        key,
        root,
        development=scheme.development,
        now=now,
        entropy=entropy,
    )


def places_of(scheme: Scheme, name: str) -> Places:
    """Where the root of this name is published, and its revocations."""
    base = scheme.registry_uri
    return Places(f"{base}/ca/{name}.cer", f"{base}/crl/{name}.crl", scheme.policy_uri)


def _key(one: Issued) -> PublicKey:
    return _ec(one.certificate)


def _ec(certificate: x509.Certificate) -> PublicKey:
    key = certificate.public_key()
    assert isinstance(key, PublicKey)
    return key


def _raw(key: PublicKey) -> bytes:
    numbers = key.public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
