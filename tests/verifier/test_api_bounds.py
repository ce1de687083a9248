"""What another system may not learn: whose browser it is, other visits, what was restricted."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.api_client import PORTAL, Portal, api_home
from support.asking import ask
from support.holder_simulator import Answer
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome, run

from credential import base64url
from credential.rights import Right, State

NEW = {"profile": "inschrijven", "lang": "nl", "returnUrl": f"{PORTAL}/terug"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[VerifierHome]:
    made = api_home(tmp_path)
    yield made
    made.close()


@pytest.mark.spec(
    "Regie formats", "5", "a session of another system never ends in a browser it did not send"
)
@pytest.mark.parametrize("arrived", [False, True])
def test_the_return_address_alone_tells_a_portal_nothing(home: VerifierHome, arrived: bool) -> None:
    """Somebody passes the link for another device on; a wallet opens the return address."""
    portal = Portal(home)

    async def work() -> None:
        async with home.client() as server, home.client() as one, home.client() as victim:
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            if arrived:
                await Browser(one).get(made["pageUrl"].removeprefix(VERIFIER))
            holder = home.holder(victim)
            answer = await holder.answer(await holder.fetch(made["links"]["otherDevice"]))
            browser = await Browser(victim).get(answer.body["redirect_uri"])
            assert browser.status == 403
            shown = (await portal.asked(server, "GET", f"/sessions/{made['id']}")).json()
            assert (shown["state"], shown["result"]) == ("answered", None)

    run(work())


async def _shares(home: VerifierHome, http: httpx.AsyncClient, link: str) -> Answer:
    holder = home.holder(http)
    return await holder.answer(await holder.fetch(link))


def test_what_a_visitor_does_here_besides_is_not_for_the_portal(home: VerifierHome) -> None:
    portal = Portal(home)

    async def work() -> None:
        async with home.client() as server, home.client() as person:
            browser = await Browser(person).start()
            answer = await _shares(home, person, browser.same_device)
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            person.cookies.clear()
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            browser = await Browser(person).get(made["pageUrl"].removeprefix(VERIFIER))
            home.clock.at += 5
            await browser.start("rechten")
            answer = await _shares(home, person, browser.same_device)
            await browser.get(answer.body["redirect_uri"])
            assert "Dit bewaren wij van u" in browser.page
            shown = (await portal.asked(server, "GET", f"/sessions/{made['id']}")).json()
            assert (shown["state"], shown["result"]) == ("waiting", None)

    run(work())


def _signed_up(home: VerifierHome, portal: Portal) -> tuple[str, str, Answer]:
    async def work() -> tuple[str, Answer]:
        async with home.client() as server, home.client() as person:
            made = (await portal.asked(server, "POST", "/sessions", json=NEW)).json()
            browser = await Browser(person).get(made["pageUrl"].removeprefix(VERIFIER))
            answer = await _shares(home, person, made["links"]["sameDevice"])
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            return made["id"], answer

    session, answer = run(work())
    number = portal.get(f"/sessions/{session}").json()["result"]["registration"]["number"]
    return session, number, answer


@pytest.mark.spec("GDPR", "18", "of a restricted registration a portal learns no more by any door")
def test_a_restricted_registration_is_left_alone_at_every_door(home: VerifierHome) -> None:
    portal = Portal(home)
    session, number, answer = _signed_up(home, portal)
    assert ask(home, Right.RESTRICTION, answer).state is State.DONE
    result = portal.get(f"/sessions/{session}").json()["result"]
    assert (result["registration"], result["decisions"]) == (None, [])
    told = portal.post(f"/registrations/{number}/events", {"event": "end_of_registration"})
    assert told.json()["deleteBy"] is None


@pytest.mark.parametrize(
    "key",
    [
        '[99999999999999999999999999,"x"]',
        '[9223372036854775808,"x"]',
        '[-1,"x"]',
        '[true,"x"]',
        '[1,"\\u0000"]',
        '[1,""]',
    ],
)
def test_a_key_of_a_page_that_is_none_of_ours(home: VerifierHome, key: str) -> None:
    after = base64url.encode(key.encode())
    assert Portal(home).get(f"/registrations?after={after}").status_code == 400
