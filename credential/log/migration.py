"""The file to move to another wallet: the Migration Object of EUDI TS10 (3.18, 4.2).

The log as transactions, the list of credentials to be issued again, and no credential: every
card is bound to a key that stays behind. What only a wallet of this kind can use stands in one
member of its own, which others skip; deflated, since signed documents repeat their certificates.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from credential import base64url, names, pbes2, strictjson
from credential.errors import Malformed
from credential.log.rendering import OIN_TYPE
from credential.strictjson import Json, Object

MAX_BYTES: Final = 256 << 20
# What a file may grow to: a small one of a stranger must not fill the memory of this computer.
MAX_OWN: Final = 1 << 30
GROWTH: Final = 64
SPARE: Final = 1 << 20
MAX_DEPTH: Final = 32
MEMBER: Final = "nl_regie"

_SECTION: Final = "TS10 3.18"


@dataclass(frozen=True, slots=True)
class Credential:
    """A card to be issued again: its type, and who issues it where."""

    vct: str
    issuer_oin: str
    issuer_name: str
    issuer_url: str


@dataclass(frozen=True, slots=True, repr=False)
class Migration:
    """What such a file holds; `own` is empty in a file of another kind of wallet."""

    transactions: tuple[Object, ...]
    credentials: tuple[Credential, ...]
    own: Object


def seal(
    transactions: Iterable[Object],
    credentials: Iterable[Credential],
    own: Object,
    *,
    passphrase: str,
) -> str:
    """The encrypted file (TS10 5)."""
    plain_own = strictjson.dumps(own)
    packed = zlib.compress(plain_own)
    if not _fits(plain_own, len(packed)):
        # So much alike that it would look like a trap: as it is, and then it always fits.
        packed = zlib.compress(plain_own, 0)
    data: Object = {
        "transactionLog": [*transactions],
        "listOfCredentials": [_listed(one) for one in credentials],
        "nonDeviceBoundCredentials": [],
        MEMBER: {"deflate": base64url.encode(packed)},
    }
    plain = strictjson.dumps(data)
    return pbes2.encrypt_with_passphrase(plain, passphrase, max_bytes=MAX_BYTES)


def unseal(token: str, *, passphrase: str) -> Migration:
    """What the file holds; `migration.form` when it is not one."""
    plain = pbes2.decrypt_with_passphrase(token, passphrase, max_bytes=MAX_BYTES)
    value = strictjson.loads(plain, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
    if not isinstance(value, dict):
        raise Malformed("migration.form", _SECTION)
    transactions = strictjson.array(value, "transactionLog")
    listed = strictjson.array(value, "listOfCredentials")
    return Migration(
        tuple(one for one in transactions if isinstance(one, dict)),
        tuple(_credential(one) for one in listed if isinstance(one, dict)),
        _own(value.get(MEMBER)),
    )


def _own(value: Json) -> Object:
    """The part of this kind of wallet; empty in a file of another."""
    if not isinstance(value, dict):
        return {}
    packed = base64url.decode(strictjson.text(value, "deflate"), max_bytes=MAX_BYTES)
    limit = min(MAX_OWN, len(packed) * GROWTH + SPARE)
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(packed, limit)
    except zlib.error:
        raise Malformed("migration.form", _SECTION) from None
    if not reader.eof or reader.unused_data or not _fits(plain, len(packed)):
        raise Malformed("migration.size", _SECTION, limit=limit)
    return strictjson.loads_object(plain, max_bytes=MAX_OWN, max_depth=MAX_DEPTH)


def _fits(plain: bytes, packed: int) -> bool:
    """Whether this grew no more than real logs do; in memory a value takes far more than a byte."""
    values = plain.count(b",") + plain.count(b"[") + plain.count(b"{")
    return len(plain) <= packed * GROWTH + SPARE and values <= packed + SPARE


def _listed(one: Credential) -> Object:
    """TS10 3.19.1, with the members of TS5's `Credential` it inherits."""
    return {
        "credentialIdentifier": one.vct,
        "format": names.FORMAT_CARD,
        "meta": {"vct_values": [one.vct]},
        "issuerIdentifier": [{"type": OIN_TYPE, "identifier": one.issuer_oin}],
        "issuerType": "PubEEAProvider",
        "issuerName": [{"lang": "nl", "content": one.issuer_name}],
        "supplyPointURL": one.issuer_url,
    }


def _credential(value: Object) -> Credential:
    return Credential(
        strictjson.text(value, "credentialIdentifier"),
        _first(value, "issuerIdentifier", "identifier"),
        _first(value, "issuerName", "content"),
        strictjson.text(value, "supplyPointURL"),
    )


def _first(value: Object, name: str, member: str) -> str:
    """The text of the first of several, or of the only one: TS10's own example has no list."""
    found = value.get(name)
    if isinstance(found, list):
        found = found[0] if found else None
    if isinstance(found, str):
        return found
    if not isinstance(found, dict):
        raise Malformed("migration.form", _SECTION)
    return strictjson.text(found, member)
