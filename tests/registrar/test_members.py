"""Every member that is read from a register's files stands in the page about them."""

from pathlib import Path

import pytest
from support.registerfiles import TEST, text_of
from support.scheme import VOORBEELDWONEN, WALLETAANBIEDER, WESTHOVE

from registrar import config, parties

PAGE = (Path(__file__).parents[2] / "docs" / "register.md").read_text("utf-8")
LIFE = """
[[issuing.step]]
on = 2020-01-01
what = "admitted"
kinds = ["woonadres"]

[[issuing.successor]]
organization_identifier = "NTRNL-90000011"
oin = "00000099000000001000"
effective = 2030-01-01
"""


def asked(sheet):
    """The last name of each member the reader asked for."""
    return {name for section in sheet._sections for name in section.asked}


def read(name, text):
    return parties.read((f"{name}.toml", text.encode())).sheets[0]


@pytest.mark.parametrize(
    "sheet",
    [
        config.read(TEST.encode())[0],
        read(VOORBEELDWONEN, text_of(VOORBEELDWONEN)),
        read(WESTHOVE, text_of(WESTHOVE)),
        read(WESTHOVE, text_of(WESTHOVE) + LIFE),
        read(WALLETAANBIEDER, text_of(WALLETAANBIEDER)),
    ],
    ids=["scheme", "verifier", "issuer", "steps", "wallet-provider"],
)
def test_each_member_is_described(sheet):
    names = asked(sheet)
    assert len(names) > 10
    missing = {name for name in names if f"`{name}`" not in PAGE and f"{name}]" not in PAGE}
    assert missing == set()
