"""What stands in a request, and what goes with an answer: form, freshness, no more than needed."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support.holder_simulator import Lies
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome, attempt, requests, run

from credential import jose
from verifier.service import figures
from verifier.store.figures import Key

VP = "OpenID4VP 1.0"
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]{22,}\Z")


def payload(home: VerifierHome) -> dict[str, Any]:
    (request,) = requests(home, 1)
    return request.payload


@pytest.mark.spec(VP, "5", "inside the object members are JSON values, not texts with JSON in them")
def test_values_not_texts(home: VerifierHome) -> None:
    found = payload(home)
    assert isinstance(found["dcql_query"], dict)
    assert isinstance(found["client_metadata"], dict)
    assert isinstance(found["client_metadata"]["jwks"]["keys"], list)
    assert isinstance(found["verifier_info"], list)
    assert "transaction_data" not in found, "an empty array would be no array"


@pytest.mark.spec(VP, "5.2", "nonce and state: 128 bits or more, of characters that need no escape")
def test_characters(home: VerifierHome) -> None:
    found = payload(home)
    assert UNRESERVED.match(found["nonce"])
    assert UNRESERVED.match(found["state"])
    assert found["nonce"] != found["state"]


@pytest.mark.spec(VP, "5.1", "one of dcql_query and scope; no redirect_uri with direct_post")
@pytest.mark.spec(VP, "5.9.3", "x509_hash in a signed request; metadata holds what is needed")
def test_members(home: VerifierHome) -> None:
    found = payload(home)
    assert not {"scope", "redirect_uri", "request", "request_uri", "wallet_nonce"} & found.keys()
    assert found["response_type"] == "vp_token"
    metadata = found["client_metadata"]
    assert metadata.keys() == {
        "jwks",
        "encrypted_response_enc_values_supported",
        "vp_formats_supported",
    }
    assert metadata["vp_formats_supported"] == {
        "dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
    }
    assert metadata["encrypted_response_enc_values_supported"] == ["A128GCM", "A256GCM"]


@pytest.mark.spec(VP, "5.1", "a key of client_metadata never signed the request")
def test_the_key_for_answers_signs_nothing(home: VerifierHome) -> None:
    (request,) = requests(home, 1)
    (key,) = request.payload["client_metadata"]["jwks"]["keys"]
    with pytest.raises(Exception, match=r"jose\.signature"):
        jose.verify(jose.parse(request.token, typ="oauth-authz-req+jwt"), jose.key_from_jwk(key))


@pytest.mark.spec(VP, "5", "the link names who asks and where the question is, and nothing more")
def test_the_link(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            for link in (browser.same_device, browser.other_device):
                assert link.startswith("openid4vp://?")
                asked = parse_qs(urlsplit(link).query)
                assert asked.keys() == {"client_id", "request_uri", "request_uri_method"}
                assert asked["request_uri"][0].startswith(f"{VERIFIER}/request/")

    run(story())


@pytest.mark.spec(VP, "8.2", "200, JSON, not stored; redirect_uri with fresh randomness each time")
def test_the_answer_to_a_wallet(home: VerifierHome) -> None:
    async def story() -> set[str]:
        async with home.client() as http:
            seen = set()
            for _ in range(3):
                browser = await Browser(http).start()
                holder = home.holder(http)
                request = await holder.fetch(browser.same_device)
                answer = await http.post(request.payload["response_uri"], data=holder.form(request))
                assert answer.status_code == 200
                assert answer.headers["content-type"] == "application/json"
                assert answer.headers["cache-control"] == "no-store"
                uri = answer.json()["redirect_uri"]
                assert uri.startswith(f"{VERIFIER}/nl/inschrijven/terug/")
                seen.add(uri.rpartition("/")[2])
            return seen

    codes = run(story())
    assert len(codes) == 3
    assert all(len(code) >= 22 for code in codes)


@pytest.mark.spec(VP, "8.3.1", "the state is inside the JWE: one beside it counts for nothing")
def test_state_beside_the_answer(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            request = await holder.fetch(browser.other_device)
            beside = holder.form(request) | {"state": "another"}
            answer = await http.post(request.payload["response_uri"], data=beside)
            assert answer.json()["receipt"]

    run(story())
    answer, found = attempt(home, Lies(state="another"))
    assert (answer.body, found.rule) == ({}, "response.state")


@pytest.mark.spec(VP, "8.6", "a wrong nonce in one presentation refuses the whole answer")
def test_one_wrong_nonce(home: VerifierHome) -> None:
    """Made for another request: the first card of this answer, the second of that one."""

    async def story() -> None:
        async with home.client() as http:
            holder = home.holder(http)
            one = await holder.fetch((await Browser(http).start()).other_device)
            two = await holder.fetch((await Browser(http).start()).other_device)
            queries = one.payload["dcql_query"]["credentials"]
            token = {
                query["id"]: [
                    holder.present(
                        holder.cards[query["id"]], query, request, Lies(no_rights=True), ""
                    )
                ]
                for query, request in zip(queries, (one, two), strict=True)
            }
            said = {"vp_token": token, "state": one.payload["state"]}
            form = {"response": holder.encrypt(one, said)}
            answer = await http.post(one.payload["response_uri"], data=form)
            assert (answer.status_code, answer.json()) == (200, {})

    run(story())


def test_what_came_to_nothing_is_counted(home: VerifierHome) -> None:
    """Told apart in the figures too, and still when the requests are forgotten."""

    async def story() -> None:
        async with home.client() as http:
            for error in ("access_denied", "wallet_unavailable", "verzonnen"):
                browser = await Browser(http).start()
                request = await home.holder(http).fetch(browser.other_device)
                form = {"error": error, "state": request.payload["state"]}
                await http.post(request.payload["response_uri"], data=form)

    run(story())
    attempt(home, Lies(nonce="n" * 30))
    profile, expected = (
        "inschrijven",
        {
            ("declined", ""): 1,
            ("unable", "wallet_unavailable"): 1,
            ("unable", "other"): 1,
            ("refused", "kb.nonce"): 1,
        },
    )
    for _ in range(2):
        counted = figures.counted(home.open().store)
        month = next(iter(counted)).month
        for (name, rule), count in expected.items():
            assert counted[Key(month, profile, name, rule)] == count
        shown = json.dumps([row.name for row in figures.public(home.open()).rows])
        assert "wallet kon niet (wallet niet bereikbaar)" in shown
        home.clock.at += 2 * 3600
        verifier = home.open()
        from verifier.store import transactions

        with verifier.store.writing() as connection:
            transactions.forget(connection, verifier.sealer, home.clock.at)
