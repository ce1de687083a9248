"""A wallet that does not answer: why, as far as it says so, and what its person then reads."""

import asyncio
from typing import Any

import httpx
import pytest
from support.holder_simulator import Lies, Request
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome, attempt, body_of, nothing_kept, run

from verifier.messages import WalletError
from verifier.store import transactions
from verifier.texts import find
from verifier.transaction import Answered, Fetched, Outcome

VP = "OpenID4VP 1.0"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def found_of(home: VerifierHome, request: Request) -> Any:
    verifier = home.open()
    transaction = request.payload["response_uri"].rsplit("/", 1)[1]
    return transactions.find(verifier.store, verifier.sealer, transaction)


def told(home: VerifierHome, error: str, *, sealed: bool) -> tuple[Answered, str]:
    """What is stored of this error, and the page of the browser that waits."""

    async def story() -> tuple[Answered, str]:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            said = {
                "error": error,
                "error_description": "Zwaantje heeft geen kaartje",
                "state": request.payload["state"],
            }
            form = {"response": holder.encrypt(request, said)} if sealed else said
            response = await http.post(request.payload["response_uri"], data=form)
            assert (response.status_code, response.json()) == (200, {})
            await browser.get("/nl/inschrijven/delen")
            frame = await http.get("/nl/inschrijven/live")
            expected = "U hebt niets gedeeld" if error == "access_denied" else "niet gelukt"
            assert expected in frame.text
            return found_of(home, request), browser.page

    return run(story())


CODES = [one.value for one in WalletError if one is not WalletError.OTHER]


@pytest.mark.spec(VP, "8.5", "every error code is told apart: declined, or the wallet could not")
@pytest.mark.parametrize("error", CODES)
def test_every_code(home: VerifierHome, error: str) -> None:
    found, page = told(home, error, sealed=False)
    assert found.wallet_error == error
    if error == "access_denied":
        assert (found.outcome, found.rule) == (Outcome.DECLINED, "wallet.declined")
        assert "U hebt niets gedeeld" in page
    else:
        assert (found.outcome, found.rule) == (Outcome.UNABLE, f"wallet.{error}")
        why = find("nl", f"refused.wallet_{error}") or find("nl", "refused.wallet_other")
        assert why is not None
        assert why in page
    assert nothing_kept(home)


@pytest.mark.spec(VP, "8.5", "an error may come in clear or encrypted; what is unknown is `other`")
@pytest.mark.parametrize("sealed", [True, False])
def test_unknown_codes(home: VerifierHome, sealed: bool) -> None:
    found, page = told(home, "zwaantje_verzonnen", sealed=sealed)
    assert (found.outcome, found.wallet_error) == (Outcome.UNABLE, "other")
    assert find("nl", "refused.wallet_other") in page
    # Neither the word nor the description of a stranger is kept or shown.
    assert b"zwaantje_verzonnen" not in home.database_bytes()
    assert "Zwaantje" not in page


@pytest.mark.spec(VP, "8.5", "an error without the state of the request ends nothing")
@pytest.mark.parametrize("state", [None, "another"])
def test_an_error_of_a_stranger(home: VerifierHome, state: str | None) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            form = {"error": "access_denied"} | ({} if state is None else {"state": state})
            response = await http.post(request.payload["response_uri"], data=form)
            assert (response.status_code, response.json()) == (400, {"error": "invalid_request"})
            assert isinstance(found_of(home, request), Fetched)
            assert (await holder.answer(request)).body["receipt"]

    run(story())


def test_words_that_are_no_code(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            request = await home.holder(http).fetch(browser.other_device)
            for error in ("", "é", "x" * 65):
                form = {"error": error, "state": request.payload["state"]}
                response = await http.post(request.payload["response_uri"], data=form)
                assert response.status_code == 400
            assert isinstance(found_of(home, request), Fetched)

    run(story())


@pytest.mark.spec(VP, "8.5", "an error that is sent again is answered alike and changes nothing")
def test_declined_twice(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            form = {"error": "access_denied", "state": request.payload["state"]}
            url = request.payload["response_uri"]
            first = await http.post(url, data=form)
            again = await http.post(url, data=form)
            assert (first.status_code, again.status_code) == (200, 200)
            assert first.content == again.content == b"{}"
            other = await http.post(url, data=form | {"error": "server_error"})
            assert other.status_code == 400
            assert (await holder.answer(request)).status == 400
            assert found_of(home, request).wallet_error == "access_denied"

    run(story())


REFUSED = {
    "another nonce": Lies(nonce="n" * 30),
    "another audience": Lies(aud="x509_hash:other"),
    "no key binding": Lies(no_kb=True),
    "stale": Lies(kb_iat=1_767_225_600 - 400),
    "something removed": Lies(change_after_signing="remove"),
    "another state": Lies(state="another"),
    "texts for arrays": Lies(vp_token=lambda t: {k: v[0] for k, v in t.items()}),
    "no object": Lies(vp_token=lambda t: [*t.values()]),
    "an unasked query": Lies(vp_token=lambda t: {**t, "more": [next(iter(t.values()))[0]]}),
}


@pytest.mark.spec(
    VP, "8.2", "a refused answer that bound nobody gets one answer, whatever was wrong"
)
def test_one_answer_on_the_wire(home: VerifierHome) -> None:
    """The precise reason is inside, for whoever may read it."""
    wire, inside = set(), set()
    for lies in REFUSED.values():
        answer, found = attempt(home, lies)
        wire.add((answer.status, str(answer.body)))
        assert isinstance(found, Answered)
        inside.add(found.rule)
    assert wire == {(200, "{}")}
    assert len(inside) == len(REFUSED)


@pytest.mark.spec(VP, "14.1", "a second answer, other bytes, at the same moment: one is taken")
def test_two_answers_at_once(home: VerifierHome) -> None:
    async def story() -> list[httpx.Response]:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            bodies = [body_of(holder, request) for _ in range(6)]
            url = request.payload["response_uri"]
            return await asyncio.gather(
                *(http.post(url, content=body, headers=FORM) for body in bodies)
            )

    met = sorted(one.status_code for one in run(story()))
    assert met == [200, 400, 400, 400, 400, 400]


@pytest.mark.spec("HAIP 1.0", "5.1", "a same-device answer belongs to the session that started it")
def test_a_result_in_another_session(home: VerifierHome) -> None:
    """Neither the return address nor the page of the result opens in another browser."""

    async def story() -> None:
        async with home.client() as http, home.client() as other, home.client() as wallet:
            browser, stranger = await Browser(http).start(), await Browser(other).start()
            holder = home.holder(wallet)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            path = answer.body["redirect_uri"].removeprefix(VERIFIER)
            for someone in (stranger, Browser(wallet)):
                await someone.get(path)
                assert someone.status == 403
                await someone.get("/nl/inschrijven/klaar")
                assert someone.status == 404
            # Not the code, typed elsewhere, and not an address that was never given out.
            await stranger.post("/nl/inschrijven/code", code=answer.body["confirm_code"])
            assert stranger.status == 422
            await browser.get(path[:-1] + ("A" if path[-1] != "A" else "B"))
            assert browser.status == 403
            await browser.get(path)
            assert browser.url.endswith("/gegevens")
            # And once only: the address is spent, also for who copied it from the history.
            await stranger.get(path)
            assert stranger.status == 403

    run(story())
