"""Names of cards and claims in the scheme's own words, for every page that lists them."""

from collections.abc import Sequence
from dataclasses import dataclass

from credential import dcql
from credential.names import Path, kind_of, path_text
from credential.strictjson import Json
from verifier.profiles import Profile
from verifier.service.verifier import Verifier
from verifier.store.shown import Kept
from verifier.texts import Language


@dataclass(frozen=True)
class Asks:
    """What is asked from one card."""

    card: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One thing that was shared, and its fate: `kept`, `derived`, `hashed` or `seen`."""

    card: str
    label: str
    fate: str


@dataclass(frozen=True)
class Received:
    """What came in by one visit, and until when what is kept of it stays."""

    lines: tuple[Line, ...]
    until: int | None
    decided: tuple[str, ...] = ()
    """What was concluded and is kept, a sentence each."""

    @property
    def any_kept(self) -> bool:
        """Whether anything of it stays."""
        return any(line.fate != "seen" for line in self.lines)


class Labels:
    """The type metadata of the scheme in force, in one language."""

    def __init__(self, verifier: Verifier, lang: Language) -> None:
        self.types = verifier.scheme.generation(verifier.now()).trust.types
        self.lang = lang

    def card(self, vct: str) -> str:
        """The name of a kind of card."""
        known = self.types.get(vct)
        return (known.name(self.lang) if known else None) or kind_of(vct) or vct

    def claim(self, vct: str, path: Path) -> str:
        """The label of a claim; its path when the scheme names none."""
        known = self.types.get(vct)
        return (known.label(path, self.lang) if known else None) or path_text(path)

    def asks(self, profile: Profile) -> tuple[Asks, ...]:
        """Per card what a profile asks."""
        return tuple(
            Asks(
                self.card(query.vct_values[0]),
                tuple(self.claim(query.vct_values[0], claim.path) for claim in query.claims or ()),
            )
            for query in profile.query.credentials
        )

    def received(self, profile: Profile, kept: Kept, decided: Sequence[Json] = ()) -> Received:
        """What a profile asked, with what became of it."""
        return Received(
            tuple(
                Line(
                    self.card(query.vct_values[0]),
                    self.claim(query.vct_values[0], claim.path),
                    _fate(profile, kept, query.id, claim),
                )
                for query in profile.query.credentials
                for claim in query.claims or ()
            ),
            kept.until,
            tuple(str(one[self.lang]) for one in decided if isinstance(one, dict)),
        )


def _fate(profile: Profile, kept: Kept, query_id: str, claim: dcql.ClaimQuery) -> str:
    """Kept paths name array elements by number where the query says every element."""
    found = any(
        one == query_id
        and len(path) >= len(claim.path)
        and all(
            asked is None or asked == part for asked, part in zip(claim.path, path, strict=False)
        )
        for one, path in kept.paths
    )
    if not found:
        return "seen"
    if claim.path == (profile.same_person,):
        return "hashed"
    # What a decision came from is named in the receipt; the claim itself does not stay.
    itself = any(
        one == query_id and all(a == b for a, b in zip(claim.path, path, strict=False))
        for one, path in profile.keep
    )
    return "kept" if itself else "derived"
