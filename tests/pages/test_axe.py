"""The pages in a real browser: axe-core finds nothing, and nothing falls off a narrow screen."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chromium import Chromium, axe_core, binary
from support.verifier_home import make_home
from support.verifier_pages import by_itself, style, walk

ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
CONTRAST = "['color-contrast']"
LOOK = (
    "axe.run(document, {{runOnly: {rules}, resultTypes: ['violations', 'incomplete']}}).then("
    # What is inside a frame is a page of its own here.
    "r => r.violations.concat(r.incomplete).filter(v => v.id != 'frame-tested').map("
    "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))"
)


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
    home = make_home(tmp_path_factory.mktemp("pages"))
    try:
        return {
            f"{lang} {name}": by_itself(page, style())
            for lang in ("nl", "en")
            for name, page in asyncio.run(walk(home, lang)).items()
        }
    finally:
        home.close()


@pytest.mark.spec("WCAG 2.2", "AA", "axe-core finds nothing on any page, light or dark")
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


def test_axe_would_say_so(chromium: Chromium) -> None:
    """A page with faults is not let through."""
    axe = axe_core()
    assert axe is not None
    chromium.show("<!doctype html><html><body><input><p style='color:#bbb'>pale</p></body></html>")
    chromium.evaluate(axe.read_text("utf-8") + ";0")
    faults = " ".join(chromium.evaluate(LOOK.format(rules=ALL)))
    assert "label" in faults
    assert "color-contrast" in faults
    assert "html-has-lang" in faults
