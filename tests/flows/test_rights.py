"""Rights with the real things: the wallet and the corporation, over https, until it is gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crash.jobs import opened
from crash.town import Town

from credential.rights import Right, State
from verifier.service import cases, deciding, retention
from wallet import clock, doors, links, log
from wallet.caution import Warn
from wallet.service import accessdata, proposals, reminders, rights, share
from wallet.service.lookback import look_back
from wallet.service.rights import Answered
from wallet.service.wallet import Wallet

NAME = ("given_name",)


@dataclass
class Street:
    """One resident and the corporation, both as they are."""

    town: Town
    wallet: Wallet

    def share(self) -> str:
        found = links.parse(self.town.corporation.ask().link)
        assert isinstance(found, links.PresentationLink)
        fetch, now = doors.network(self.wallet.config), clock.now()
        posed = share.receive(self.wallet, fetch, found, lang="nl", now=now)
        option = posed.question.options[0]
        return share.share(self.wallet, fetch, posed, option, accepted=tuple(Warn), now=now).id

    def ask(self, activity: str, right: Right, **more: Any) -> Answered:
        fetch = doors.network(self.wallet.config)
        return rights.ask(self.wallet, fetch, activity, right, now=clock.now(), **more)

    def decide(self, **more: Any) -> None:
        office = self.town.corporation.home.open()
        *_, case = [one for one in cases.listed(office, state="open") if one.open]
        cases.decide(office, case.id, by="privacy", **more)

    def held(self, activity: str) -> dict[tuple[str, ...], Any]:
        found = self.ask(activity, Right.ACCESS)
        assert found.told is not None
        return {one.path: one.value for one in found.told.items}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """One for each test: what a person shares again replaces what that corporation had."""
    made = Town.found(tmp_path)
    made.corporation.serve()
    yield made
    made.close()


@pytest.fixture
def street(town: Town) -> Iterator[Street]:
    with opened(town.wallet(10), clock.now()) as wallet:
        yield Street(town, wallet)


@pytest.mark.spec(
    "Regie formats", "4", "rectification: proposed, decided by a person, told by status"
)
def test_a_correction_is_decided(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "RETRY_SECONDS", 0)
    activity = street.share()
    items = proposals.single(look_back(street.wallet, activity))
    [item] = [one for one in items if one.path == NAME]
    found = street.ask(
        activity,
        Right.RECTIFICATION,
        claims=[item.path],
        proposed=proposals.should_be(item, "Anne Maria"),
        text="In mijn akte staat Anne Maria.",
    )
    if found.state == "in_progress":
        [case] = street.wallet.store.rights_waiting()
        assert case.due is not None
        assert reminders.due(street.wallet, now=case.due + 1)[0].activity == activity
        corrected = {NAME: "Anne Maria"}
        street.decide(state=State.DONE, nl="Verbeterd.", en="Corrected.", corrected=corrected)
    assert street.held(activity)["values", "given_name"] == "Anne Maria"
    told = street.ask(activity, Right.STATUS)
    assert told.state == "done"
    assert street.wallet.store.rights_waiting() == ()


def test_no_longer_used(street: Street) -> None:
    activity = street.share()
    found = street.ask(activity, Right.OBJECTION, text="Ik wil dit niet.")
    if found.state == "in_progress":
        street.decide(state=State.DONE, nl="Akkoord.", en="Agreed.")
    assert street.held(activity)[("restricted",)]


@pytest.mark.spec("Regie formats", "4", "erasure of some claims, then of all, with a signed proof")
@pytest.mark.spec("Regie formats", "4", "access: what is held and what was done, end to end")
def test_what_they_hold_a_part_and_then_everything(street: Street) -> None:
    activity = street.share()
    assert street.held(activity)["values", "given_name"] == "Anna Maria"
    told = accessdata.told(street.wallet, activity)
    assert told is not None
    assert told.acts, "what they did is told too"
    assert all(one.name.nl and one.name.en for one in told.acts)
    some = street.ask(activity, Right.ERASURE, claims=[NAME])
    assert some.answer is not None
    assert (some.state, some.answer.erased) == ("done", (NAME,))
    assert ("values", "given_name") not in street.held(activity)
    found = street.ask(activity, Right.ERASURE)
    if found.answer is not None and found.answer.consequence is not None:
        found = street.ask(activity, Right.ERASURE, confirm=found.answer.consequence.id)
    assert found.state == "done"
    assert street.wallet.store.holdings() == ()
    again = street.ask(activity, Right.STATUS)
    assert again.state in ("done", "not_known")
    assert log.verify(street.wallet.store).ok


@pytest.mark.spec("Regie formats", "4", "what was purged is told, signed, to who asks for proof")
def test_proof_after_they_purged(street: Street) -> None:
    activity, home = street.share(), street.town.corporation.home
    assert street.wallet.store.holdings()
    verifier = home.open()
    retention.purge(verifier.config, verifier.store, clock.now() + 4000 * 86_400)
    found = street.ask(activity, Right.STATUS)
    assert found.state in ("done", "not_known")
    if found.answer is not None:
        assert street.wallet.store.holdings() == ()
