"""What a person signs for besides showing data: transaction data (OpenID4VP 1.0, 8.4 and B.3.3).

One type is known: an application with its attachments (formats.md 13). What is hashed is the text
as it was sent, never what it says.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import base64url, strictjson
from credential.dcql.query import Query
from credential.errors import CredentialError, Malformed, NotAllowed
from credential.names import TRANSACTION_APPLICATION
from credential.strictjson import Json, Object

ALG: Final = "sha-256"
HASHES: Final = "transaction_data_hashes"
HASHES_ALG: Final = "transaction_data_hashes_alg"

MAX_ITEMS: Final = 4
MAX_TEXT: Final = 16_384
MAX_ATTACHMENTS: Final = 50
MAX_WORDS: Final = 200
MAX_SIZE: Final = 1 << 40

_SECTION: Final = "OpenID4VP 1.0 8.4"
_OURS: Final = "Regie formats 13"
_DIGEST: Final = 32
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,63}\Z", re.ASCII)
_MEMBERS: Final = frozenset(
    {"type", "credential_ids", "title", "reference", "application_hash", "attachments"}
)


@dataclass(frozen=True, slots=True)
class Title:
    """What is handed in, in one line of each language."""

    nl: str
    en: str

    def text(self, lang: str) -> str:
        """The line for a reader of this language."""
        return self.en if lang == "en" else self.nl


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of an application: what it is called, and what may not change about it."""

    name: str = field(repr=False)
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Item:
    """An application somebody hands in: which one, in which words, with which files.

    `hashes_alg` is what the asker listed, or `None`; SHA-256 is always among them.
    """

    type: str
    credential_ids: tuple[str, ...]
    title: Title = field(repr=False)
    reference: str = field(repr=False)
    application_hash: str = field(repr=False)
    attachments: tuple[Attachment, ...] = field(repr=False)
    hashes_alg: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What one key binding says it authorises, in its own order."""

    query_id: str
    digests: tuple[str, ...]


def encode(item: Item) -> str:
    """The text as it is sent; refuses an item that `decode` would refuse."""
    members: Object = {
        "type": item.type,
        "credential_ids": [*item.credential_ids],
        "title": {"nl": item.title.nl, "en": item.title.en},
        "reference": item.reference,
        "application_hash": item.application_hash,
        "attachments": [
            {"name": one.name, "sha256": one.sha256, "size": one.size} for one in item.attachments
        ],
    }
    if item.hashes_alg is not None:
        members[HASHES_ALG] = [*item.hashes_alg]
    text = base64url.encode(strictjson.dumps(members))
    decode(text)
    return text


def decode(text: str) -> Item:
    """What a text says; an unknown type, an unknown member or a missing one is refused."""
    if len(text) > MAX_TEXT:
        raise Malformed("transaction.size", _SECTION, limit=MAX_TEXT)
    members = strictjson.loads_object(base64url.decode(text, max_bytes=MAX_TEXT))
    if strictjson.text(members, "type") != TRANSACTION_APPLICATION:
        raise NotAllowed("transaction.type", _SECTION)
    if members.keys() - {HASHES_ALG} != _MEMBERS:
        raise NotAllowed("transaction.members", _SECTION)
    ids = strictjson.texts(members, "credential_ids")
    if not ids or len(set(ids)) != len(ids):
        raise Malformed("transaction.credential_ids", _SECTION)
    title = strictjson.obj(members, "title")
    if title.keys() != {"nl", "en"}:
        raise Malformed("transaction.title", _OURS)
    attachments = strictjson.array(members, "attachments")
    if len(attachments) > MAX_ATTACHMENTS:
        raise Malformed("transaction.attachments", _OURS, limit=MAX_ATTACHMENTS)
    reference = strictjson.text(members, "reference")
    if not _REFERENCE.match(reference):
        raise Malformed("transaction.reference", _OURS)
    return Item(
        type=TRANSACTION_APPLICATION,
        credential_ids=ids,
        title=Title(_words(title, "nl"), _words(title, "en")),
        reference=reference,
        application_hash=_digest(members, "application_hash"),
        attachments=tuple(_attachment(one) for one in attachments),
        hashes_alg=_algorithms(members),
    )


def digest(text: str) -> str:
    """What a key binding names a text by: the hash of its characters, as they were sent."""
    return base64url.sha256(text)


def read(value: Json, query: Query) -> tuple[tuple[str, Item], ...]:
    """The member of a request, each text with what it says, held against what is asked.

    Whoever cannot show all of it to a person refuses the whole request (OpenID4VP 1.0, 5.1).
    """
    if not isinstance(value, list) or not 0 < len(value) <= MAX_ITEMS:
        raise Malformed("transaction.shape", _SECTION)
    found: list[tuple[str, Item]] = []
    for text in value:
        if not isinstance(text, str):
            raise Malformed("transaction.shape", _SECTION)
        item = decode(text)
        for name in item.credential_ids:
            asked = query.credential(name)
            if asked is None or not asked.require_binding:
                # Without a holder's signature nobody would have agreed to anything.
                raise NotAllowed("transaction.credential_ids", _SECTION)
        found.append((text, item))
    if len({text for text, _ in found}) != len(found):
        raise NotAllowed("transaction.repeated", _SECTION)
    return tuple(found)


def by_query(
    items: Sequence[tuple[str, Item]], answered: Sequence[str]
) -> Mapping[str, tuple[str, ...]]:
    """Which query's card authorises which texts: the first that may, and no other."""
    found: dict[str, tuple[str, ...]] = {}
    for text, item in items:
        chosen = next((name for name in answered if name in item.credential_ids), None)
        if chosen is None:
            raise NotAllowed("transaction.unanswered", _SECTION)
        found[chosen] = (*found.get(chosen, ()), text)
    return found


def binding(texts: Sequence[str]) -> Object:
    """The members of a key binding that authorises these texts."""
    if not texts:
        return {}
    members: Object = {HASHES: [digest(text) for text in texts]}
    return members | {HASHES_ALG: ALG} if _named(texts) else members


def signed(claims: Object, allowed: Sequence[str]) -> tuple[str, ...]:
    """The digests in a key binding: of texts of this request alone, in its order, each once.

    `allowed` are the texts this card may authorise; without any there must be no digest.
    """
    if HASHES not in claims and HASHES_ALG not in claims:
        return ()
    try:
        found = strictjson.texts(claims, HASHES)
        alg = strictjson.text_or_none(claims, HASHES_ALG)
    except CredentialError:
        raise NotAllowed("kb.transaction_data", "OpenID4VP 1.0 B.3.3") from None
    in_order = [one for one in map(digest, allowed) if one in found]
    if not found or in_order != [*found]:
        raise NotAllowed("kb.transaction_data", "OpenID4VP 1.0 B.3.3")
    if alg != ALG and (alg is not None or _named(allowed)):
        raise NotAllowed("kb.transaction_data_alg", "OpenID4VP 1.0 B.3.3")
    return found


def check(texts: Sequence[str], bindings: Collection[Signed]) -> None:
    """Refuse unless every text was authorised by exactly one card (OpenID4VP 1.0, 8.4)."""
    for text in texts:
        by = [one.query_id for one in bindings if digest(text) in one.digests]
        if not by:
            raise NotAllowed("transaction.missing", _SECTION)
        if len(by) > 1:
            raise NotAllowed("transaction.twice", _SECTION)


def _named(texts: Sequence[str]) -> bool:
    """Whether the asker listed algorithms: then the one that was used is named."""
    return any(decode(text).hashes_alg is not None for text in texts)


def _algorithms(members: Object) -> tuple[str, ...] | None:
    if HASHES_ALG not in members:
        return None
    found = strictjson.texts(members, HASHES_ALG)
    if ALG not in found:
        raise NotAllowed("transaction.alg", "OpenID4VP 1.0 B.3.3")
    return found


def _attachment(value: Json) -> Attachment:
    if not isinstance(value, dict) or value.keys() != {"name", "sha256", "size"}:
        raise Malformed("transaction.attachments", _OURS)
    size = strictjson.integer(value, "size")
    if not 0 <= size < MAX_SIZE:
        raise Malformed("transaction.attachments", _OURS)
    return Attachment(_words(value, "name"), _digest(value, "sha256"), size)


def _words(members: Object, name: str) -> str:
    value = strictjson.text(members, name)
    if not value.strip() or len(value) > MAX_WORDS:
        raise Malformed("transaction.words", _OURS, member=name)
    return value


def _digest(members: Object, name: str) -> str:
    value = strictjson.text(members, name)
    if len(base64url.decode(value, max_bytes=64)) != _DIGEST:
        raise Malformed("transaction.digest", _OURS, member=name)
    return value
