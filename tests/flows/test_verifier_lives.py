"""The life of who asks, from an edited file to the question in the wallet and the corporation."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.living import Living, steps
from support.scheme import NOW, VOORBEELDWONEN
from support.wallet_world import World, world

from registrar.standing import OVERLAP
from wallet.caution import Warn
from wallet.errors import WalletError
from wallet.service import sync
from wallet.sharing import Acknowledged
from wallet.texts import Texts
from wallet.wording import lines

DAY = 86_400
USE = "service.intended_use.step"
CARDS = "[[service.intended_use.card]]"


def at(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


@pytest.fixture
def living() -> Living:
    return Living()


@pytest.fixture
def town(tmp_path: Path, living: Living) -> Iterator[World]:
    made = world(tmp_path, scheme=living.scheme)
    yield made
    made.wallet.close()


def published(town: World, living: Living, now: int) -> None:
    """The operator publishes; the corporation installs what it got, the wallet fetches the list."""
    living.publish(now)
    town.now = town.issuer.now = town.verifier.now = now
    town.scheme.write(town.wallet.home.parent / "mirror")
    sync.sync(town.wallet, town.network, now=now)


def of_sign_up(living: Living, *what: str) -> None:
    """These steps of the first purpose, before its cards."""
    text = living.text(VOORBEELDWONEN)
    made = steps(*what, table=USE).lstrip()
    living.texts[VOORBEELDWONEN] = text.replace(CARDS, f"{made}\n{CARDS}", 1)


def refusal(town: World) -> str:
    """By which rule the wallet refuses the question; nothing was shared."""
    with pytest.raises(WalletError) as caught:
        town.receive()
    assert not town.verifier.received
    return str(caught.value.params["rule"])


# ---- a purpose that changes


@pytest.mark.spec("Regie formats", "2", "what changed since last time, from an edited file")
def test_what_was_edited_is_what_the_wallet_says_changed(living: Living, town: World) -> None:
    first = town.receive()
    assert not {Warn.RETENTION_CHANGED, Warn.SHARING_CHANGED} & {*first.question.warnings}
    town.share(first)
    living.edit(
        VOORBEELDWONEN,
        ('retention.duration = "P2Y"', 'retention.duration = "P7Y"'),
        ("recipients = []", 'recipients = ["Woonadvies Voorbeeldregio"]'),
    )
    assert living.faults() == []
    published(town, living, NOW + DAY)
    town.verifier.party = living.scheme.verifier()
    posed = town.receive()
    assert {Warn.RETENTION_CHANGED, Warn.SHARING_CHANGED} <= {*posed.question.warnings}
    text = "\n".join(lines(posed.question, posed.question.options[0], Texts("nl")))
    assert "De vorige keer: met wie: zij delen dit niet met anderen" in text
    assert "Woonadvies Voorbeeldregio" in text
    english = "\n".join(lines(posed.question, posed.question.options[0], Texts("en")))
    assert "Woonadvies Voorbeeldregio" in english


@pytest.mark.spec("Regie trust", "1.4", "what a registration said before ends after a week")
def test_the_old_terms_end_a_week_after_the_new_ones(living: Living, town: World) -> None:
    """Who edited its file may not go on asking on the terms of before for half a year."""
    living.edit(VOORBEELDWONEN, ('retention.duration = "P2Y"', 'retention.duration = "P7Y"'))
    published(town, living, NOW + DAY)
    assert town.receive().question.retention is not None  # still with the old registration
    published(town, living, NOW + DAY + OVERLAP + 60)
    assert refusal(town) == "registration.revoked"
    town.verifier.party = living.scheme.verifier()
    assert town.receive()


# ---- admitted, suspended, ended: one purpose


@pytest.mark.spec("Regie trust", "1.4", "a purpose is suspended alone, and resumed")
def test_a_purpose_is_suspended_and_resumed(living: Living, town: World) -> None:
    of_sign_up(living, "2025-01-01 admitted", "2026-01-03 suspended")
    published(town, living, at("2026-01-03"))
    assert refusal(town) == "registration.suspended"
    # The other purposes of this service ask on: its access certificate is good.
    assert not living.scheme.trust.suspended & living.scheme.trust.revoked_certificates
    of_sign_up(living, "2026-01-05 resumed")
    assert living.faults() == []
    published(town, living, at("2026-01-05"))
    assert isinstance(town.share().settlement, Acknowledged)


@pytest.mark.spec("Regie trust", "1.4", "a purpose that was not admitted yet has no registration")
def test_a_purpose_is_admitted_from_its_day(living: Living) -> None:
    text = living.text(VOORBEELDWONEN)
    more = text[text.index("# Completing the profile") : text.index("# Looking together")]
    later = steps("2026-02-01 admitted", table=USE)
    fresh = more.replace('id = "profiel-aanvullen"', 'id = "woonwens"') + later
    living.edit(VOORBEELDWONEN, more="\n" + fresh)
    assert living.faults() == []
    living.publish(NOW + DAY)
    assert "registration/woonwens.jwt" not in living.scheme.files[VOORBEELDWONEN]
    living.publish(at("2026-02-01"))
    assert "registration/woonwens.jwt" in living.scheme.files[VOORBEELDWONEN]


# ---- the whole party


@pytest.mark.spec("Regie trust", "1.4", "a suspended party asks nothing, and asks again afterwards")
def test_a_party_is_suspended_and_resumed(living: Living, town: World) -> None:
    living.edit(
        VOORBEELDWONEN, more=steps("2025-01-01 admitted", "2026-01-03 suspended", table="step")
    )
    published(town, living, at("2026-01-03"))
    assert refusal(town) == "trust.certificate_suspended"
    living.edit(VOORBEELDWONEN, more=steps("2026-01-05 resumed", table="step"))
    published(town, living, at("2026-01-05"))
    assert isinstance(town.share().settlement, Acknowledged)


@pytest.mark.spec("Regie trust", "1.4", "ended is for good, and not the same as suspended")
@pytest.mark.parametrize("what", ["ceased", "compromised"])
def test_a_party_that_ended_asks_nothing_ever(living: Living, town: World, what: str) -> None:
    living.edit(
        VOORBEELDWONEN, more=steps("2025-01-01 admitted", f"2026-01-03 {what}", table="step")
    )
    published(town, living, at("2026-01-03"))
    assert refusal(town) == "trust.certificate_revoked"
    published(town, living, at("2026-01-09"))
    assert refusal(town) == "trust.certificate_revoked"
