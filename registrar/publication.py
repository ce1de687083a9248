"""The static tree a publication writes: lists, types, revocations, and the snapshot over all."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from credential import jose, statuslist, strictjson
from credential.names import TYP_SCHEME
from credential.snapshot import REVOKED, ROOT, SNAPSHOT
from credential.strictjson import Object
from credential.trust import Role
from registrar import certificates, lote
from registrar.authority import LIST_SIGNER, REGISTRATION_STATUS_SIGNER, SNAPSHOT_SIGNER, Authority
from registrar.ledger import Ledger
from registrar.parties import Party
from registrar.registrations import status_uri

PERIOD: Final = lote.PERIOD
_STATUS_TTL: Final = 12 * 3600
_STATUS_OCTETS: Final = 128  # room for 1,024 registrations before the list grows


def tree(
    authority: Authority,
    parties: Sequence[Party],
    types: Mapping[str, bytes],
    registrations: Mapping[str, bytes],
    ledger: Ledger,
    *,
    now: int,
) -> dict[str, bytes]:
    """Every file by its path; `ledger.sequence` is the number of this publication.

    `registrations` holds the certificates by their path below `registration/`.
    """
    found = {f"lote/{name}.jwt": data for name, data in _lists(authority, parties, ledger, now)}
    found |= {f"types/{name}": data for name, data in types.items()}
    found |= {f"registration/{path}": data for path, data in registrations.items()}
    found[REVOKED] = strictjson.dumps(_revoked(ledger))
    found["signers/lists.cer"] = authority.pairs[LIST_SIGNER].der
    found["registration-status/1.jwt"] = _registration_status(authority, ledger, now)
    for role in Role:
        found[f"ca/{role.value}.cer"] = authority.role(role).der
        found[f"crl/{role.value}.crl"] = _crl(authority, role, ledger, now)
    found["crl/root.crl"] = certificates.make_crl(
        authority.root, [], number=ledger.sequence, now=now, until=now + PERIOD
    )
    snapshot = _snapshot(authority, found, ledger.sequence, now)
    return {
        **found,
        ROOT: authority.root.der,
        "ca/root.cer": authority.root.der,
        f"snapshots/{ledger.sequence}.jws": snapshot,
        # Last, so that whoever writes in this order never shows a snapshot before its files.
        SNAPSHOT: snapshot,
    }


def fingerprint(authority: Authority) -> bytes:
    """What a fresh install is given: the SHA-256 of the root certificate."""
    return hashlib.sha256(authority.root.der).digest()


def _lists(
    authority: Authority, parties: Iterable[Party], ledger: Ledger, now: int
) -> list[tuple[str, bytes]]:
    listed = lote.documents(authority, tuple(parties), sequence=ledger.sequence, now=now)
    return [(name, lote.sign(authority, document, now=now)) for name, document in listed.items()]


def _snapshot(authority: Authority, files: Mapping[str, bytes], sequence: int, now: int) -> bytes:
    signer = authority.pairs[SNAPSHOT_SIGNER]
    payload: Object = {
        "sequence": sequence,
        "issued": now,
        "next_update": now + PERIOD,
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in files.items()},
    }
    return jose.sign(
        payload, typ=TYP_SCHEME, signer=signer.signer, header=jose.x5c_header([signer.der])
    ).encode()


def _revoked(ledger: Ledger) -> Object:
    certificate_hashes = {one.fingerprint for one in ledger.certificates}
    registration_hashes = {one.sha256 for one in ledger.registrations}
    return {
        "certificates": [*sorted(certificate_hashes & ledger.revoked.keys())],
        "registrations": [*sorted(registration_hashes & ledger.revoked.keys())],
    }


def _crl(authority: Authority, role: Role, ledger: Ledger, now: int) -> bytes:
    taken_back = [
        (one.serial, ledger.revoked[one.fingerprint])
        for one in ledger.certificates
        if one.role == role.value and one.fingerprint in ledger.revoked
    ]
    return certificates.make_crl(
        authority.role(role), taken_back, number=ledger.sequence, now=now, until=now + PERIOD
    )


def _registration_status(authority: Authority, ledger: Ledger, now: int) -> bytes:
    """The status list of registrations, for readers that do not know the snapshot."""
    highest = max((one.index for one in ledger.registrations), default=0)
    bits = bytearray(max(_STATUS_OCTETS, highest // 8 + 1))
    for one in ledger.registrations:
        if one.sha256 in ledger.revoked:
            bits[one.index // 8] |= 1 << one.index % 8
    signer = authority.pairs[REGISTRATION_STATUS_SIGNER]
    return statuslist.build_token(
        status_uri(authority.scheme),
        bytes(bits),
        iat=now,
        exp=now + PERIOD,
        ttl=_STATUS_TTL,
        signer=signer.signer,
        x5c=[signer.der],
    ).encode()
