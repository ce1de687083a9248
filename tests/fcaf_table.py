"""Writes docs/traceability.md: cases of outside test plans, and the test of ours that shows each.

Usage: python -m tests.fcaf_table [--check]
"""

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests/fcaf/cases.toml"
TARGET = ROOT / "docs/traceability.md"
MODULES = {
    "OpenID4VCI 1.0 with HAIP, a wallet (`vci10wallet`)": "tests/wallet/test_oidf_vci_wallet.py",
    "OpenID4VP 1.0 with HAIP, a wallet (`vp1finalwallet`)": "tests/wallet/test_oidf_wallet_vp.py",
}
HEAD = """\
# What outside test plans ask of a wallet, and where it is shown

Made by `python -m tests.fcaf_table` from `tests/fcaf/cases.toml`; a test fails when it differs.
A plan is named here to show what was held against it: none of this is a certificate.

## {framework}

The interface between a wallet and those who ask it (`{prefix}…`), {day}, branch `{branch}` of
{repository}.
{shown} of {total} cases are shown by a test of ours; of the other {apart} the reason stands beside
them. Left out: the groups about the data of a PID, and the use cases.

"""
Case = tuple[str, int]


def document() -> dict[str, Any]:
    """The table as it is kept."""
    return tomllib.loads(CASES.read_text("utf-8"))


def numbers(text: str) -> Iterator[int]:
    """`1-3, 7` as 1, 2, 3 and 7."""
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        yield from range(int(first), int(last or first) + 1)


def known(found: Mapping[str, Any]) -> set[Case]:
    """Every case of the framework."""
    return {(group, one) for group, listed in found["groups"].items() for one in numbers(listed)}


def traced(found: Mapping[str, Any]) -> list[Case]:
    """Every case a row speaks of, as often as it does."""
    return [
        (row["group"], one)
        for row in found["trace"]
        for one in numbers(row["cases"])
        # A range runs over numbers that the framework does not have.
        if (row["group"], one) in known(found) or "-" not in row["cases"]
    ]


def tests_in(path: str) -> list[str]:
    """The names of the tests in a file, in their order."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return [
        one.name
        for one in tree.body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name.startswith("test_")
    ]


def page() -> str:
    """The page as it should read."""
    found = document()
    every = traced(found)
    apart = sum(
        (row["group"], one) in known(found)
        for row in found["trace"]
        if "reason" in row
        for one in numbers(row["cases"])
    )
    lines = [
        HEAD.format(**found["source"], total=len(every), shown=len(every) - apart, apart=apart)
    ]
    for group in found["groups"]:
        lines.append(f"### {group.strip('_')}\n\n| cases | what | shown by |\n|---|---|---|\n")
        for row in found["trace"]:
            if row["group"] != group:
                continue
            if "reason" in row:
                words = found["reasons"][row["reason"]]
                lines.append(f"| {row['cases']} | not shown | {words} |\n")
            else:
                named = ", ".join(f"`{one.removeprefix('tests/')}`" for one in row["tests"])
                lines.append(f"| {row['cases']} | {row['what']} | {named} |\n")
        lines.append("\n")
    lines.append("## Modules of the OpenID Foundation\n\nEach by a test of its own name.\n\n")
    for title, path in MODULES.items():
        lines.append(f"### {title}\n\n`{path}`\n\n")
        lines += [f"- `{name}`\n" for name in tests_in(path)]
        lines.append("\n")
    return "".join(lines).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Writes the page, or says that it is out of date."""
    made = page()
    if "--check" not in arguments:
        TARGET.write_text(made, "utf-8")
        return 0
    same = TARGET.exists() and TARGET.read_text("utf-8") == made
    if not same:
        sys.stderr.write("docs/traceability.md is out of date: python -m tests.fcaf_table\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
