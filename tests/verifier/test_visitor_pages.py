"""What visitors may read: what can be done here, what came in, and the public account."""

import re

import pytest
from support.holder_simulator import PERSON
from support.verifier_home import Browser, VerifierHome, run

HOUR = 3600


def visible(page: str) -> str:
    """The text of a page, as it is read aloud."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_first_page_lists_what_can_be_done_here(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).get("/")
            text = visible(browser.page)
            assert "Wat wilt u doen?" in text
            for path in ("inschrijven", "profiel-aanvullen", "rechten", "zonder-wallet"):
                assert f'href="/nl/{path}"' in browser.page
            # Who looks for a home together comes by a link of the other.
            assert "mede-aanvrager" not in browser.page

    run(story())


@pytest.mark.spec("Architecture", "Verifier", "the route without a wallet is named as equal")
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_way_without_a_wallet_is_next_to_the_other(home: VerifierHome, lang: str) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http, lang=lang).get(f"/{lang}/inschrijven")
            section = browser.page.partition('id="hoe"')[2].partition("</section>")[0]
            assert "<button" in section
            assert f'href="/{lang}/zonder-wallet"' in section
            assert ("dezelfde kans" if lang == "nl" else "same chance") in section
            text = visible((await browser.get(f"/{lang}/zonder-wallet")).page)
            assert ("papieren uittreksel" if lang == "nl" else "paper extract") in text

    run(story())


def test_the_result_says_what_came_in_and_what_stays(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            text = visible(browser.page)
            assert "Achternaam Persoonsgegevens Ja" in text
            assert "18 jaar of ouder Persoonsgegevens Nee" in text
            assert "Herkenningscode Persoonsgegevens Alleen een versleutelde afdruk" in text
            # Labels, never what they held.
            for value in (
                PERSON["persoonsgegevens"]["family_name"],
                PERSON["persoonsgegevens"]["housing_pseudonym"],
            ):
                assert str(value) not in browser.page

    run(story())


@pytest.mark.spec("GDPR", "13", "purpose, basis, data, term and recipients are public per purpose")
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_public_account(home: VerifierHome, lang: str) -> None:
    async def story() -> None:
        home.clock.at += 5 * HOUR
        async with home.client() as http:
            browser = await Browser(http, lang=lang).get(f"/{lang}/verantwoording")
            assert browser.status == 200
            text = visible(browser.page)
            for profile in home.open().profiles.values():
                assert profile.profile.titles[lang] in text  # type: ignore[index]
                assert profile.profile.keeping[lang] in text  # type: ignore[index]
            assert "AVG" in text
            assert ("is 5 uur oud" if lang == "nl" else "is 5 hours old") in text
            assert 'id="sign_up"' in browser.page

    run(story())


def test_figures_cover_small_numbers(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            text = visible((await browser.get("/nl/verantwoording")).page)
            assert "minder dan 5" in text

    run(story())
