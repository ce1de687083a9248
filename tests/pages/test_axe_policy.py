"""The register for everybody in a real browser: axe-core finds nothing, searching works."""

import json
import os
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.chromium import Chromium, axe_core, binary
from support.policy_pages import drawn
from support.verifier_pages import by_itself

KIND = re.compile(r"(kaartje|card)/")
LOOKED_AT = ("persoonsgegevens.html", "urgentie.html")
"""Of the pages of kinds: one that all ask for, and one with a wish of its issuer."""
POLICY = re.compile('<meta http-equiv="Content-Security-Policy"[^>]*>')
ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
CONTRAST = "['color-contrast']"
LOOK = (
    "axe.run(document, {{runOnly: {rules}, resultTypes: ['violations', 'incomplete']}}).then("
    "r => r.violations.concat(r.incomplete).map("
    "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))"
)
SHOWN = (
    "[...document.querySelectorAll('li[data-words]')].filter(r => r.checkVisibility())"
    ".map(r => r.querySelector('h3').textContent)"
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
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages on a web server, as a browser meets them: with their policy and their sheet."""
    folder = tmp_path_factory.mktemp("site")
    for path, data in drawn().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        running = threading.Thread(target=server.serve_forever)
        running.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        running.join()


def go(chromium: Chromium, address: str) -> None:
    """Opens this page and waits until it stands there."""
    chromium.call("Page.navigate", url=address)
    ready = "document.readyState === 'complete' && location.href"
    for _ in range(200):
        if chromium.evaluate(ready) == address:
            return
    pytest.fail(f"did not open: {address}")


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.spec("WCAG 2.2", "AA", "axe-core finds nothing on the register's pages for everybody")
def test_axe(lang: str, chromium: Chromium) -> None:
    pages = drawn()
    sheet = pages["pages.css"].decode()
    axe = axe_core()
    assert axe is not None
    keep = os.environ.get("REGIE_PICTURES")
    found: dict[str, list[str]] = {}
    chromium.call("Page.navigate", url="about:blank")
    chromium.evaluate(axe.read_text("utf-8") + ";0")
    for name, data in pages.items():
        if not name.endswith(".html") or name.startswith("en/") != (lang == "en"):
            continue
        if KIND.search(name) and not name.endswith(LOOKED_AT):
            continue
        # Its policy would keep the sheet out that is put in here; see below for what it lets in.
        page = POLICY.sub("", by_itself(data.decode(), sheet))
        assert f'<html lang="{lang}">' in page
        chromium.show(page)
        for colours, rules in (("dark", CONTRAST), ("light", ALL)):
            chromium.colours(colours)
            if faults := chromium.evaluate(LOOK.format(rules=rules)):
                found[f"{name}, {colours}"] = faults
        for width in (320, 640, 1200):
            chromium.width(width)
            if chromium.evaluate("document.documentElement.scrollWidth") > width:
                found[f"{name}, {width} px"] = ["too wide"]
            if keep:
                picture = f"policy {name} {width}.png".replace(" ", "-").replace("/", "-")
                Path(keep, picture).write_bytes(chromium.picture())
    assert found == {}


@pytest.mark.spec("CSP 3", "2.3.1", "a browser lets the sheet and the one script in, and no other")
def test_searching_works_under_its_own_policy(chromium: Chromium, site: str) -> None:
    chromium.width(800)
    go(chromium, f"{site}/index.html")
    assert chromium.evaluate("getComputedStyle(document.querySelector('.rows')).listStyleType") == (
        "none"
    )
    everything = chromium.evaluate(SHOWN)
    assert len(everything) == 15

    def searched(text: str) -> tuple[list[str], str]:
        said = chromium.evaluate(
            "(() => { const field = document.getElementById('woord'); "
            f"field.value = {json.dumps(text)}; field.dispatchEvent(new Event('input')); "
            "return document.getElementById('aantal').textContent; })()"
        )
        return chromium.evaluate(SHOWN), said

    assert searched("geboortedatum wonen") == (["Woonstichting Voorbeeldwonen"], "1 gevonden")
    assert searched("0518") == (["Gemeente Westhove"], "1 gevonden")
    assert searched("VERBLIJFSRECHT")[0][0] == "Woonstichting Voorbeeldwonen"
    assert searched("zebra") == ([], "Niets gevonden. Probeer een ander woord.")
    assert searched("") == (everything, "")
    injected = (
        "(() => { const more = document.createElement('script'); "
        "more.textContent = 'window.elders = 1'; document.body.append(more); "
        "return window.elders ?? null; })()"
    )
    assert chromium.evaluate(injected) is None


def test_without_the_script_the_lists_are_there(chromium: Chromium, site: str) -> None:
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        go(chromium, f"{site}/en/index.html")
        assert len(chromium.evaluate(SHOWN)) == 15
        assert chromium.evaluate("document.getElementById('zoek').checkVisibility()") is False
        go(chromium, f"{site}/en/party/woonstichting-voorbeeldwonen.html")
        assert "What may" in chromium.evaluate("document.body.innerText")
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
