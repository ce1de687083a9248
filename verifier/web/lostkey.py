"""What the page shows to who lost the rights keys: everything held, in words (Regie formats 4)."""

from dataclasses import dataclass, field
from typing import Any

from verifier import dates
from verifier.service import register
from verifier.service.verifier import Verifier
from verifier.texts import Language, sentence
from verifier.transaction import Bound
from verifier.web.labels import Labels


@dataclass(frozen=True)
class Part:
    """What is held of one time that something was shared."""

    title: str
    received: str
    purpose: str
    until: str
    values: tuple[tuple[str, str], ...] = field(repr=False)
    decisions: tuple[str, ...] = field(repr=False)
    processing: tuple[tuple[str, str, str], ...] = field(repr=False)


def members(verifier: Verifier, bound: Bound, lang: Language) -> dict[str, Any]:
    """The members of the page: the registration, its parts, the address."""
    theirs = register.theirs(verifier, bound)
    if theirs is None:
        return {"standing": None}
    labels = Labels(verifier, lang)
    contact = next((one["registration"]["contact"] for one in _objects(theirs.held)), None)
    return {
        "standing": theirs,
        "contact": (contact or {}).get("email"),
        "parts": tuple(_part(verifier, one, labels, lang) for one in _objects(theirs.held)),
    }


def _objects(held: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    return [*held]


def _part(verifier: Verifier, held: dict[str, Any], labels: Labels, lang: Language) -> Part:
    bound = next((one for one in verifier.profiles.values() if one.id == held["profile"]), None)
    kinds = (
        {query.id: query.vct_values[0] for query in bound.profile.query.credentials}
        if bound
        else {}
    )
    return Part(
        title=bound.profile.titles[lang] if bound else held["profile"],
        received=dates.spoken(held["received"], lang),
        purpose=(held["purpose"] or {}).get(lang, ""),
        until=held["retention"][lang],
        values=tuple(
            (labels.claim(kinds.get(query, ""), tuple(path)), _words(value, lang))
            for query, path, value in held["values"]
        ),
        decisions=tuple(one[lang] for one in held["decisions"]),
        processing=tuple(
            (
                dates.spoken(line["time"], lang, clock=True),
                line["name"][lang],
                line["purpose"][lang],
            )
            for line in held["processing"]
        ),
    )


def _words(value: Any, lang: Language) -> str:  # noqa: ANN401 - a claim's value
    """A value as it is read: yes or no, a text, or its parts."""
    if isinstance(value, bool):
        return sentence(lang, "held.yes" if value else "held.no")
    if isinstance(value, dict):
        return ", ".join(_words(one, lang) for one in value.values())
    if isinstance(value, list):
        return "; ".join(_words(one, lang) for one in value)
    return str(value)
