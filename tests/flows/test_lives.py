"""The life of an issuer from an edited file to what everybody does on the day."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.holder_simulator import CardMaker
from support.living import SHORT, Living, steps
from support.scheme import VOORBEELDSTAD, WESTHOVE
from support.wallet_world import World, world

from credential import sdjwtvc
from credential.errors import NotTrusted
from credential.names import vct_of
from credential.trust.heirs import heirs, now_called
from wallet import doctorwords
from wallet.errors import WalletError
from wallet.findings import Verdict
from wallet.service import cards, doctor, issuers, sync
from wallet.texts import LANGUAGES, Texts

FIVE = '["persoonsgegevens", "woonadres", "huishouden", "woongeschiedenis", "verblijfsrecht"]'
EIGHT = """\
kinds = [
  "persoonsgegevens",
  "woonadres",
  "huishouden",
  "woongeschiedenis",
  "verblijfsrecht",
  "urgentie",
  "kvk-inschrijving",
  "bag-object",
]
"""
ADMITTED = "2025-01-01 admitted kinds = " + EIGHT.removeprefix("kinds = ").replace("\n", " ")
CARD = vct_of("persoonsgegevens")
PLAIN = ((SHORT, ""), (EIGHT, ""))


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


def fetched(town: World, now: int) -> None:
    """Time passes, and the wallet fetches what was published."""
    town.now = town.issuer.now = town.verifier.now = now
    town.scheme.write(town.wallet.home.parent / "mirror")
    sync.sync(town.wallet, town.network, now=now)


def refused(compact: str, living: Living, now: int) -> str | None:
    """The code by which a verifier refuses this card now; none where it takes it."""
    try:
        sdjwtvc.verify_card(compact, living.scheme.open(now), now=now, vct=CARD)
    except NotTrusted as fault:
        return fault.code
    return None


def card(living: Living) -> str:
    """A card of today, as a verifier gets the signed part of it."""
    compact = CardMaker(living.scheme).card("persoonsgegevens").compact
    return compact[: compact.rindex("~") + 1]


# ---- another name


RENAMED = 'formerly = "Gemeente Voorbeeldstad"'


@pytest.mark.spec("Regie trust", "4.4", "a renaming: the same issuer, its name of that day")
def test_a_renamed_municipality_is_itself(living: Living, town: World) -> None:
    before, on = card(living), at("2026-02-02")
    living.edit(
        VOORBEELDSTAD,
        ('name = "Gemeente Voorbeeldstad"', 'name = "Gemeente Duinhove"'),
        ('name = "Gemeente Voorbeeldstad"', 'name = "Gemeente Duinhove"'),
        *PLAIN,
        more=steps(ADMITTED, f"2026-02-02 renamed {RENAMED}"),
    )
    assert living.faults() == []
    trust = living.publish(on)
    issuer = trust.issuer_by_oin(living.scheme.parties[VOORBEELDSTAD].oin)
    assert issuer is not None
    assert (issuer.name, issuer.name_on(on - 1)) == ("Gemeente Duinhove", "Gemeente Voorbeeldstad")
    assert now_called(trust, issuer.oin, on) == ("Gemeente Duinhove",)
    # What it signed under the other name is as good as it was.
    assert refused(before, living, on) is None
    fetched(town, on)
    held = cards.held(town.wallet, now=on)
    assert {one.card.issuer_name for one in held} == {"Gemeente Voorbeeldstad"}
    assert {one.now for one in held} == {("Gemeente Duinhove",)}
    assert issuers.find(town.wallet, "Gemeente Duinhove", now=on).oin == issuer.oin
    # A new certificate carries the new name; new cards come without a word about it.
    town.issuer.party = living.scheme.issuer()
    town.verifier.party = living.scheme.verifier()
    progress = town.add()
    assert {one.issuer_name for one in progress.received} == {"Gemeente Duinhove"}
    assert {one.now for one in cards.held(town.wallet, now=on)} <= {("Gemeente Duinhove",), ()}


# ---- suspended and resumed


HALT, AGAIN = "2026-02-02", "2026-03-02"


@pytest.mark.spec("Regie trust", "4.5", "suspended: nothing counts; resumed: all of it again")
def test_a_suspension_holds_everything_and_ends(living: Living, town: World) -> None:
    before = card(living)
    living.edit(VOORBEELDSTAD, *PLAIN, more=steps(ADMITTED, f"{HALT} suspended"))
    living.publish(at("2026-01-30"))
    # Announced, and nothing changed yet; on the day no new list is needed to know.
    assert refused(before, living, at(HALT) - 1) is None
    assert refused(before, living, at(HALT)) == "trust.issuer_suspended"
    living.publish(at(HALT) + 60)
    fetched(town, at(HALT) + 60)
    oin = living.scheme.parties[VOORBEELDSTAD].oin
    # Nobody took over, and it has not another name.
    assert heirs(living.scheme.trust, oin, town.now) == ()
    assert {one.now for one in cards.held(town.wallet, now=town.now)} == {()}
    assert {one.state for one in cards.held(town.wallet, now=town.now)} == {"suspended"}
    told = [one for one in doctor.inside(town.wallet, now=town.now) if "suspended" in one.code]
    assert {one.code for one in told} == {"card-suspended", "chain-suspended"}
    assert {one.verdict for one in told} == {Verdict.MIND}
    for lang in LANGUAGES:
        for one in told:
            assert doctorwords.what(one, Texts(lang))
            assert doctorwords.then(one, Texts(lang))
    with pytest.raises(WalletError) as caught:
        town.add()
    assert caught.value.params["rule"] == "trust.issuer_suspended"

    living.edit(VOORBEELDSTAD, more=steps(f"{AGAIN} resumed"))
    assert living.faults() == []
    trust = living.publish(at(AGAIN))
    assert refused(before, living, at(AGAIN)) is None
    issuer = trust.issuer_by_oin(oin)
    assert issuer is not None
    days = (at(HALT) - 1, at(HALT), at(AGAIN) - 1, at(AGAIN))
    assert [issuer.allowed(CARD, day) for day in days] == [True, False, False, True]
    fetched(town, at(AGAIN))
    assert "suspended" not in {one.state for one in cards.held(town.wallet, now=town.now)}
    assert town.add().received


@pytest.mark.spec("Regie trust", "4.5", "paused: cards of before stay good, nothing new is issued")
def test_a_pause_leaves_the_cards_alone(living: Living) -> None:
    before = card(living)
    living.edit(VOORBEELDSTAD, *PLAIN, more=steps(ADMITTED, f'{HALT} suspended cards = "stay"'))
    trust = living.publish(at(HALT) + 60)
    assert refused(before, living, at(HALT) + 60) is None
    issuer = trust.issuer_by_oin(living.scheme.parties[VOORBEELDSTAD].oin)
    assert issuer is not None
    assert issuer.idle(at(HALT) + 60, CARD) == "trust.issuer_suspended"


# ---- one kind more, one kind less


@pytest.mark.spec("Regie trust", "4.5", "admitted for one more kind from a day on")
def test_one_more_kind_from_its_day_on(living: Living) -> None:
    urgent = vct_of("urgentie")
    living.edit(
        WESTHOVE,
        (SHORT, ""),
        (f"kinds = {FIVE}\n", ""),
        more=steps(
            f"2025-01-01 admitted kinds = {FIVE}",
            '2026-01-05 extended kinds = ["urgentie"]',
            '2026-03-02 reduced kinds = ["urgentie"]',
        ),
    )
    assert living.faults() == []
    trust = living.publish(at("2026-01-02"))
    issuer = trust.issuer_by_oin(living.scheme.parties[WESTHOVE].oin)
    assert issuer is not None
    assert not issuer.allowed(urgent, at("2026-01-04"))
    assert issuer.idle(at("2026-01-04"), urgent) == "trust.issuer_not_yet"
    assert issuer.allowed(urgent, at("2026-01-05"))
    assert issuer.allowed(CARD, at("2026-01-04"))
    assert issuer.idle(at("2026-03-02"), urgent) == "trust.kind_withdrawn"
    assert issuer.allowed(CARD, at("2026-03-02"))
    assert issuer.allowed(CARD, at("2025-06-01"))
    assert issuer.idle(at("2026-03-02"), vct_of("bag-object")) == "trust.kind_not_listed"
