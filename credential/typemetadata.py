"""Type metadata: what a kind of card and each of its claims is called (SD-JWT VC 6)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from credential import rendering, strictjson
from credential.dcql.paths import parse_path
from credential.errors import Malformed, NotTrusted
from credential.names import Path, path_text
from credential.plaintext import terminal_safe
from credential.rendering import Colours, Logo
from credential.strictjson import Json, Object

__all__ = [
    "MAX_DEPTH",
    "ClaimType",
    "Colours",
    "Disclosure",
    "Texts",
    "TypeMetadata",
    "follow",
    "parse",
    "resolve",
]

MAX_DEPTH: Final = 8
MAX_CLAIMS: Final = 256
MAX_DISPLAYS: Final = 32
MAX_NAME: Final = 500
_SECTION: Final = "SD-JWT VC 6"
_SVG_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

Disclosure: TypeAlias = Literal["always", "allowed", "never"]
Texts: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class ClaimType:
    """What the type says of one claim; texts per language."""

    path: Path
    labels: Texts = field(repr=False)
    descriptions: Texts = field(repr=False)
    sd: Disclosure
    mandatory: bool
    svg_id: str | None = None
    stated: frozenset[str] = frozenset()
    """The members the document itself has; the others are defaults, or the parent's."""

    def label(self, lang: str) -> str | None:
        """What people call this claim."""
        return _in(self.labels, lang)

    def description(self, lang: str) -> str | None:
        """What it means, in a sentence."""
        return _in(self.descriptions, lang)


@dataclass(frozen=True)
class TypeMetadata:
    """One type of card; texts per language, safe to print."""

    vct: str
    names: Texts = field(repr=False)
    descriptions: Texts = field(repr=False)
    claims: tuple[ClaimType, ...]
    extends: str | None = None
    extends_integrity: str | None = None
    colours: Colours = field(default_factory=Colours)
    logo: Logo | None = None
    displayed: bool = False
    """Whether the document says itself how it is shown; if not, its parent does."""
    ancestors: tuple[str, ...] = ()
    """What a resolved type extends, the nearest first. Never a proof of who may issue it."""

    def name(self, lang: str) -> str:
        """What people call this kind of card; its `vct` if the type does not say."""
        return _in(self.names, lang) or terminal_safe(self.vct)

    def description(self, lang: str) -> str | None:
        """What the card is for, in a sentence."""
        return _in(self.descriptions, lang)

    def claim(self, path: Path) -> ClaimType | None:
        """What the type says of this path; an index is an element like any other."""
        for one in self.claims:
            if len(one.path) == len(path) and all(map(_matches, one.path, path)):
                return one
        return None

    def label(self, path: Path, lang: str) -> str | None:
        """What people call the claim at this path."""
        found = self.claim(path)
        return found.label(lang) if found else None


def parse(data: bytes) -> TypeMetadata:
    """The document these bytes are; members nobody knows are ignored."""
    document = strictjson.loads_object(data)
    displays = _displays(document)
    claims = strictjson.array(document, "claims") if "claims" in document else []
    if len(claims) > MAX_CLAIMS:
        raise Malformed("type.too_large", _SECTION, limit=MAX_CLAIMS)
    found = tuple(_claim(one) for one in claims)
    _check_unique(found)
    return TypeMetadata(
        vct=_type_name(strictjson.text(document, "vct")),
        names=_texts(displays, "name", required=True),
        descriptions=_texts(displays, "description", required=False),
        claims=found,
        extends=_type_name(strictjson.text(document, "extends")) if "extends" in document else None,
        extends_integrity=strictjson.text_or_none(document, "extends#integrity"),
        colours=rendering.colours(displays),
        logo=rendering.logo(displays),
        displayed="display" in document,
    )


def resolve(
    vct: str, load: Callable[[str], bytes], *, integrity: str | None = None
) -> TypeMetadata:
    """The type with everything it extends; a cycle or too deep a chain refuses the card."""

    def read(wanted: str, pinned: str | None) -> TypeMetadata:
        data = load(wanted)
        if pinned is not None:
            rendering.check_integrity(data, pinned)
        return parse(data)

    return follow(vct, read, integrity=integrity)


def follow(
    vct: str,
    find: Callable[[str, str | None], TypeMetadata],
    *,
    integrity: str | None = None,
) -> TypeMetadata:
    """As `resolve`, over documents that were parsed: `find` gives the one of a type and a pin."""
    chain: list[TypeMetadata] = []
    wanted: str | None = vct
    while wanted is not None:
        if len(chain) == MAX_DEPTH or any(wanted == one.vct for one in chain):
            raise Malformed("type.extends", _SECTION)
        found = find(wanted, integrity)
        if found.vct != wanted:
            raise NotTrusted("type.vct", _SECTION)
        chain.append(found)
        wanted, integrity = found.extends, found.extends_integrity
    whole = chain.pop()
    while chain:
        whole = _extend(chain.pop(), whole)
    return whole


def _extend(child: TypeMetadata, parent: TypeMetadata) -> TypeMetadata:
    """The child over the parent: its display replaces, its claims merge by path."""
    merged = {claim.path: claim for claim in parent.claims}
    for claim in child.claims:
        inherited = merged.get(claim.path)
        merged[claim.path] = claim if inherited is None else _narrow(claim, inherited)
    if len(merged) > MAX_CLAIMS:
        raise Malformed("type.too_large", _SECTION, limit=MAX_CLAIMS)
    claims = tuple(merged.values())
    _check_unique(claims)
    shown = child if child.displayed else parent
    return TypeMetadata(
        vct=child.vct,
        names=shown.names,
        descriptions=shown.descriptions,
        colours=shown.colours,
        logo=shown.logo,
        displayed=shown.displayed,
        claims=claims,
        extends=child.extends,
        extends_integrity=child.extends_integrity,
        ancestors=(parent.vct, *parent.ancestors),
    )


def _narrow(child: ClaimType, parent: ClaimType) -> ClaimType:
    """What the child says, else what the parent said; it may only ask for more."""
    stated = child.stated
    sd = child.sd if "sd" in stated else parent.sd
    mandatory = child.mandatory if "mandatory" in stated else parent.mandatory
    if parent.sd not in ("allowed", sd) or (parent.mandatory and not mandatory):
        raise Malformed("type.loosened", _SECTION, path=path_text(child.path))
    shown = child if "display" in stated else parent
    return ClaimType(
        path=child.path,
        labels=shown.labels,
        descriptions=shown.descriptions,
        sd=sd,
        mandatory=mandatory,
        svg_id=child.svg_id or parent.svg_id,
        stated=stated | parent.stated,
    )


def _check_unique(claims: tuple[ClaimType, ...]) -> None:
    """Each path and each `svg_id` once, also after a merge."""
    ids = [one.svg_id for one in claims if one.svg_id is not None]
    if len({one.path for one in claims}) != len(claims) or len(set(ids)) != len(ids):
        raise Malformed("type.claim_repeated", _SECTION)


def _type_name(vct: str) -> str:
    if not 0 < len(vct) <= MAX_NAME:
        raise Malformed("type.vct", _SECTION)
    return vct


def _claim(value: Json) -> ClaimType:
    if not isinstance(value, dict):
        raise Malformed("type.claim", _SECTION)
    displays = _displays(value)
    svg_id = strictjson.text_or_none(value, "svg_id")
    if svg_id is not None and not _SVG_ID.match(svg_id):
        raise Malformed("type.svg_id", _SECTION)
    return ClaimType(
        path=parse_path(value.get("path")),
        labels=_texts(displays, "label", required=True),
        descriptions=_texts(displays, "description", required=False),
        sd=_disclosure(value.get("sd", "allowed")),
        mandatory=strictjson.boolean(value, "mandatory", default=False),
        svg_id=svg_id,
        stated=frozenset(value.keys() & {"sd", "mandatory", "display"}),
    )


def _disclosure(value: Json) -> Disclosure:
    match value:
        case "always" | "allowed" | "never":
            return value
        case _:
            raise Malformed("type.sd", _SECTION)


def _displays(holder: Object) -> list[Object]:
    found = strictjson.array(holder, "display") if "display" in holder else []
    displays = [one for one in found if isinstance(one, dict)]
    if len(displays) != len(found) or len(found) > MAX_DISPLAYS:
        raise Malformed("type.display", _SECTION)
    return displays


def _texts(displays: list[Object], member: str, *, required: bool) -> Texts:
    """The member per language; the first text of a language counts."""
    found: dict[str, str] = {}
    for display in displays:
        lang = strictjson.text(display, "locale").partition("-")[0].lower()
        text = strictjson.text(display, member) if required or member in display else None
        if text is not None:
            found.setdefault(lang, terminal_safe(text))
    return found


def _in(texts: Texts, lang: str) -> str | None:
    """The text in this language, else in Dutch, else the first there is."""
    return texts.get(lang) or texts.get("nl") or next(iter(texts.values()), None)


def _matches(own: str | int | None, asked: str | int | None) -> bool:
    if own is None:
        return asked is None or (isinstance(asked, int) and not isinstance(asked, bool))
    return own == asked and type(own) is type(asked)
