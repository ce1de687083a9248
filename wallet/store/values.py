"""What goes into the store and what comes out; nothing here shows a value in its repr."""

from dataclasses import dataclass, field

from credential.strictjson import Object

Bytes = bytes


@dataclass(frozen=True)
class Entry:
    """One event of the log as stored; `body` is None after removal by the resident."""

    n: int
    activity: str
    kind: str
    at: int
    body: Object = field(repr=False)


@dataclass(frozen=True)
class Evidence:
    """One signed document kept byte for byte, at most 64 KiB (formats.md 2).

    `role`: `request`, `registration`, `receipt`, `scheme`, `right-request`, `right-answer`,
    `decision`.
    """

    role: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class NewCopy:
    """A copy as received: the card and the key it is bound to."""

    compact: str = field(repr=False)
    private_key_pem: bytes = field(repr=False)
    status_uri: str
    status_index: int = field(repr=False)


@dataclass(frozen=True)
class NewCard:
    """A card as received; `payload` are its claims, for showing it without opening a copy."""

    kind: str
    vct: str
    issuer_oin: str
    issuer_name: str
    issuer_url: str
    issued_at: int
    expires_at: int
    payload: Object = field(repr=False)
    policy: Object | None = field(default=None, repr=False)
    """What the issuer says about who should see it (TS 119 472-3 4.2.5), as it said it."""


@dataclass(frozen=True)
class Card:
    """A card as the resident knows it; `copies` fresh ones left, `state` valid, revoked."""

    id: str
    kind: str
    vct: str
    issuer_oin: str
    issuer_name: str
    issuer_url: str
    issued_at: int
    expires_at: int
    received_at: int
    state: str
    copies: int
    payload: Object = field(repr=False)

    @property
    def foreign(self) -> bool:
        """Whether its issuer stands outside the scheme: known by its address, and no number."""
        return self.issuer_oin == self.issuer_url


@dataclass(frozen=True)
class Copy:
    """One copy that may be shared now; `uses` is above zero only for one kept for reuse."""

    id: int
    card: str
    kind: str
    vct: str
    compact: str = field(repr=False)
    private_key_pem: bytes = field(repr=False)
    status_uri: str
    status_index: int = field(repr=False)
    uses: int


@dataclass(frozen=True)
class CopyUse:
    """Spending one copy; `keep` and `again` only after a plain question (ARCHITECTURE.md, Wallet).

    `keep`: do not destroy it after use. `again`: it may have been used before.
    """

    copy: int
    keep: bool = False
    again: bool = False


@dataclass(frozen=True)
class SentCopy:
    """What was sent of one card: issuer JWT and only the disclosures that left."""

    query: str
    card: str
    kind: str
    vct: str
    compact: str = field(repr=False)


@dataclass(frozen=True)
class RightsKey:
    """The key that proves "I am the person behind that disclosure" (formats.md 4)."""

    jkt: str
    private_key_pem: bytes = field(repr=False)
    endpoint: str
    oin: str
    nonce: str


@dataclass(frozen=True)
class Outgoing:
    """The response as it leaves, kept so that a retry sends identical bytes."""

    response_uri: str
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Pending:
    """Something waiting: an issuance that is deferred, or a request shown and not answered."""

    id: str
    activity: str
    created_at: int
    expires_at: int
    document: Object = field(repr=False)


@dataclass(frozen=True)
class RightsCase:
    """A right asked and how it stands (formats.md 4); `request` is the JWS as sent."""

    id: str
    activity: str
    right: str
    state: str
    asked_at: int
    due: int | None
    retry_after: int | None
    document: Object = field(repr=False)


@dataclass(frozen=True)
class Case:
    """A case at an issuer as this wallet last saw it; `document` is a `wallet.casefile.CaseFile`.

    While `phase` is `sending` the number is our own and `document` is empty.
    """

    issuer_oin: str
    id: str
    type: str
    kind: str
    phase: str
    due: int | None
    document: Object = field(repr=False)
    activity: str


@dataclass(frozen=True)
class PartyCase:
    """An application at an organisation, as it last answered about it (formats.md 4).

    `phase` is `sent` until it told anything. `document` holds the title, what was said, the steps.
    """

    activity: str
    oin: str
    party: str
    number: str
    phase: str
    at: int
    due: int | None
    ask_after: int
    document: Object = field(repr=False)


@dataclass(frozen=True)
class Notice:
    """Something the wallet mended by itself and tells once; the sentence is `notice.<code>`."""

    code: str
    activity: str = ""
