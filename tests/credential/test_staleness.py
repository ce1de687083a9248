"""How old may what be: one place in the code, and the same numbers for people to read."""

import re
from pathlib import Path

import pytest

from credential import snapshot, staleness, statuslist
from registrar import lote
from verifier import profiles

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([A-Z_]+)` \| (\d+) \|", re.MULTILINE)


@pytest.mark.spec("Regie trust", "4.8", "the table is the code")
def test_the_table_in_the_document_is_the_one_that_decides() -> None:
    section = (ROOT / "docs" / "trust.md").read_text("utf-8").partition("### 4.8")[2]
    table = {name: int(seconds) for name, seconds in ROW.findall(section.partition("\n### ")[0])}
    code = {
        name: value
        for name, value in vars(staleness).items()
        if name.isupper() and name not in ("HOUR", "DAY")
    }
    assert table == code


def test_everybody_decides_with_it() -> None:
    assert lote.PERIOD == staleness.SCHEME_LIFE
    assert profiles.MAX_STATUS_HOURS * profiles.HOUR == staleness.STATUS_LIMIT
    assert staleness.STATUS_TTL < staleness.STATUS_FRESH < staleness.STATUS_LIMIT
    assert staleness.STATUS_LIMIT < staleness.STATUS_LIFE <= staleness.SCHEME_LIFE


@pytest.mark.spec("Regie trust", "4.8", "no reader has a number of its own")
@pytest.mark.parametrize("package", ["credential", "wallet", "issuer", "verifier", "registrar"])
def test_no_reader_has_a_clock_of_its_own(package: str) -> None:
    """A tolerance for the scheme or for signers is imported, not written down again."""
    own = re.compile(r"^_?(CLOCK_AHEAD|STATUS_TTL|SCHEME_LIFE|KNOWN_FOR)\b.*= *[0-9]", re.MULTILINE)
    holders = {"credential/keybinding.py"}  # the clock of a wallet, not of a signer of the scheme
    found = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / package).rglob("*.py")
        if own.search(file.read_text("utf-8"))
    }
    assert found - holders == {"credential/staleness.py"} & found
    assert snapshot.SCHEME_CLOCK is staleness.SCHEME_CLOCK
    assert statuslist.SIGNER_CLOCK is staleness.SIGNER_CLOCK
