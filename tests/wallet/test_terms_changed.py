"""What an organisation asks or promises otherwise than the last time: before and after."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.scheme import VOORBEELDWONEN, TestScheme, build
from support.terminal import Terminal
from support.verifier_simulator import SIGN_UP
from support.wallet_world import World, world

from registrar.parties import IntendedUse
from wallet.caution import Warn
from wallet.events import Kind
from wallet.service import sync
from wallet.service.share import Posed
from wallet.texts import Texts
from wallet.wording import lines

FEWER = json.loads(json.dumps(SIGN_UP))
FEWER["credentials"][0]["claims"] = FEWER["credentials"][0]["claims"][1:]
FEWER["credentials"][0].pop("claim_sets")


def registered_as(scheme: TestScheme, **members: Any) -> None:
    """The same intended use, on other terms."""
    service = scheme.parties[VOORBEELDWONEN].services[0]
    uses = tuple(
        dataclasses.replace(use, **members) if use.id == "inschrijven" else use
        for use in service.intended_uses
    )
    scheme.change(VOORBEELDWONEN, services=(dataclasses.replace(service, intended_uses=uses),))
    scheme.publish()


def use_of(scheme: TestScheme) -> IntendedUse:
    uses = scheme.parties[VOORBEELDWONEN].services[0].intended_uses
    return next(use for use in uses if use.id == "inschrijven")


def once_more(town: World, **members: Any) -> Posed:
    """Asked again on these terms, after something was shared on the first."""
    town.share()
    registered_as(town.scheme, **members)
    town.scheme.write(town.wallet.home.parent / "mirror")
    sync.sync(town.wallet, town.network, now=town.now)
    town.verifier.party = town.scheme.verifier()
    return town.receive()


@pytest.fixture
def own(tmp_path: Path) -> Any:
    made = world(tmp_path, scheme=build())
    yield made
    made.wallet.close()


def words(posed: Posed, lang: str = "nl") -> str:
    question = posed.question
    return "\n".join(lines(question, question.options[0], Texts(lang)))


def test_longer_is_told_with_before_and_after(own: World) -> None:
    retention = dataclasses.replace(use_of(own.scheme).retention, duration="P5Y")
    posed = once_more(own, retention=retention)
    assert posed.question.warnings == (Warn.RETENTION_CHANGED,)
    text = words(posed)
    assert "De vorige keer: hoe lang: tot twee jaar na het einde van de inschrijving" in text
    # The registered words still say two years: ours stand first, in the registered unit.
    assert "Nu: hoe lang: tot 5 jaar nadat je inschrijving stopt" in text


def test_sharing_is_told_with_before_and_after(own: World) -> None:
    posed = once_more(own, recipients=("Reclamebureau Voorbeeld",))
    assert posed.question.warnings == (Warn.SHARING_CHANGED,)
    text = words(posed)
    assert "De vorige keer: met wie: zij delen dit niet met anderen" in text
    assert "Nu: met wie: zij delen dit met Reclamebureau Voorbeeld" in text


def test_another_reason_tells_the_other_terms_with_it(own: World) -> None:
    own.share()
    own.verifier.use = "toewijzing"
    posed = own.receive()
    assert posed.question.warnings == (Warn.PURPOSE_CHANGED,)
    text = words(posed)
    assert "De vorige keer was de reden: Inschrijven als woningzoekende" in text
    assert "Nu is de reden: Beoordelen of een woning mag worden toegewezen" in text
    assert "De vorige keer: met wie: zij delen dit niet met anderen" in text


def test_asking_more_is_named(own: World) -> None:
    own.verifier.query = FEWER
    own.share()
    own.verifier.query = SIGN_UP
    posed = own.receive()
    assert posed.question.warnings == (Warn.ASKS_MORE,)
    assert "      - Persoonsgegevens: Voornamen" in words(posed)
    assert "Given names" in words(own.receive(lang="en"), "en")


def test_asking_less_is_no_warning(own: World) -> None:
    own.share()
    own.verifier.query = FEWER
    assert own.receive().question.warnings == ()


def test_the_same_terms_say_nothing(own: World) -> None:
    own.share()
    posed = own.receive()
    assert posed.question.since is None
    assert posed.question.warnings == ()


def test_what_was_declined_is_no_last_time(own: World) -> None:
    posed = own.receive()
    own.wallet.store.close_request(posed.id, Kind.REQUEST_DECLINED, {}, at=own.now)
    own.verifier.use = "toewijzing"
    assert own.receive().question.since is None


def test_machines_see_before_and_after(own: World, at: Callable[[World], Terminal]) -> None:
    once_more(own, recipients=("Reclamebureau Voorbeeld",))
    _, [shown] = at(own).run("share", own.verifier.link, "--show")
    assert shown["changed"] == {"more": [], "less": [], "recipients_before": []}
    assert shown["recipients"] == ["Reclamebureau Voorbeeld"]


@pytest.mark.parametrize(
    ("duration", "text", "shown"),
    [
        ("P7D", "", "7 dagen nadat je deelt"),
        ("P7D", "Zeven dagen na het delen", "Hoe lang: zeven dagen na het delen."),
        ("P7D", "Een week na het delen", "7 dagen nadat je deelt"),
        ("P2W", "Zo kort als kan", "2 weken nadat je deelt"),
        ("P18M", "", "18 maanden nadat je deelt"),
        ("P1Y", "Eén jaar na het delen", "Hoe lang: eén jaar na het delen."),
    ],
)
def test_retention_in_its_own_unit(duration: str, text: str, shown: str) -> None:
    from credential.registration import Localised, Retention
    from wallet.phrases import retention_lines

    found = retention_lines(Retention(duration, "disclosure", Localised(text, text)), Texts("nl"))
    assert shown in found[0]
    # Words that name another period are theirs, beside what is registered.
    assert len(found) == (2 if text and "zeven" not in text.lower() and "jaar" not in text else 1)
