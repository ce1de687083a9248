"""`regie-registrar` as its command, on one clock, with what people type."""

import io
import json

from registrar import cli, clock


class Command:
    """One terminal; `home` and `root` are given with each command."""

    def __init__(self, capsys, monkeypatch, now: int) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch
        for name in ("REGIE_PASSPHRASE", "REGIE_LANG", "REGIE_HOME", "REGIE_ROOT"):
            monkeypatch.delenv(name, raising=False)
        self.at(now)

    def at(self, now: int) -> None:
        self.now = now
        self.monkeypatch.setattr(clock, "now", lambda: now)

    def run(self, *words: object, code: int = 0, typed: str = "") -> tuple[str, str]:
        self.monkeypatch.setattr("sys.argv", ["regie-registrar", *map(str, words)])
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        try:
            cli.main()
            left = 0
        except SystemExit as leaving:
            left = int(leaving.code or 0)
        out, err = self.capsys.readouterr()
        assert left == code, (left, out, err)
        return out, err

    def data(self, *words: object, code: int = 0, typed: str = "") -> dict:
        out, _ = self.run("--json", *words, code=code, typed=typed)
        (line,) = out.splitlines()
        found = json.loads(line)
        assert found["version"] == 1
        return found
