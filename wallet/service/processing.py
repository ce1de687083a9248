"""What a municipality did with this resident's data: "Wie kreeg mijn gegevens?" (Wet BRP 3.22)."""

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from credential.strictjson import Object
from wallet.casefile import At
from wallet.errors import NoMatch, Usage
from wallet.events import Kind
from wallet.fetch import Fetch
from wallet.messages import Message, ShortText, decode
from wallet.service.session import MAX_ANSWER, open_session
from wallet.service.wallet import Wallet
from wallet.session import StoredSession

_MALFORMED: Final = "issuer.processing_malformed"
_Word = Annotated[str, Meta(max_length=300)]


class Step(Message, frozen=True, kw_only=True):
    """One thing done with the data: when, what, why, and who got it."""

    at: At
    activity: _Word = ""
    name: _Word
    purpose: _Word = ""
    recipient: _Word | None = None


class Query(Message, frozen=True, kw_only=True):
    """One question put to the population register, and which data was asked."""

    at: At
    purpose: _Word = ""
    official_role: _Word = ""
    fields: Annotated[tuple[ShortText, ...], Meta(max_length=500)] = ()
    found: bool | int = True


class _Answer(Message, frozen=True, kw_only=True):
    processing: Annotated[tuple[Step, ...], Meta(max_length=20_000)] = ()
    queries: Annotated[tuple[Query, ...], Meta(max_length=20_000)] = ()


@dataclass(frozen=True)
class Processing:
    """Everything one municipality told, newest first."""

    issuer: str
    oin: str
    steps: tuple[Step, ...]
    queries: tuple[Query, ...]


def parties(wallet: Wallet) -> tuple[StoredSession, ...]:
    """The municipalities that can be asked."""
    return tuple(one for one in wallet.store.sessions() if one.my_endpoint is not None)


def find(wallet: Wallet, party: str) -> StoredSession:
    """The one municipality of this number, this name, or with this in its name."""
    every = parties(wallet)
    exact = [one for one in every if party in (one.oin, one.name)]
    found = exact or [one for one in every if party.casefold() in one.name.casefold()]
    if not found:
        raise NoMatch("processing.no_party")
    if len(found) > 1:
        raise Usage("processing.many_parties")
    return found[0]


def fetch_own(wallet: Wallet, fetch: Fetch, party: str, *, lang: str, now: int) -> Processing:
    """Asks it of one municipality, in this language; on record is that, not what it said."""
    stored = find(wallet, party)
    session = open_session(wallet, fetch, stored.oin, now=now)
    reply = session.send("GET", "/processing", headers={"accept-language": lang})
    found = decode(reply.body, _Answer, _MALFORMED, max_bytes=MAX_ANSWER)
    body: Object = {
        "issuer": {"name": stored.name, "oin": stored.oin},
        "count": len(found.processing) + len(found.queries),
    }
    wallet.store.append(wallet.store.new_activity(), Kind.PROCESSING_FETCHED, body, at=now)
    return Processing(
        stored.name,
        stored.oin,
        tuple(sorted(found.processing, key=lambda one: -one.at)),
        tuple(sorted(found.queries, key=lambda one: -one.at)),
    )
