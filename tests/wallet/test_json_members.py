"""JSON as promised: every command has its members on the page, and no member is invented there."""

import re
from pathlib import Path

import pytest
from support import json_contract

import wallet.cli
from wallet.cli import COMMANDS, load_command

SOURCES = "".join(
    path.read_text("utf-8") for path in Path(wallet.cli.__file__).parent.glob("*.py")
) + "".join(
    (Path(wallet.cli.__file__).parents[1] / name).read_text("utf-8")
    for name in ("service/lookback.py", "question.py", "asker.py")
)


def commands():
    for name in COMMANDS:
        yield name
        for sub in getattr(load_command(name), "commands", {}):
            yield f"{name} {sub}"


@pytest.mark.spec("Architecture", "Commands", "the JSON of every command is on one page")
def test_every_command_is_on_the_page():
    assert {*commands(), "refusal", "--version"} == set(json_contract.promised())


def test_every_command_promises_something():
    for name, members in json_contract.promised().items():
        assert members, name


def test_no_member_is_there_that_nothing_writes():
    for name, members in json_contract.promised().items():
        for member in members:
            last = re.sub(r"\[\]|\.\*$", "", member).rpartition(".")[2]
            assert f'"{last}"' in SOURCES or f"{last}=" in SOURCES, (name, member)


def test_a_member_that_is_not_promised_is_found():
    json_contract.check(["cards"], {"version": 1, "card": "x", "reason": None})
    json_contract.check(["activity", "x"], {"told": None, "texts": {"a": {"b": [1]}}})
    json_contract.check(["cards"], {"error": "x", "fault": "user", "params": {"file": "a"}})
    for line in ({"kaart": "x"}, {"card": {"id": 1}}, {"card": [{"id": 1}]}):
        with pytest.raises(AssertionError, match="lacks"):
            json_contract.check(["cards"], line)
