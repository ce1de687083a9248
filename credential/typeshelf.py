"""The types a scheme publishes: each with what it extends, and found again by its digest.

A type that was corrected keeps its earlier texts beside the present one, so that a card made
before (`vct#integrity`) still finds the document it was made by. Nothing is fetched: all of it is
in the published tree, named in the snapshot.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final

from credential import rendering, strictjson, typemetadata
from credential.errors import Malformed, NotTrusted
from credential.strictjson import Object
from credential.typemetadata import TypeMetadata

_SECTION: Final = "SD-JWT VC 6"
MAX_KNOWN_AS: Final = 32


@dataclass(frozen=True)
class Text:
    """One text of a type: its bytes, what it says by itself, and what pins it."""

    data: bytes = field(repr=False)
    own: TypeMetadata
    integrity: str

    def is_pinned(self, integrity: str) -> bool:
        """Whether a digest list names these bytes."""
        if integrity == self.integrity:
            return True
        try:
            rendering.check_integrity(self.data, integrity)
        except NotTrusted:
            return False
        return True


@dataclass(frozen=True)
class _Stock:
    """Every text by the type it is of, and each type with all it extends."""

    present: Mapping[str, Text]
    earlier: Mapping[str, list[Text]]
    resolved: Mapping[str, TypeMetadata]


class Shelf(Mapping[str, TypeMetadata]):
    """Every type by its `vct`, resolved; a type that cannot be resolved refuses the whole."""

    def __init__(
        self,
        present: Iterable[bytes] = (),
        earlier: Iterable[bytes] = (),
        *,
        when_used: bool = False,
    ) -> None:
        """With `when_used` nothing is looked into before it is needed: for a tree that held."""
        self._texts = tuple(present), tuple(earlier)
        self._others: Mapping[str, TypeMetadata] = {}
        if not when_used:
            self.open_all()

    def open_all(self) -> None:
        """Refuses here and now what cannot be read or resolved."""
        len(self)

    @cached_property
    def _stock(self) -> _Stock:
        texts = [_text(data) for data in self._texts[0]]
        present = {one.own.vct: one for one in texts}
        if len(present) != len(texts):
            raise Malformed("scheme.type_repeated", _SECTION)
        earlier: dict[str, list[Text]] = {}
        for data in self._texts[1]:
            text = _text(data)
            earlier.setdefault(text.own.vct, []).append(text)
        find = partial(_find, present, earlier)
        return _Stock(present, earlier, {vct: typemetadata.follow(vct, find) for vct in present})

    def __getitem__(self, vct: str) -> TypeMetadata:
        found = self._stock.resolved.get(vct)
        return self._others[vct] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter({**self._stock.resolved, **self._others})

    def __len__(self) -> int:
        return len({*self._stock.resolved, *self._others})

    def __repr__(self) -> str:
        return f"Shelf({len(self._texts[0])})"

    def besides(self, others: Mapping[str, TypeMetadata]) -> "Shelf":
        """With names for types of strangers; those of the scheme come first, and stay its own."""
        found = copy(self)
        found._others = dict(others)  # noqa: SLF001 - of a copy of our own
        return found

    def document(self, vct: str) -> bytes | None:
        """The present document of a type of the scheme."""
        found = self._stock.present.get(vct)
        return None if found is None else found.data

    def integrity(self, vct: str) -> str | None:
        """What a card made now writes in `vct#integrity`."""
        found = self._stock.present.get(vct)
        return None if found is None else found.integrity

    def matching(self, vct: str, integrity: str | None) -> TypeMetadata | None:
        """The type as the text says that a card was made by; `None` where that is not here."""
        present = self._stock.present.get(vct)
        if present is None:
            return None
        if integrity is None or present.is_pinned(integrity):
            return self._stock.resolved[vct]
        if any(one.is_pinned(integrity) for one in self._stock.earlier.get(vct, [])):
            find = partial(_find, self._stock.present, self._stock.earlier)
            return typemetadata.follow(vct, find, integrity=integrity)
        return None

    def of_card(self, payload: Object) -> TypeMetadata | None:
        """The type of a card by what its payload says: its `vct` and `vct#integrity`."""
        integrity = strictjson.text_or_none(payload, "vct#integrity")
        return self.matching(strictjson.text(payload, "vct"), integrity)


def _find(
    present: Mapping[str, Text],
    earlier: Mapping[str, list[Text]],
    vct: str,
    integrity: str | None,
) -> TypeMetadata:
    """The present text, or where a digest asks for it an earlier one."""
    now = present.get(vct)
    if now is None:
        # A parent outside the tree would have to be fetched, and nothing here can.
        raise NotTrusted("type.parent", _SECTION)
    for one in [now, *earlier.get(vct, [])]:
        if integrity is None or one.is_pinned(integrity):
            return one.own
    raise NotTrusted("type.integrity", "SD-JWT VC 7")


EMPTY: Final = Shelf()


def also_known_as(payload: Object) -> tuple[str, ...]:
    """The further types a card says it is; of the right shape, and no proof of anything."""
    if "aka_vcts" not in payload:
        return ()
    found = strictjson.texts(payload, "aka_vcts")
    if not 0 < len(found) <= MAX_KNOWN_AS or payload.get("vct") in found or not all(found):
        raise Malformed("card.aka_vcts", "SD-JWT VC 2.2.2.1")
    return found


def types_of(payload: Object, types: Shelf) -> tuple[str, ...]:
    """Every type a card can answer for: its own first, what it is known as, what it extends.

    Whether its issuer may issue that type is for the trusted list to say, of each by itself.
    """
    found = types.of_card(payload)
    inherited: Collection[str] = () if found is None else found.ancestors
    vct = strictjson.text(payload, "vct")
    return tuple(dict.fromkeys((vct, *also_known_as(payload), *inherited)))


def _text(data: bytes) -> Text:
    return Text(data, typemetadata.parse(data), rendering.integrity_of(data))
