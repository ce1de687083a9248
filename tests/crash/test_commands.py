"""The installed command killed in the middle of sharing; the same commands put it right."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from crash.jobs import PASSPHRASE
from crash.resident import Resident

from wallet.errors import ExitCode
from wallet.events import Outcome

pytestmark = [pytest.mark.crash, pytest.mark.story]
COMMAND = Path(sys.executable).with_name("regie-wallet")


def words(one: Resident) -> Path:
    file = one.home.parent / "words.secret"
    if not file.exists():
        file.touch(0o600)
        file.write_text(PASSPHRASE)
    return file


def start(one: Resident, *command: str) -> subprocess.Popen[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.Popen(
        [
            str(COMMAND),
            "--home",
            str(one.home),
            "--json",
            "--passphrase-file",
            str(words(one)),
            *command,
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**kept, "LANG": "C.UTF-8", "REGIE_LANG": "en"},
    )


def command(one: Resident, *arguments: str, expect: int = 0) -> tuple[dict[str, Any], str]:
    """The last object that a command prints, and what it says beside that."""
    process = start(one, *arguments)
    out, said = process.communicate(timeout=60)
    assert process.returncode == expect, said
    return json.loads(out.splitlines()[-1]), said


def killed_with_the_answer_under_way(one: Resident) -> str:
    """`share` killed when the verifier has the response and the wallet has no answer."""
    asked = one.corporation.ask()
    shown, _ = command(one, "share", asked.link, "--show")
    accepted = [part for code in shown["warnings"] for part in ("--accept", code)]
    one.corporation.gate.clear()
    try:
        claims = ",".join(shown["sets"][0])
        process = start(one, "share", shown["request"], "--yes", "--claims", claims, *accepted)
        until = time.monotonic() + 60
        while asked.transaction not in one.corporation.bodies:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.01)
        process.kill()
        process.communicate()
    finally:
        one.corporation.gate.set()
    one.corporation.idle()
    return str(shown["request"])


def test_a_killed_share_is_settled_by_asking(resident: Callable[..., Resident]) -> None:
    one = resident()
    activity = killed_with_the_answer_under_way(one)
    report, _ = command(one, "activities", "verify")
    assert report["ok"] is True
    found, said = command(one, "ask", "receipt", activity)
    assert (found["outcome"], found["receipt"]) == (Outcome.SHARED, "verified")
    assert "possibly shared" in said
    report, _ = command(one, "activities", "verify")
    assert report["ok"] is True


def test_a_share_that_never_left(resident: Callable[..., Resident]) -> None:
    one = resident()
    one.run("share", last="record_share_intended: committed", link=one.corporation.ask().link)
    report, _ = command(one, "activities", "verify")
    assert report["ok"] is True
    [activity] = one.standing().kinds
    # The same wallet twice: one asks, the other sends the same once more.
    found, _ = command(one.twin(), "ask", "status", activity, expect=ExitCode.NO_MATCH)
    assert (found["state"], found["outcome"]) == ("not_known", Outcome.UNSENT)
    again, _ = command(one, "share", activity, "--yes")
    assert (again["outcome"], again["receipt"]) == (Outcome.SHARED, "verified")
    assert again["confirm_code"]
