"""The sign-up, from the first page to the number, and every way it can go otherwise."""

from support.holder_simulator import Lies
from support.verifier_home import Browser, VerifierHome, run


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
