"""Whose browser it is, what a guess is worth, and what is refused before it costs anything."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.holder_simulator import Answer, Lies
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome, attempt, run

from credential import jose
from credential.jose import KeySigner
from verifier.checks.presentation import Presentation
from verifier.errors import Refused
from verifier.service import handout, sessions
from verifier.store import register
from verifier.store.transactions import Typed
from verifier.transaction import Origin, Outcome
from verifier.web.pages import COOKIE


def path_of(answer_body: dict[str, str]) -> str:
    return answer_body["redirect_uri"].removeprefix(VERIFIER)


@pytest.mark.spec(
    "Regie formats", "5", "session fixation: a cookie put in the browser gives no result"
)
def test_cookie_of_somebody_else(home: VerifierHome) -> None:
    """An attacker's cookie is put in a resident's browser; the result gets a new one."""

    async def story() -> None:
        for way in ("return", "code"):
            async with home.client() as http, home.client() as mallory, home.client() as wallet:
                attacker = await Browser(mallory).start()
                (planted,) = [c for c in mallory.cookies.jar if c.name == COOKIE]
                http.cookies.jar.set_cookie(planted)
                browser = await Browser(http).start()
                holder = home.holder(wallet)
                answer = await holder.answer(await holder.fetch(browser.same_device))
                if way == "return":
                    await browser.get(path_of(answer.body))
                else:
                    await browser.post("/nl/inschrijven/code", code=answer.body["confirm_code"])
                assert browser.url.endswith("/gegevens")
                for path in ("klaar", "gegevens", "delen"):
                    await attacker.get(f"/nl/inschrijven/{path}")
                    assert attacker.status in (200, 404)
                    assert not attacker.url.endswith("/gegevens") or attacker.status == 404
                await attacker.post("/nl/inschrijven/gegevens", email="attacker@example.org")
                assert attacker.status == 404
                await browser.get(path_of(answer.body))
                assert browser.url.endswith("/gegevens"), "opened again by the right browser"

    run(story())


def test_cookie_of_another_shape_is_not_taken_over(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            headers = {"origin": VERIFIER, "cookie": f'{COOKIE}="a\\012set-cookie: b=c"'}
            response = await http.post("/nl/inschrijven", headers=headers)
            value = response.headers["set-cookie"].split(";")[0].partition("=")[2]
            assert re.fullmatch(r"[A-Za-z0-9_-]{43}", value)

    run(story())


@pytest.mark.spec(
    "Regie formats", "5", "confirm code: a code opens only what this browser asked for"
)
def test_code_in_another_browser(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http, home.client() as other, home.client() as wallet:
            browser, stranger = await Browser(http).start(), await Browser(other).start()
            holder = home.holder(wallet)
            answer = await holder.answer(await holder.fetch(browser.other_device))
            await stranger.post("/nl/inschrijven/code", code=answer.body["confirm_code"])
            assert stranger.status == 422
            await browser.post("/nl/inschrijven/code", code=answer.body["confirm_code"])
            assert browser.url.endswith("/gegevens")

    run(story())


def test_guesses_at_the_same_moment(home: VerifierHome) -> None:
    """Twenty guesses at once are three tries, and then the right code is of no use."""
    verifier = home.open()
    codes: dict[str, str] = {}

    async def start() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            answer = await home.holder(http).answer(
                await home.holder(http).fetch(browser.other_device)
            )
            (cookie,) = [c for c in http.cookies.jar if c.name == COOKIE]
            codes.update(right=answer.body["confirm_code"], session=str(cookie.value))

    run(start())
    guesses = [f"{(int(codes['right']) + n) % 1_000_000:06d}" for n in range(1, 21)]
    with ThreadPoolExecutor(8) as pool:
        met = list(pool.map(lambda g: sessions.typed(verifier, codes["session"], g)[0], guesses))
    assert met.count(Typed.WRONG) == 2
    assert met.count(Typed.OVER) == 18
    assert sessions.typed(verifier, codes["session"], codes["right"])[0] is Typed.OVER


def test_return_address_too_late_and_previewed(home: VerifierHome) -> None:
    """A preview does not use the address up; after five minutes it opens nothing."""

    async def story() -> None:
        async with home.client() as http, home.client() as preview:
            browser = await Browser(http).start()
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(browser.other_device))
            path = path_of(answer.body)
            assert (await preview.head(path)).status_code == 405
            fetched = await preview.get(path, headers={"sec-purpose": "prefetch;prerender"})
            assert fetched.status_code == 405
            home.clock.at += 301
            await browser.get(path)
            assert browser.status == 403
            home.clock.at -= 2
            await browser.get(path)
            assert browser.url.endswith("/gegevens")

    run(story())


def test_nothing_redirects_to_another_host(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            for path in (
                "/nl/inschrijven/",
                f"{VERIFIER}//evil.example/",
                "/nl/inschrijven//",
                "/rights/",
            ):
                response = await http.get(path, headers={"host": "evil.example"})
                assert response.status_code in (404, 405)
            for path in ("/", "/nl", "/en"):
                answer = await http.get(path, headers={"host": "evil.example"})
                assert answer.headers.get("location", "/nl").startswith(("/nl", "/en"))
                assert "evil.example" not in answer.text

    run(story())


def test_everybody_is_limited(home: VerifierHome) -> None:
    """Pages and wallets each have their own bucket for an address."""
    file = home.home / "verifier.toml"
    file.write_text(file.read_text() + "rate_per_minute = 10\n")

    async def story() -> None:
        async with home.client() as http:
            for path in ("/nl/privacy", "/request/unknown"):
                met = [(await http.get(path)).status_code for _ in range(11)]
                assert met[-1] == 429
                assert 429 not in met[:10]
            for path in ("/response/unknown", "/rights"):
                assert (await http.post(path)).status_code == 429

    run(story())


@pytest.mark.spec("HAIP 1.0", "5", "the key of a request is gone once it was answered")
def test_key_is_gone_after_the_answer(home: VerifierHome) -> None:
    attempt(home)
    attempt(home, Lies(no_kb=True))
    with home.open().store.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT secrets_sealed FROM transactions WHERE state = 'answered'"
        ).all()
    assert [row[0] for row in rows] == [None, None]


def test_handed_out_once_at_the_same_moment(home: VerifierHome) -> None:
    """Both saw it waiting; one of them gets it."""
    verifier = home.open()
    (made,) = sessions.start(
        verifier, verifier.profile("inschrijven"), "nl", None, origin=Origin.COMMAND
    )
    barrier = threading.Barrier(6)

    def fetch(_: int) -> bool:
        barrier.wait()
        try:
            return bool(handout.hand_out(verifier, made.transaction))
        except Refused:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(fetch, range(6))).count(True) == 1


@pytest.mark.spec(
    "Regie formats", "4", "rights key: one key for one response: used again, it is refused"
)
def test_rights_key_used_again(home: VerifierHome) -> None:
    """Neither an error nor a second disclosure under the same key; a receipt is due all the same."""
    key = jose.generate_key()

    async def story() -> list[Answer]:
        async with home.client() as http:
            found = []
            for _ in range(2):
                browser = await Browser(http).start()
                holder = home.holder(http)
                request = await holder.fetch(browser.other_device)
                found.append(await holder.answer(request, rights_key=key))
            return found

    first, second = run(story())
    assert first.status == second.status == 200
    assert first.body.keys() == second.body.keys()
    assert len(register.registrations(home.open().store, None)) == 1
    (visit,) = register.visits(home.open().store)
    assert (visit.outcome, visit.rule) == ("refused", "kb.rights_key_used")


@pytest.mark.spec("RFC 9901", "7.3", "a key binding without what it must say binds nothing")
@pytest.mark.parametrize("member", ["aud", "nonce", "sd_hash", "iat"])
def test_binding_without_a_member_and_an_expired_card(home: VerifierHome, member: str) -> None:
    """The card is refused as well, but nothing shows that it was meant for this request."""
    card = home.maker.card("persoonsgegevens", exp=home.clock.at - 1)

    def without(token: dict[str, list[str]]) -> dict[str, list[str]]:
        for query_id, (compact,) in token.items():
            head, _, kb = compact.rpartition("~")
            payload = dict(jose.parse(kb, typ="kb+jwt").dangerous_payload())
            del payload[member]
            key = card.key if query_id == "persoonsgegevens" else other.key
            token[query_id] = [f"{head}~{jose.sign(payload, typ='kb+jwt', signer=KeySigner(key))}"]
        return token

    other = home.maker.card("verblijfsrecht")
    answer, found = attempt(home, Lies(vp_token=without), cards=[card, other])
    assert (answer.body, found.disclosure) == ({}, None)


def test_too_many_presentations_cost_no_signature(
    home: VerifierHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cheap refusal comes before signatures (ARCHITECTURE.md, Verifier)."""
    looked: list[str] = []
    monkeypatch.setattr(Presentation, "run", lambda self, _: looked.append(self.query_id) or [])
    for shape in (
        lambda t: {k: v * 10 for k, v in t.items()},
        lambda t: {**t, "more": next(iter(t.values()))},
    ):
        answer, found = attempt(home, Lies(vp_token=shape))
        assert (answer.body, found.outcome) == ({}, Outcome.REFUSED)
    assert looked == []
