"""Disclosures of any kind of card to any organisation, with what was really sent kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.cards import hide
from support.wallets import ISSUER, NOW, new_store

from credential import sdjwt
from credential.names import TYP_CARD, path_text, vct_of
from credential.names import Path as ClaimPath
from wallet import clock
from wallet.config import Config
from wallet.events import Kind
from wallet.service.wallet import Wallet
from wallet.store import Store
from wallet.store.values import (
    Card,
    NewCard,
    NewCopy,
    Outgoing,
    RightsCase,
    RightsKey,
    SentCopy,
)

HOME = {"street_address": "Dorpsstraat", "house_number": 7, "postal_code": "1234AB"}
WONEN, WATER, KLUSBUS = "Woonstichting Voorbeeldwonen", "Voorbeeldwater", "Vereniging De Klusbus"
OINS = {WONEN: "00000099000000003000", WATER: "00000099000000004000", KLUSBUS: "000000990000005000"}
STREET, HOUSE, CODE = (
    ("address", "street_address"),
    ("address", "house_number"),
    ("address", "postal_code"),
)


@contextmanager
def wallet_at(folder: Path) -> Iterator[Wallet]:
    """A wallet without a scheme; nothing of it needs one."""
    store = new_store(folder)
    opened = Wallet(folder, Config(), store, clock.random_bytes, lock=None)
    yield opened
    store.close()


def hold(store: Store, kind: str, claims: dict[str, Any], *, at: int = NOW) -> Card:
    """A card with these claims on it."""
    card = NewCard(
        kind=kind,
        vct=vct_of(kind),
        issuer_oin="00000099000000001000",
        issuer_name="Gemeente Voorbeeldstad",
        issuer_url="https://localhost:8441/0599",
        issued_at=at,
        expires_at=at + 26 * 7 * 86_400,
        payload=claims,
    )
    copies = [NewCopy(f"{kind}~{at}~{n}", b"key", "https://s/1", n) for n in range(2)]
    body = {"kind": kind, "issuer": {"name": card.issuer_name, "oin": card.issuer_oin}}
    before = [one for one in store.cards() if one.kind == kind]
    return store.add_card(
        card,
        copies,
        activity=store.new_activity(),
        body=body,
        at=at,
        replaces=before[0].id if before else None,
    )


def correct(store: Store, activity: str, *paths: str, at: int, state: str = "done") -> None:
    """They were asked to correct these items, and answered."""
    right, claims = "rectification", [*paths]
    case = RightsCase(store.new_id(), activity, right, "asked", at, None, None, {"claims": claims})
    store.open_right(case, {"right": right, "state": "asked", "claims": claims}, at=at)
    members: dict[str, Any] = {"state": state, "due": None, "retry_after": None, "at": at}
    store.answer_right(case.id, {"right": right, "state": state}, document=case.document, **members)


def copy_of(kind: str, claims: dict[str, Any]) -> sdjwt.VerifiedSdJwt:
    """One copy of such a card, every claim hidden apart."""
    members = {"vct": vct_of(kind), **hide(claims)}
    compact = sdjwt.issue(
        members, signer=ISSUER, x5c=[b"leaf"], typ=TYP_CARD, entropy=clock.random_bytes
    )
    return sdjwt.verify(sdjwt.parse(compact, typ=TYP_CARD), ISSUER.public_key)


def give(
    store: Store,
    party: str,
    kind: str,
    claims: dict[str, Any],
    paths: list[ClaimPath],
    *,
    at: int = NOW,
    copy: sdjwt.VerifiedSdJwt | None = None,
    again: bool = False,
    settle: Kind | None = Kind.SHARE_ACKNOWLEDGED,
    name: str = "",
    **stated: Any,
) -> str:
    """Shares these parts of a card with this organisation; the id of the activity."""
    activity, vct = store.new_activity(), vct_of(kind)
    selection = (copy or copy_of(kind, claims)).select(paths)
    texts = [path_text(path) for path in paths]
    body = {
        "party": {"name": name or party, "oin": OINS[party], "service_id": "klant"},
        "purpose": {"id": "klant", "nl": "Klant worden", "en": "Becoming a customer"},
        "retention": {"duration": "P2Y", "starts": "disclosure", "nl": "", "en": ""},
        "asked": [{"query": "q", "vct": vct, "paths": texts, "required": True}],
        "warnings": [{"code": "reuse", "accepted": True}] if again else [],
        **stated,
    }
    store.append(activity, Kind.REQUEST_RECEIVED, {**body, "warnings": []}, at=at)
    digests = {path_text(path): [*found] for path, found in selection.by_path.items()}
    gone = {"query": "q", "vct": vct, "issuer": "i", "paths": texts, "digests": digests}
    store.record_share_intended(
        activity,
        {**body, "shared": [gone]},
        at=at,
        copies=[],
        sent=[SentCopy("q", f"card-{kind}", kind, vct, selection.compact)],
        evidence=[],
        rights_key=RightsKey(activity, b"key", "https://v/rights", OINS[party], "n"),
        outgoing=Outgoing("https://v/response", b"x"),
    )
    if settle is not None:
        store.settle(activity, settle, {}, at=at)
    return activity
