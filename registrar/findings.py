"""What is wrong, or could be better, in the files of a register: where, what, how bad."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from registrar.errors import BadInput

Level: TypeAlias = Literal["error", "advice"]


@dataclass(frozen=True)
class Finding:
    """One thing: a stable code, the party or kind, the name of what, and where it stands.

    What is wrong keeps a register from being published; advice does not. The sentence and how to
    mend it stand in `texts/` under the code.
    """

    code: str
    where: str
    what: str = ""
    file: str = ""
    line: int = 0
    level: Level = "error"


class Faulty(BadInput):
    """Files that cannot be used as they are, with everything that is wrong with them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(first.code, where=first.where, what=first.what)
        self.findings = tuple(findings)


def wrong(findings: Iterable[Finding]) -> list[Finding]:
    """Those that keep a register from being published."""
    return [one for one in findings if one.level == "error"]


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, file by file and line by line."""
    return sorted(dict.fromkeys(findings), key=lambda one: (one.file, one.line))


def require(findings: Iterable[Finding]) -> None:
    """Refuse when anything is wrong."""
    faults = ordered(wrong(findings))
    if faults:
        raise Faulty(faults)
