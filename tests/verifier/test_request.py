"""The signed request object and its one fetch; replays of what was answered."""

import pytest
from support.holder_simulator import Lies
from support.scheme import VERIFIER, VOORBEELDWONEN
from support.verifier_home import Browser, VerifierHome, attempt, run

from credential import dcql, jose, registration
from verifier.store import register


def test_request_object(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            request = await home.holder(http).fetch(browser.same_device)
            payload = request.payload
            jws = jose.parse(request.token, typ="oauth-authz-req+jwt")
            leaf = home.scheme.trust.verifier_leaf(jws.x5c(), home.clock.at)
            jose.verify(jws, leaf.key)
            assert payload["client_id"] == f"x509_hash:{leaf.x509_hash}"
            assert payload["response_mode"] == "direct_post.jwt"
            assert payload["response_uri"].startswith(f"{VERIFIER}/response/")
            assert "redirect_uri" not in payload
            assert payload["aud"] == "https://self-issued.me/v2"
            assert 0 < payload["exp"] - payload["iat"] <= 600
            assert len(payload["nonce"]) >= 22
            assert len(payload["state"]) >= 22
            compact = registration.from_verifier_info(payload["verifier_info"])
            found = registration.verify_registration(
                compact, home.scheme.trust, now=home.clock.at, leaf=leaf
            )
            assert found.intended_use_id == "inschrijven"
            assert registration.over_asked(dcql.parse(payload["dcql_query"]), found) == ()
            (key,) = payload["client_metadata"]["jwks"]["keys"]
            assert (key["alg"], key["use"], key["crv"]) == ("ECDH-ES", "enc", "P-256")
            assert key["kid"]
            assert "d" not in key

    run(story())


@pytest.mark.spec("HAIP 1.0", "5", "a fresh encryption key, nonce and state for every request")
def test_everything_is_fresh(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            seen: set[str] = set()
            for _ in range(3):
                browser = await Browser(http).start()
                for link in (browser.same_device, browser.other_device):
                    payload = (await home.holder(http).fetch(link)).payload
                    key = payload["client_metadata"]["jwks"]["keys"][0]
                    seen |= {payload["nonce"], payload["state"], key["kid"], key["x"]}
            assert len(seen) == 3 * 2 * 4

    run(story())


@pytest.mark.spec(
    "OpenID4VP 1.0", "5.10", "a request is fetched once; a preview does not use it up"
)
def test_second_fetch_refused(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            url = home_url(browser.other_device)
            assert (await http.head(url)).status_code == 405
            first = await http.get(url)
            assert first.headers["content-type"] == "application/oauth-authz-req+jwt"
            assert (await http.get(url)).status_code == 404
            assert (await http.post(url)).status_code == 404
            unknown = await http.get("/request/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
            assert (unknown.status_code, unknown.text) == (404, (await http.get(url)).text)
            assert holder is not None

    run(story())


def home_url(link: str) -> str:
    from urllib.parse import parse_qs, urlsplit

    return parse_qs(urlsplit(link).query)["request_uri"][0]


@pytest.mark.spec("OpenID4VP 1.0", "5.10", "a wallet_nonce that was posted comes back")
def test_wallet_nonce(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            url = home_url(browser.other_device)
            too_long = await http.post(url, data={"wallet_nonce": "n" * 300})
            assert too_long.status_code == 400
            response = await http.post(url, data={"wallet_nonce": "n-1"})
            payload = jose.parse(response.text, typ="oauth-authz-req+jwt").dangerous_payload()
            assert payload["wallet_nonce"] == "n-1"

    run(story())


def test_expired_request(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            url = home_url(browser.other_device)
            home.clock.at += 1800
            assert (await http.get(url)).status_code == 404

    run(story())


def test_late_answer_is_refused(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            home.clock.at += 601
            holder.now = home.clock.at
            assert (await holder.answer(request)).status == 400

    run(story())


@pytest.mark.spec("OpenID4VP 1.0", "14.1", "a finished request takes no second answer")
def test_second_answer_refused(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            first = await holder.answer(request)
            assert first.status == 200
            second = await holder.answer(request)
            assert (second.status, second.body) == (400, {"error": "invalid_request"})

    run(story())


@pytest.mark.spec(
    "Regie formats", "2", "retry: identical bytes get the identical answer and change nothing"
)
def test_identical_retry(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            first = await holder.answer(request)
            again = await holder.send(request, first.sent, first.rights_key)
            assert again.body == first.body
            assert len(register.registrations(home.open().store, None)) == 1
            other = await holder.send(request, first.sent + b"&x=1", first.rights_key)
            assert other.status == 400

    run(story())


@pytest.mark.spec("OpenID4VP 1.0", "14.1", "an answer to one request is refused at another")
def test_answer_of_another_request(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            one = await holder.fetch(browser.same_device)
            two = await holder.fetch(browser.other_device)
            answer = await holder.answer(one)
            moved = await http.post(
                two.payload["response_uri"],
                content=answer.sent,
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
            assert moved.status_code == 400
            # The presentation made for the first, encrypted anew for the second.
            replayed = holder.form(one, Lies(state=two.payload["state"]))
            assert replayed
            token = {
                query["id"]: [
                    holder.present(
                        holder.cards[query["id"]], query, one, Lies(no_rights=True), "unused"
                    )
                ]
                for query in one.payload["dcql_query"]["credentials"]
            }
            form = {
                "response": holder.encrypt(two, {"vp_token": token, "state": two.payload["state"]})
            }
            response = await http.post(two.payload["response_uri"], data=form)
            assert (response.status_code, response.json()) == (200, {})

    run(story())


def test_too_large_and_wrong_type(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            url = "/response/unknown"
            large = await http.post(
                url,
                content=b"response=" + b"a" * 300_000,
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
            assert large.status_code == 413
            typed = await http.post(url, json={"response": "x"})
            assert typed.status_code == 415
            assert (await http.get(url)).status_code == 405

    run(story())


def test_party_names_are_ours(home: VerifierHome) -> None:
    assert home.open().leaf.oin == home.scheme.verifier(VOORBEELDWONEN).oin
    answer, _ = attempt(home)
    assert answer.body["redirect_uri"].startswith(f"{VERIFIER}/nl/inschrijven/terug/")
