"""An issuance under way, as it is kept while the issuer takes its time."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

import msgspec

from credential import jose
from credential.strictjson import Json, Object
from wallet.encryption import Encryption
from wallet.offer import Proof
from wallet.session import StoredSession, Wanted

Trigger = Literal["user", "wallet"]
State = Literal["wanted", "waiting", "received", "denied"]

_UNKNOWN: Final = 1 << 40
"""An end nobody kept: the issuer says when it is there."""


@dataclass(frozen=True)
class Item:
    """One card of an issuance and the keys its copies will be bound to."""

    configuration: str
    kind: str
    vct: str
    state: State = "wanted"
    transaction: str | None = field(default=None, repr=False)
    not_before: int = 0
    keys: tuple[str, ...] = field(default=(), repr=False)
    identifier: str | None = None
    """What the token response calls it (OpenID4VCI 1.0 6.2)."""
    proof: Proof = "jwt"
    attested: bool = False
    """Whether a wallet provider must vouch for the keys."""
    policy: dict[str, Any] | None = None
    """What the issuer said about who should see it."""

    @property
    def open(self) -> bool:
        """Whether this card may still come."""
        return self.state in ("wanted", "waiting")

    @property
    def wanted(self) -> Wanted:
        """What to ask the issuer for."""
        return Wanted(self.configuration, self.kind, self.vct)

    def private_keys(self) -> tuple[jose.PrivateKey, ...]:
        """The keys, ready to sign."""
        return tuple(jose.private_key_from_pem(pem.encode()) for pem in self.keys)


@dataclass(frozen=True)
class Issuance:
    """The endpoints, the tokens and their key, and how each card stands."""

    issuer: str
    issuer_name: str
    issuer_oin: str
    credential_endpoint: str
    nonce_endpoint: str
    deferred_endpoint: str | None
    notification_endpoint: str | None
    batch: int
    items: tuple[Item, ...]
    session: StoredSession = field(repr=False)
    encryption: Encryption | None = None
    desk: bool = True
    """Whether a clerk confirms it by the number in this wallet (formats.md 6)."""
    provider: dict[str, Any] = field(default_factory=dict)
    """What the log says of the issuer besides name and number."""
    trigger: Trigger = "user"
    """Who began it (ARF 3.0 DASH_05)."""

    @classmethod
    def read(cls, document: Object) -> Self:
        """The issuance as this wallet stored it."""
        return msgspec.convert(_current(document), cls)

    def document(self) -> Object:
        """The issuance as it is stored; inside the encrypted database, like every key."""
        found: Object = msgspec.to_builtins(self)
        return found

    def with_session(self, session: StoredSession) -> Self:
        """The same, with renewed tokens."""
        return dataclasses.replace(self, session=session)

    def with_encryption(self, encryption: Encryption | None) -> Self:
        """The same, with the issuer's newer keys."""
        return dataclasses.replace(self, encryption=encryption)

    def with_keys(self, index: int, keys: tuple[str, ...]) -> Self:
        """The same, with keys for one card."""
        return self._with(index, keys=keys)

    def waiting(self, index: int, transaction: str, not_before: int) -> Self:
        """The same, with one card promised for later."""
        return self._with(index, state="waiting", transaction=transaction, not_before=not_before)

    def asked_anew(self, index: int) -> Self:
        """The same, with one card to be asked for by its keys again."""
        return self._with(index, state="wanted", transaction=None, not_before=0)

    def closed(self, index: int, state: Literal["received", "denied"]) -> Self:
        """The same, with one card settled; its keys have gone elsewhere or are of no use."""
        return self._with(index, state=state, keys=(), transaction=None)

    def _with(self, index: int, **changes: "Json | tuple[str, ...]") -> Self:
        items = [*self.items]
        items[index] = dataclasses.replace(items[index], **changes)  # type: ignore[arg-type]
        return dataclasses.replace(self, items=tuple(items))


def _current(document: Object) -> Object:
    """Before there were sessions only the token and its key were kept (store version 1)."""
    if "session" in document:
        return document
    session: Object = {
        "issuer": document["issuer"],
        "oin": document["issuer_oin"],
        "name": document["issuer_name"],
        "server": document["issuer"],
        "token_endpoint": document["issuer"],
        "dpop_key": document["dpop_key"],
        "access_token": document["token"],
        "access_until": _UNKNOWN,
        "opened_at": 0,
    }
    return {**document, "session": session}
