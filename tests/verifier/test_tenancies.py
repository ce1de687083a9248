"""Several allocations of one person: each by the end of its own tenancy, whatever else goes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from support.api_client import Portal, api_home
from support.asking import ask, sign_up, visit
from support.verifier_home import VerifierHome, make_home

from credential.rights import Right, State
from verifier.errors import Refused
from verifier.service import cases, retention
from verifier.tables import DISCLOSURES, REGISTRATIONS

DAY = 86_400
ALLOCATION = ("persoonsgegevens", "verblijfsrecht", "woonadres", "huishouden", "woongeschiedenis")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[VerifierHome]:
    made = make_home(tmp_path)
    yield made
    made.close()


def rows(home: VerifierHome, table: Any, *where: Any) -> list[Any]:
    with home.open().store.reading() as connection:
        return list(connection.execute(select(table).where(*where)).all())


def number(home: VerifierHome) -> str:
    return str(rows(home, REGISTRATIONS)[0].number)


def allocations(home: VerifierHome) -> list[Any]:
    found = rows(home, DISCLOSURES, DISCLOSURES.c.profile == "toewijzing")
    return sorted(found, key=lambda one: one.received)


def happened(home: VerifierHome, event: str, receipt: str | None = None) -> int | None:
    store, at = home.open().store, home.clock.at
    return retention.happened(store, number(home), event, at, receipt=receipt)


def purge(home: VerifierHome, seconds: int) -> None:
    home.clock.at += seconds
    retention.purge(home.open().config, home.open().store, home.clock.at)


@pytest.mark.spec("Regie formats", "3", "the end of one tenancy does not begin another's term")
def test_told_again_after_another_allocation(home: VerifierHome) -> None:
    sign_up(home)
    visit(home, "toewijzing", ALLOCATION)
    happened(home, "end_of_tenancy")
    home.clock.at += DAY
    visit(home, "toewijzing", ALLOCATION)
    with pytest.raises(Refused, match=r"retention\.several"):
        happened(home, "end_of_tenancy")
    first, second = allocations(home)
    assert (first.delete_by is None, second.delete_by is None) == (False, True)
    assert happened(home, "end_of_tenancy", first.jti) is None, "told twice, the first counts"
    assert happened(home, "end_of_tenancy", second.jti) is not None
    assert allocations(home)[1].delete_by > first.delete_by


@pytest.mark.spec("Regie formats", "3", "which tenancy ended, told by another system")
def test_which_tenancy_ended_by_another_system(tmp_path: Path) -> None:
    home = api_home(tmp_path)
    sign_up(home)
    visit(home, "toewijzing", ALLOCATION)
    where, told = f"/registrations/{number(home)}/events", {"event": "end_of_tenancy"}
    assert Portal(home).post(where, told).status_code == 200
    home.clock.at += DAY
    visit(home, "toewijzing", ALLOCATION)
    refused = Portal(home).post(where, told)
    assert refused.status_code == 409
    second = allocations(home)[1]
    assert Portal(home).post(where, told | {"receipt": second.jti}).json()["deleteBy"]
    assert allocations(home)[1].delete_by is not None
    home.close()


@pytest.mark.spec("AVG", "17(3)", "erasing a sign-up leaves the home that somebody lives in")
def test_an_erased_sign_up_leaves_the_allocation(home: VerifierHome) -> None:
    answer = sign_up(home)
    visit(home, "toewijzing", ALLOCATION)
    asked = ask(home, Right.ERASURE, answer)
    if asked.consequence is not None:
        ask(home, Right.ERASURE, answer, confirm=asked.consequence.id)
    (case,) = cases.listed(home.open(), state="open")
    cases.decide(home.open(), case.id, state=State.DONE, nl="", en="", by="e")
    (kept,) = allocations(home)
    assert kept.values_sealed is not None
    assert kept.delete_by is None
    (left,) = rows(home, REGISTRATIONS)
    assert left.ended is not None
    assert (left.person, left.contact_sealed) == (None, None)
    assert rows(home, DISCLOSURES, DISCLOSURES.c.profile == "inschrijven") == []
    until = happened(home, "end_of_tenancy")
    assert until is not None
    purge(home, until - home.clock.at + 1)
    assert allocations(home) == []
    purge(home, 1)
    assert rows(home, REGISTRATIONS) == []
