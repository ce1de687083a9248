"""A terminal in front of a world: commands in, lines and exit codes out."""

import json
from typing import Any

import pytest
from support import json_contract
from support.wallet_world import World

from wallet import cli


class Terminal:
    """Runs commands against one world; `answers` are what the person types."""

    def __init__(self, town: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.town = town
        self.capsys = capsys
        self.answers: list[str] = []
        self.err = ""

    def run(self, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        code = cli.run(["--lang", "nl", "--json", *arguments], {})
        out, self.err = self.capsys.readouterr()
        lines = [json.loads(line) for line in out.splitlines()]
        assert all(line["version"] == 1 for line in lines)
        for line in lines:
            json_contract.check(arguments, line)
        return code, lines

    def plain(self, *arguments: str) -> tuple[int, str]:
        code = cli.run(["--lang", "nl", *arguments], {})
        out, self.err = self.capsys.readouterr()
        return code, out
