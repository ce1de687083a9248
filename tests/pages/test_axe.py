"""The pages in a real browser: axe-core finds nothing, and nothing falls off a narrow screen."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chromium import Chromium, axe_core, binary
from support.verifier_home import make_home

from . import states

RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
LOOK = (
    f"axe.run(document, {RULES}).then(r => r.violations.concat(r.incomplete).map("
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
