"""What another system reads of registrations: pages, values on record, and what it reports."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from support.api_client import KEY, OTHER_KEY, READER_KEY, Portal, api_home, run
from support.databases import empty_database
from support.holder_simulator import PERSON
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome

from verifier.tables import PROCESSING, REGISTRATIONS

NLGOV = "NLGov REST API Design Rules 2.1"


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[VerifierHome]:
    with empty_database(getattr(request, "param", "sqlite")) as url:
        made = api_home(tmp_path, database=url)
        yield made
        made.close()


def sign_up(home: VerifierHome, person: str = "p", *, complete: bool = True) -> str:
    """One person's registration; its number, from the list."""

    async def work() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            cards = [
                home.maker.card(kind, PERSON[kind] | {"housing_pseudonym": person})
                for kind in ("persoonsgegevens", "verblijfsrecht")
            ]
            holder = home.holder(http, cards)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            if complete:
                await browser.post("/nl/inschrijven/gegevens", email=f"{person}@voorbeeld.nl")

    before = numbers(home)
    run(work())
    (new,) = set(numbers(home)) - set(before)
    return new


def numbers(home: VerifierHome) -> list[str]:
    with home.open().store.reading() as connection:
        return list(connection.execute(sqlalchemy.select(REGISTRATIONS.c.number)).scalars())


def noted(home: VerifierHome, activity: str) -> int:
    with home.open().store.reading() as connection:
        statement = sqlalchemy.select(sqlalchemy.func.count()).where(
            PROCESSING.c.activity == activity
        )
        return connection.execute(statement).scalar_one()


def test_without_values_by_default(home: VerifierHome) -> None:
    number = sign_up(home)
    shown = Portal(home).get(f"/registrations/{number}")
    assert "Zwaantje" not in shown.text
    assert "voorbeeld.nl" not in shown.text
    assert (shown.json()["state"], shown.json()["verdict"]) == ("active", "accepted")
    assert noted(home, "api_read") == 0


@pytest.mark.spec("Regie domain", "3.1", "reading values through the interface is on record")
def test_values_are_on_record(home: VerifierHome) -> None:
    number = sign_up(home)
    shown = Portal(home).get(f"/registrations/{number}?fields=values,contact,decisions").json()
    assert shown["contact"] == {"email": "p@voorbeeld.nl"}
    assert PERSON["persoonsgegevens"]["family_name"] in [one["value"] for one in shown["values"]]
    assert isinstance(shown["decisions"], list)
    assert noted(home, "api_read") == 1
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    only = Portal(home).get(
        f"/registrations/{number}?fields=contact",
        headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"},
    )
    assert "values" not in only.json()
    with home.open().store.reading() as connection:
        traces = connection.execute(sqlalchemy.select(PROCESSING.c.trace)).scalars().all()
    assert trace in traces


@pytest.mark.spec("RFC 6750", "3.1", "values need a scope of their own")
def test_values_need_their_scope(home: VerifierHome) -> None:
    number = sign_up(home)
    reader = Portal(home, READER_KEY)
    assert reader.get(f"/registrations/{number}").status_code == 200
    assert reader.get(f"/registrations/{number}?fields=values").status_code == 403
    assert noted(home, "api_read") == 0


@pytest.mark.parametrize("fields", ["", "naam", "values,values", "values,naam"])
def test_fields(home: VerifierHome, fields: str) -> None:
    answer = Portal(home).get(f"/registrations/0000-0000-0000?fields={fields}")
    assert answer.status_code == 400


def test_another_profile(home: VerifierHome) -> None:
    number = sign_up(home)
    other = Portal(home, OTHER_KEY)
    assert other.get(f"/registrations/{number}").status_code == 404
    assert other.get("/registrations").json() == {"items": [], "next": None}
    assert other.get("/registrations?profile=inschrijven").json()["items"] == []
    event = other.post(f"/registrations/{number}/events", {"event": "end_of_registration"})
    assert event.status_code == 404


@pytest.mark.spec(NLGOV, "/core/naming-collections", "pages stay the same while others sign up")
def test_paging_is_stable(home: VerifierHome) -> None:
    first = []
    for index in range(5):
        first.append(sign_up(home, f"p{index}", complete=index % 2 == 0))
        home.clock.at += index % 2  # several in one second: the key decides
    portal = Portal(home)
    found, path = [], "/registrations?limit=2"
    while path:
        page = portal.get(path).json()
        found += [one["number"] for one in page["items"]]
        path = (page["next"] or "").removeprefix(VERIFIER)
        if len(found) == 2:
            home.clock.at += 10
            sign_up(home, "later")
    assert found[:5] == [*dict.fromkeys(found)][:5]
    assert set(first) <= set(found)
    assert len(found) == len(set(found)) == 6
    active = portal.get("/registrations?state=active&limit=200").json()["items"]
    assert {one["state"] for one in active} == {"active"}
    assert len(active) == 4
    since = active[-1]["since"].replace("Z", "%2B00:00")
    late = portal.get(f"/registrations?since={since}").json()["items"]
    assert [one["number"] for one in late] == [active[-1]["number"]]


def test_a_restricted_registration_only_exists(home: VerifierHome) -> None:
    number = sign_up(home)
    with home.open().store.writing() as connection:
        connection.execute(sqlalchemy.update(REGISTRATIONS).values(restricted=home.clock.at))
    portal = Portal(home)
    shown = portal.get(f"/registrations/{number}").json()
    assert shown.pop("number") == number
    assert shown.pop("state") == "restricted"
    assert shown.pop("profile") == "inschrijven"
    assert set(shown.values()) == {None}
    refused = portal.get(f"/registrations/{number}?fields=values")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:regie:problem:restricted")
    assert portal.get("/registrations?state=active").json()["items"] == []
    assert len(portal.get("/registrations?state=restricted").json()["items"]) == 1


@pytest.mark.spec("Regie formats", "3", "an event begins a term; told twice, the first counts")
def test_events(home: VerifierHome) -> None:
    number = sign_up(home)
    portal = Portal(home)
    path = f"/registrations/{number}/events"
    first = portal.post(path, {"event": "end_of_registration"})
    assert first.status_code == 200
    assert first.json()["deleteBy"].endswith("Z")
    home.clock.at += 86_400
    again = portal.post(path, {"event": "end_of_registration"})
    assert again.json() == first.json()
    shown = portal.get(f"/registrations/{number}").json()
    assert (shown["state"], shown["endedBy"]) == ("ended", "end_of_registration")
    assert portal.post(path, {"event": "verhuisd"}).status_code == 400
    nobody = portal.post("/registrations/0000-0000-0000/events", {"event": "decision"})
    assert nobody.status_code == 404


def test_open_cases(home: VerifierHome) -> None:
    assert Portal(home, KEY).get("/rights-cases").json() == {
        "open": 0,
        "overdue": 0,
        "nextDueAt": None,
    }
