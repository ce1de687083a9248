"""The element for portals in a real browser: a link with a name, with and without JavaScript."""

import json
import os
from collections.abc import Iterator

import pytest
from support.chromium import Chromium, axe_core, binary

from verifier.web import embed

PORTAL = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Portaal</title></head>
<body><main><h1>Woning zoeken</h1>
<regie-delen id="een" profile="inschrijven" lang="nl"></regie-delen>
<regie-delen id="twee" profile="inschrijven" lang="en"><a href="https://c.example/en/inschrijven">
Sign up with your wallet</a></regie-delen>
<regie-delen id="drie" href="/begin" label="Schrijf mij in"></regie-delen>
</main></body></html>"""
SOURCE = (
    "Object.defineProperty(document, 'currentScript', "
    "{value: {src: 'https://c.example/embed/v1.js'}, configurable: true});"
)
READ = """[...document.querySelectorAll('regie-delen')].map(one => {
  const link = one.querySelector('a');
  return [link.href, link.textContent.trim(), link.target, link.lang];
})"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Chromium, on a machine that has it; in `.ci/run` it must be there."""
    if binary() is None or axe_core() is None:
        assert os.environ.get("REGIE_CI") != "1", "chromium and axe-core must be installed in CI"
        pytest.skip("needs chromium and axe-core: apt install chromium, npm pack axe-core@4.x")
    opened = Chromium(tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.close()


@pytest.mark.spec("WCAG 2.2", "AA", "the element for portals is a link with a name")
def test_element(chromium: Chromium) -> None:
    chromium.show(PORTAL)
    chromium.evaluate(f"{SOURCE}{embed.script().decode()};0")
    one, two, three = chromium.evaluate(READ)
    assert one == ["https://c.example/nl/inschrijven", "Delen met mijn wallet", "_top", "nl"]
    assert two == ["https://c.example/en/inschrijven", "Sign up with your wallet", "_top", "en"]
    assert three[0].endswith("/begin")
    assert three[1] == "Schrijf mij in"
    chromium.evaluate("document.querySelector('#een').setAttribute('profile', 'a/../b');0")
    assert chromium.evaluate(READ)[0][0] == "https://c.example/nl/a%2F..%2Fb"
    axe = axe_core()
    assert axe is not None
    chromium.evaluate(axe.read_text("utf-8") + ";0")
    found = chromium.evaluate("axe.run(document).then(r => r.violations.map(v => v.id))")
    assert found == [], json.dumps(found)
