"""Links on a screen change; a photograph of an old one opens nothing."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome, run

from verifier.errors import NotReady
from verifier.service import sessions
from verifier.store.transactions import Typed
from verifier.transaction import Device, Origin
from verifier.web import live

FIXATION = "a code on a screen is soon worthless to who photographs it"


def uri_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["request_uri"][0]


@pytest.mark.spec("OpenID4VP 1.0", "14.2", FIXATION)
def test_an_old_link_is_refused(home: VerifierHome) -> None:
    home.clock.at -= home.clock.at % 30

    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            first = browser.other_device
            assert (await browser.get("/nl/inschrijven/delen")).other_device == first
            home.clock.at += 30
            second = (await browser.get("/nl/inschrijven/delen")).other_device
            assert second != first
            home.clock.at += 30
            # Of two windows ago; and what the refusal says is what it always says.
            old = await http.get(uri_of(first))
            never = await http.get(f"/request/{'A' * 40}")
            assert (old.status_code, old.text) == (404, never.text) == (never.status_code, old.text)
            # Of the window before this one: whoever scanned it just in time is in time.
            assert (await http.get(uri_of(second))).status_code == 200

    run(story())


@pytest.mark.spec("OpenID4VP 1.0", "14.2", "the token belongs to one request and cannot be made up")
def test_a_token_of_another_request(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http, home.client() as other:
            mine = uri_of((await Browser(http).start()).other_device)
            theirs = uri_of((await Browser(other).start()).other_device)
            plain, _, token = mine.rpartition("/")
            same = uri_of((await Browser(http).start()).same_device)
            for url in (
                plain,
                f"{plain}/{theirs.rpartition('/')[2]}",
                f"{plain}/{token[:-1]}",
                f"{plain}/{token.upper()}",
                f"{plain}/{'é' * 3}",
                f"{same}/{token}",
            ):
                assert (await http.get(url)).status_code == 404
            assert (await http.get(mine)).status_code == 200

    run(story())


def test_which_links_stay(home: VerifierHome) -> None:
    """Only what stands on a screen turns: not a link for this device, a system or a command."""
    verifier = home.open()
    profile, session = verifier.profile("inschrijven"), sessions.new_session(verifier)
    turning = {}
    for origin in Origin:
        waits = session if origin in (Origin.PAGE, Origin.DESK) else None
        for made in sessions.start(verifier, profile, "nl", waits, origin=origin):
            path = urlsplit(uri_of(made.link)).path
            turning[origin, made.device] = path.count("/") == 3
    assert turning == {
        (Origin.PAGE, Device.SAME): False,
        (Origin.PAGE, Device.OTHER): True,
        (Origin.DESK, Device.OTHER): True,
        (Origin.API, Device.OTHER): False,
        (Origin.COMMAND, Device.OTHER): False,
    }


@pytest.mark.parametrize("value", ["14", "121", "true", '"30"'])
def test_unsafe_windows_do_not_start(home: VerifierHome, value: str) -> None:
    file = home.home / "verifier.toml"
    file.write_text(file.read_text() + f"[protocol]\nqr_seconds = {value}\n")
    with pytest.raises(NotReady, match=r"protocol\.qr_seconds"):
        home.open()


def test_the_framed_part_follows_the_wallet(home: VerifierHome) -> None:
    """It comes again by itself, may be framed by our pages alone, and says how far it is."""

    async def story() -> None:
        async with home.client() as http, home.client() as wallet:
            page, url = Browser(http), "/nl/inschrijven/live"
            assert (await http.get(url)).status_code == 404
            browser = await page.start()
            assert f'src="{url}"' in browser.page
            assert (
                "frame-src 'self'"
                in (await http.get("/nl/inschrijven/delen")).headers["content-security-policy"]
            )
            frame = await http.get(url)
            assert frame.headers["refresh"] == str(live.SECONDS)
            assert frame.headers.get_list("content-security-policy") == [live.POLICY]
            assert "frame-ancestors 'self'" in live.POLICY
            assert frame.text.count("<svg") == 1
            assert "http-equiv" not in frame.text
            holder = home.holder(wallet)
            request = await holder.fetch(browser.other_device)
            fetched = await http.get(url)
            assert "<svg" not in fetched.text
            assert "heeft onze vraag" in fetched.text
            assert "refresh" in fetched.headers
            await holder.answer(request)
            answered = await http.get(url)
            assert "Typ nu op deze pagina de code" in answered.text
            assert "refresh" not in answered.headers
            home.clock.at += 301
            assert "De tijd is om" in (await http.get(url)).text
            # Somebody else's browser sees nothing of it.
            assert (await wallet.get(url)).status_code == 404

    run(story())


def test_the_shown_code_is_the_link_of_now(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            await Browser(http).start()
            codes = []
            for _ in range(3):
                frame = (await http.get("/nl/inschrijven/live")).text
                codes.append(re.findall(r'class="qr-ink" d="([^"]+)"', frame)[0])
                home.clock.at += 30
            assert len(set(codes)) == 3

    run(story())


@pytest.mark.spec("Regie formats", "5", "at a desk the code alone tells whose answer it is")
def test_the_desk_waits(home: VerifierHome) -> None:
    """The resident's own browser takes nothing from the desk; the clerk types the code."""
    verifier = home.open()
    desk, elsewhere = (sessions.new_session(verifier) for _ in range(2))
    (made,) = sessions.start(
        verifier,
        verifier.profile("inschrijven"),
        "nl",
        desk,
        origin=Origin.DESK,
        started_by="employee-hash",
    )
    assert made.device is Device.OTHER

    async def story() -> dict[str, str]:
        async with home.client() as http:
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(made.link))
            opened = await http.get(answer.body["redirect_uri"].removeprefix(VERIFIER))
            assert opened.status_code == 403
            return answer.body

    body = run(story())
    code = body["confirm_code"]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert sessions.typed_at_desk(verifier, elsewhere, code) is Typed.WAITING
    assert sessions.typed_at_desk(verifier, desk, wrong) is Typed.WRONG
    assert sessions.typed_at_desk(verifier, desk, code) is Typed.RIGHT
    bound = sessions.result(verifier, desk, "inschrijven")
    assert bound is not None
    assert (bound.about.origin, bound.about.started_by) == (Origin.DESK, "employee-hash")
    assert sessions.typed_at_desk(verifier, desk, code) is Typed.WAITING
