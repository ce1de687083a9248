"""One kind as its file states it; every fault is kept with its line."""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from credential.names import KINDS, Path, sounds_like_ours, vct_of
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object
from registrar.findings import Finding, Level
from registrar.kinds.policy import policy_of
from registrar.sheet import Section, Sheet

LANGUAGES: Final = ("nl", "en")
DISCLOSABLE: Final = ("always", "allowed", "never")
_STEM: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_VCT: Final = re.compile(r"(https://|urn:)[!-~]{1,250}")
_COLOUR: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_INDEX: Final = re.compile(r"[0-9]{1,6}")
_SVG_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class StatedClaim:
    """One claim as the file says it; what it does not say is the parent's, or the default."""

    path: Path
    display: list[Json] = field(repr=False)
    sd: str | None
    mandatory: bool | None
    svg_id: str | None = None

    def document(self, *, inherits: bool) -> Json:
        """The claim in the published document; nothing of ours is visible unless it says so."""
        found: Object = {"path": [*self.path]}
        if self.display or not inherits:
            found["display"] = self.display
        if self.sd is not None or not inherits:
            found["sd"] = self.sd or "always"
        if self.mandatory is not None and (self.mandatory or inherits):
            found["mandatory"] = self.mandatory
        if self.svg_id is not None:
            found["svg_id"] = self.svg_id
        return found


@dataclass(frozen=True)
class Stated:
    """What one file says of one kind."""

    stem: str
    file: str
    vct: str
    extends: str | None
    shown: Object = field(repr=False)
    """The members that people read: `name`, `description`, `display`; none where inherited."""
    claims: tuple[StatedClaim, ...]
    policy: Object | None
    colours: tuple[str, str] | None
    sheet: Sheet = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """As the model knows it: one of ours by its name, a scheme's own by its `vct`."""
        return self.stem if self.vct == vct_of(self.stem) else self.vct

    def fault(self, code: str, member: str, what: str = "", *, level: Level = "error") -> Finding:
        """A finding about this kind, at the line of this member."""
        line = self.sheet.line(member)
        return Finding(code, self.stem, what or member, self.file, line, level)


def read_file(path: str, data: bytes) -> tuple[Stated | None, list[Finding]]:
    """The kind of this file, and all that is wrong with it."""
    stem = PurePosixPath(path).stem
    if not _STEM.fullmatch(stem):
        shown, file = terminal_safe(stem), terminal_safe(path)
        return None, [Finding("kind.name", shown, shown, file, 1)]
    sheet = Sheet(path, data, stem)
    if not sheet.readable:
        return None, sheet.findings
    found = sheet.root()
    colours = _colours(found)
    stated = Stated(
        stem=stem,
        file=path,
        vct=_vct(found, stem),
        extends=found.optional("extends"),
        shown=_shown(found, colours),
        claims=tuple(_claim(one, "extends" in found) for one in found.sections("claim", "path")),
        policy=policy_of(found.section("disclosure")) if "disclosure" in found else None,
        colours=colours,
        sheet=sheet,
    )
    if not stated.claims and stated.extends is None:
        found.fault("kind.nothing", "claim", stem)
    sheet.close()
    return stated, sheet.findings


def claim_path(text: str) -> Path:
    """The claims path of `address.postal_code` or `stays.*.municipality`."""
    return tuple(
        None if part == "*" else int(part) if _INDEX.fullmatch(part) else part
        for part in text.split(".")
    )


def _vct(found: Section, stem: str) -> str:
    """Ours where the file says nothing; a scheme's own kind has an address of the scheme's own."""
    if stem in KINDS:
        if found.text_or("vct", vct_of(stem)) != vct_of(stem):
            found.fault("kind.vct_ours", "vct", stem)
        return vct_of(stem)
    vct = found.matching("vct", _VCT, "kind.vct")
    if vct and sounds_like_ours(vct):
        found.fault("kind.vct_ours", "vct", vct)
    return vct


def _shown(found: Section, colours: tuple[str, str] | None) -> Object:
    """Names per language with how the card looks; a kind that extends may leave all of it out."""
    if "extends" in found and not any(lang in found for lang in LANGUAGES):
        return {}
    displays: list[Json] = []
    simple: Object = {}
    if colours is not None:
        simple |= {"background_color": colours[0], "text_color": colours[1]}
    logo = found.section("logo") if "logo" in found else None
    uri = "" if logo is None else logo.text("uri")
    for lang in LANGUAGES:
        texts = found.section(lang)
        display: Object = {
            "locale": lang,
            "name": texts.text("name"),
            "description": texts.text("description"),
        }
        own: Object = dict(simple)
        if logo is not None:
            own["logo"] = {"uri": uri, "alt_text": logo.text(lang)}
        if own:
            display["rendering"] = {"simple": own}
        displays.append(display)
    en = found.section("en")
    return {"name": en.text("name"), "description": en.text("description"), "display": displays}


def _colours(found: Section) -> tuple[str, str] | None:
    """The colours of a card, where they are given (SD-JWT VC 8.1.1)."""
    if "colours" not in found:
        return None
    colours = found.section("colours")
    return (
        colours.matching("background", _COLOUR, "kind.colour"),
        colours.matching("text", _COLOUR, "kind.colour"),
    )


def _claim(found: Section, extends: bool) -> StatedClaim:
    path = claim_path(found.text("path"))
    if any(part == "" for part in path):
        found.fault("kind.path", "path", found.text("path"))
    sd = found.optional("sd")
    if sd is not None and sd not in DISCLOSABLE:
        found.fault("kind.sd", "sd", sd)
    unnamed = extends and not any(lang in found for lang in LANGUAGES)
    return StatedClaim(
        path=path,
        display=[] if unnamed else [_label(found, lang) for lang in LANGUAGES],
        sd=sd,
        mandatory=found.flag("mandatory", default=False) if "mandatory" in found else None,
        svg_id=found.matching("svg_id", _SVG_ID, "kind.svg_id") if "svg_id" in found else None,
    )


def _label(found: Section, lang: str) -> Json:
    texts: Object = {"locale": lang, "label": found.text(lang)}
    text = found.optional(f"{lang}_text")
    return texts if text is None else {**texts, "description": text}
