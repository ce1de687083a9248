"""Purge: each by its own term, in every table, stated and signed; killed anywhere it goes on."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Integer, event, insert, select
from support.asking import ask, sign_up, visit
from support.verifier_home import Browser, VerifierHome, attempt, make_home, run

from credential.rights import Right, State
from verifier import config, dates, statement
from verifier.errors import NothingFound, UsageError
from verifier.service import cases, retention
from verifier.store import Store, purges, register
from verifier.store.retention import Purged
from verifier.tables import (
    APPLICATIONS,
    ATTACHMENTS,
    DELIVERIES,
    DISCLOSURES,
    METADATA,
    PROCESSING,
    PURGES,
    REGISTRATIONS,
    STAFF_LOG,
    STAFF_LOGINS,
    STEPS,
)

DAY = 86_400
PROFILES = ("inschrijven", "profiel-aanvullen", "rechten", "toewijzing")
ALLOCATION = ("persoonsgegevens", "woonadres", "huishouden", "verblijfsrecht")


@contextmanager
def opened(home: VerifierHome) -> Iterator[Store]:
    """The database alone: what was promised is due even when the scheme has expired."""
    store = Store.open(config.load(home.home).database)
    try:
        yield store
    finally:
        store.close()


def purge(home: VerifierHome, days: int = 0) -> Purged:
    home.clock.at += days * DAY
    with opened(home) as store:
        return retention.purge(config.load(home.home), store, home.clock.at)


def rows(home: VerifierHome, table: Any, *where: Any) -> list[Any]:
    with opened(home) as store, store.reading() as connection:
        return list(connection.execute(select(table).where(*where)).all())


def put(home: VerifierHome, table: Any, **values: Any) -> None:
    """A row with these members; what else may not be empty is filled in."""
    for column in table.columns:
        if not column.nullable and column.server_default is None:
            number = isinstance(column.type, Integer | BigInteger)
            sealed = b"x" if column.name.endswith("_sealed") else "x"
            values.setdefault(column.name, 1 if number else sealed)
    with opened(home) as store, store.writing() as connection:
        connection.execute(insert(table).values(**values))


def stated(home: VerifierHome) -> list[statement.Statement]:
    with opened(home) as store:
        tokens = purges.all_of(store)
    assert not any("Zwaantje" in token for token in tokens)
    trust, now = home.scheme.trust, home.scheme.now
    found = [statement.verify(token, trust=trust, now=now) for token in tokens]
    assert {leaf.oin for _, leaf in found} <= {home.scheme.verifier(home.party).party.oin}
    return [one for one, _ in found]


def number(home: VerifierHome) -> str:
    (found,) = register.registrations(home.open().store, None)
    return found.registration.number


def happened(home: VerifierHome, event_name: str) -> int | None:
    return retention.happened(home.open().store, number(home), event_name, home.clock.at)


@pytest.fixture
def town(tmp_path: Path) -> VerifierHome:
    made = make_home(tmp_path, profiles=PROFILES)
    sign_up(made)
    visit(made, "toewijzing", ALLOCATION)
    kept = rows(made, DISCLOSURES, DISCLOSURES.c.values_sealed.is_not(None))
    assert {row.profile for row in kept} >= {"inschrijven"}
    return made


@pytest.mark.spec("Regie formats", "3", "retention: a term that begins with an event begins then")
def test_terms_begin_with_events(town: VerifierHome) -> None:
    with pytest.raises(UsageError, match=r"retention\.event"):
        happened(town, "birthday")
    with pytest.raises(NothingFound):
        retention.happened(town.open().store, "0000", "decision", town.clock.at)
    assert happened(town, "decision") is None, "nothing waits for that"
    ended = happened(town, "end_of_registration")
    assert ended == dates.last_moment(town.clock.at, "P2Y")
    with pytest.raises(NothingFound, match=r"registration\.ended"):
        happened(town, "end_of_registration")
    (allocated,) = rows(town, DISCLOSURES, DISCLOSURES.c.profile == "toewijzing")
    assert allocated.delete_by is None
    town.clock.at += 30 * DAY
    until = happened(town, "end_of_tenancy")
    assert until == dates.last_moment(town.clock.at, "P2Y")
    town.clock.at += DAY
    assert happened(town, "end_of_tenancy") is None, "a term begins once"


@pytest.mark.spec("Regie formats", "3", "what was kept for a tenancy outlives the registration")
def test_allocation_outlives_the_registration(town: VerifierHome) -> None:
    happened(town, "end_of_registration")
    purge(town, 2 * 366)
    (left,) = rows(town, REGISTRATIONS)
    assert (left.contact_sealed, left.contact_hash) == (None, None)
    (kept,) = rows(town, DISCLOSURES, DISCLOSURES.c.values_sealed.is_not(None))
    assert kept.profile == "toewijzing"
    happened(town, "end_of_tenancy")
    purge(town, 2 * 366)
    purge(town)
    assert rows(town, REGISTRATIONS) == []
    assert rows(town, DISCLOSURES, DISCLOSURES.c.erased.is_(None)) == []


def test_days_to_finish_are_counted_from_the_last_visit(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    attempt(home)
    home.clock.at += 2 * DAY
    attempt(home)
    assert purge(home, 6).registrations == 0
    assert purge(home, 2).registrations == 1


@pytest.mark.spec("Regie formats", "3", "purge: signed statement of counts and receipt numbers")
def test_statement(town: VerifierHome) -> None:
    receipts = {row.jti for row in rows(town, DISCLOSURES)}
    happened(town, "end_of_registration")
    happened(town, "end_of_tenancy")
    town.clock.at += 3 * DAY
    assert purge(town).numbers == ()
    done = purge(town, 2 * 366)
    assert set(done.numbers) == receipts
    told = stated(town)
    assert {number for one in told for number in one.receipts} == receipts
    assert sum(one.counts.get("disclosures", 0) for one in told) == len(receipts)
    again = purge(town)
    assert not any(again.counts.values())
    assert len(stated(town)) == len(told), "nothing done, nothing stated"


@pytest.mark.spec("Regie formats", "3", "purge reaches every table that says something of a person")
def test_every_table(town: VerifierHome) -> None:
    verifier, now = town.open(), town.clock.at
    (registration,) = rows(town, REGISTRATIONS)
    (disclosure,) = rows(town, DISCLOSURES, DISCLOSURES.c.profile == "inschrijven")
    put(
        town, STAFF_LOG, id="l", at=now, employee="e", role="register", act="view",
        registration=registration.id, reference=disclosure.id, remove_after=now + 10**9,
    )  # fmt: skip
    put(
        town, APPLICATIONS, id="a", number="A-1", profile="vergunning", disclosure=disclosure.id,
        state="received", created=now, submitted=now,
    )  # fmt: skip
    put(town, ATTACHMENTS, application="a")
    put(town, STEPS, application="a")
    put(town, STAFF_LOGINS, expires=now + DAY)
    put(town, DELIVERIES, created=now)
    subject = verifier.sealer.subject(registration.id)
    assert rows(town, PROCESSING, PROCESSING.c.subject == subject)
    happened(town, "end_of_registration")
    happened(town, "end_of_tenancy")
    done = purge(town, 2 * 366)
    assert (done.applications, done.staff, done.deliveries) == (1, 1, 1)
    for table in (REGISTRATIONS, APPLICATIONS, ATTACHMENTS, STEPS, STAFF_LOGINS, DELIVERIES):
        assert rows(town, table) == [], table.name
    assert rows(town, PROCESSING, PROCESSING.c.subject.is_not(None)) == []
    (looked,) = rows(town, STAFF_LOG)
    assert (looked.registration, looked.reference) == (None, None)
    remains = {"id", "jti", "rights_jkt", "erased", "remove_after"}
    for row in rows(town, DISCLOSURES):
        left = {name for name, value in row._mapping.items() if value is not None}
        assert left == remains
    assert purge(town, 14 * 31).remains == 2
    assert rows(town, DISCLOSURES) == []


def test_every_column_is_known() -> None:
    """Whoever adds a readable column says here what it holds; what is personal is sealed."""
    readable = {
        (table.name, column.name)
        for table in METADATA.tables.values()
        for column in table.columns
        if not column.name.endswith("_sealed") and str(column.type) not in ("INTEGER", "BIGINT")
    }
    personal = {"email", "mail", "name", "contact", "values", "body", "text", "phone", "address"}
    found = {one for one in readable if one[1].removesuffix("_hash") in personal}
    # A keyed hash, and what is counted.
    assert found == {("registrations", "contact_hash"), ("figures", "name")}


def killed_at(home: VerifierHome, boundary: int) -> bool:
    """A process that purges, killed before its nth statement or commit; whether it was."""
    child = os.fork()
    if child == 0:
        try:
            seen = [0]

            def passing(*_: object, **__: object) -> None:
                seen[0] += 1
                if seen[0] == boundary:
                    os.kill(os.getpid(), signal.SIGKILL)

            settings = config.load(home.home)
            store = Store.open(settings.database)
            event.listen(store.engine, "before_cursor_execute", passing)
            event.listen(store.engine, "commit", passing)
            after: Callable[[], None] = store.scrub
            store.scrub = lambda: (passing(), after())  # type: ignore[method-assign, assignment, func-returns-value]
            retention.purge(settings, store, home.clock.at)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def state(home: VerifierHome) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for what is drawn anew: ids and moments of statements."""
    drawn = {"statement", "trace", "span"}
    found = {}
    for table in METADATA.sorted_tables:
        names = [
            column.name
            for column in table.columns
            if column.name not in drawn
            and not (column.name == "id" and table.name in ("purges", "processing", "figures"))
        ]
        found[table.name] = sorted(
            (tuple(getattr(row, name) for name in names) for row in rows(home, table)), key=repr
        )
    return found


@pytest.mark.spec(
    "Architecture", "Storage", "purge killed at every boundary: the same end, stated once"
)
def test_killed_anywhere(town: VerifierHome, tmp_path: Path) -> None:
    attempt(town)
    happened(town, "end_of_registration")
    happened(town, "end_of_tenancy")
    town.clock.at += 2 * 366 * DAY
    town.close()
    kept = tmp_path / "kept"
    shutil.copytree(town.home, kept)

    def fresh() -> None:
        town.close()
        shutil.rmtree(town.home)
        shutil.copytree(kept, town.home)

    purge(town)
    wanted = state(town)
    assert wanted["purges"]
    boundary, killed = 0, 0
    while True:
        boundary += 1
        fresh()
        if not killed_at(town, boundary):
            break
        killed += 1
        purge(town)
        assert state(town) == wanted, boundary
        (one,) = stated(town)
        assert len(one.receipts) == one.counts["disclosures"]
    assert killed > 20
    town.close()


def test_statements_go_with_the_numbers_they_name(town: VerifierHome) -> None:
    happened(town, "end_of_registration")
    happened(town, "end_of_tenancy")
    purge(town, 2 * 366)
    assert rows(town, PURGES)
    purge(town, 14 * 31 + 1)
    assert len(rows(town, PURGES)) == 1, "only that the numbers went"
    town.close()


@pytest.mark.spec("AVG", "17(3)", "who has a home of ours: a person decides about erasing it all")
def test_erasing_what_a_tenancy_rests_on(tmp_path: Path) -> None:
    home = make_home(tmp_path, profiles=PROFILES)
    answer = sign_up(home)
    visit(home, "toewijzing", ALLOCATION)
    asked = ask(home, Right.ERASURE, answer)
    assert asked.state is State.IN_PROGRESS

    async def at_the_page() -> str:
        async with home.client() as http:
            browser = await Browser(http).start("rechten")
            holder = home.holder(http, home.cards(("persoonsgegevens",)))
            shared = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(shared.body["redirect_uri"])
            await browser.post("/nl/rechten/wissen", sure="yes")
            return browser.page

    assert "Wij hebben uw verzoek ontvangen" in run(at_the_page())
    sign_up_case, home_case = sorted(
        cases.listed(home.open(), state="open"), key=lambda one: one.profile != "inschrijven"
    )
    assert rows(home, REGISTRATIONS), "asked twice, one case for each, and nothing gone yet"
    cases.decide(home.open(), sign_up_case.id, state=State.DONE, nl="", en="", by="e")
    told = ask(home, Right.STATUS, answer)
    assert (told.right, told.state) == (Right.ERASURE, State.DONE)
    assert ("family_name",) in told.erased
    # The home itself is decided on by itself.
    (kept,) = rows(home, DISCLOSURES, DISCLOSURES.c.values_sealed.is_not(None))
    assert kept.profile == "toewijzing"
    cases.decide(home.open(), home_case.id, state=State.DONE, nl="", en="", by="e")
    assert rows(home, DISCLOSURES, DISCLOSURES.c.values_sealed.is_not(None)) == []
    home.clock.at += 1
    retention.purge(home.open().config, home.open().store, home.clock.at)
    assert rows(home, REGISTRATIONS) == []
    home.close()
