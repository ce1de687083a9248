"""Links of four schemes for this wallet: a desktop entry of this user, and what opens with it.

Sources: the Desktop Entry specification 1.5 and the MIME applications specification 1.0.1 of
freedesktop.org.
Only files of the user's own are written, and nothing is run.
"""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wallet import files
from wallet.config import DEFAULT_HOME
from wallet.errors import ExitCode, WalletError
from wallet.links import SCHEMES

ENTRY: Final = "regie-wallet.desktop"
LIST: Final = "mimeapps.list"
MAX_LIST: Final = 1024 * 1024
TYPES: Final = tuple(f"x-scheme-handler/{scheme}" for scheme in sorted(SCHEMES))
_SECTIONS: Final = ("[Default Applications]", "[Added Associations]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@+,=-]+")
_RESERVED: Final = re.compile(r'([\\"`$])')
_ENTRY: Final = """[Desktop Entry]
Type=Application
Version=1.0
Name=Regie
GenericName=Wallet
GenericName[nl]=Wallet voor je gegevens
Comment=Your data, checked by the municipality. You decide who sees what.
Comment[nl]=Je gegevens, gecontroleerd door de gemeente. Jij beslist wie wat ziet.
Exec={command}
Terminal=true
NoDisplay=true
StartupNotify=false
Categories=Utility;
MimeType={types};
"""


@dataclass(frozen=True)
class Desktop:
    """Where this user's desktop keeps what opens with what."""

    data: Path
    config: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Desktop":
        """By the environment; refuses a system whose desktop works otherwise."""
        if not sys.platform.startswith(("linux", "freebsd", "openbsd", "netbsd")):
            raise WalletError("links.no-desktop", exit=ExitCode.USAGE)
        home = Path(environment.get("HOME") or "~").expanduser()
        return cls(
            _folder(environment, "XDG_DATA_HOME", home / ".local/share"),
            _folder(environment, "XDG_CONFIG_HOME", home / ".config"),
        )

    @property
    def entry(self) -> Path:
        """The desktop entry of this wallet."""
        return self.data / "applications" / ENTRY

    @property
    def list(self) -> Path:
        """Which application opens what."""
        return self.config / LIST

    def install(self, command: Sequence[str]) -> None:
        """From now on these links open with this command; it gets the link as its last word."""
        entry = _ENTRY.format(command=command_line(command), types=";".join(TYPES))
        self.entry.parent.mkdir(parents=True, exist_ok=True)
        _write(self.entry, entry)
        self.config.mkdir(parents=True, exist_ok=True)
        _write(self.list, with_ours(self._listed()))

    def remove(self) -> bool:
        """Takes back what `install` did, and nothing else; False when there was nothing."""
        before = self._listed()
        after = without_ours(before)
        if after != before:
            _write(self.list, after)
        there = self.entry.exists()
        self.entry.unlink(missing_ok=True)
        return there or after != before

    def opened_by(self, scheme: str) -> str:
        """The desktop entry that opens links of this scheme now, by this list; empty for none."""
        section = ""
        for line in self._listed().splitlines():
            if line.startswith("["):
                section = line.strip()
            name, _, entries = line.partition("=")
            if section == _SECTIONS[0] and name.strip() == f"x-scheme-handler/{scheme}":
                return entries.split(";")[0].strip()
        return ""

    def command(self) -> str:
        """What our entry runs; empty where there is none."""
        try:
            lines = self.entry.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return ""
        return next((line[5:] for line in lines if line.startswith("Exec=")), "")

    def _listed(self) -> str:
        try:
            with self.list.open("rb") as file:
                content = file.read(MAX_LIST + 1)
            if len(content) > MAX_LIST:
                raise WalletError("links.unreadable", exit=ExitCode.USAGE, file=LIST)
            return content.decode()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError):
            raise WalletError("links.unreadable", exit=ExitCode.USAGE, file=LIST) from None


def own_command(home: Path) -> tuple[str, ...]:
    """How this very program is started with a link for the wallet in `home`."""
    program = Path(sys.executable).with_name("regie-wallet")
    start = (str(program),) if program.exists() else (sys.executable, "-m", "wallet")
    usual = Path(DEFAULT_HOME).expanduser().absolute()
    return (*start, *(() if home == usual else ("--home", str(home))), "open", "--")


def command_line(command: Sequence[str]) -> str:
    """The value of `Exec`: each word, quoted where needed, then the link (Desktop Entry 7)."""
    return " ".join([*(_quoted(word) for word in command), "%u"])


def with_ours(listed: str) -> str:
    """The list with this wallet first for its schemes; what stood there before comes after it."""
    lines = without_ours(listed).splitlines()
    for section in _SECTIONS:
        if section not in lines:
            lines += [*([""] if lines else []), section]
        start = lines.index(section) + 1
        for kind in reversed(TYPES):
            at = _line_of(lines, start, kind)
            others = "" if at is None else lines.pop(at).partition("=")[2].strip().strip(";")
            entries = ";".join([ENTRY, *([others] if others else [])])
            lines.insert(start, f"{kind}={entries};")
    return "\n".join(lines) + "\n"


def without_ours(listed: str) -> str:
    """The list without this wallet; every other line is as it was."""
    kept: list[str] = []
    for line in listed.splitlines(keepends=True):
        name, equals, entries = line.partition("=")
        if not equals or name.strip() not in TYPES or ENTRY not in entries:
            kept.append(line)
            continue
        others = [one.strip() for one in entries.split(";") if one.strip() not in ("", ENTRY)]
        if others:
            kept.append(f"{name}={';'.join(others)};\n")
    return "".join(kept)


def _line_of(lines: list[str], start: int, kind: str) -> int | None:
    for index in range(start, len(lines)):
        if lines[index].startswith("["):
            return None
        if lines[index].partition("=")[0].strip() == kind:
            return index
    return None


def _quoted(word: str) -> str:
    if any(ord(char) < 32 for char in word):  # noqa: PLR2004 - control characters
        raise WalletError("links.command", exit=ExitCode.USAGE)
    # Once for the command line, once more for the value of a key, and % for its field codes.
    escaped = _RESERVED.sub(r"\\\1", word).replace("\\", "\\\\").replace("%", "%%")
    # Bare where that is allowed: xdg-open without a desktop takes quotes for part of the name.
    return word if _PLAIN.fullmatch(word) else f'"{escaped}"'


def _folder(environment: Mapping[str, str], name: str, otherwise: Path) -> Path:
    given = environment.get(name, "")
    # A relative path there is to be ignored (XDG Base Directory Specification).
    return Path(given) if os.path.isabs(given) else otherwise  # noqa: PTH117 - of text


def _write(path: Path, text: str) -> None:
    # A list that is a link to a file elsewhere stays one.
    files.write_atomically(path.resolve(), text.encode())
