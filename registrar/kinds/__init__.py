"""The kinds of cards of the scheme, one TOML file each: names and labels in two languages."""

from importlib.resources import files

from credential.names import KINDS, vct_of
from credential.strictjson import Json, Object, dumps
from registrar import tomlfile
from registrar.tomlfile import Table


def documents() -> dict[str, bytes]:
    """The type metadata of every kind by the name of its file (SD-JWT VC 6)."""
    folder = files(__name__)
    return {
        f"{kind}-1.json": dumps(_document(kind, tomlfile.parse(source.read_text("utf-8"), kind)))
        for kind in KINDS
        if (source := folder / f"{kind}.toml").is_file()
    }


def _document(kind: str, found: Table) -> Object:
    nl, en = tomlfile.table(found, "nl"), tomlfile.table(found, "en")
    return {
        "vct": vct_of(kind),
        "name": tomlfile.text(en, "name"),
        "description": tomlfile.text(en, "description"),
        "display": [
            {
                "locale": locale,
                "name": tomlfile.text(texts, "name"),
                "description": tomlfile.text(texts, "description"),
                **_rendering(found),
            }
            for locale, texts in (("nl", nl), ("en", en))
        ],
        "claims": [_claim(one) for one in tomlfile.tables(found, "claim")],
    }


def _rendering(found: Table) -> Object:
    """The colours of a card, where they are given (SD-JWT VC 8.1.1)."""
    if "colours" not in found:
        return {}
    colours = tomlfile.table(found, "colours")
    simple: Object = {
        "background_color": tomlfile.text(colours, "background"),
        "text_color": tomlfile.text(colours, "text"),
    }
    return {"rendering": {"simple": simple}}


def _claim(found: Table) -> Json:
    parts = tomlfile.text(found, "path").split(".")
    path: list[Json] = [None if part == "*" else part for part in parts]
    document: Object = {
        "path": path,
        "display": [_display(found, "nl"), _display(found, "en")],
        "sd": tomlfile.text_or(found, "sd", "always"),
    }
    if tomlfile.flag(found, "mandatory", default=False):
        document["mandatory"] = True
    return document


def _display(found: Table, lang: str) -> Json:
    texts: Object = {"locale": lang, "label": tomlfile.text(found, lang)}
    if f"{lang}_text" in found:
        texts["description"] = tomlfile.text(found, f"{lang}_text")
    return texts
