"""What the resident holds: list, look closer, throw away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from credential.errors import CredentialError
from credential.staleness import STATUS_LIFE
from credential.strictjson import Json, Object
from wallet.errors import NoMatch
from wallet.service.wallet import Wallet
from wallet.store.values import Card

if TYPE_CHECKING:
    from credential.trust import Trust
    from credential.typemetadata import TypeMetadata

EXPIRING: Final = 28 * 86_400
TOLD_SETTING: Final = "cards.told"
KNOWN_SETTING: Final = "cards.known"
CALLED_SETTING: Final = "cards.called"
SCHEME_SETTING: Final = "cards.scheme"
SUSPENDED: Final = "suspended"
COMPROMISE: Final = "compromise"
"""What a scheme says of who signed a card: not now, or never again."""
KNOWN_FOR: Final = STATUS_LIFE
"""How long a status list says anything: no longer than it is in force (Regie formats 7)."""
USABLE: Final = ("valid", "expiring", "renewable", "unknown")
ENDED: Final = frozenset({"died", "holder", "withdrawn"})
"""Of a card taken back for these reasons there is no newer one."""
_HIDDEN: Final = frozenset({"vct", "vct#integrity", "iat", "nbf", "exp", "iss", "cnf", "status"})


@dataclass(frozen=True)
class Held:
    """A card and how it stands at this moment; `reason` is why, where its issuer told that.

    `state`: `valid`, `not_yet`, `expiring`, `expired`, `revoked`, `unknown` (nobody looked for a
    week whether it was taken back), `empty` (no copies left), `renewable` (it became another) or
    `suspended` (nobody accepts it for as long as its issuer is suspended).
    """

    card: Card
    state: str
    reason: str = ""
    known_at: int = 0
    """Until when it is known that it was not taken back."""
    now: tuple[str, ...] = ()
    """Who its issuer is now, where it has another name or went up in another (Regie trust 4.5)."""

    @property
    def starts_at(self) -> int:
        """From when it counts."""
        return _starts(self.card)

    @property
    def for_good(self) -> bool:
        """Whether it ended and no new one comes in its place."""
        return self.state == "revoked" and self.reason in ENDED

    @property
    def claims(self) -> Object:
        """The data on the card, without what only machines use."""
        return {name: value for name, value in self.card.payload.items() if name not in _HIDDEN}


def held(wallet: Wallet, *, now: int) -> tuple[Held, ...]:
    """All cards, newest last."""
    said = _settings(wallet)
    return tuple(_held(card, said, now) for card in wallet.store.cards())


def one(wallet: Wallet, card_id: str, *, now: int) -> Held:
    """One card by its id, the only beginning of it, or its kind where only one is of that kind."""
    found = wallet.store.card(card_id)
    if found is None:
        same = [card for card in wallet.store.cards() if card.kind == card_id]
        found = same[0] if len(same) == 1 else None
    if found is None:
        raise NoMatch("card.none")
    return _held(found, _settings(wallet), now)


def remember(wallet: Wallet, oin: str, told: Mapping[str, tuple[str, str]], *, now: int) -> None:
    """What an issuer says of its cards: state and reason by kind, until newer cards come."""
    before = wallet.store.setting(TOLD_SETTING, {})
    kinds: Object = {kind: [state, reason, now] for kind, (state, reason) in told.items()}
    wallet.store.set_setting(
        TOLD_SETTING, {**(before if isinstance(before, dict) else {}), oin: kinds}
    )


def looked(wallet: Wallet, known: Mapping[str, int]) -> None:
    """Of which moment the lists were that did not name a card; a card that is gone drops out."""
    stored = wallet.store.setting(KNOWN_SETTING, {})
    before = stored if isinstance(stored, dict) else {}
    newest: Object = {
        card.id: known.get(card.id, before.get(card.id, card.received_at))
        for card in wallet.store.cards()
    }
    wallet.store.set_setting(KNOWN_SETTING, newest)


def name_issuers(wallet: Wallet, trust: "Trust", *, now: int) -> None:
    """Keeps who the issuers of the cards are now: a list of cards needs no certificates then."""
    from credential.trust.heirs import now_called  # noqa: PLC0415  needs certificates

    oins = dict.fromkeys(card.issuer_oin for card in wallet.store.cards() if not card.foreign)
    called: Object = {oin: [*now_called(trust, oin, now)] for oin in oins}
    if called != wallet.store.setting(CALLED_SETTING, {}):
        wallet.store.set_setting(CALLED_SETTING, called)


def note_signers(wallet: Wallet, said: Mapping[str, str]) -> None:
    """What the newest scheme says of who signed which card; a leak is never forgotten."""
    before = wallet.store.setting(SCHEME_SETTING, {})
    held = {card.id for card in wallet.store.cards()}
    leaked = {
        card: COMPROMISE
        for card, word in (before.items() if isinstance(before, dict) else ())
        if word == COMPROMISE and card in held
    }
    found: Object = {**said, **leaked}
    if found != before:
        wallet.store.set_setting(SCHEME_SETTING, found)


def _settings(wallet: Wallet) -> tuple[Json, Json, Json, Json]:
    names = (TOLD_SETTING, KNOWN_SETTING, CALLED_SETTING, SCHEME_SETTING)
    told, known, called, scheme = (wallet.store.setting(name, {}) for name in names)
    return told, known, called, scheme


def _called(card: Card, called: Json) -> tuple[str, ...]:
    """The present names, where they are not the one on the card."""
    names = called.get(card.issuer_oin) if isinstance(called, dict) else None
    found = tuple(one for one in names if isinstance(one, str)) if isinstance(names, list) else ()
    return () if found == (card.issuer_name,) else found


def _held(card: Card, settings: tuple[Json, Json, Json, Json], now: int) -> Held:
    told, known, called, scheme = settings
    looked_at = known.get(card.id) if isinstance(known, dict) else None
    known_at = max(card.received_at, looked_at if isinstance(looked_at, int) else 0)
    state, reason = _told(card, told, now)
    if state in ("valid", "expiring") and now - known_at > KNOWN_FOR:
        state = "unknown"
    said = scheme.get(card.id) if isinstance(scheme, dict) else None
    if said == COMPROMISE and state == "revoked":
        reason = COMPROMISE
    elif said == SUSPENDED and state in (*USABLE, "empty"):
        state, reason = SUSPENDED, ""
    return Held(card, state, reason, known_at, _called(card, called))


def _told(card: Card, told: Json, now: int) -> tuple[str, str]:
    """The state by itself and by what its issuer said since it came, and why."""
    state = state_of(card, now)
    issuer = told.get(card.issuer_oin) if isinstance(told, dict) else None
    match issuer.get(card.kind) if isinstance(issuer, dict) else None:
        case [str() as said, str() as reason, int() as at] if at > card.received_at:
            if state == "revoked":
                return state, reason if said == "revoked" else ""
            if said == "renewable" and state not in ("expired", "revoked", "not_yet"):
                return "renewable", reason
        case _:
            pass
    return state, ""


def types(wallet: Wallet) -> Mapping[str, "TypeMetadata"]:
    """What the newest snapshot calls kinds and claims; nothing when there is none."""
    from credential.snapshot import reopen_archived_scheme  # noqa: PLC0415  needs certificates

    folder = wallet.scheme_folder
    try:
        return reopen_archived_scheme(
            lambda path: (folder / path).read_bytes(),
            fingerprint=bytes.fromhex(wallet.config.fingerprint),
        ).types
    except (OSError, CredentialError):
        return {}


def state_of(card: Card, now: int) -> str:
    """By itself: `revoked`, `expired`, `not_yet`, `empty`, `expiring` or `valid`."""
    if card.state != "valid":
        return card.state
    if card.expires_at <= now:
        return "expired"
    if _starts(card) > now:
        return "not_yet"
    if card.copies == 0:
        return "empty"
    return "expiring" if card.expires_at - now <= EXPIRING else "valid"


def _starts(card: Card) -> int:
    begin = card.payload.get("nbf")
    return max(card.issued_at, begin) if isinstance(begin, int) else card.issued_at


def forget(wallet: Wallet, card: Card, *, now: int) -> None:
    """Wipes the card and its keys; what was shared, and the rights over it, stay."""
    body: Object = {
        "kind": card.kind,
        "issuer": {"name": card.issuer_name, "oin": card.issuer_oin},
        "copies": card.copies,
    }
    wallet.store.delete_card(card.id, activity=wallet.store.new_activity(), body=body, at=now)
