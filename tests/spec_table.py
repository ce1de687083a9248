"""Writes SPEC.md from the `spec` marks on the tests, or says that it is out of date.

Usage: python -m tests.spec_table [--check]
"""

import contextlib
import io
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "SPEC.md"

HEAD = """\
# What we claim, and the test that holds it

Made by `make spec` from the marks on the tests; `make check` fails when it differs. A row is a
rule that some test would see broken. Documents: RFC 9901 (SD-JWT), SD-JWT VC, OpenID4VCI 1.0,
OpenID4VP 1.0 with DCQL, HAIP 1.0, Token Status List, RFC 9449 (DPoP), ETSI TS 119 602 and
TS 119 475 as far as public implementations show them, the ARF, and our own documents:
"Regie formats", "Regie trust" and "Regie domain" are docs/formats.md, docs/trust.md and
docs/domain.md, "House rules" is CONTRIBUTING.md, "Architecture" is ARCHITECTURE.md.

## Declared deviations

- No mdoc, no proximity, no Digital Credentials API.
- Software keys unless a key module is configured: a key can be lent, and no wallet provider
  vouches for the device.
- No certification of any kind.
- Rights keys outlive a deleted card: otherwise deleting a card would delete your rights.
- Without `haip = true` the issuer accepts public clients (PKCE, DPoP, at the desk a spoken code and a
  confirmation number); that is not HAIP.
- Of `trusted_authorities` the type `aki` is evaluated; other types are checked for their shape and
  match no card. A wallet offers at most 64 answers to one request.
- Certificates under a foreign anchor are not looked up for withdrawal, and the question says so.
- A migration object (TS10) of another kind of wallet is refused with a sentence, not taken over.
- FCAF IA_MainInteraction 066 (an error where no `redirect_uri` comes back) and IA_Supportive 006
  (`wallet_unavailable`) are not followed; why stands in `docs/traceability.md`.
- The link for another device turns every half minute and works for about a minute; a second fetch of
  a request is refused, except with the same `wallet_nonce`.
- The REST interface follows the NLGov REST API Design Rules but for one: its names are English, as
  those of the standards it stands on.
- ES256 with P-256 is the only algorithm read or written, also where ETSI readers accept ES384.
- A card answers for another type than its own (`aka_vcts`, `extends`) only if its issuer is listed for that
  type by name too.
- Age flags are our own claims: the EU PID dropped them, the Dutch one keeps `age_over_18`.

## Rules
"""


class Collector:
    """Gathers (document, section, what, test) from every collected test."""

    def __init__(self) -> None:
        self.rows: set[tuple[str, str, str, str]] = set()
        self.errors = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            for mark in item.iter_markers("spec"):
                document, section, *rest = (str(part) for part in mark.args)
                what = rest[0] if rest else str(mark.kwargs.get("what") or sentence(item))
                test = re.sub(r"\[.*\]$", "", item.nodeid)
                self.rows.add((document, section, what, test))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors += 1


def sentence(item: pytest.Item) -> str:
    """Return what a test holds: the first line of its docstring, else its name as words."""
    document = getattr(getattr(item, "function", None), "__doc__", None)
    if document:
        return document.strip().splitlines()[0].rstrip(".")
    return item.name.split("[")[0].removeprefix("test_").replace("_", " ")


def section_key(section: str) -> list[tuple[int, str]]:
    """Order 2.10 after 2.9."""
    return [(int(part) if part.isdigit() else 0, part) for part in re.split(r"[.\s]", section)]


def render(rows: set[tuple[str, str, str, str]]) -> str:
    """Return the whole of SPEC.md."""
    lines = [HEAD]
    for document in sorted({row[0] for row in rows}):
        lines += [f"### {document}", "", "| section | what holds | test |", "|---|---|---|"]
        mine = sorted(
            (row for row in rows if row[0] == document),
            key=lambda row: (section_key(row[1]), row[2], row[3]),
        )
        for _, section, what, test in mine:
            safe = what.replace("|", "\\|")
            lines.append(f"| {section} | {safe} | `{test}` |")
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Write or check; return the exit status."""
    collector = Collector()
    with contextlib.redirect_stdout(io.StringIO()) as talk:
        pytest.main(
            ["--collect-only", "-q", "-p", "no:cacheprovider", str(ROOT / "tests")],
            plugins=[collector],
        )
    if collector.errors or not collector.rows:
        sys.stderr.write(talk.getvalue())
        return 1
    text = render(collector.rows)
    if "--check" in sys.argv:
        if not TARGET.exists() or TARGET.read_text("utf-8") != text:
            sys.stderr.write("SPEC.md is out of date: run `make spec`\n")
            return 1
        return 0
    TARGET.write_text(text, "utf-8")
    sys.stdout.write(f"SPEC.md: {len(collector.rows)} rows\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
