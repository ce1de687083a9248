"""One request for data as states, and the moves between them.

    Created ──fetch──▶ Fetched ──answer──▶ Answered ──bind──▶ Bound
       │                  │                   │
       └── expires ───────┴── expires ────────┴── tries or time run out: nobody gets the result

A state is a type: a transaction that was not fetched has no nonce, one that was answered no
longer has a decryption key. The store writes each move as one statement (house rule 6).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from credential.jose import PrivateKey
from verifier.texts import Language

CONFIRM_TRIES: Final = 3
CONFIRM_DIGITS: Final = 6


class Origin(StrEnum):
    """Who started a request: a visitor of the pages, the desk, another system, or a command."""

    PAGE = "page"
    DESK = "desk"
    API = "api"
    COMMAND = "command"


@dataclass(frozen=True)
class About:
    """What a request belongs to, the same in every state: who started it, and for which case.

    `started_by` is the name of an API client or the keyed hash of an employee; never a person's.
    """

    origin: Origin
    started_by: str | None = None
    return_uri: str | None = field(default=None, repr=False)
    dossier: str | None = None
    application: str | None = None
    trace: str | None = None


class Device(StrEnum):
    """Where the wallet is: beside the browser that started, or anywhere."""

    SAME = "same"
    OTHER = "other"


class Outcome(StrEnum):
    """How an answered transaction ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDETERMINED = "undetermined"
    DECLINED = "declined"
    """Its person said no, or had nothing to show: a wallet does not tell which."""
    UNABLE = "unable"
    """The wallet could not do it; `wallet_error` says what it called that."""


@dataclass(frozen=True)
class Created:
    """A request somebody may fetch, once, until it expires."""

    id: str
    profile: str
    lang: Language
    device: Device
    created: int
    expires: int
    about: About
    transaction_data: tuple[str, ...] = field(default=(), repr=False)
    """Exactly as they will be sent (OpenID4VP 1.0, 8.4)."""


@dataclass(frozen=True)
class Secrets:
    """What only this request knows; forgotten the moment it is answered."""

    nonce: str = field(repr=False)
    state: str = field(repr=False)
    kid: str = field(repr=False)
    key: PrivateKey = field(repr=False)
    request_hash: str
    registration_hash: str
    transaction_data: tuple[str, ...] = field(default=(), repr=False)
    """What the holder signs for besides the data, exactly as it was sent."""


@dataclass(frozen=True)
class Fetched:
    """A request that was handed out, once; the answer is due before `expires`."""

    id: str
    profile: str
    lang: Language
    device: Device
    created: int
    expires: int
    about: About
    secrets: Secrets = field(repr=False)


@dataclass(frozen=True)
class Answered:
    """An answer came; nobody has shown yet that it is theirs."""

    id: str
    profile: str
    lang: Language
    device: Device
    outcome: Outcome
    rule: str
    disclosure: str | None
    registration: str | None
    confirm_until: int
    tries_left: int
    about: About
    wallet_error: str | None = None


@dataclass(frozen=True)
class Bound:
    """The browser of the person who answered is known; only that browser reads the result."""

    id: str
    profile: str
    lang: Language
    device: Device
    outcome: Outcome
    rule: str
    disclosure: str | None
    registration: str | None
    about: About


Transaction: TypeAlias = Created | Fetched | Answered | Bound


def fetch(created: Created, secrets: Secrets, *, now: int, seconds: int) -> Fetched:
    """Hand the request out: from now it can be answered, for `seconds` at most."""
    return Fetched(
        created.id,
        created.profile,
        created.lang,
        created.device,
        created.created,
        now + seconds,
        created.about,
        secrets,
    )


def answer(
    fetched: Fetched,
    outcome: Outcome,
    rule: str,
    *,
    disclosure: str | None,
    registration: str | None,
    confirm_until: int,
    wallet_error: str | None = None,
) -> Answered:
    """Take the answer: the key, the nonce and the state are gone with the old state."""
    return Answered(
        fetched.id,
        fetched.profile,
        fetched.lang,
        fetched.device,
        outcome,
        rule,
        disclosure,
        registration,
        confirm_until,
        CONFIRM_TRIES,
        fetched.about,
        wallet_error,
    )


def bind(answered: Answered) -> Bound:
    """Tie the result to the browser that proved to belong to the wallet (formats.md 5)."""
    return Bound(
        answered.id,
        answered.profile,
        answered.lang,
        answered.device,
        answered.outcome,
        answered.rule,
        answered.disclosure,
        answered.registration,
        answered.about,
    )
