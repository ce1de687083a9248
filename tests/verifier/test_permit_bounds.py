"""Applications between clocks and hours: in order of time, and not lost while at work."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.asking import ask
from support.holder_simulator import Answer
from support.permit_desk import PDF, Applicant, permit_home, scheme
from support.scheme import TestScheme
from support.verifier_home import VerifierHome, run

from credential.rights import Right
from verifier.permit import Ruling, State
from verifier.service.permit import casework
from verifier.store.permitsteps import Words
from verifier.tables import APPLICATIONS


@pytest.fixture(scope="module")
def made() -> TestScheme:
    return scheme()


@pytest.fixture
def home(tmp_path: Path, made: TestScheme) -> Iterator[VerifierHome]:
    found = permit_home(tmp_path, made)
    yield found
    found.close()


@pytest.mark.spec("Regie formats", "4", "case: its history is in order, whatever clocks say")
def test_clock_set_back_between_steps(home: VerifierHome) -> None:
    async def work() -> tuple[Answer, str]:
        async with home.client() as http:
            me = Applicant(home, http)
            await me.get()
            await me.fill()
            answer = await me.share()
            return answer, await me.submit()

    answer, number = run(work())
    home.clock.at += 100
    casework.move(home.open(), number, to=State.IN_PROGRESS, by="e")
    home.clock.at -= 1
    words = Words("Ja.", "Yes.")
    casework.move(home.open(), number, to=State.DECIDED, by="e", words=words, ruling=Ruling.GRANTED)
    home.clock.at += 100
    told = ask(home, Right.STATUS, answer)
    assert told.case is not None
    assert told.case.phase.value == "decided"


def test_concept_is_counted_from_the_last_change(home: VerifierHome) -> None:
    async def work() -> None:
        async with home.client() as mine, home.client() as yours:
            me, you = Applicant(home, mine), Applicant(home, yours)
            await me.get()
            await me.fill()
            for _ in range(7):
                home.clock.at += 9 * 60
                await me.upload("plattegrond.pdf", PDF)
                assert "plattegrond.pdf" in me.page
            await you.get()
            await you.fill()

    run(work())
    with home.open().store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(APPLICATIONS)).scalar() == 2
