"""What the scheme says of who signed the cards: who they are now, and whom nobody believes."""

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.logging_in import log_in
from support.refreshing import look, publish_list, renew
from support.scheme import VOORBEELDSTAD, WESTHOVE, build
from support.terminal import Terminal
from support.wallet_world import World, world

from wallet import cardwords, doctorwords
from wallet.cli.cards import lines, summary
from wallet.cli.output import Output
from wallet.events import Kind
from wallet.service import cardlife, cards, doctor, sync
from wallet.store import Filter
from wallet.texts import Texts
from wallet.tui import views

HOUR = 3_600


@pytest.fixture
def town(tmp_path: Path) -> Any:
    made = world(tmp_path, scheme=build())
    yield made
    made.wallet.close()


def synced(town: World) -> sync.Synced:
    town.scheme.write(town.wallet.home.parent / "mirror")
    return sync.sync(town.wallet, town.network, now=town.now)


def card_certificate(town: World) -> str:
    return hashlib.sha256(town.scheme.issuer().card.x5c[0]).hexdigest()


@pytest.mark.spec(
    "Regie formats", "8", "a card whose signer was revoked is known to be worth nothing"
)
def test_a_card_of_a_leaked_key_is_marked_and_on_record(town: World) -> None:
    held = {card.id for card in town.wallet.store.cards()}
    assert synced(town).distrusted == ()
    town.scheme.revoke(card_certificate(town))
    done = synced(town)
    assert {card.id for card in done.distrusted} == held
    assert {one.state for one in cards.held(town.wallet, now=town.now)} == {"revoked"}
    bodies = [
        entry.body
        for activity in town.wallet.store.activities(Filter())
        for entry in town.wallet.store.events(activity.id)
        if entry.kind == Kind.CARD_REVOKED
    ]
    assert [one["reason"] for one in bodies] == ["compromise"] * len(held)
    # Once: the next sync has nothing more to say of them.
    assert synced(town).distrusted == ()


@pytest.mark.spec("Regie trust", "4.5", "a compromised issuer: its cards count no longer")
def test_a_compromised_issuer_takes_its_cards_along(town: World) -> None:
    issuing = town.scheme.parties[VOORBEELDSTAD].issuing
    assert issuing is not None
    ended = dataclasses.replace(issuing, withdrawn=town.now, withdrawal_reason="compromised")
    town.scheme.change(VOORBEELDSTAD, issuing=ended)
    town.scheme.publish()
    assert len(synced(town).distrusted) == len(town.wallet.store.cards())


@pytest.mark.spec("Regie trust", "4.5", "an orderly end leaves the cards alone")
@pytest.mark.parametrize("reason", ["merged", "ceased"])
def test_an_orderly_end_distrusts_nothing(town: World, reason: str) -> None:
    town.scheme.succeed(VOORBEELDSTAD, [WESTHOVE], at=town.now, reason=reason)
    town.scheme.publish()
    assert synced(town).distrusted == ()
    found = cards.held(town.wallet, now=town.now)
    assert {one.state for one in found} == {"valid"}
    assert {one.now for one in found} == {("Gemeente Westhove",)}


def test_new_cards_come_from_a_new_key(own_home: World) -> None:
    """Nobody has to ask for them by hand: a refresh finds that they are needed."""
    town = own_home
    log_in(town, "persoonsgegevens")
    publish_list(town)
    key = f"{VOORBEELDSTAD}.card"
    revoked = card_certificate(town)
    town.scheme.keys[VOORBEELDSTAD].pop(key)
    town.scheme.ledger = town.scheme.ledger.with_revoked((revoked,), town.now, "compromised")
    town.scheme.add(town.scheme.parties[VOORBEELDSTAD])
    town.scheme.publish()
    town.scheme.write(town.wallet.home.parent / "mirror")
    town.issuer.party = town.scheme.issuer()
    town.now = town.issuer.now = town.now + 2 * HOUR
    publish_list(town)
    found = look(town)
    assert [card.kind for card in found.distrusted] == ["persoonsgegevens"]
    (news,) = found.issuers
    assert news.fetch == ("persoonsgegevens",)
    assert renew(town, news).state == "received"
    assert {one.state for one in cards.held(town.wallet, now=town.now)} == {"valid"}


# ---- how it is told


@pytest.mark.parametrize(("lang", "never"), [("nl", "door de uitgever"), ("en", "by the issuer")])
def test_a_leaked_key_is_not_the_issuer_taking_back(own_home: World, lang: str, never: str) -> None:
    town = own_home
    log_in(town, "persoonsgegevens")
    revoked = card_certificate(town)
    town.scheme.ledger = town.scheme.ledger.with_revoked((revoked,), town.now, "compromised")
    town.scheme.publish()
    synced(town)
    (held,) = cards.held(town.wallet, now=town.now)
    assert (held.state, held.reason) == ("revoked", "compromise")
    texts = Texts(lang)
    say = Output(texts, json_mode=False)
    said = "\n".join(
        [
            *lines(held, say),
            views.card_why(held, texts),
            *(doctorwords.what(one, texts) for one in doctor.inside(town.wallet, now=town.now)),
            *(
                cardwords.line(one, held.card.vct, {}, texts)
                for one in cardlife.history(town.wallet, held.card.id, now=town.now)
            ),
        ]
    )
    assert never not in said
    key = {"nl": "sleutel van de gemeente", "en": "key of the municipality"}[lang]
    assert key in said
    # The next sync, without anything new, forgets nothing of it.
    synced(town)
    assert cards.held(town.wallet, now=town.now)[0].reason == "compromise"


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("nl", "Gemeente Voorbeeldstad (nu Gemeente Duinhove, Gemeente Westhove)"),
        ("en", "Gemeente Voorbeeldstad (now Gemeente Duinhove, Gemeente Westhove)"),
    ],
)
def test_who_it_is_now_stands_beside_the_name(town: World, lang: str, told: str) -> None:
    held = cards.held(town.wallet, now=town.now)[0]
    heirs = dataclasses.replace(held, now=("Gemeente Duinhove", "Gemeente Westhove"))
    texts = Texts(lang)
    say = Output(texts, json_mode=False)
    assert told in lines(heirs, say)[0]
    assert summary(heirs)["now"] == ["Gemeente Duinhove", "Gemeente Westhove"]
    assert views.issuer_of(heirs, texts) == told
    assert views.card_lines([heirs], texts)[0].left == told
    assert "(" not in lines(held, say)[0]


def test_a_name_from_outside_cannot_speak_to_the_terminal(town: World) -> None:
    held = cards.held(town.wallet, now=town.now)[0]
    hostile = dataclasses.replace(held, now=("Gemeente\x1b[2J",))
    assert "\x1b" not in views.issuer_of(hostile, Texts("nl"))


def test_sync_says_which_cards_count_no_longer(
    town: World, at: Callable[[World], Terminal]
) -> None:
    town.scheme.revoke(card_certificate(town))
    town.scheme.write(town.wallet.home.parent / "mirror")
    code, out = at(town).plain("sync")
    assert code == 0
    assert "Persoonsgegevens van Gemeente Voorbeeldstad geldt niet meer" in " ".join(out.split())
    code, told = at(town).run("sync")
    assert told[0]["distrusted"] == []
    code, told = at(town).run("cards")
    assert {one["state"] for one in told} == {"revoked"}
