"""The pages for employees in a real browser: axe-core finds nothing, nothing falls off a screen."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chromium import Chromium, axe_core, binary
from support.staff_pages import walk
from support.verifier_pages import by_itself, style

ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
CONTRAST = "['color-contrast']"
LOOK = (
    "axe.run(document, {{runOnly: {rules}, resultTypes: ['violations', 'incomplete']}}).then("
    "r => r.violations.concat(r.incomplete).map("
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


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.spec("WCAG 2.2", "AA", "axe-core finds nothing on any page for employees")
def test_axe(lang: str, chromium: Chromium, tmp_path: Path) -> None:
    pages = {name: by_itself(page, style()) for name, page in walk(tmp_path, lang).items()}
    axe = axe_core()
    assert axe is not None
    chromium.evaluate(axe.read_text("utf-8") + ";0")
    keep = os.environ.get("REGIE_PICTURES")
    found: dict[str, list[str]] = {}
    for name, page in pages.items():
        assert f'<html lang="{lang}">' in page
        chromium.show(page)
        for colours, rules in (("dark", CONTRAST), ("light", ALL)):
            chromium.colours(colours)
            if faults := chromium.evaluate(LOOK.format(rules=rules)):
                found[f"{name}, {colours}"] = faults
        # 640 px is half of 1280: the same as 200 % zoom.
        for width in (320, 640, 1200):
            chromium.width(width)
            if chromium.evaluate("document.documentElement.scrollWidth") > width:
                found[f"{name}, {width} px"] = ["too wide"]
            if keep:
                picture = f"staff {lang} {name} {width}.png".replace(" ", "-")
                Path(keep, picture).write_bytes(chromium.picture())
    assert found == {}
