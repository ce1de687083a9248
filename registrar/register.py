"""The register as its files state it: the scheme, its kinds and its parties, and every fault.

Pure: `files` are the contents by their path in the folder, so that a revision of the git
repository is read as the folder itself is (Regie trust 9).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from credential.plaintext import terminal_safe
from registrar import config, kinds, parties
from registrar.config import Scheme
from registrar.errors import BadInput
from registrar.findings import Finding, Level, require
from registrar.kinds import Kinds
from registrar.parties import Reading
from registrar.party import Party

SCHEME: Final = config.FILE
MOST_FILES: Final = 20_000


@dataclass(frozen=True)
class Register:
    """What may be published, as far as it could be read."""

    scheme: Scheme | None
    readings: tuple[Reading, ...]
    kinds: Kinds
    faults: tuple[Finding, ...] = ()
    _by_party: dict[str, Reading] = field(default_factory=dict, repr=False)

    @property
    def parties(self) -> tuple[Party, ...]:
        """Every party whose file is TOML, by the name of its file."""
        return tuple(one.party for one in self.readings if one.party is not None)

    @property
    def types(self) -> Mapping[str, bytes]:
        """The type metadata of every kind, by the name of its published file."""
        return self.kinds.documents

    @property
    def development(self) -> bool:
        """Whether the scheme is a test."""
        return self.scheme is not None and self.scheme.development

    def require(self) -> tuple[Party, ...]:
        """Every party; refused when any file cannot be read as it is meant."""
        require(self.faults)
        return self.parties

    def finding(
        self, code: str, party: str, what: str = "", *key: str, level: Level = "error"
    ) -> Finding:
        """A finding about a party, with the file and the line of this member."""
        file, line = "", 0
        reading = self._by_party.get(party)
        if reading is not None and reading.sheets:
            file, line = reading.place(*key)
        return Finding(code, party, what, file, line, level)


def of(found: Sequence[Party], scheme: Scheme | None, known: Kinds | None = None) -> Register:
    """A register of parties that stand in no file."""
    return Register(scheme, tuple(Reading(party, ()) for party in found), known or kinds.standard())


def read(files: Mapping[str, bytes]) -> Register:
    """The register of these files: `scheme.toml`, `kinds/` and `parties/` with `uses/` below."""
    if len(files) > MOST_FILES:
        raise BadInput("register.too_many", count=len(files))
    faults: list[Finding] = []
    settings, scheme = config.read(files.get(SCHEME, b""))
    faults += settings.findings
    known = _kinds(files)
    faults += known.faults
    readings = tuple(
        parties.read((path, files[path]), _uses(path, files), known.names)
        for path in sorted(files)
        if path.startswith("parties/") and path.count("/") == 1 and path.endswith(".toml")
    )
    for one in readings:
        faults += one.findings
        faults += _misnamed(one)
    faults += _unread(files, {sheet.file for one in readings for sheet in one.sheets})
    by_party = {one.party.id: one for one in readings if one.party is not None}
    return Register(scheme, readings, known, tuple(faults), by_party)


def _unread(files: Mapping[str, bytes], seen: set[str]) -> Iterator[Finding]:
    """A file that says something nobody reads: as bad as a member that does (Regie trust 9.2)."""
    for path in sorted(files):
        if path.endswith(".toml") and path != SCHEME and path not in seen:
            own_kind = path.startswith(f"{kinds.FOLDER}/") and path.count("/") == 1
            if is_register_file(path) and not own_kind:
                shown = terminal_safe(path)
                yield Finding("lint.unread", shown, shown, shown, 1)


def is_register_file(path: str) -> bool:
    """Whether a path of the folder or of a revision is one of the register's own files."""
    return path == SCHEME or (
        path.endswith(".toml") and path.startswith(("kinds/", "parties/")) and "/." not in path
    )


def _uses(path: str, files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    folder = f"{path.removesuffix('.toml')}/uses/"
    return [
        (name, files[name])
        for name in sorted(files)
        if name.startswith(folder) and name.endswith(".toml")
    ]


def _misnamed(reading: Reading) -> list[Finding]:
    """The folders of a party's requests and certificates carry its id, and so must its file."""
    party, sheet = reading.party, reading.sheets[0]
    if party is None or not party.id or party.id == sheet.where:
        return []
    return [Finding("party.file_name", sheet.where, party.id, sheet.file, sheet.line("id"))]


def _kinds(files: Mapping[str, bytes]) -> Kinds:
    """The register's own kinds; those that come with us where it has none."""
    own = {path: data for path, data in files.items() if path.startswith(f"{kinds.FOLDER}/")}
    own = {path: data for path, data in own.items() if path.count("/") == 1}
    return kinds.read(own) if own else kinds.standard()
