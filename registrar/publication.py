"""The static tree a publication writes: lists, types, revocations, and the snapshot over all."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from credential import archive, jose, statuslist, strictjson
from credential.names import TYP_SCHEME
from credential.snapshot import REVOKED, ROOT, SNAPSHOT, is_needed
from credential.staleness import STATUS_TTL
from credential.strictjson import Object
from credential.trust import Role
from registrar import lote, registry, revocations
from registrar.authority import REGISTRATION_STATUS_SIGNER, SNAPSHOT_SIGNER, Authority
from registrar.ledger import Ledger
from registrar.party import Party
from registrar.registrations import status_uri
from registrar.renewal import registration_hash

PERIOD: Final = lote.PERIOD
REGISTRY: Final = "registry.json"
PAGES: Final = "pages.json"
"""Each names the files no reader decides with: the snapshot every wallet fetches stays small."""

_NONE: Final[Mapping[str, bytes]] = MappingProxyType({})
_STATUS_TTL: Final = STATUS_TTL
_STATUS_OCTETS: Final = 128  # room for 1,024 registrations before the list grows


def tree(
    authority: Authority,
    parties: Sequence[Party],
    types: Mapping[str, bytes],
    registrations: Mapping[str, bytes],
    ledger: Ledger,
    *,
    now: int,
    pages: Mapping[str, bytes] = _NONE,
) -> dict[str, bytes]:
    """Every file by its path; `ledger.sequence` is the number of this publication.

    `registrations` holds the certificates by their path below `registration/`, of which those that
    were taken back or are suspended stay out; `pages` is what
    people read by its path, with `pages.json` over it.
    """
    found = {f"lote/{name}.jwt": data for name, data in _lists(authority, parties, ledger, now)}
    found |= {f"types/{name}": data for name, data in types.items()}
    found |= {
        f"registration/{path}": data
        for path, data in registrations.items()
        if ledger.stopped_at(registration_hash(data.decode().strip())) is None
    }
    found |= authority.pins()
    found |= authority.root_files()
    found[REVOKED] = strictjson.dumps(revocations.revoked(ledger))
    found["registration-status/1.jwt"] = _registration_status(authority, ledger, now)
    for role in Role:
        for name, pair in authority.named(role):
            found[f"ca/{name}.cer"] = pair.der
            found[f"crl/{name}.crl"] = revocations.crl(role, name, pair, ledger, now=now)
    answers = registry.answers(authority, parties, ledger, now=now)
    found[REGISTRY] = _manifest(answers)
    if PAGES in pages:
        found[PAGES] = pages[PAGES]
    found[ROOT] = authority.root.der
    snapshot = _snapshot(authority, found, ledger.sequence, now)
    kept = {
        archive.path(data): data for path, data in found.items() if path == ROOT or is_needed(path)
    }
    return {
        **kept,
        **{path: one.data for path, one in answers.items()},
        **pages,
        **found,
        archive.snapshot_path(ledger.sequence): snapshot,
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


def _manifest(answers: Mapping[str, registry.Answer]) -> bytes:
    """Every answer by the digest of its file, and of what it says: that is not dated."""
    files: Object = {path: hashlib.sha256(one.data).hexdigest() for path, one in answers.items()}
    said: Object = {path: one.said for path, one in answers.items()}
    return strictjson.dumps({"version": 1, "files": files, "said": said})


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


def _registration_status(authority: Authority, ledger: Ledger, now: int) -> bytes:
    """The status list of registrations, for readers that do not know the snapshot."""
    highest = ledger.next_index - 1
    bits = bytearray(max(_STATUS_OCTETS, highest // 8 + 1))
    for one in ledger.registrations:
        if ledger.stopped_at(one.sha256) is not None:
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
