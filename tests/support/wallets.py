"""A wallet's store in a folder, with cards and disclosures in it; no Argon2 on the way."""

from pathlib import Path
from typing import Any

from credential import sdjwt
from credential.jose import KeySigner, generate_key, private_key_to_pem
from credential.names import TYP_CARD, vct_of
from wallet import clock
from wallet.events import Kind
from wallet.keyfile import LABEL_DATABASE, MasterKey
from wallet.store import Store
from wallet.store.database import Database
from wallet.store.values import (
    CopyUse,
    Evidence,
    NewCard,
    NewCopy,
    Outgoing,
    RightsKey,
    SentCopy,
)

ISSUER = KeySigner(generate_key())
MASTER = MasterKey(b"\x07" * 32)
NOW = 1_767_225_600  # 2026-01-01
DAY = 86_400
PERSON = vct_of("persoonsgegevens")
ADDRESS = vct_of("woonadres")
OIN = "00000099000000002000"


def new_store(home: Path) -> Store:
    """An empty store with a new log."""
    home.mkdir(parents=True, exist_ok=True)
    return Store.create(home, MASTER, at=NOW, entropy=clock.random_bytes)


def open_store(home: Path, *, write: bool = True, at: int = NOW) -> Store:
    """The store of `home`; for writing also mended, as the wallet does."""
    store = Store.open(home, MASTER, write=write, entropy=clock.random_bytes)
    if write:
        store.recover(at=at)
    return store


def decrypted(home: Path) -> Database:
    """The database as somebody with the key sees and changes it."""
    return Database.open(home / "wallet.db", MASTER.derive(LABEL_DATABASE), write=True)


def give_card(store: Store, kind: str = "persoonsgegevens", *, copies: int = 3, secret: str = "x"):
    """One card with its copies, as if just received."""
    card = NewCard(
        kind=kind,
        vct=vct_of(kind),
        issuer_oin="00000099000000001000",
        issuer_name="Gemeente Voorbeeldstad",
        issuer_url="https://localhost:8441/0599",
        issued_at=NOW - DAY,
        expires_at=NOW + 52 * 7 * DAY,
        payload={"given_name": secret},
    )
    made = [
        NewCopy(f"jwt.{kind}.{secret}~{n}~", f"key {n} {secret}".encode(), "https://s/1", n)
        for n in range(copies)
    ]
    issuer = {"name": card.issuer_name, "oin": card.issuer_oin}
    body = {"kind": kind, "issuer": issuer, "peers": ["localhost:8441"]}
    return store.add_card(card, made, activity=store.new_activity(), body=body, at=NOW)


def new_card_of(card: Any, payload: dict[str, Any], now: int) -> tuple[NewCard, NewCopy]:
    """A card made by `holder_simulator`, as the wallet keeps what it received."""
    made = NewCard(
        kind=card.kind,
        vct=vct_of(card.kind),
        issuer_oin="00000099000000001000",
        issuer_name="Gemeente Voorbeeldstad",
        issuer_url="https://localhost:8441/0599",
        issued_at=now,
        expires_at=now + 26 * 7 * DAY,
        payload=payload,
    )
    pem = private_key_to_pem(card.key)
    return made, NewCopy(card.compact, pem, "https://localhost:8440/status/1", 0)


def request_body(
    *, name="Woonstichting Voorbeeldwonen", service="inschrijving", purpose="Inschrijven"
):
    """The body of a request for a name and a postal code."""
    return {
        "party": {"name": name, "oin": OIN, "service_id": service, "service_name": "Inschrijven"},
        "purpose": {"id": "inschrijven", "nl": purpose, "en": "Registration"},
        "retention": {"duration": "P1Y", "starts": "disclosure", "nl": "een jaar", "en": "a year"},
        "shared_with": [],
        "asked": [
            {"query": "p", "vct": PERSON, "paths": ["given_name", "age_over_18"], "required": True},
            {"query": "w", "vct": ADDRESS, "paths": ["address.postal_code"], "required": False},
        ],
    }


def presented(name: str) -> sdjwt.Selection:
    """The given name of a card, as a selection that may leave."""
    claims = {
        "vct": PERSON,
        "given_name": sdjwt.Disclosable(name),
        "age_over_18": sdjwt.Disclosable(True),
    }
    compact = sdjwt.issue(
        claims, signer=ISSUER, x5c=[b"leaf"], typ=TYP_CARD, entropy=clock.random_bytes
    )
    card = sdjwt.verify(sdjwt.parse(compact, typ=TYP_CARD), ISSUER.public_key)
    return card.select([("given_name",)])


def intend(
    store: Store, activity: str, *, secret: str = "Jans", at: int = NOW, copies=None, **more
):
    """Records that the given name is about to be shared."""
    selection = presented(secret)
    body = request_body() | {
        "shared": [
            {
                "vct": PERSON,
                "issuer": "00000099000000001000",
                "paths": ["given_name"],
                "digests": {"given_name": list(selection.by_path[("given_name",)])},
            }
        ]
    }
    arguments = {
        "copies": [CopyUse(store.candidates()[0].id)] if copies is None else copies,
        "sent": [SentCopy("p", "card", "persoonsgegevens", PERSON, selection.compact)],
        "evidence": [Evidence("request", b"the request"), Evidence("scheme", b"the scheme")],
        "rights_key": RightsKey(
            f"jkt-{activity}", b"rights " + secret.encode(), "https://v/rights", OIN, "n"
        ),
        "outgoing": Outgoing("https://v/response/1", b"response " + secret.encode()),
    }
    return store.record_share_intended(activity, body, at=at, **(arguments | more))


def disclose(store: Store, *, secret: str = "Jans", at: int = NOW, **more) -> str:
    """A whole disclosure with its receipt; the id of its activity."""
    activity = store.new_activity()
    store.append(
        activity,
        Kind.REQUEST_RECEIVED,
        request_body(),
        at=at,
        evidence=[Evidence("request", b"the request")],
    )
    intend(store, activity, secret=secret, at=at, **more)
    store.settle(activity, Kind.SHARE_ACKNOWLEDGED, {"peers": ["v"]}, at=at)
    store.append(
        activity,
        Kind.RECEIPT_VERIFIED,
        {},
        at=at,
        evidence=[Evidence("receipt", b"receipt " + activity.encode())],
    )
    return activity
