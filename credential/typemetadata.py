"""Type metadata: what a kind of card and each of its claims is called (SD-JWT VC 6)."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from credential import base64url, strictjson
from credential.dcql.paths import parse_path, resolve_or_empty
from credential.errors import Malformed, NotAllowed, NotTrusted
from credential.names import Path, path_text
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object

MAX_DEPTH: Final = 8
_SECTION: Final = "SD-JWT VC 6"
_SIX: Final = 6
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})\Z")
_SVG_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_DIGESTS: Final = ("sha512", "sha384", "sha256")  # W3C SRI, strongest first

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

    def label(self, lang: str) -> str | None:
        """What people call this claim."""
        return _in(self.labels, lang)

    def description(self, lang: str) -> str | None:
        """What it means, in a sentence."""
        return _in(self.descriptions, lang)


@dataclass(frozen=True)
class Colours:
    """How a card of this type looks, `#rrggbb`; empty where the type does not say."""

    background: str = ""
    text: str = ""


@dataclass(frozen=True)
class TypeMetadata:
    """One type of card; texts per language, safe to print."""

    vct: str
    names: Texts = field(repr=False)
    descriptions: Texts = field(repr=False)
    claims: tuple[ClaimType, ...]
    extends: str | None = None
    extends_integrity: str | None = None
    colours: Colours = Colours()
    """Of the first display that says anything (SD-JWT VC 8.1.1); never a reason to refuse."""

    def name(self, lang: str) -> str:
        """What people call this kind of card; its `vct` if the type does not say."""
        return _in(self.names, lang) or self.vct

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
    found = tuple(_claim(one) for one in claims)
    ids = [one.svg_id for one in found if one.svg_id is not None]
    if len({one.path for one in found}) != len(found) or len(set(ids)) != len(ids):
        raise Malformed("type.claim_repeated", _SECTION)
    return TypeMetadata(
        vct=strictjson.text(document, "vct"),
        names=_texts(displays, "name", required=True),
        descriptions=_texts(displays, "description", required=False),
        claims=found,
        extends=strictjson.text_or_none(document, "extends"),
        extends_integrity=strictjson.text_or_none(document, "extends#integrity"),
        colours=next(filter(None, map(_colours, displays)), Colours()),
    )


def resolve(
    vct: str, load: Callable[[str], bytes], *, integrity: str | None = None
) -> TypeMetadata:
    """The type with everything it extends; a cycle or too deep a chain refuses the card."""
    chain: list[TypeMetadata] = []
    seen: set[str] = set()
    wanted: str | None = vct
    while wanted is not None:
        if wanted in seen or len(chain) == MAX_DEPTH:
            raise Malformed("type.extends", _SECTION)
        seen.add(wanted)
        data = load(wanted)
        if integrity is not None:
            check_integrity(data, integrity)
        found = parse(data)
        if found.vct != wanted:
            raise NotTrusted("type.vct", _SECTION)
        chain.append(found)
        wanted, integrity = found.extends, found.extends_integrity
    whole = chain.pop()
    while chain:
        whole = _extend(chain.pop(), whole)
    return whole


def check_integrity(data: bytes, integrity: str) -> None:
    """The bytes match one of the strongest digests listed (W3C Subresource Integrity)."""
    listed = [one.partition("?")[0].partition("-")[::2] for one in integrity.split()]
    for name in _DIGESTS:
        wanted = {value for algorithm, value in listed if algorithm == name}
        if not wanted:
            continue
        if base64url.encode_padded(hashlib.new(name, data).digest()) not in wanted:
            raise NotTrusted("type.integrity", _SECTION)
        return
    raise NotTrusted("type.integrity", _SECTION)


def check_claims(found: TypeMetadata, payload: Object, disclosable: Collection[Path]) -> None:
    """What the holder must find on receipt: mandatory claims, and who may withhold what.

    `disclosable` holds the paths that are disclosures themselves, not those below one.
    """
    for claim in found.claims:
        places = resolve_or_empty(claim.path, payload)
        if claim.mandatory and not places:
            raise NotAllowed("type.mandatory", _SECTION, path=path_text(claim.path))
        for place in places:
            hidden = place in disclosable
            if (claim.sd == "always" and not hidden) or (claim.sd == "never" and hidden):
                raise NotAllowed("type.sd", _SECTION, path=path_text(claim.path))


def _extend(child: TypeMetadata, parent: TypeMetadata) -> TypeMetadata:
    """The child over the parent: its display replaces, its claims merge by path."""
    merged = {claim.path: claim for claim in parent.claims}
    for claim in child.claims:
        inherited = merged.get(claim.path)
        merged[claim.path] = claim if inherited is None else _narrow(claim, inherited)
    own = bool(child.names)
    return TypeMetadata(
        vct=child.vct,
        names=child.names if own else parent.names,
        descriptions=child.descriptions if own else parent.descriptions,
        colours=child.colours if own else parent.colours,
        claims=tuple(merged.values()),
    )


def _narrow(child: ClaimType, parent: ClaimType) -> ClaimType:
    if parent.sd not in ("allowed", child.sd) or (parent.mandatory and not child.mandatory):
        raise Malformed("type.loosened", _SECTION, path=path_text(child.path))
    return ClaimType(
        path=child.path,
        labels=child.labels or parent.labels,
        descriptions=child.descriptions if child.labels else parent.descriptions,
        sd=child.sd,
        mandatory=child.mandatory,
        svg_id=child.svg_id or parent.svg_id,
    )


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
    if len(displays) != len(found):
        raise Malformed("type.display", _SECTION)
    return displays


def _colours(display: Object) -> Colours | None:
    """Colours as six digits; other ways of writing them are not read."""
    rendering = display.get("rendering")
    simple = rendering.get("simple") if isinstance(rendering, dict) else None
    if not isinstance(simple, dict):
        return None
    background, text = _colour(simple.get("background_color")), _colour(simple.get("text_color"))
    return Colours(background, text) if background or text else None


def _colour(value: Json) -> str:
    if not isinstance(value, str) or not _COLOUR.match(value):
        return ""
    digits = value[1:].lower()
    return "#" + (digits if len(digits) == _SIX else "".join(digit * 2 for digit in digits))


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
