"""What a type demands of a card: mandatory claims, and who may withhold what (SD-JWT VC 9).

A holder has every disclosure and can prove that a claim is absent; whoever is shown a card can
prove it only of what nobody may withhold.
"""

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from credential.dcql.paths import MAX_SELECTED
from credential.errors import NotAllowed
from credential.names import Path, path_text
from credential.sdjwt.selecting import Disclosure
from credential.strictjson import Json, Object
from credential.typemetadata import ClaimType, TypeMetadata

_SECTION: Final = "SD-JWT VC 6"
_PATHS: Final = "SD-JWT VC 5.6.1"


class Processed(Protocol):
    """A processed SD-JWT: its payload, what was disclosed, and where elements stood as issued."""

    @property
    def payload(self) -> Object:
        """The processed payload."""

    @property
    def disclosures(self) -> Collection[Disclosure]:
        """The parts that are disclosures themselves, by their paths as issued."""

    @property
    def gaps(self) -> Mapping[Path, tuple[int, ...]]:
        """For each array that lost elements: where those that are left stood."""


def check_held(found: TypeMetadata, card: Processed) -> None:
    """What a holder must find on receipt: all that is mandatory, withheld only as allowed."""
    _check(found, card, whole=True)


def check_shown(found: TypeMetadata, card: Processed) -> None:
    """What a verifier can tell of a presentation: what was not disclosed is never missing."""
    _check(found, card, whole=False)


def places(path: Path, payload: Json, gaps: Mapping[Path, tuple[int, ...]]) -> tuple[Path, ...]:
    """Where a path of type metadata leads, indices as issued; nothing there is no error.

    An index counts the elements as issued, also those that stay hidden (SD-JWT VC 5.6.1).
    """
    value = payload
    for part in path:
        # The common path, of names only: every claim of every card walks it.
        if type(part) is not str:
            break
        if type(value) is not dict:
            raise NotAllowed("type.path_not_object", _PATHS, path=path_text(path))
        if part not in value:
            return ()
        value = value[part]
    else:
        return (path,)
    # The first part that is no name: those before it are.
    return _among(path, path.index(part), value, gaps)


def _among(
    path: Path, start: int, inside: Json, gaps: Mapping[Path, tuple[int, ...]]
) -> tuple[Path, ...]:
    """The places below the names a path begins with, from the first array on."""
    selected: list[tuple[Path, Json]] = [(path[:start], inside)]
    for part in path[start:]:
        step: list[tuple[Path, Json]] = []
        for at, value in selected:
            if type(part) is str:
                if not isinstance(value, dict):
                    raise NotAllowed("type.path_not_object", _PATHS, path=path_text(path))
                if part in value:
                    step.append(((*at, part), value[part]))
            elif not isinstance(value, list):
                raise NotAllowed("type.path_not_array", _PATHS, path=path_text(path))
            else:
                stood = gaps.get(at) or range(len(value))
                step.extend(
                    ((*at, index), element)
                    for index, element in zip(stood, value, strict=False)
                    if part is None or part == index
                )
        if len(step) > MAX_SELECTED:
            raise NotAllowed("type.path_too_wide", _PATHS, limit=MAX_SELECTED)
        selected = step
    return tuple(at for at, _ in selected)


def _check(found: TypeMetadata, card: Processed, *, whole: bool) -> None:
    hidden = {part.path for part in card.disclosures}
    for claim in found.claims:
        here = places(claim.path, card.payload, card.gaps)
        if claim.mandatory and not here and (whole or _provably_absent(claim, card)):
            raise NotAllowed("type.mandatory", _SECTION, path=path_text(claim.path))
        if claim.sd == "allowed":
            continue
        for place in here:
            # An ancestor that is a disclosure does not make the claim one itself.
            if (place in hidden) is not (claim.sd == "always"):
                raise NotAllowed("type.sd", _SECTION, path=path_text(claim.path))


def _provably_absent(claim: ClaimType, card: Processed) -> bool:
    """Nobody may withhold it, and what it would stand in is there."""
    if claim.sd != "never" or type(claim.path[-1]) is not str:
        return False
    return bool(places(claim.path[:-1], card.payload, card.gaps))
