"""Sessions that another system starts: whose the verdict is stands before it is handed out."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy
from support.api_client import (
    KEY,
    OTHER_KEY,
    PORTAL,
    READER_KEY,
    Portal,
    api_home,
    client_table,
    run,
)
from support.databases import empty_database
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome

from verifier.service import retention
from verifier.service.api import sessions
from verifier.store import dossiers, register
from verifier.tables import API_ANSWERS, API_SESSIONS

NEW = {"profile": "inschrijven", "lang": "nl", "returnUrl": f"{PORTAL}/terug?stap=2"}


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[VerifierHome]:
    with empty_database(getattr(request, "param", "sqlite")) as url:
        made = api_home(tmp_path, database=url)
        yield made
        made.close()


@pytest.fixture
def portal(home: VerifierHome) -> Portal:
    return Portal(home)


async def visit(http: httpx.AsyncClient, page: str) -> Browser:
    """A person's browser, sent to our page by the portal."""
    return await Browser(http).get(page.removeprefix(VERIFIER))


@pytest.mark.spec("Regie formats", "5", "a session of the interface: the same-device return binds")
def test_same_device(home: VerifierHome, portal: Portal) -> None:
    async def work() -> None:
        async with home.client() as server, home.client() as person:
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            browser = await visit(person, made["pageUrl"])
            assert browser.url.endswith("/nl/inschrijven/delen")
            await browser.get("/nl/inschrijven/delen")
            holder = home.holder(person)
            request = await holder.fetch(made["links"]["sameDevice"])
            answer = await holder.answer(request)
            before = (await portal.asked(server, "GET", f"/sessions/{made['id']}")).json()
            assert (before["state"], before["result"]) == ("answered", None)
            await browser.get(answer.body["redirect_uri"])
            after = (await portal.asked(server, "GET", f"/sessions/{made['id']}")).json()
            assert after["state"] == "bound"
            assert after["result"]["verdict"] == "accepted"
            assert after["result"]["rule"] is None
            assert after["result"]["registration"]["complete"] is False
            assert all(check["ok"] for check in after["result"]["checks"])
            await browser.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            assert f'id="onward" href="{PORTAL}/terug?stap=2&amp;session={made["id"]}"' in (
                browser.page
            )
            done = (await portal.asked(server, "GET", f"/sessions/{made['id']}")).json()
            assert done["result"]["registration"]["complete"] is True
            assert done["result"]["registration"]["number"] == browser.number

    run(work())


@pytest.mark.spec("Regie formats", "5", "a session of the interface: the code typed on our page")
def test_other_device(home: VerifierHome, portal: Portal) -> None:
    async def work() -> None:
        async with home.client() as server, home.client() as person, home.client() as phone:
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            browser = await visit(person, made["pageUrl"])
            holder = home.holder(phone)
            request = await holder.fetch(made["links"]["otherDevice"])
            where = f"/sessions/{made['id']}"
            assert (await portal.asked(server, "GET", where)).json()["state"] == "fetched"
            answer = await holder.answer(request)
            assert (await portal.asked(server, "GET", where)).json()["result"] is None
            await browser.post("/nl/inschrijven/code", code=answer.body["confirm_code"])
            bound = (await portal.asked(server, "GET", where)).json()
            assert (bound["state"], bound["result"]["verdict"]) == ("bound", "accepted")

    run(work())


@pytest.mark.spec("Regie formats", "5", "who never came to our page gives the portal no verdict")
def test_the_page_cannot_be_skipped(home: VerifierHome, portal: Portal) -> None:
    """A portal shows the wallet's link itself: the return opens in a browser that is not known."""

    async def work() -> None:
        async with home.client() as server, home.client() as person:
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            holder = home.holder(person)
            answer = await holder.answer(await holder.fetch(made["links"]["sameDevice"]))
            browser = await Browser(person).get(answer.body["redirect_uri"])
            assert browser.status == 403
            shown = (await portal.asked(server, "GET", f"/sessions/{made['id']}")).json()
            assert (shown["state"], shown["result"]) == ("answered", None)
            home.clock.at += home.open().config.session_seconds + 1
            gone = (await portal.asked(server, "GET", f"/sessions/{made['id']}")).json()
            assert (gone["state"], gone["result"]) == ("expired", None)

    run(work())


@pytest.mark.spec("Regie formats", "5", "the address of our page works once, in one browser")
def test_arrival_once(home: VerifierHome, portal: Portal) -> None:
    async def work() -> None:
        async with home.client() as server, home.client() as one, home.client() as two:
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            path = made["pageUrl"].removeprefix(VERIFIER)
            for refused in (
                await one.head(path),
                await one.get(path, headers={"sec-purpose": "prefetch"}),
            ):
                assert refused.status_code == 405
            assert (await visit(one, path)).status == 200
            late = await visit(two, path)
            assert late.status == 404
            assert "set-cookie" not in (await two.get(path)).headers
            assert (await visit(two, path.replace("vanaf/", "vanaf/x"))).status == 404

    run(work())


def test_arrival_under_another_profile(home: VerifierHome, portal: Portal) -> None:
    async def work() -> None:
        async with home.client() as server, home.client() as person:
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            path = made["pageUrl"].removeprefix(VERIFIER).replace("inschrijven", "rechten")
            assert (await visit(person, path)).status == 404

    run(work())


@pytest.mark.spec("Regie formats", "5", "the browser's session is new when it arrives")
def test_arrival_renews_the_session(home: VerifierHome, portal: Portal) -> None:
    """Whoever planted a cookie in this browser before does not share what happens now."""

    async def work() -> None:
        async with home.client() as server, home.client() as person:
            await Browser(person).start()
            planted = dict(person.cookies)
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            await visit(person, made["pageUrl"])
            assert dict(person.cookies) != planted

    run(work())


def test_started(portal: Portal) -> None:
    answer = portal.post("/sessions", NEW)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/sessions/{made['id']}"
    assert made["expiresAt"].endswith("Z")
    assert made["links"]["sameDevice"].startswith("openid4vp://?")
    assert parse_qs(urlsplit(made["links"]["otherDevice"]).query)["request_uri"]
    shown = portal.get(f"/sessions/{made['id']}").json()
    assert (shown["state"], shown["result"]) == ("waiting", None)


def test_another_clients_session(home: VerifierHome, portal: Portal) -> None:
    made = portal.post("/sessions", NEW).json()
    for key in (OTHER_KEY, READER_KEY):
        assert Portal(home, key).get(f"/sessions/{made['id']}").status_code == 404
    assert portal.get("/sessions/" + "x" * 24).status_code == 404


def test_no_verdict_without_the_scope(home: VerifierHome) -> None:
    reader = Portal(home, READER_KEY)

    async def work() -> None:
        async with home.client() as server, home.client() as person:
            made = (await reader.asked(server, "POST", "/sessions", json=NEW)).json()
            browser = await visit(person, made["pageUrl"])
            holder = home.holder(person)
            answer = await holder.answer(await holder.fetch(made["links"]["sameDevice"]))
            await browser.get(answer.body["redirect_uri"])
            shown = (await reader.asked(server, "GET", f"/sessions/{made['id']}")).json()
            assert (shown["state"], shown["result"]) == ("bound", None)

    run(work())


def test_refused_and_declined(home: VerifierHome, portal: Portal) -> None:
    async def work() -> None:
        async with home.client() as server, home.client() as person:
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            browser = await visit(person, made["pageUrl"])
            cards = [
                home.maker.card(
                    "persoonsgegevens",
                    {"family_name": "X", "age_over_18": False, "housing_pseudonym": "p"},
                ),
                home.maker.card(
                    "verblijfsrecht", {"housing_residence_right": True, "housing_pseudonym": "p"}
                ),
            ]
            holder = home.holder(person, cards)
            answer = await holder.answer(await holder.fetch(made["links"]["sameDevice"]))
            await browser.get(answer.body["redirect_uri"])
            assert 'id="onward"' in browser.page
            shown = (await portal.asked(server, "GET", f"/sessions/{made['id']}")).json()["result"]
            assert (shown["verdict"], shown["registration"]) == ("refused", None)
            assert shown["rule"].startswith("policy.")
            assert "18" in shown["sentence"]["nl"]
            assert "18" in shown["sentence"]["en"]

            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            await visit(person, made["pageUrl"])
            request = await holder.fetch(made["links"]["sameDevice"])
            no = {"error": "access_denied", "state": request.payload["state"]}
            await person.post(
                request.payload["response_uri"], data={"response": holder.encrypt(request, no)}
            )
            shown = (await portal.asked(server, "GET", f"/sessions/{made['id']}")).json()
            assert (shown["state"], shown["result"]) == ("declined", None)

    run(work())


@pytest.mark.parametrize(
    "url",
    [
        "https://elders.example/terug",
        "http://portaal.example/terug",
        "https://portaal.example.elders.example/",
        "https://portaal.example@elders.example/",
        "https://portaal.example:8443/terug",
        "https://elders.example\\@portaal.example/",
        "https://portaal.example/#elders",
        "javascript:alert(1)",
        "https://portaal.example/" + "a" * 400,
        "https://portaal.example/terug?session=die-van-een-ander",
        "https://portaal.example/terug?%73ession=die-van-een-ander",
    ],
)
def test_return_only_where_configured(portal: Portal, url: str) -> None:
    answer = portal.post("/sessions", {**NEW, "returnUrl": url})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["location"] == {"pointer": "/returnUrl"}
    assert url not in answer.text


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (f"{PORTAL}/terug", f"{PORTAL}/terug?session=ID"),
        (f"{PORTAL}/terug?", f"{PORTAL}/terug?session=ID"),
        (f"{PORTAL}/terug?a=1", f"{PORTAL}/terug?a=1&session=ID"),
        (f"{PORTAL}/terug?a=1&", f"{PORTAL}/terug?a=1&session=ID"),
        (PORTAL, f"{PORTAL}?session=ID"),
    ],
)
def test_return_holds_the_session_alone(url: str, sent: str) -> None:
    assert sessions._with_session(url, "ID") == sent


@pytest.mark.parametrize("profile", ["rechten", "bestaat-niet"])
def test_wrong_profile(portal: Portal, profile: str) -> None:
    answer = portal.post("/sessions", {"profile": profile})
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:regie:problem:profile"


def test_a_second_person(tmp_path: Path) -> None:
    """A dossier by its number, for a profile that joins; for any other nobody comes in."""
    profiles = ["inschrijven", "mede-aanvrager"]
    made = api_home(tmp_path, tables=client_table("portaal", KEY, profiles=profiles))
    portal, verifier = Portal(made), made.open()
    dossier = "1111-2222-3333"

    async def work() -> str:
        async with made.client() as server, made.client() as person:
            begun = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            browser = await visit(person, begun["pageUrl"])
            holder = made.holder(person)
            answer = await holder.answer(await holder.fetch(begun["links"]["sameDevice"]))
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            return browser.number

    try:
        number = run(work())
        with verifier.store.writing() as connection:
            found = register.by_number(connection, number)
            assert found is not None
            assert (
                dossiers.invite(
                    connection,
                    found.id,
                    dossier="d" * 24,
                    number=dossier,
                    code="c" * 64,
                    now=made.clock.at,
                    until=made.clock.at + 86_400,
                )
                is None
            )
        join = {"profile": "mede-aanvrager", "dossier": dossier}
        assert portal.post("/sessions", join).status_code == 201
        assert portal.get(f"/registrations/{number}").json()["dossier"] == dossier
        for wrong in (
            {**join, "profile": "inschrijven"},
            {**join, "dossier": "9999-9999-9999"},
        ):
            answer = portal.post("/sessions", wrong)
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["code"] == "dossier"
    finally:
        made.close()


@pytest.mark.spec("House rules", "6", "the same request at the same moment begins one session")
def test_at_the_same_moment(home: VerifierHome) -> None:
    home.open()
    portals = [Portal(home) for _ in range(4)]
    found: list[httpx.Response] = []
    key = {"idempotency-key": "tegelijk-0001"}
    threads = [
        threading.Thread(
            target=lambda one=one: found.append(one.post("/sessions", NEW, headers=key))
        )
        for one in portals
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status_code for one in found} <= {201, 409}
    assert len({one.json()["id"] for one in found if one.status_code == 201}) == 1
    with home.open().store.reading() as connection:
        count = sqlalchemy.select(sqlalchemy.func.count()).select_from(API_SESSIONS)
        assert connection.execute(count).scalar_one() == 1


def test_purge_forgets_sessions(home: VerifierHome, portal: Portal) -> None:
    made = portal.post("/sessions", NEW, headers={"idempotency-key": "bewaard-0001"}).json()
    config = home.open().config
    home.clock.at += 26 * 3600
    retention.purge(config, home.open().store, home.clock.at)
    assert portal.get(f"/sessions/{made['id']}").status_code == 404
    with home.open().store.reading() as connection:
        for table in (API_SESSIONS, API_ANSWERS):
            assert connection.execute(sqlalchemy.select(table)).first() is None
