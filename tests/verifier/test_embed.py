"""The element for portals: one small file, the same bytes as the hash in the documentation."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.api_client import run
from support.verifier_home import VerifierHome, make_home

from verifier.web import embed

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Response]:
    home: VerifierHome = make_home(tmp_path_factory.mktemp("embed"))

    async def work() -> httpx.Response:
        async with home.client() as http:
            return await http.get("/embed/v1.js", headers={"origin": "https://portaal.example"})

    yield run(work())
    home.close()


@pytest.mark.spec(
    "NLGov REST API Design Rules 2.1", "/core/transport/security-headers", "SRI for portals"
)
def test_served_as_documented(served: httpx.Response) -> None:
    assert served.content == embed.script()
    assert served.headers["content-type"].startswith("text/javascript")
    assert served.headers["cross-origin-resource-policy"] == "cross-origin"
    assert served.headers["access-control-allow-origin"] == "*"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers.get_list("cache-control") == ["public, max-age=3600"]
    assert "set-cookie" not in served.headers
    assert embed.integrity() in DOCS.read_text("utf-8")


def test_small_and_alone(served: httpx.Response) -> None:
    text = served.text
    assert len(text) < 2048
    for reach in ("fetch", "XMLHttp", "cookie", "localStorage", "innerHTML", "eval", "import"):
        assert reach not in text
    assert not re.search(r"https?://", text)
