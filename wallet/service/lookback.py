"""Looking back at one activity: its events, what is kept with it, and what was shared then."""

from dataclasses import dataclass, field
from typing import Final

from credential import base64url, jose, sdjwt, strictjson, transactiondata
from credential.names import TYP_CARD, TYP_REQUEST_OBJECT, path_text
from credential.strictjson import Json, Object
from credential.transactiondata import Item
from wallet.service.wallet import Wallet
from wallet.store.projection import Activity
from wallet.store.values import Entry, Evidence, RightsCase, SentCopy

# In the order things happened.
ROLES: Final = (
    *("request", "registration", "scheme", "receipt"),
    *("right-request", "right-answer", "decision"),
)


@dataclass(frozen=True)
class SentCard:
    """What was shared of one card, with the values of that moment."""

    kind: str
    vct: str
    values: tuple[tuple[str, Json], ...] = field(repr=False)


@dataclass(frozen=True)
class Kept:
    """A signed document that is kept: what it is, its hash and its size."""

    role: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Lookback:
    """Everything the wallet knows of one activity; `sent` is None when the values were wiped."""

    activity: Activity
    events: tuple[Entry, ...]
    kept: tuple[Kept, ...]
    rights: tuple[RightsCase, ...]
    sent: tuple[SentCard, ...] | None
    can_ask: bool
    texts: dict[str, str] = field(repr=False)
    signed: tuple[Item, ...] = field(default=(), repr=False)
    """What was signed for besides, as long as the request is kept."""


def look_back(wallet: Wallet, beginning: str) -> Lookback:
    """The activity whose id begins so."""
    store = wallet.store
    activity_id = store.find_activity(beginning)
    activity = store.activity(activity_id)
    assert activity is not None
    sent = sent_cards(wallet, activity_id)
    shared = any(claim.shared for claim in activity.claims.values())
    texts = store.texts(activity_id)
    return Lookback(
        activity=activity,
        events=store.events(activity_id),
        kept=tuple(
            Kept(item.role, base64url.sha256(item.content), len(item.content))
            # Kept once, however often the log refers to it.
            for item in sorted(dict.fromkeys(store.evidence(activity_id)), key=_turn)
        ),
        rights=store.rights_cases(activity_id),
        sent=None if shared and not sent and activity.outcome != "unsent" else sent,
        can_ask=store.rights_key(activity_id) is not None,
        texts={name: content.decode(errors="replace") for name, content in texts.items()},
        signed=_signed(texts.get("request")) if shared and activity.outcome != "unsent" else (),
    )


def sent_cards(wallet: Wallet, activity: str) -> tuple[SentCard, ...]:
    """What was shared in this activity, per card; nothing where the values were wiped."""
    return tuple(_sent(copy) for copy in wallet.store.sent(activity))


def _signed(request: bytes | None) -> tuple[Item, ...]:
    """What a request that was answered asked to sign for: our own record, verified back then."""
    if request is None:
        return ()
    jws = jose.parse(request.decode(), typ=TYP_REQUEST_OBJECT)
    members = jws.dangerous_payload()
    texts = strictjson.texts(members, "transaction_data") if "transaction_data" in members else ()
    return tuple(map(transactiondata.decode, texts))


def _turn(item: Evidence) -> int:
    return ROLES.index(item.role) if item.role in ROLES else len(ROLES)


def _sent(copy: SentCopy) -> SentCard:
    # Our own record of what left; it was verified when it came in and is bound by its digests.
    opened = sdjwt.dangerous_reopen(sdjwt.parse(copy.compact, typ=TYP_CARD))
    return SentCard(copy.kind, copy.vct, tuple(_values(opened)))


def _values(opened: sdjwt.VerifiedSdJwt) -> list[tuple[str, Json]]:
    """Path and value of each disclosure that holds a value of its own, not only parts."""
    parents = {disclosure.parent for disclosure in opened.disclosures}
    return [
        (path_text(disclosure.path), _value(disclosure.raw))
        for index, disclosure in enumerate(opened.disclosures)
        if index not in parents
    ]


def _value(raw: str) -> Json:
    content = strictjson.loads(base64url.decode(raw))
    return content[-1] if isinstance(content, list) else None


def values_object(card: SentCard) -> Object:
    """The values of one card for a machine."""
    return {"kind": card.kind, "vct": card.vct, "values": dict(card.values)}
