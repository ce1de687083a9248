"""The search that guards personal data must find what it looks for."""

import pytest
from support import canary


@pytest.mark.parametrize("value", ["999999345", "Groot Esselink", "Mălïka'stes VųlkovāsoØse"])
def test_finds_a_value_in_every_form(value):
    """A canary that finds nothing anywhere would be no canary."""
    for number, sample in enumerate(canary.hidden(value)):
        assert canary.findings(sample, [value]) == {value}, number


def test_finds_nothing_where_nothing_is():
    assert canary.findings(bytes(range(256)) * 50, ["999999345", "Groot Esselink"]) == set()
