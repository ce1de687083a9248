"""The sign-up, from the first page to the number, and every way it can go otherwise."""

import re

import pytest
from support.holder_simulator import PERSON
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome, run

from verifier.store import register


def path_of(answer_body: dict[str, str]) -> str:
    return answer_body["redirect_uri"].removeprefix(VERIFIER)


def test_sign_up_with_the_code(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http, home.client() as wallet:
            browser = await Browser(http).start()
            assert browser.status == 200
            holder = home.holder(wallet)
            answer = await holder.answer(await holder.fetch(browser.other_device))
            assert answer.status == 200
            assert set(answer.body) == {"redirect_uri", "confirm_code", "receipt"}
            await browser.post("/nl/inschrijven/code", code=answer.body["confirm_code"])
            assert browser.url.endswith("/nl/inschrijven/gegevens"), browser.page
            await browser.post("/nl/inschrijven/gegevens", email="zwaantje@voorbeeld.nl")
            assert "U bent ingeschreven" in browser.page
            assert browser.number.count("-") == 2
            assert "1 januari 2026" in browser.page
            assert "Verzonnen voorbeeld" in browser.page

    run(story())


@pytest.mark.spec("HAIP 1.0", "5.1", "same device: the redirect continues the session that began")
def test_sign_up_on_the_same_device(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http, home.client() as wallet:
            browser = await Browser(http, lang="en").start()
            holder = home.holder(wallet)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(path_of(answer.body))
            assert browser.url.endswith("/en/inschrijven/gegevens")
            await browser.post("/en/inschrijven/gegevens", email="z@example.org")
            assert "You are registered" in browser.page
            assert "1 January 2026" in browser.page

    run(story())


@pytest.mark.spec("HAIP 1.0", "5.1", "same device: a redirect in another session is rejected")
def test_redirect_in_another_session(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http, home.client() as other, home.client() as wallet:
            browser = await Browser(http).start()
            stranger = await Browser(other).start()
            holder = home.holder(wallet)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await stranger.get(path_of(answer.body))
            assert (stranger.status, "ander venster" in stranger.page) == (403, True)
            await stranger.get("/nl/inschrijven/klaar")
            assert stranger.status == 404
            await browser.get(path_of(answer.body))
            assert browser.url.endswith("/gegevens")

    run(story())


@pytest.mark.spec(
    "Regie formats", "5", "cross-device: the browser that opens the redirect goes on, no other"
)
def test_foreign_wallet_continues_elsewhere(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as first, home.client() as phone, home.client() as wallet:
            starter = await Browser(first).start()
            holder = home.holder(wallet)
            answer = await holder.answer(await holder.fetch(starter.other_device))
            on_phone = await Browser(phone).get(path_of(answer.body))
            assert on_phone.url.endswith("/gegevens")
            await starter.post("/nl/inschrijven/code", code=answer.body["confirm_code"])
            assert starter.status == 422
            await starter.get("/nl/inschrijven/klaar")
            assert starter.status == 404
            again = await Browser(wallet).get(path_of(answer.body))
            assert again.status == 403

    run(story())


@pytest.mark.spec(
    "Regie formats", "5", "session fixation: the one who started the page gets nothing"
)
def test_started_by_somebody_else(home: VerifierHome) -> None:
    """An attacker starts the page and lures a resident into answering it."""

    async def story() -> None:
        async with home.client() as http, home.client() as wallet:
            attacker = await Browser(http).start()
            holder = home.holder(wallet)
            await holder.answer(await holder.fetch(attacker.other_device))
            for path in ("klaar", "gegevens", "delen"):
                await attacker.get(f"/nl/inschrijven/{path}")
                assert "Zwaantje" not in attacker.page
                assert "inschrijfnummer" not in attacker.page
            await attacker.post("/nl/inschrijven/gegevens", email="attacker@example.org")
            assert attacker.status == 404

    run(story())


@pytest.mark.spec("Regie formats", "5", "confirm code: six digits, once, three tries, five minutes")
def test_code_three_tries(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http, home.client() as wallet:
            browser = await Browser(http).start()
            holder = home.holder(wallet)
            request = await holder.fetch(browser.other_device)
            await browser.post("/nl/inschrijven/code", code="123456")
            assert "nog niets ontvangen" in browser.page
            answer = await holder.answer(request)
            code = answer.body["confirm_code"]
            assert re.fullmatch(r"\d{6}", code)
            await browser.post("/nl/inschrijven/code", code="12345")
            assert "Typ zes cijfers" in browser.page
            wrong = f"{(int(code) + 1) % 1_000_000:06d}"
            for _ in range(2):
                await browser.post("/nl/inschrijven/code", code=wrong)
                assert "Deze code klopt niet" in browser.page
            await browser.post("/nl/inschrijven/code", code=wrong)
            assert "kan niet meer worden gebruikt" in browser.page
            await browser.post("/nl/inschrijven/code", code=code)
            assert "kan niet meer worden gebruikt" in browser.page

    run(story())


def test_code_too_late_and_with_spaces(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http, home.client() as wallet:
            browser = await Browser(http).start()
            holder = home.holder(wallet)
            code = (await holder.answer(await holder.fetch(browser.other_device))).body[
                "confirm_code"
            ]
            home.clock.at += 301
            await browser.post("/nl/inschrijven/code", code=code)
            assert "kan niet meer worden gebruikt" in browser.page
            home.clock.at -= 2
            await browser.post("/nl/inschrijven/code", code=f" {code[:3]} {code[3:]} ")
            assert browser.url.endswith("/gegevens")

    run(story())


def test_second_sign_up_is_named(home: VerifierHome) -> None:
    async def story() -> None:
        numbers = []
        for at, words in (
            (0, "U bent ingeschreven"),
            (10 * 86_400, "al ingeschreven sinds 1 januari"),
        ):
            if at:
                home.clock.at += at
                home.scheme.publish(home.clock.at)
                home.publish(home.maker.status_list())
                home.sync()
            async with home.client() as http:
                browser = await Browser(http).start()
                holder = home.holder(http)
                answer = await holder.answer(await holder.fetch(browser.same_device))
                await browser.get(path_of(answer.body))
                if browser.url.endswith("/gegevens"):
                    await browser.post("/nl/inschrijven/gegevens", email="z@example.org")
                assert words in browser.page
                numbers.append(browser.number)
        assert numbers[0] == numbers[1]
        assert len(register.registrations(home.open().store, None)) == 1

    run(story())


def test_email_is_checked_next_to_the_field(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(path_of(answer.body))
            for bad in ("", "niets", "a@b", '"><script>@x.nl', "a b@voorbeeld.nl"):
                await browser.post("/nl/inschrijven/gegevens", email=bad)
                assert browser.status == 422
                assert "geen e-mailadres" in browser.page
                assert "<script>" not in browser.page
                assert 'aria-invalid="true"' in browser.page

    run(story())


def test_refusal_says_why_to_the_person_alone(home: VerifierHome) -> None:
    async def story() -> None:
        minor = home.maker.card(
            "persoonsgegevens", PERSON["persoonsgegevens"] | {"age_over_18": False}
        )
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http, [minor, home.maker.card("verblijfsrecht")])
            answer = await holder.answer(await holder.fetch(browser.same_device))
            assert set(answer.body) == {"redirect_uri", "confirm_code", "receipt"}
            assert "age" not in str(answer.body["redirect_uri"])
            await browser.get(path_of(answer.body))
            assert "vanaf 18 jaar" in browser.page
            assert "zonder wallet" in browser.page

    run(story())


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_page_is_sound_html(home: VerifierHome, lang: str) -> None:
    """Language, one heading, labels, a skip link, no scripts, no other host, no inline style."""

    async def story() -> None:
        async with home.client() as http:
            browser = Browser(http, lang=lang)
            pages = [
                (await browser.get(f"/{lang}/{path}")).page
                for path in (
                    "inschrijven",
                    "profiel-aanvullen",
                    "rechten",
                    "privacy",
                    "zonder-wallet",
                    "toegankelijkheid",
                    "bestaat-niet",
                    "inschrijven/delen",
                    "inschrijven/klaar",
                )
            ]
            pages.append((await browser.start()).page)
            for page in pages:
                assert f'<html lang="{lang}">' in page
                assert page.count("<h1>") == 1
                assert 'class="skip"' in page
                assert "<script" not in page
                assert "style=" not in page
                assert re.search(r"<title>[^<]+</title>", page)
                for source in re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', page):
                    assert source.startswith(("/", "data:,"))
                for field in re.findall(r'<input[^>]*id="([^"]+)"', page):
                    assert f'for="{field}"' in page
            assert "zonder wallet" in pages[0] or "without a wallet" in pages[0]

    run(story())


def test_headers_and_cookie(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            response = await http.post("/nl/inschrijven", headers={"origin": VERIFIER})
            cookie = response.headers["set-cookie"]
            assert cookie.startswith("__Host-regie_verifier_session=")
            for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
                assert part in cookie
            policy = response.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert response.headers["cache-control"] == "no-store"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert (await http.get("/style.css")).headers["cache-control"] == "max-age=3600"
            assert (await http.get("/health/ready")).json()["status"] == "ready"

    run(story())


def test_form_of_another_site_is_refused(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            for headers in (
                {"origin": "https://localhost:8441"},
                {"origin": "null"},
                {"sec-fetch-site": "same-site"},
            ):
                assert (await http.post("/nl/inschrijven", headers=headers)).status_code == 403

    run(story())


def test_language_follows_the_browser(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            english = await http.get("/inschrijven", headers={"accept-language": "en-GB,en"})
            assert '<html lang="en">' in english.text
            dutch = await http.get("/", headers={"accept-language": "fy"}, follow_redirects=True)
            assert '<html lang="nl">' in dutch.text

    run(story())
