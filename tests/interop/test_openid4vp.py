"""A wallet made by others answers our verifier: `@openid4vc/openid4vp`, over real https.

Its cards are chosen by `dcql` and shown by `@sd-jwt/sd-jwt-vc`. What the libraries cannot do, and
who does it then, stands at the top of `openid4vp/wallet.mjs`.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.answering import application
from support.holder_simulator import PERSON
from support.node_wallet import NodeWallet, Refused
from support.verifier_home import Browser
from support.visited import Visited, private_jwk, visited

from credential import jose
from credential.transactiondata import HASHES
from credential.trust import Role
from verifier.service import sessions
from verifier.store import register
from verifier.transaction import Answered, Bound, Fetched, Origin, Outcome

pytestmark = pytest.mark.interop

PROGRAMS = "openid4vp"
KINDS = ("persoonsgegevens", "verblijfsrecht")
NONCE = "a-nonce-of-the-wallet"


class Guest(NodeWallet):
    """Somebody whose wallet is of another make, at our corporation."""

    def __init__(self, folder: Path, there: Visited) -> None:
        super().__init__(folder, there.ca, there.home.clock.at, PROGRAMS)
        self.there = there

    def be(self, person: str, *kinds: str, **knobs: Any) -> None:
        maker = self.there.home.maker
        cards = [
            maker.card(kind, PERSON[kind] | {"housing_pseudonym": person})
            for kind in kinds or KINDS
        ]
        held = [{"compact": card.compact, "key": private_jwk(card)} for card in cards]
        self("be", **{"cards": held, "anchor": self.there.anchor, **knobs})

    def read(self, link: str, nonce: str | None = NONCE) -> dict[str, Any]:
        """The request behind a link: by POST with this nonce, or by GET without one."""
        plain = link.replace("&request_uri_method=post", "")
        if nonce is None:
            return dict(self("resolve", link=plain))
        return dict(self("resolve", link=f"{plain}&request_uri_method=post", nonce=nonce))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    with visited(tmp_path_factory.mktemp("visited")) as made:
        yield made


@pytest.fixture
def guest(tmp_path: Path, there: Visited) -> Iterator[Guest]:
    made = Guest(tmp_path, there)
    yield made
    made.close()


def links(there: Visited) -> tuple[str, str]:
    """A page of the sign-up: its link for this device, and that for another."""

    async def work() -> tuple[str, str]:
        async with there.client() as http:
            browser = await there.browser(http).start()
            return browser.same_device, browser.other_device

    return asyncio.run(work())


def transaction(found: dict[str, Any]) -> str:
    return str(found["request"]["response_uri"]).rsplit("/", 1)[1]


def registered(there: Visited) -> int:
    return len(register.registrations(there.home.open().store, None))


# ---- the request


@pytest.mark.spec("OpenID4VP 1.0", "5", "the request, read as version 1.0 by another library")
@pytest.mark.spec("HAIP 1.0", "5", "x509_hash: another library holds the leaf against client_id")
def test_request_is_read_as_final(guest: Guest, there: Visited) -> None:
    guest.be("reader")
    found = guest.read(links(there)[1], nonce=None)
    assert (found["version"], found["prefix"], found["signed"]) == (100, "x509_hash", "x5c")
    assert f"x509_hash:{found['identifier']}" == there.home.open().client_id
    assert found["request"]["response_mode"] == "direct_post.jwt"
    assert guest.sent[0][0::2] == ["GET", 200]


@pytest.mark.spec("OpenID4VP 1.0", "5.10", "POST with wallet_nonce: it comes back, signed")
def test_request_by_post(guest: Guest, there: Visited) -> None:
    """The library itself refuses a request without the nonce it sent."""
    guest.be("poster")
    found = guest.read(links(there)[1])
    assert found["request"]["wallet_nonce"] == NONCE
    assert guest.sent[0][0::2] == ["POST", 200]


@pytest.mark.spec("OpenID4VP 1.0", "5.10", "wallet_nonce: left out, it is not invented")
def test_what_the_library_posts_by_itself(guest: Guest, there: Visited) -> None:
    """It sends no `wallet_nonce`, misses it in the answer, and says so.

    Once this fails, `asFinal` has served its time.
    """
    guest.be("as it is", untouched=True)
    with pytest.raises(Refused, match="wallet_nonce"):
        guest.read(links(there)[1])
    assert guest.sent[0][0::2] == ["POST", 200]


@pytest.mark.spec("OpenID4VP 1.0", "5.10", "a request is handed out once, also to another library")
def test_fetched_twice(guest: Guest, there: Visited) -> None:
    guest.be("twice")
    link = links(there)[1]
    guest.read(link, nonce=None)
    with pytest.raises(Refused) as caught:
        guest.read(link, nonce=None)
    assert caught.value.error == "invalid_request_uri"
    assert guest.sent[0][2] == 404


@pytest.mark.spec("OpenID4VP 1.0", "5.9.3", "another library refuses a client_id that is not ours")
def test_wrong_client_id(guest: Guest, there: Visited) -> None:
    guest.be("careful")
    ours = there.home.open().client_id.removeprefix("x509_hash:")
    with pytest.raises(Refused) as caught:
        guest.read(links(there)[1].replace(ours, "A" * 43))
    assert caught.value.error == "invalid_request"


@pytest.mark.spec("HAIP 1.0", "5", "another library asks its wallet whether our chain is believed")
def test_signed_under_another_authority(guest: Guest, there: Visited) -> None:
    other = there.home.scheme.authority.role(Role.ISSUER_ACCESS).der
    guest.be("distrustful", anchor=jose.x5c_header([other])["x5c"][0])
    with pytest.raises(Refused, match="verification of jwt"):
        guest.read(links(there)[1])


# ---- the answer


@pytest.mark.spec("HAIP 1.0", "5.1", "same device: an answer of another make opens the result")
def test_same_device(guest: Guest, there: Visited) -> None:
    guest.be("same device")
    before = registered(there)

    async def work() -> Browser:
        async with there.client() as http:
            browser = await there.browser(http).start()
            found = await asyncio.to_thread(guest.read, browser.same_device)
            answer = await asyncio.to_thread(guest, "answer", enc="A128GCM")
            assert answer["status"] == 200
            assert {"redirect_uri", "receipt"} <= set(answer["body"])
            await browser.get(answer["body"]["redirect_uri"].removeprefix(there.base))
            assert browser.url.endswith("/gegevens"), browser.page
            became = there.became(transaction(found))
            assert isinstance(became, Bound)
            assert became.outcome is Outcome.ACCEPTED
            return browser

    asyncio.run(work())
    assert registered(there) == before + 1


@pytest.mark.spec("HAIP 1.0", "5.1", "same device: the redirect in another session gives nothing")
def test_redirect_in_another_session(guest: Guest, there: Visited) -> None:
    guest.be("elsewhere")

    async def work() -> None:
        async with there.client() as http, there.client() as other:
            browser = await there.browser(http).start()
            await asyncio.to_thread(guest.read, browser.same_device)
            answer = await asyncio.to_thread(guest, "answer")
            stranger = there.browser(other)
            await stranger.get(answer["body"]["redirect_uri"].removeprefix(there.base))
            assert stranger.status == 403

    asyncio.run(work())


@pytest.mark.spec("Regie formats", "5", "cross-device: an answer of another make, and its code")
def test_cross_device(guest: Guest, there: Visited) -> None:
    """A wallet that does not know `confirm_code` still got it; typed, it opens the result."""
    guest.be("other device")

    async def work() -> None:
        async with there.client() as http:
            browser = await there.browser(http).start()
            await asyncio.to_thread(guest.read, browser.other_device)
            answer = await asyncio.to_thread(guest, "answer", enc="A256GCM")
            await browser.post("/nl/inschrijven/code", code=answer["body"]["confirm_code"])
            assert browser.url.endswith("/gegevens"), browser.page

    asyncio.run(work())


@pytest.mark.spec("OpenID4VP 1.0", "5.10", "POST, then an answer: accepted with every check")
def test_accepted_after_post(guest: Guest, there: Visited) -> None:
    guest.be("posted and accepted")
    found = guest.read(links(there)[1])
    assert guest("answer")["status"] == 200
    became = there.became(transaction(found))
    assert isinstance(became, Answered)
    assert (became.outcome, became.rule) == (Outcome.ACCEPTED, "")


@pytest.mark.spec("OpenID4VP 1.0", "8.5", "a refusal by another wallet ends the request")
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("access_denied", Outcome.DECLINED),
        ("vp_formats_not_supported", Outcome.UNABLE),
        ("wallet_unavailable", Outcome.UNABLE),
    ],
)
def test_declined(guest: Guest, there: Visited, error: str, outcome: Outcome) -> None:
    guest.be("no thanks")
    found = guest.read(links(there)[1])
    assert guest("decline", error=error) == {"status": 200, "body": {}}
    became = there.became(transaction(found))
    assert isinstance(became, Answered)
    assert became.outcome is outcome


@pytest.mark.spec("OpenID4VP 1.0", "8.4", "transaction data, read and signed for by another wallet")
def test_signs_for_an_application(guest: Guest, there: Visited) -> None:
    guest.be("applicant")
    verifier = there.home.open()
    for said, outcome in (({}, Outcome.ACCEPTED), ({HASHES: ["A" * 43]}, Outcome.REFUSED)):
        [made] = sessions.start(
            verifier,
            verifier.profile("inschrijven"),
            "nl",
            None,
            origin=Origin.COMMAND,
            transaction_data=(application("2026-1"),),
        )
        found = guest.read(made.link)
        assert [one["reference"] for one in found["transactions"]] == ["2026-1"]
        assert guest("answer", lies=said)["status"] == 200
        became = there.became(transaction(found))
        assert isinstance(became, Answered)
        assert became.outcome is outcome, became.rule


LIES = {
    "nonce": ({"nonce": "an-older-nonce-of-another-request"}, "kb.nonce"),
    "aud": ({"aud": "x509_hash:somebody-else"}, "kb.aud"),
    "iat_in_past": ({"iat": 1_600_000_000}, "kb.iat_old"),
    "iat_in_future": ({"iat": 4_000_000_000}, "kb.iat_ahead"),
}


@pytest.mark.spec("RFC 9901", "7.3", "a faulty key binding of another make is refused alike")
@pytest.mark.parametrize("lie", LIES)
def test_refused(guest: Guest, there: Visited, lie: str) -> None:
    members, rule = LIES[lie]
    guest.be(f"liar {lie}")
    before = registered(there)
    found = guest.read(links(there)[1])
    assert guest("answer", lies=members) == {"status": 200, "body": {}}
    became = there.became(transaction(found))
    assert isinstance(became, Answered)
    assert (became.outcome, became.rule) == (Outcome.REFUSED, rule)
    assert registered(there) == before


@pytest.mark.spec("OpenID4VP 1.0", "8.2", "a second answer to one request is refused")
def test_answered_twice(guest: Guest, there: Visited) -> None:
    guest.be("once more")
    found = guest.read(links(there)[1])
    assert guest("answer")["body"]["receipt"]
    assert guest("answer") == {"status": 400, "body": {"error": "invalid_request"}}
    assert not isinstance(there.became(transaction(found)), Fetched)


def test_query_that_nothing_satisfies(guest: Guest, there: Visited) -> None:
    """`dcql` says no before anything is sent."""
    guest.be("one card only", "persoonsgegevens")
    guest.read(links(there)[1])
    with pytest.raises(Refused, match="cannot be satisfied"):
        guest("answer")
    assert guest.sent == []
