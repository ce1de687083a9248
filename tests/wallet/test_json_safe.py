"""JSON on a terminal: what strangers wrote steers nothing, and stays the same text."""

import json
import unicodedata

import pytest

from wallet.cli.output import Output
from wallet.texts import Texts

TEXT = "Café \x9b31m \u202egnp.exe \u200b \ue000 \U000e0041 \n\x1b[2J"


def test_json_holds_no_character_that_steers(capsys: pytest.CaptureFixture[str]) -> None:
    Output(Texts("nl"), json_mode=True).result({"name": TEXT, TEXT: 1})
    line = capsys.readouterr().out.removesuffix("\n")
    assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")]
    assert "Café" in line
    assert json.loads(line) == {"version": 1, "name": TEXT, TEXT: 1}
