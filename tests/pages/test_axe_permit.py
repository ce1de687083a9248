"""The pages of a permit desk in a real browser: axe-core finds nothing, nothing falls off."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chromium import Chromium, axe_core, binary
from support.permit_desk import FORM, PATH, PDF, Applicant, cards, permit_home
from support.staff_desk import StaffDesk
from support.verifier_home import VerifierHome
from support.verifier_pages import by_itself, style

from verifier.permit import Ruling, State
from verifier.service.permit import casework
from verifier.store.permitsteps import Words

ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
CONTRAST = "['color-contrast']"
LOOK = (
    "axe.run(document, {{runOnly: {rules}, resultTypes: ['violations', 'incomplete']}}).then("
    "r => r.violations.concat(r.incomplete).filter(v => v.id != 'frame-tested').map("
    "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))"
)
QUESTION = Words("Hoe breed is de stoep voor de deur?", "How wide is the pavement at the door?")
REASON = Words("Het terras past op de stoep.", "The terrace fits on the pavement.")
PHOTO = b"\xff\xd8\xff\xe1\x00\x08Exif\0\0\xff\xdb\x00\x04\0\0\xff\xd9"


async def walk(home: VerifierHome, lang: str) -> dict[str, str]:
    """Every page an applicant can meet."""
    found: dict[str, str] = {}
    async with home.client() as http:
        me = Applicant(home, http, lang)

        async def keep(name: str) -> None:
            found[name] = me.page

        await me.get()
        await keep("start")
        await me.browser.get(f"/{lang}/zonder-wallet")
        await keep("without")
        await me.get("/mijn-aanvraag")
        await keep("none")
        await me.post()
        await keep("form")
        await me.post("/aanvraag", description="kort")
        await keep("form faults")
        await me.post("/aanvraag", **FORM)
        await keep("attachments empty")
        await me.upload("kwaad.exe", b"MZ")
        await keep("attachments fault")
        await me.upload("plattegrond.pdf", PDF)
        await me.upload("gevel.jpg", PHOTO)
        await keep("attachments")
        await me.post("/delen")
        await keep("share")
        holder = home.holder(http, cards(home))
        request = await holder.fetch(me.browser.same_device)
        await me.post("/aanvraag", **FORM)
        answer = await holder.answer(request)
        await me.browser.get(answer.body["redirect_uri"])
        await keep("changed")
        await me.share()
        await keep("check")
        await me.post("/aanvraag", **FORM)
        await keep("changed after signing")
        number = await me.submit()
        await keep("received")
        await me.post("/intrekken")
        await keep("withdraw without a tick")
        verifier = home.open()
        casework.move(verifier, number, to=State.IN_PROGRESS, by="desk")
        casework.move(verifier, number, to=State.INFORMATION_REQUESTED, by="desk", words=QUESTION)
        await me.get("/mijn-aanvraag")
        await keep("question")
        await me.upload("", b"", "/aanvulling", text="")
        await keep("question unanswered")
        await me.upload("", b"", "/aanvulling", text="Vier meter.")
        casework.move(
            verifier, number, to=State.DECIDED, by="desk", words=REASON, ruling=Ruling.PARTLY
        )
        await me.get("/mijn-aanvraag")
        await keep("decided")
        await me.fill()
        await me.share(cards(home, representative_authorised=None))
        await keep("not authorised")
    async with home.client() as http:
        other = Applicant(home, http, lang)
        await other.get("/terug/elders")
        found["foreign"] = other.page
    assert all(f"/{PATH}" in page for page in found.values())
    return found


def staff(home: VerifierHome, lang: str) -> dict[str, str]:
    """The same application as the case worker sees it."""
    desk = StaffDesk(home)
    browser = desk.logged_in("register", **{"Accept-Language": lang})
    (number, *_) = [one.number for one in casework.listed(desk.verifier)]
    found: dict[str, str] = {}
    for name, path in (("list", ""), ("one", f"/{number}")):
        browser.get(f"/medewerkers/aanvragen{path}")
        assert browser.status == 200
        found[f"staff {name}"] = browser.page
    return found


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Chromium, on a machine that has it; in `.ci/run` it must be there."""
    if binary() is None or axe_core() is None:
        assert os.environ.get("REGIE_CI") != "1", "chromium and axe-core must be installed in CI"
        pytest.skip("needs chromium and axe-core: apt install chromium, npm pack axe-core@4.x")
    opened = Chromium(tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every state of every page, in both languages."""
    home = permit_home(tmp_path_factory.mktemp("pages"))
    try:
        return {
            f"{lang} {name}": by_itself(page, style())
            for lang in ("nl", "en")
            for name, page in (asyncio.run(walk(home, lang)) | staff(home, lang)).items()
        }
    finally:
        home.close()


def test_no_page_speaks_of_signing_up(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        if "staff" in name:
            continue
        text = page[page.index("<main") :].lower()
        assert "inschrijv" not in text.replace("kvk-inschrijving", ""), name
        assert "sign up" not in text, name
        assert "home seeker" not in text, name


@pytest.mark.spec("WCAG 2.2", "AA", "axe-core finds nothing on the pages of a permit desk")
def test_axe(pages: dict[str, str], chromium: Chromium) -> None:
    axe = axe_core()
    assert axe is not None
    chromium.evaluate(axe.read_text("utf-8") + ";0")
    keep = os.environ.get("REGIE_PICTURES")
    found: dict[str, list[str]] = {}
    for name, page in pages.items():
        chromium.show(page)
        for colours, rules in (("dark", CONTRAST), ("light", ALL)):
            chromium.colours(colours)
            if faults := chromium.evaluate(LOOK.format(rules=rules)):
                found[f"{name}, {colours}"] = faults
        for width in (320, 1200):
            chromium.width(width)
            if chromium.evaluate("document.documentElement.scrollWidth") > width:
                found[f"{name}, {width} px"] = ["too wide"]
            if keep:
                Path(keep, f"{name} {width}.png".replace(" ", "-")).write_bytes(chromium.picture())
    assert found == {}
