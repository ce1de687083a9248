"""What was shared in one activity as items to choose from, and what one of them should be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import strictjson
from credential.errors import CredentialError
from credential.names import Path, kind_of, path_text
from credential.strictjson import Json
from wallet.errors import Usage
from wallet.naming import path_of_text
from wallet.service import correct
from wallet.service.correct import Attribute
from wallet.service.lookback import Lookback

_COMPUTED: Final = frozenset({"housing_pseudonym", "housing_pseudonym_previous"})
"""Made from other data by rule: no organisation can put something else there."""


@dataclass(frozen=True)
class Shared:
    """One item they received; `known` is False where the wallet has no value of it any more."""

    vct: str
    path: Path
    value: Json = field(repr=False)
    known: bool = True

    @property
    def name(self) -> str:
        """As the commands name it."""
        return f"{kind_of(self.vct) or self.vct}:{path_text(self.path)}"


@dataclass(frozen=True)
class Wish:
    """What is wrong, what it should be, and why; `values` in the order of `paths`."""

    paths: tuple[Path, ...]
    values: tuple[Json, ...] = field(repr=False)
    text: str = field(default="", repr=False)

    @property
    def proposed(self) -> Json:
        """As it is sent: the value itself for one claim, a list for several (formats.md 4)."""
        return self.values[0] if len(self.values) == 1 else [*self.values]


def whole(found: Lookback) -> tuple[Shared, ...]:
    """What they have, as it was asked and not erased since: what a right can be about.

    What came from two cards under one path is one item: rights name data by their path.
    """
    items: dict[Path, Shared] = {}
    for (vct, path), claim in found.activity.claims.items():
        if claim.shared and not claim.erased:
            item = Shared(vct, path_of_text(path), None, known=False)
            items.setdefault(item.path, item)
    return tuple(items.values())


def single(found: Lookback) -> tuple[Shared, ...]:
    """Every single value they have: what can be said to be wrong; what was computed is not."""
    items: dict[Path, Shared] = {}
    for card in found.sent or ():
        for text, part in card.values:
            if _erased(found, card.vct, text):
                continue
            for path, value in correct.leaves(path_of_text(text), part):
                items.setdefault(path, Shared(card.vct, path, value))
    every = tuple(items.values()) or whole(found)
    return tuple(one for one in every if not _COMPUTED & {*one.path})


def choose(items: Sequence[Shared], names: Iterable[str]) -> tuple[Path, ...]:
    """The paths of what was named `kind:path`; each must be among them."""
    known = {path_text(one.path): one.path for one in items}
    paths: dict[Path, None] = {}
    for name in names:
        path = known.get(name.rpartition(":")[2])
        if path is None:
            raise Usage("ask.no_claim", claim=name)
        paths[path] = None
    return tuple(paths)


def should_be(item: Shared, text: str) -> Json:
    """What was typed, in the form of what it replaces; without text it should not be there."""
    return correct.claim(Attribute(item.path, item.value, held=item.known), text).value


def read(items: Sequence[Shared], text: str) -> Wish:
    """From a file: {"claims": [{"claim": "kind:path", "proposed": value}], "text"}."""
    try:
        found = strictjson.loads_object(text)
        listed = [one for one in strictjson.array(found, "claims") if isinstance(one, dict)]
        paths = tuple(choose(items, [strictjson.text(one, "claim")])[0] for one in listed)
        values = tuple(one.get("proposed") for one in listed)
        words = strictjson.text_or_none(found, "text") or ""
    except CredentialError:
        raise Usage("ask.file") from None
    if not paths or len(set(paths)) < len(paths):
        raise Usage("ask.file")
    return Wish(paths, values, words)


def _erased(found: Lookback, vct: str, text: str) -> bool:
    return any(
        claim.erased
        for (of, path), claim in found.activity.claims.items()
        if of == vct and (text == path or text.startswith(f"{path}."))
    )
