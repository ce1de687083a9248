"""The municipality and the registrar switched off: what goes on, for how long, and what is said then.

Nothing is fetched: the mirror is gone, and only the clock moves.
"""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from support.holder_simulator import PERSON, Card, Lies
from support.service_door import Door, Met
from support.verifier_home import Browser, VerifierHome, make_home, run

from verifier.cli.setup import DEFAULT_PROFILES
from verifier.errors import VerifierError
from verifier.store import register
from verifier.texts import sentence
from verifier.transaction import Answered, Outcome

HOUR = 3600
ALLOCATED = ("persoonsgegevens", "verblijfsrecht", "woonadres", "huishouden")
MORE = {
    "persoonsgegevens": {"aow_age_reached": False},
    "woonadres": {"address": {"street_address": "Straat", "postal_code": "5281AA"}},
}


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[VerifierHome]:
    """A verifier that synced once; then everybody else is gone."""
    made = make_home(tmp_path, profiles=DEFAULT_PROFILES)
    made.open()
    shutil.rmtree(made.mirror)
    yield made
    made.close()


def cards(home: VerifierHome, person: str, kinds: tuple[str, ...]) -> list[Card]:
    """Cards that are valid for a long time, of somebody new."""
    found = []
    for kind in kinds:
        claims = PERSON[kind] | MORE.get(kind, {}) | {"housing_pseudonym": person}
        found.append(home.maker.card(kind, claims))
    return found


def at(home: VerifierHome, hours: float) -> None:
    home.clock.at = home.scheme.now + int(hours * HOUR)


def sign_up(home: VerifierHome, hours: float) -> Met:
    """Somebody new signs up so many hours after the last sync."""
    at(home, hours)
    return Door(home).lie(Lies(), cards(home, f"at {hours}", ALLOCATED[:2]))


def allocate(home: VerifierHome, hours: float) -> tuple[Outcome, str]:
    at(home, hours)
    door = Door(home)
    request = door.ask("toewijzing")
    parts = door.shown(request, cards(home, f"home {hours}", ALLOCATED))
    door.answer(request, {name: [one.compact] for name, one in parts.items()})
    became = door.state(request)
    assert isinstance(became, Answered)
    return became.outcome, became.rule


def notes(home: VerifierHome) -> list[set[str]]:
    """The notes on the status of each registration, the oldest first."""
    listed = register.registrations(home.open().store, None)
    return [
        {str(check.get("note", "")) for check in one.checks if check["code"] == "status"}
        for one in listed
    ]


@pytest.mark.spec("Regie formats", "7", "age: sign-ups go on for 72 hours, with a note from 24")
def test_sign_ups_go_on(alone: VerifierHome) -> None:
    """Every six hours somebody signs up, until the lists are too old."""
    hours = list(range(0, 72, 6))
    for hour in hours:
        met = sign_up(alone, hour)
        assert (met.outcome, met.rule) == (Outcome.ACCEPTED, ""), hour
    with_note = sum(hour > 24 for hour in hours)
    assert notes(alone) == [{""}] * (len(hours) - with_note) + [{"status.old"}] * with_note
    for hour in (73, 96, 120):
        met = sign_up(alone, hour)
        assert (met.outcome, met.rule) == (Outcome.UNDETERMINED, "status.stale"), hour
    assert Door(alone).registered == len(hours)


@pytest.mark.spec(
    "Regie formats", "7", "age: `toewijzing` stops after 24 hours, the second before not"
)
def test_allocation_stops_sooner(alone: VerifierHome) -> None:
    assert allocate(alone, 24) == (Outcome.ACCEPTED, "")
    assert allocate(alone, 24 + 1 / HOUR) == (Outcome.UNDETERMINED, "status.stale")
    assert sign_up(alone, 25).outcome is Outcome.ACCEPTED


@pytest.mark.spec("Regie formats", "7", "age: to the second, on both sides of each limit")
def test_limits_to_the_second(alone: VerifierHome) -> None:
    assert sign_up(alone, 24).outcome is Outcome.ACCEPTED
    assert sign_up(alone, 24 + 1 / HOUR).outcome is Outcome.ACCEPTED
    assert notes(alone) == [{""}, {"status.old"}]
    assert sign_up(alone, 72).outcome is Outcome.ACCEPTED
    assert sign_up(alone, 72 + 1 / HOUR).rule == "status.stale"


@pytest.mark.spec("Regie formats", "8", "snapshot: from next_update on nothing is decided")
def test_scheme_expires(alone: VerifierHome) -> None:
    """With lists that would still do: the scheme itself has no grace."""
    until = (alone.scheme.trust.next_update - alone.scheme.now) / HOUR
    assert sign_up(alone, until).rule == "scheme.expired"
    assert sign_up(alone, until - 1 / HOUR).rule != "scheme.expired"


def test_nothing_was_fetched(alone: VerifierHome) -> None:
    """A sync with everybody gone fails, and leaves what is in force."""
    with pytest.raises(VerifierError):
        alone.sync()
    assert sign_up(alone, 1).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize(("hours", "rule"), [(73, "status_stale"), (24 * 8, "scheme_expired")])
def test_page_says_why(alone: VerifierHome, lang: str, hours: int, rule: str) -> None:
    """Who cannot sign up reads that the lists are too old, and that it is not their fault."""

    async def story() -> str:
        async with alone.client() as http:
            browser = await Browser(http, lang=lang).start()
            holder = alone.holder(http, cards(alone, "late", ALLOCATED[:2]))
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            return browser.page

    at(alone, hours)
    why = re.search(r'id="why">([^<]+)<', page := run(story()))
    assert why, page
    assert unescape(why[1]) == sentence(lang, f"refused.{rule}")  # type: ignore[arg-type]
