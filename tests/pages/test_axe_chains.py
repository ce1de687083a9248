"""The pages with chains of certificates in a real browser, in order and broken, narrow and wide."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import chain_homes, clerk_pages, verifier_pages
from support.chromium import Chromium, axe_core, binary
from support.scheme import VOORBEELDSTAD, VOORBEELDWONEN, build
from support.staff_counter import make_desk

ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
CONTRAST = "['color-contrast']"
LOOK = (
    "axe.run(document, {{runOnly: {rules}, resultTypes: ['violations', 'incomplete']}}).then("
    "r => r.violations.concat(r.incomplete).map("
    "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))"
)
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true })"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Chromium, on a machine that has it; in `.ci/run` it must be there."""
    if binary() is None or axe_core() is None:
        assert os.environ.get("REGIE_CI") != "1", "chromium and axe-core must be installed in CI"
        pytest.skip("needs chromium and axe-core: apt install chromium, npm pack axe-core@4.x")
    opened = Chromium(tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.close()


def issuer_pages(folder: Path, lang: str) -> dict[str, str]:
    town, registrar = chain_homes.issuer(folder)
    found = {}
    try:
        browser = chain_homes.clerks(town).logged_in("audit", **{"Accept-Language": lang})
        browser.get("/desk/certificaten")
        found["issuer"] = browser.page
        chain_homes.revoke(registrar, VOORBEELDSTAD, ".card")
        chain_homes.fetch(town, registrar)
        browser.get("/desk/certificaten")
        found["issuer broken"] = browser.page
    finally:
        town.office.close()
    return {name: clerk_pages.by_itself(page, clerk_pages.style()) for name, page in found.items()}


def staff_pages(folder: Path, lang: str) -> dict[str, str]:
    desk = make_desk(folder, build_scheme=build())
    found = {}
    try:
        browser = desk.logged_in("audit", **{"Accept-Language": lang})
        browser.get("/medewerkers/certificaten")
        found["verifier"] = browser.page
        chain_homes.revoke(desk.home.scheme, VOORBEELDWONEN, ".access")
        desk.home.publish(desk.home.maker.status_list())
        desk.home.sync()
        browser.get("/medewerkers/certificaten")
        found["verifier broken"] = browser.page
    finally:
        desk.home.close()
    style = verifier_pages.style()
    return {name: verifier_pages.by_itself(page, style) for name, page in found.items()}


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.spec("WCAG 2.2", "AA", "axe-core finds nothing on the pages with certificates")
def test_axe(lang: str, chromium: Chromium, tmp_path: Path) -> None:
    (tmp_path / "issuer").mkdir()
    (tmp_path / "verifier").mkdir()
    pages = issuer_pages(tmp_path / "issuer", lang) | staff_pages(tmp_path / "verifier", lang)
    axe = axe_core()
    assert axe is not None
    chromium.evaluate(axe.read_text("utf-8") + ";0")
    keep = os.environ.get("REGIE_PICTURES")
    found: dict[str, list[str]] = {}
    for name, page in pages.items():
        assert f'<html lang="{lang}">' in page
        chromium.show(page)
        for opened in (False, True):
            if opened:
                chromium.evaluate(OPEN)
            for colours, rules in (("dark", CONTRAST), ("light", ALL)):
                chromium.colours(colours)
                if faults := chromium.evaluate(LOOK.format(rules=rules)):
                    found[f"{name}, {colours}, {opened}"] = faults
            for width in (320, 1200):
                chromium.width(width)
                if chromium.evaluate("document.documentElement.scrollWidth") > width:
                    found[f"{name}, {width} px, {opened}"] = ["too wide"]
                if keep:
                    picture = f"chains {lang} {name} {width} {opened}.png".replace(" ", "-")
                    Path(keep, picture).write_bytes(chromium.picture())
    assert found == {}
