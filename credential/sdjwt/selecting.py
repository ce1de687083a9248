"""A verified SD-JWT, and the parts of it that its holder chooses to release."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from credential.errors import NotAllowed
from credential.names import Path, path_text
from credential.strictjson import Json, Object

Disclosed: TypeAlias = tuple[Path, tuple[str, ...]]
"""A path with the digests of the disclosures that reveal it, the outermost first."""


class Disclosure(NamedTuple):
    """One hidden part: where it belongs and which other one it lies in.

    An index in `path` counts the elements as issued, also those that stay hidden.
    """

    raw: str
    digest: str
    path: Path
    parent: int | None

    def __repr__(self) -> str:
        return f"Disclosure({path_text(self.path)})"


@dataclass(frozen=True, slots=True, repr=False)
class Selection:
    """What leaves: the SD-JWT ending in `~`, and for the log what each part was."""

    compact: str
    disclosures: tuple[Disclosure, ...]
    by_path: Mapping[Path, tuple[str, ...]]


class Missing:
    """The answer for a claim that is not there; `null` is a value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


def value_at(payload: Object, path: Path) -> "Json | Missing":
    """The value at one place, or `MISSING`."""
    found: Json = payload
    for part in path:
        if isinstance(found, dict):
            if not isinstance(part, str) or part not in found:
                return MISSING
            found = found[part]
        elif isinstance(found, list):
            if type(part) is not int or not 0 <= part < len(found):
                return MISSING
            found = found[part]
        else:
            return MISSING
    return found


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedSdJwt:
    """An SD-JWT whose signature and disclosures all hold; `payload` is the processed one."""

    header: Object
    payload: Object
    issuer_jwt: str
    disclosures: tuple[Disclosure, ...]
    # For each array that lost elements: where those that are left stood when issued.
    gaps: Mapping[Path, tuple[int, ...]]

    @property
    def compact(self) -> str:
        """The whole SD-JWT, with every disclosure it came with."""
        return "~".join((self.issuer_jwt, *(part.raw for part in self.disclosures), ""))

    def claim(self, path: Path) -> "Json | Missing":
        """The value at one place of the processed payload, or `MISSING`."""
        return value_at(self.payload, path)

    def disclosed(self) -> tuple[Disclosed, ...]:
        """Each disclosure's path with its own and its ancestors' digests."""
        return tuple(self._disclosed(self.disclosures))

    def select(self, paths: Iterable[Path]) -> Selection:
        """Releases each path with its ancestors and all below it, and nothing else.

        Paths are places in `payload`; one that is not there is refused.
        """
        wanted: set[Path] = set()
        above: set[Path] = set()
        for path in paths:
            if not path or self.claim(path) is MISSING:
                raise NotAllowed("sdjwt.no_such_claim", "RFC 9901 7.2", path=path_text(path))
            issued = self._as_issued(path) if self.gaps else path
            wanted.add(issued)
            for length in range(1, len(issued)):
                above.add(issued[:length])
        chosen = tuple(
            part
            for part in self.disclosures
            if part.path in wanted or part.path in above or _below(part.path, wanted)
        )
        compact = "~".join((self.issuer_jwt, *[part.raw for part in chosen], ""))
        return Selection(compact, chosen, dict(self._disclosed(chosen)))

    def leaving(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """Where every value stands that whoever gets `select(paths)` can read.

        More than the paths: what the issuer did not make disclosable goes with any part.
        """
        chosen = {part.digest for part in self.select(paths).disclosures}
        withheld = {part.path for part in self.disclosures if part.digest not in chosen}
        return tuple(
            path
            for path in _leaves(self.payload, ())
            if not _within(self._as_issued(path) if self.gaps else path, withheld)
        )

    def _disclosed(self, parts: Iterable[Disclosure]) -> Iterable[Disclosed]:
        for part in parts:
            digests: tuple[str, ...] = (part.digest,)
            parent = part.parent
            while parent is not None:
                outer = self.disclosures[parent]
                digests = (outer.digest, *digests)
                parent = outer.parent
            yield part.path, digests

    def _as_issued(self, path: Path) -> Path:
        issued: Path = ()
        for part in path:
            gaps = self.gaps.get(issued)
            issued += (gaps[part],) if gaps is not None and isinstance(part, int) else (part,)
        return issued


def _below(path: Path, wanted: set[Path]) -> bool:
    return any(path[:length] in wanted for length in range(1, len(path)))


def _within(path: Path, places: set[Path]) -> bool:
    return path in places or _below(path, places)


def _leaves(value: Json, path: Path) -> Iterator[Path]:
    """Every value that holds no other; an empty object or array is one."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _leaves(member, (*path, name))
    elif isinstance(value, list) and value:
        for position, element in enumerate(value):
            yield from _leaves(element, (*path, position))
    else:
        yield path
