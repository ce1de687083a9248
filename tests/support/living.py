"""A register whose files are edited as an operator does, and published: everything but the disk."""

from dataclasses import dataclass, field

from support.registerfiles import TEST, text_of
from support.scheme import TestScheme, build

from credential.trust import Trust
from registrar import lint, parties, register, standing

DAY = 86_400
SHORT = "since = 2025-01-01T00:00:00Z\n"


@dataclass
class Living:
    """The files by party, and the scheme that was made of them."""

    scheme: TestScheme = field(default_factory=build)
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, party: str) -> str:
        return self.texts.setdefault(party, text_of(party))

    def edit(self, party: str, *changes: tuple[str, str], more: str = "") -> None:
        """Another text where that one stands, once, and more at the end."""
        text = self.text(party)
        for before, after in changes:
            assert text.count(before) >= 1, before
            text = text.replace(before, after, 1)
        self.texts[party] = text + more

    def faults(self) -> list[str]:
        """What `lint` would stop the publication for."""
        for party in self.scheme.parties:
            self.text(party)
        files = {f"parties/{name}.toml": text.encode() for name, text in self.texts.items()}
        scheme = files | {"scheme.toml": TEST.encode()}
        found = lint.check(register.read(scheme), now=self.scheme.now)
        return [one.code for one in found if one.level == "error"]

    def publish(self, now: int | None = None) -> Trust:
        """Sign what follows from the files at this moment."""
        scheme = self.scheme
        scheme.now = scheme.now if now is None else now
        for name, text in self.texts.items():
            scheme.add(parties.parse(text, f"{name}.toml"))
        found = standing.applied(scheme.ledger, scheme.parties.values(), now=scheme.now)
        scheme.ledger = found
        return scheme.publish()


def steps(*lines: str, table: str = "issuing.step") -> str:
    """Tables of steps: `2026-02-01 suspended`, and after that members as they stand in TOML."""
    made = []
    for line in lines:
        on, what, *more = line.split(" ", 2)
        made.append(f'\n[[{table}]]\non = {on}\nwhat = "{what}"\n' + "".join(more) + "\n")
    return "".join(made)
