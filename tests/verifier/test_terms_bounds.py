"""Terms to their edges: what never became a tenancy, who comes between, what was there before."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select, update
from support.api_client import Portal, api_home
from support.asking import ask, sign_up, visit
from support.staff_desk import StaffDesk
from support.verifier_home import VerifierHome, make_home

from credential import jose
from credential.rights import Right
from verifier import clock, dates
from verifier.cli.main import cli
from verifier.errors import Refused
from verifier.service import access, doctor, retention, upgrade
from verifier.store import listing, processing, register
from verifier.store import retention as terms
from verifier.store.register import Who
from verifier.tables import DISCLOSURES, PROCESSING, PURGES, REGISTRATIONS, RIGHTS

DAY = 86_400
ALLOCATION = ("persoonsgegevens", "verblijfsrecht", "woonadres", "huishouden", "woongeschiedenis")
OFFER = "not_allocated"


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


@pytest.mark.spec("AVG", "5(1)(e)", "retention: what led to no tenancy goes at the next purge")
def test_not_allocated(home: VerifierHome) -> None:
    sign_up(home)
    assert happened(home, OFFER) is None, "nothing waits for a tenancy"
    visit(home, "toewijzing", ALLOCATION)
    happened(home, "end_of_registration")
    assert happened(home, OFFER) == home.clock.at
    assert happened(home, OFFER) is None, "told twice, the first counts"
    purge(home, 1)
    assert allocations(home) == []
    purge(home, 3 * 366 * DAY)
    assert rows(home, REGISTRATIONS) == []


@pytest.mark.spec("Regie formats", "3", "an offer that came to nothing leaves another's term alone")
def test_which_was_not_allocated(home: VerifierHome) -> None:
    sign_up(home)
    visit(home, "toewijzing", ALLOCATION)
    home.clock.at += 60
    visit(home, "toewijzing", ALLOCATION)
    with pytest.raises(Refused, match=r"retention\.several"):
        happened(home, OFFER)
    first, second = allocations(home)
    assert happened(home, OFFER, "of-nobody") is None
    happened(home, OFFER, second.jti)
    purge(home, 1)
    assert [one.id for one in allocations(home)] == [first.id]
    assert allocations(home)[0].delete_by is None


def test_not_allocated_at_the_command_line(
    home: VerifierHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    sign_up(home)
    for _ in range(2):
        visit(home, "toewijzing", ALLOCATION)
        home.clock.at += 60

    def call(*arguments: str, expect: int = 0) -> list[Any]:
        done = CliRunner().invoke(cli, ["--home", str(home.home), "--json", *arguments])
        assert done.exit_code == expect, done.output
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    ended = ("registrations", "--end", number(home), "--event", OFFER)
    call(*ended, expect=5)
    waiting = [
        one["receipt"]
        for one in call("registrations", number(home))
        if one["waits_for"] == "end_of_tenancy"
    ]
    (done,) = call(*ended, "--receipt", waiting[0])
    assert (done["event"], done["delete_by"]) == (OFFER, dates.stamp(home.clock.at))
    home.clock.at += 1
    assert call("purge")[0]["receipts_removed"] == [waiting[0]]


def test_not_allocated_by_another_system(tmp_path: Path) -> None:
    home = api_home(tmp_path)
    sign_up(home)
    where = f"/registrations/{number(home)}/events"
    told = Portal(home).post(where, {"event": OFFER})
    assert (told.status_code, told.json()["event"]) == (200, OFFER)
    with home.open().store.writing() as connection:
        held = {"duration": "P2Y", "starts": "end_of_tenancy"}
        for n in range(2):
            connection.execute(
                insert(DISCLOSURES).values(
                    id=f"d{n}",
                    profile="toewijzing",
                    received=home.clock.at,
                    registration=rows(home, REGISTRATIONS)[0].id,
                    retention=held,
                )
            )
    assert Portal(home).post(where, {"event": OFFER}).status_code == 409
    home.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[StaffDesk]:
    home = make_home(tmp_path)
    yield StaffDesk(home)
    home.close()


def test_not_allocated_at_the_page(desk: StaffDesk) -> None:
    sign_up(desk.home)
    for _ in range(2):
        visit(desk.home, "toewijzing", ALLOCATION)
        desk.home.clock.at += DAY
    here = f"/medewerkers/inschrijvingen/{number(desk.home)}/beeindigen"
    browser = desk.logged_in("register")
    browser.get(here)
    first, second = allocations(desk.home)
    assert "de woning is niet toegewezen: wat op 1 januari 2026 is gedeeld" in browser.text
    for wrong in (OFFER, f"{OFFER}.x", f"{OFFER}.{rows(desk.home, REGISTRATIONS)[0].founded_by}"):
        assert browser.post(here, {"event": wrong, "sure": "yes"}).status_code == 422
    browser.post(here, {"event": f"{OFFER}.{second.id}", "sure": "yes"})
    assert "de woning is niet toegewezen" in browser.text
    assert [one.delete_by for one in allocations(desk.home)] == [None, desk.home.clock.at]
    assert [one["reference"] for one in desk.log("end")] == [OFFER]
    browser.get(here)
    assert first.id in browser.page
    assert second.id not in browser.page


@pytest.mark.spec("AVG", "5(2)", "doctor: how many wait for an end that nobody reported")
def test_waiting_long(home: VerifierHome) -> None:
    sign_up(home)
    visit(home, "toewijzing", ALLOCATION)

    def told(days: int) -> list[Any]:
        found = doctor.examine(home.home, home.clock.at + days * DAY)
        return [(one.level, one.params) for one in found if one.code == "waiting_long"]

    assert told(5 * 365 - 1) == []
    assert told(5 * 365 + 1) == [(doctor.Level.WARNING, {"count": 1})]
    happened(home, "end_of_tenancy")
    assert told(5 * 365 + 1) == []


@pytest.mark.spec("Regie formats", "1", "a new code of the region finds ended registrations too")
def test_the_regions_new_key_finds_what_ended(home: VerifierHome) -> None:
    sign_up(home)
    happened(home, "end_of_registration")
    home.clock.at += DAY
    sign_up(home)
    standing = next(one for one in rows(home, REGISTRATIONS) if one.ended is None)
    with home.open().store.writing() as connection:
        mine = {**standing._mapping, "id": "other", "number": "0", "profile": "mede-aanvrager"}
        connection.execute(insert(REGISTRATIONS).values(mine))
        new = home.open().sealer.person("a-new-code")
        found = register._known(connection, Who("inschrijven", new, standing.person, False))
        assert found is not None
        assert found.id == standing.id
        assert len(access.registrations_of(connection, standing.id)) == 3


@pytest.fixture
def served(tmp_path: Path, postgresql_url: str) -> Iterator[VerifierHome]:
    home = make_home(tmp_path, database=postgresql_url)
    yield home
    home.close()


@pytest.mark.spec("Regie formats", "3", "a term begins for who shares at that moment too")
def test_end_meets_somebody_who_shares(
    served: VerifierHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = served
    sign_up(home)
    home.open()
    promises, met = terms.promises, []

    def share(connection: Any, registration: str) -> Any:
        found = promises(connection, registration)
        met.append(threading.Thread(target=visit, args=(home, "woonduur", ("woongeschiedenis",))))
        met[0].start()
        met[0].join(2)
        return found

    monkeypatch.setattr(terms, "promises", share)
    happened(home, "end_of_registration")
    met[0].join()
    kept = rows(home, DISCLOSURES, DISCLOSURES.c.values_sealed.is_not(None))
    assert [one.profile for one in kept if one.delete_by is None] == []


def test_migrated_from_before(home: VerifierHome) -> None:
    ask(home, Right.OBJECTION, sign_up(home))
    office = home.open()
    with office.store.writing() as connection:
        connection.execute(update(REGISTRATIONS).values(contact_hash=None))
        connection.execute(update(RIGHTS).values(profile=None))
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert register.by_contact(office.store, office.sealer, "z@voorbeeld.nl") == ()
    for _ in range(2):
        upgrade.migrate(office.config)
    assert register.by_contact(office.store, office.sealer, "z@voorbeeld.nl")
    assert listing.open_cases(office.store, frozenset({"inschrijven"}), home.clock.at).open == 1


def test_told_twice_the_same_is_answered(tmp_path: Path) -> None:
    home = api_home(tmp_path)
    sign_up(home)
    where = f"/registrations/{number(home)}/events"
    with home.open().store.writing() as connection:
        promised = {"duration": "P1Y", "starts": "decision"}
        connection.execute(update(DISCLOSURES).values(retention=promised))
    first = Portal(home).post(where, {"event": "decision"}).json()
    home.clock.at += DAY
    assert first["deleteBy"] is not None
    assert Portal(home).post(where, {"event": "decision"}).json() == first
    home.close()


def test_the_day_of_a_dutch_clock() -> None:
    said = dates.spoken("2026-12-31T23:30:00Z", "nl", clock=True)
    assert said in ("1 januari 2027, 00:30", "31 december 2026, 23:30")


@pytest.mark.spec("Regie formats", "3", "a statement of a purge goes with the numbers it names")
def test_statement_goes_with_its_numbers(home: VerifierHome) -> None:
    sign_up(home)
    happened(home, "end_of_registration")
    purge(home, 3 * 366 * DAY)
    (gone,) = rows(home, DISCLOSURES)
    (kept,) = rows(home, PURGES)
    typ = "regie-purge-statement+jwt"
    assert jose.parse(kept.statement, typ=typ).dangerous_payload()["receipts"] == [gone.jti]
    purge(home, gone.remove_after - home.clock.at)
    assert kept in rows(home, PURGES)
    purge(home, 1)
    assert rows(home, DISCLOSURES) == []
    assert kept not in rows(home, PURGES)


def test_processing_is_forgotten_row_by_row(home: VerifierHome) -> None:
    sign_up(home)
    held = rows(home, DISCLOSURES)[0].id
    late = datetime(2040, 1, 1, tzinfo=UTC).timestamp()
    with home.open().store.writing() as connection:
        before = len(connection.execute(select(PROCESSING)).all())
        gone = processing.forget(connection, int(late))
        left = connection.execute(select(PROCESSING.c.disclosure)).scalars().all()
    assert set(left) <= {held}
    assert gone + len(left) == before
