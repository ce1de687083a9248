"""Keeping cards current: what the issuers tell, what was taken back, and new copies.

Only when the resident asks, or at the start of the screens when it was longer than a week ago;
never because of a disclosure, nor within an hour after one, or an issuer could tell from the
moment that something was shared (Architecture, Wallet).
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from credential.errors import CredentialError
from credential.strictjson import Json, Object
from credential.trust import Issuer
from credential.trust.heirs import heirs
from wallet import messages
from wallet.errors import NoMatch, WalletError, from_credential
from wallet.events import Kind
from wallet.fetch import Fetch
from wallet.issuance import Issuance, Trigger
from wallet.offer import Described, Offered
from wallet.refusals import MessageError
from wallet.service import awaited, cards, collecting, looking, statuslists, sync
from wallet.service.collecting import Progress
from wallet.service.opening import PROMISED_FOR, issuance_of
from wallet.service.session import IssuerSession, open_session
from wallet.service.statuslists import Looked
from wallet.service.wallet import Wallet
from wallet.session import StoredSession
from wallet.store.values import Card, Pending

DUE_AFTER: Final = 7 * 86_400
QUIET: Final = 3_600
"""How long after a disclosure nothing is fetched."""
AT_SETTING: Final = "refresh.at"
REASONS: Final = frozenset(
    {
        *("moved", "died", "name", "nationality", "title_ended", "investigation", "birthday"),
        *("corrected", "holder", "compromise", "municipality", "withdrawn"),
    }
)
# Why an issuer stopped, where nobody does its work instead.
_STOPPED: Final = {
    "trust.issuer_suspended": "suspended",
    "trust.issuer_compromised": "compromised",
}


@dataclass(frozen=True)
class Told:
    """What an issuer says of one kind of card: `valid`, `renewable` or `revoked`, and why.

    `reason` is one of `REASONS`, or empty.
    """

    kind: str
    state: str
    reason: str
    at: int | None


@dataclass(frozen=True)
class News:
    """One issuer: what it tells, and which kinds may be fetched anew.

    `state`: `known`; `login` (it wants the resident to log in again); `withdrawn` (it may not issue
    any more, and `successors` do its work); `suspended` (not for now); `compromised` (what it
    issued does not count any more); `unreachable` or `refused`, with `error`.
    """

    oin: str
    name: str
    state: str
    told: tuple[Told, ...] = ()
    fetch: tuple[str, ...] = ()
    wait: int = 0
    """Seconds until new copies may be fetched, where that is not now."""
    successors: tuple[str, ...] = ()
    error: str = ""
    again: tuple[str, ...] = ()
    """The kinds that did not come along from another computer."""

    @property
    def renewable(self) -> tuple[Told, ...]:
        """The cards that have become another."""
        return tuple(one for one in self.told if one.state == "renewable")


@dataclass(frozen=True)
class Found:
    """Everything one look told."""

    lists: Looked
    issuers: tuple[News, ...]
    distrusted: tuple[Card, ...] = ()
    """Cards whose signer's key leaked: nobody believes them any more."""


def due(wallet: Wallet, *, now: int) -> bool:
    """Whether a look is due at the start of the screens."""
    lasting = [one for one in wallet.store.sessions() if one.refresh_token is not None]
    last = wallet.store.setting(AT_SETTING, 0)
    since = max([last if isinstance(last, int) else 0, *(one.opened_at for one in lasting)])
    return bool(lasting) and now - since >= DUE_AFTER and quiet_for(wallet, now=now) == 0


def quiet_for(wallet: Wallet, *, now: int) -> int:
    """Seconds until an hour has passed since the last disclosure."""
    last = wallet.store.last_event(Kind.SHARE_INTENDED)
    return 0 if last is None else max(0, last + QUIET - now)


def look(wallet: Wallet, fetch: Fetch, *, now: int) -> Found:
    """Reads the lists and asks every issuer; what was taken back is on record."""
    distrusted = _newest_scheme(wallet, fetch, now)
    lists = statuslists.look(wallet, fetch, now=now)
    _expire(wallet, now)
    found = [_news(wallet, fetch, stored, now) for stored in wallet.store.sessions()]
    # After a move: nothing leads back to these issuers but a login.
    known = {one.oin for one in found}
    found += [
        News(one.oin, one.name, "login", again=one.kinds)
        for one in awaited.again(wallet, now=now)
        if one.oin not in known
    ]
    wallet.store.set_setting(AT_SETTING, now)
    return Found(lists, tuple(found), distrusted)


def renew(
    wallet: Wallet, fetch: Fetch, news: News, *, now: int, trigger: Trigger = "user"
) -> Progress:
    """Fetches all kinds that `look` named, at once; each new batch takes the place of the old.

    `trigger`: `wallet` where it came by itself at the start of the screens (ARF 3.0 DASH_05).
    """
    session = open_session(wallet, fetch, news.oin, now=now)
    described = _describe(wallet, fetch, session.stored, now)
    topped = dataclasses.replace(session.stored, topped_up_at=now)
    issuance = issuance_of(described, topped, desk=False, kinds=news.fetch, trigger=trigger)
    if not issuance.items:
        raise NoMatch("refresh.nothing")
    activity = wallet.store.new_activity()
    pending = Pending(activity, activity, now, now + PROMISED_FOR, issuance.document())
    wallet.store.add_issuance(pending, at=now, session=topped)
    return collecting.advance(wallet, fetch, pending, now=now)


def successors(wallet: Wallet, stored: StoredSession, *, now: int) -> tuple[Issuer, ...]:
    """Who issues now what this issuer did: that of the resident's own code where cards tell it."""
    found = heirs(wallet.trust(now), stored.oin, now)
    codes = {
        code
        for card in wallet.store.cards()
        if card.issuer_oin == stored.oin
        and isinstance(code := card.payload.get("municipality_code"), str)
    }
    own = tuple(one for one in found if codes & set(one.municipality_codes))
    return own or found


def _newest_scheme(wallet: Wallet, fetch: Fetch, now: int) -> tuple[Card, ...]:
    """Who may issue now, and who took over; the one kept will do for as long as it is in force.

    Returns the cards that nobody believes any more.
    """
    try:
        return sync.sync(wallet, fetch, now=now).distrusted
    except WalletError:
        trust = wallet.trust(now)
        try:
            trust.require_fresh(now)
        except CredentialError as error:
            raise from_credential(error) from None
    return ()


def _news(wallet: Wallet, fetch: Fetch, stored: StoredSession, now: int) -> News:
    issuer = wallet.trust(now).issuer_by_oin(stored.oin)
    if not stored.foreign and (issuer is None or not issuer.issuing(now)):
        stopped = None if issuer is None else _STOPPED.get(issuer.idle(now) or "")
        if stopped is not None:
            return News(stored.oin, stored.name, stopped)
        heirs = tuple(one.name for one in successors(wallet, stored, now=now))
        return News(stored.oin, stored.name, "withdrawn", successors=heirs)
    try:
        session = open_session(wallet, fetch, stored.oin, now=now)
        described = _describe(wallet, fetch, session.stored, now)
        _keep_addresses(session, described)
        answer = session.get() if session.stored.my_endpoint is not None else {}
        return _read(wallet, session, described, answer, now)
    except (WalletError, CredentialError) as error:
        found = from_credential(error) if isinstance(error, CredentialError) else error
        state = {"session.ended": "login"}.get(found.code) or (
            "unreachable" if found.code.startswith("network.") else "refused"
        )
        return News(stored.oin, stored.name, state, error=found.code)


def _read(
    wallet: Wallet, session: IssuerSession, described: Described, answer: Object, now: int
) -> News:
    found = messages.convert(answer, messages.MyCards, "issuer.my_malformed")
    told = tuple(
        Told(one.kind, one.state, one.reason if one.reason in REASONS else "", one.at)
        for one in found.cards
        if one.state in ("valid", "renewable", "revoked")
    )
    remembered = {one.kind: (one.state, one.reason) for one in told if one.state != "valid"}
    cards.remember(wallet, session.oin, remembered, now=now)
    held = [card for card in wallet.store.cards() if card.issuer_oin == session.oin]
    for one in told:
        if one.state == "revoked":
            _taken_back(wallet, held, one, now)
    wanted = _wanted(wallet, session.stored, described, told, now)
    wait = max([quiet_for(wallet, now=now), *(found.refill.get(kind, 0) for kind in wanted)])
    return News(
        session.oin,
        described.issuer.name,
        "known",
        told=told,
        fetch=wanted if wait == 0 else (),
        wait=wait if wanted else 0,
    )


def _taken_back(wallet: Wallet, held: Iterable[Card], told: Told, now: int) -> None:
    for card in held:
        newer = told.at is not None and card.received_at > told.at
        if card.kind == told.kind and card.state == "valid" and not newer:
            statuslists.revoke(wallet, card, told.reason, now=now)


def _wanted(
    wallet: Wallet,
    stored: StoredSession,
    described: Described,
    told: tuple[Told, ...],
    now: int,
) -> tuple[str, ...]:
    """Every kind held from here, as soon as one of them is short, old or has become another.

    All at once: which kind ran out is nobody's business.
    """
    states = {one.kind: one.state for one in told}
    gone = {one.kind for one in told if one.state == "revoked" and one.reason in cards.ENDED}
    kinds = {one.kind for one in stored.wanted}
    coming = {
        item.kind
        for pending in wallet.store.issuances()
        if (issuance := Issuance.read(pending.document)).issuer_oin == stored.oin
        for item in issuance.items
        if item.open
    }
    held = [
        card
        for card in wallet.store.cards()
        if card.issuer_oin == stored.oin and card.kind in kinds - coming - gone
    ]
    needed = any(
        states.get(card.kind) in ("renewable", "revoked")
        or card.copies < described.batch
        or cards.state_of(card, now) != "valid"
        for card in held
    )
    return tuple(dict.fromkeys(card.kind for card in held)) if needed else ()


def _describe(wallet: Wallet, fetch: Fetch, stored: StoredSession, now: int) -> Described:
    found = looking.describe(wallet, fetch, Offered(stored.issuer, ()), now=now)
    if found.issuer.oin != stored.oin:
        raise MessageError("issuer.other_party", "Regie trust 3.2")
    return found


def _keep_addresses(session: IssuerSession, described: Described) -> None:
    """Where the issuer answers now, and what it asks for the kinds a person decides on."""
    regie = described.metadata.nl_regie
    if regie is None:
        return
    newer = dataclasses.replace(
        session.stored, my_endpoint=regie.my_endpoint, declared={**regie.declared}
    )
    if newer != session.stored:
        session.keep(newer)


def _expire(wallet: Wallet, now: int) -> None:
    for card in wallet.store.cards():
        if card.state == "valid" and card.expires_at <= now:
            issuer: Json = {"name": card.issuer_name, "oin": card.issuer_oin}
            body: Object = {"kind": card.kind, "issuer": issuer}
            activity = wallet.store.new_activity()
            wallet.store.mark_card(
                card.id, "expired", Kind.CARD_EXPIRED, body, activity=activity, at=now
            )
