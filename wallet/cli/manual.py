"""Manual pages, made of the same words as `--help`: `python -m wallet.cli.manual FOLDER`.

One page for the program and one for each command, in the places where man(1) looks for Dutch and
English: `man1` and `nl/man1`.
"""

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

import click

from wallet.cli import COMMANDS, explanation, load_command, regie
from wallet.cli.version import STANDARDS
from wallet.errors import ExitCode
from wallet.texts import Texts

PROGRAM: Final = "regie-wallet"
FOLDERS: Final = {"en": "man1", "nl": "nl/man1"}
_VARIABLES: Final = ("REGIE_HOME", "REGIE_LANG", "REGIE_PASSPHRASE", "REGIE_PIN")
_FILES: Final = ("wallet.toml", "wallet.db", "wallet.head", "log.head")


def pages(lang: str) -> dict[str, str]:
    """Every page of one language, by the name of its file."""
    texts = Texts(lang)
    found = {f"{PROGRAM}.1": _program(texts)}
    for name in COMMANDS:
        found[f"{PROGRAM}-{name}.1"] = _page(name, load_command(name), texts)
    return found


def write(folder: Path) -> int:
    """Writes all pages below this folder; how many there are."""
    count = 0
    for lang, below in FOLDERS.items():
        (folder / below).mkdir(parents=True, exist_ok=True)
        for name, page in pages(lang).items():
            (folder / below / name).write_text(page, "utf-8")
            count += 1
    return count


def _program(texts: Texts) -> str:
    what = texts.get("command.wallet")
    lines = [*_head(PROGRAM, what, texts), f".B {_plain(PROGRAM)}"]
    lines += [_plain("[OPTIONS] [COMMAND] [ARGS]..."), *_section("description", texts)]
    lines += [_plain(what), ".PP", _plain(texts.get("manual.screens"))]
    lines += _section("commands", texts)
    for name in COMMANDS:
        told = texts.get(f"command.{name}.help")
        lines += [".TP", f".BR {_plain(f'{PROGRAM}-{name}')} (1)", _plain(told)]
    lines += _section("options", texts)
    lines += _options(regie, "wallet", texts)
    lines += _section("exit", texts)
    for code in ExitCode:
        told = texts.get(f"manual.exit.{code.value}")
        lines += [".TP", f".B {code.value}", _plain(told)]
    lines += _section("environment", texts)
    for name in _VARIABLES:
        lines += [".TP", f".B {_plain(name)}", _plain(texts.get(f"manual.variable.{name}"))]
    lines += _section("files", texts)
    for name in _FILES:
        told = texts.get(f"manual.file.{name.replace('.', '-')}")
        lines += [".TP", f".I {_plain(f'~/.local/share/regie/{name}')}", _plain(told)]
    lines += _section("standards", texts)
    for standard in STANDARDS:
        lines += [_plain(standard), ".br"]
    return "\n".join(lines) + "\n"


def _page(name: str, command: click.Command, texts: Texts) -> str:
    lines = _head(f"{PROGRAM}-{name}", texts.get(f"command.{name}.help"), texts)
    lines += _usage(f"{PROGRAM} {name}", command)
    for sub, one in _below(command):
        lines += [".br", *_usage(f"{PROGRAM} {name} {sub}", one)]
    lines += [*_section("options", texts), *_options(command, name, texts)]
    for sub, one in _below(command):
        path = f"{name}.{sub}"
        lines += [f'.SH "{_plain(f"{name} {sub}".upper())}"']
        lines += [_plain(_told(path, one, texts)), ".PP"]
        lines += _options(one, path, texts)
    lines += [*_section("see-also", texts), f".BR {_plain(PROGRAM)} (1)"]
    return "\n".join(lines) + "\n"


def _head(page: str, what: str, texts: Texts) -> list[str]:
    release = metadata.version("regie")
    title = f'.TH "{_plain(page.upper())}" "1" "" "Regie {release}" "{texts.get("manual.book")}"'
    name = f"{_plain(page)} \\- {_plain(what.rstrip('.'))}"
    return [title, *_section("name", texts), name, *_section("synopsis", texts)]


def _usage(path: str, command: click.Command) -> list[str]:
    context = click.Context(command, info_name=path)
    return [f".B {_plain(path)}", _plain(" ".join(command.collect_usage_pieces(context)))]


def _options(command: click.Command, path: str, texts: Texts) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    for option in command.params:
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if isinstance(option, click.Option) and record is not None:
            yield ".TP"
            yield f".B {_plain(record[0])}"
            yield _plain(explanation(path, option, texts) or "")


def _below(command: click.Command) -> list[tuple[str, click.Command]]:
    return list(command.commands.items()) if isinstance(command, click.Group) else []


def _told(path: str, command: click.Command, texts: Texts) -> str:
    return texts.find(f"command.{path}.help") or command.help or ""


def _section(name: str, texts: Texts) -> list[str]:
    return [f'.SH "{_plain(texts.get(f"manual.section.{name}").upper())}"']


def _plain(text: str) -> str:
    """Text that roff shows as it is: no escapes, no requests, and hyphens one can copy."""
    told = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{told}" if told.startswith((".", "'")) else told


if __name__ == "__main__":
    write(Path(sys.argv[1]))
