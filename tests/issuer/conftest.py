"""An issuer per test, with the scheme's certificates and the example register."""

import pytest
from support import issuer_home
from support.issuer_home import TestIssuerHome


@pytest.fixture
def town(tmp_path) -> TestIssuerHome:
    made = issuer_home.make(tmp_path)
    yield made
    made.office.close()
