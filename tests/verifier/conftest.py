"""One verifier per test, with its own database; the scheme is made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.verifier_home import VerifierHome, make_home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[VerifierHome]:
    made = make_home(tmp_path)
    yield made
    made.close()
