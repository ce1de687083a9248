"""The kinds of cards of a scheme, one TOML file each: names, claims, and who should see them.

`shipped` is what every new register begins with; what counts is what its own folder says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from credential import rendering, typemetadata
from credential.errors import CredentialError
from credential.names import KINDS
from credential.strictjson import Json, Object, dumps
from credential.typemetadata import TypeMetadata
from registrar.findings import Finding, require
from registrar.kinds import checks
from registrar.kinds.reading import Stated, read_file

FOLDER: Final = "kinds"


@dataclass(frozen=True)
class Kind:
    """One kind, as it is published and as people read it."""

    name: str
    """As parties name it: one of ours by its name, a scheme's own by its `vct`."""
    file: str
    document: bytes = field(repr=False)
    resolved: TypeMetadata = field(repr=False)
    policy: Object | None = field(default=None, repr=False)
    """Who should see it, as issuers carry it in their metadata (TS 119 472-3 4.2.5)."""

    @property
    def vct(self) -> str:
        """The type, as cards name it."""
        return self.resolved.vct


@dataclass(frozen=True)
class Kinds:
    """Every kind whose file could be read, by the name of its file, and every fault."""

    kinds: Mapping[str, Kind]
    faults: tuple[Finding, ...] = ()

    @property
    def documents(self) -> dict[str, bytes]:
        """The type metadata by the name of its published file (SD-JWT VC 6)."""
        return {f"{stem}-1.json": one.document for stem, one in self.kinds.items()}

    @property
    def names(self) -> dict[str, str]:
        """What parties may write, short or as `vct`, and the kind as the model knows it."""
        found = {stem: one.name for stem, one in self.kinds.items()}
        return found | {one.vct: one.name for one in self.kinds.values()}

    @property
    def policies(self) -> dict[str, Object]:
        """Who should see which kind, by the name of the kind in the model."""
        return {one.name: one.policy for one in self.kinds.values() if one.policy is not None}

    @property
    def types(self) -> dict[str, TypeMetadata]:
        """Every kind with all it extends, by its `vct`."""
        return {one.vct: one.resolved for one in self.kinds.values()}

    def require(self) -> "Kinds":
        """These kinds; refused when a file cannot be read as it is meant."""
        require(self.faults)
        return self


@cache
def shipped() -> Mapping[str, bytes]:
    """The files that a new register begins with, by their path in its folder."""
    folder = files(__name__)
    return {
        f"{FOLDER}/{kind}.toml": source.read_bytes()
        for kind in KINDS
        if (source := folder / f"{kind}.toml").is_file()
    }


def read(found: Mapping[str, bytes]) -> Kinds:
    """The kinds of these files, by their path; every fault is kept, and reading goes on."""
    stated: dict[str, Stated] = {}
    faults: list[Finding] = []
    for path in sorted(found):
        one, wrong = read_file(path, found[path])
        faults += wrong
        if one is not None:
            stated[one.stem] = one
    kinds: dict[str, Kind] = {}
    for stem in _parents_first(stated, faults):
        made = _made(stated[stem], kinds, faults)
        if made is not None:
            kinds[stem] = made
    for one in stated.values():
        faults += checks.of_kind(one, [*stated.values()])
    return Kinds(dict(sorted(kinds.items())), tuple(faults))


@cache
def standard() -> Kinds:
    """The kinds of a register that has no folder of its own for them."""
    return read(shipped()).require()


def documents() -> dict[str, bytes]:
    """The type metadata of the shipped kinds by the name of its file (SD-JWT VC 6)."""
    return standard().documents


def _parents_first(stated: Mapping[str, Stated], faults: list[Finding]) -> list[str]:
    """The order in which each kind comes after the one it extends; what never can is a fault."""
    ordered: list[str] = []
    waiting = [*stated]
    while waiting:
        ready = [stem for stem in waiting if _parent(stated[stem], stated) in (None, *ordered)]
        if not ready:
            faults += [stated[stem].fault("kind.extends", "extends") for stem in waiting]
            break
        ordered += ready
        waiting = [stem for stem in waiting if stem not in ready]
    return ordered


def _parent(one: Stated, stated: Mapping[str, Stated]) -> str | None:
    """The file of what a kind extends, which it names by its file or by its `vct`."""
    if one.extends is None:
        return None
    by_vct = {other.vct: stem for stem, other in stated.items()}
    return by_vct.get(one.extends, one.extends)


def _made(one: Stated, kinds: Mapping[str, Kind], faults: list[Finding]) -> Kind | None:
    """The kind with its document, which pins the text of its parent (SD-JWT VC 7)."""
    by_vct = {other.vct: other for other in kinds.values()}
    parent = None
    if not one.vct:
        # Nothing can be made of it without a type: that was said.
        return None
    if one.extends is not None:
        parent = kinds.get(one.extends) or by_vct.get(one.extends)
        if parent is None:
            # It stands there and was faulty itself: that was said.
            return None
    data = dumps(_document(one, parent))
    texts = {vct: other.document for vct, other in by_vct.items()} | {one.vct: data}
    try:
        resolved = typemetadata.resolve(one.vct, texts.__getitem__)
    except CredentialError as error:
        what = str(error.params.get("path", "")) or error.code
        known = error.code.removeprefix("type.")
        code = f"kind.{known}" if known in ("loosened", "claim_repeated") else "kind.type"
        faults.append(one.fault(code, "claim", what))
        return None
    return Kind(one.name, one.file, data, resolved, one.policy)


def _document(one: Stated, parent: Kind | None) -> Object:
    known = frozenset() if parent is None else {claim.path for claim in parent.resolved.claims}
    claims: list[Json] = [claim.document(inherits=claim.path in known) for claim in one.claims]
    document: Object = {"vct": one.vct, **one.shown, "claims": claims}
    if parent is not None:
        document["extends"] = parent.vct
        document["extends#integrity"] = rendering.integrity_of(parent.document)
    return document
