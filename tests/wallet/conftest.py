"""The world of the wallet's protocol tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.wallet_world import World, world


@pytest.fixture
def town(tmp_path: Path) -> Iterator[World]:
    made = world(tmp_path)
    yield made
    made.wallet.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[World]:
    """The same, before any card was fetched."""
    made = world(tmp_path, cards=False)
    yield made
    made.wallet.close()
