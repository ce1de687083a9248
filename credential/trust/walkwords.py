"""A chain that was walked, told: in sentences, line by line, and as members for machines."""

from datetime import UTC, datetime
from typing import NamedTuple

from credential.errors import CredentialError
from credential.strictjson import Json, Object
from credential.trust import words
from credential.trust.walk import Level, Link, Place, Use, Walk
from credential.trust.words import Said


class Told(NamedTuple):
    """One chain as a page shows it."""

    level: str
    mark: str
    what: str
    then: str
    lines: tuple[str, ...]


def told(walk: Walk, language: str) -> Told:
    """The chain in sentences."""
    return Told(
        walk.level.value,
        words.sentence(language, f"level.{walk.level.value}"),
        headline(walk, language),
        fault(walk, language).then,
        tuple(lines(walk, language)),
    )


def headline(walk: Walk, language: str) -> str:
    """Which chain, and how it stands."""
    named = use(walk, language)
    if walk.level is Level.FAULT:
        return words.sentence(language, "told.broken", use=named, what=fault(walk, language).what)
    if walk.until is None:
        return words.sentence(language, "told.stands", use=named)
    key = "told.holds" if walk.level is Level.OK else "told.soon"
    return words.sentence(language, key, use=named, until=words.day(language, walk.until))


def use(walk: Walk, language: str) -> str:
    """What the chain is for, and whose it is."""
    what = words.sentence(language, f"list.{walk.what}") if walk.use is Use.LIST else walk.what
    key = f"use.{walk.use.value}"
    text = words.sentence(language, key, whose=walk.whose, what=what)
    return text.removesuffix(" ()")


def fault(walk: Walk, language: str) -> Said:
    """What is the matter with the whole, and what to do; empty where nothing is."""
    return said(language, walk.cause) if walk.code else Said("", "")


def lines(walk: Walk, language: str) -> list[str]:
    """Every link from what was signed up to the list, each in one line."""
    return [line(one, language) for one in walk.links]


def line(link: Link, language: str) -> str:
    """One link: which certificate, valid from when to when, signed by whom, and what is wrong."""

    def say(key: str, **params: str) -> str:
        return words.sentence(language, key, **params)

    named = link.place is Place.LIST and link.name in words.texts(language)["list"]
    name = say(f"list.{link.name}") if named else link.name or say("link.unnamed")
    print_ = say("link.print", fingerprint=link.fingerprint) if link.fingerprint else ""
    place, signer = say(f"place.{link.place.value}"), link.signer or say("link.nobody")
    if link.since is not None and link.until is not None:
        since, until = (words.day(language, one) for one in (link.since, link.until))
        text = say(
            "link.dated",
            place=place, name=name, print=print_, since=since, until=until, signer=signer,
        )  # fmt: skip
    elif link.signer:
        text = say("link.undated", place=place, name=name, print=print_, signer=signer)
    else:
        text = say("link.unknown", place=place, name=name)
    return say("link.fault", line=text, what=said(language, link.code).what) if link.code else text


def said(language: str, code: str) -> Said:
    """The words for a code, whatever it is: what nobody foresaw is named by its code."""
    found = words.said(language, code)
    if found is not None:
        return found
    unknown = words.said(language, "unknown")
    assert unknown is not None
    return Said(unknown.what.format(code=code), unknown.then)


def refusal(language: str, error: CredentialError) -> Said:
    """The words for what a reader refused."""
    return said(language, error.code)


def members(walk: Walk) -> Object:
    """The chain for machines."""
    links: list[Json] = [
        {
            "place": one.place.value,
            "name": one.name,
            "sha256": one.fingerprint,
            "since": _stamp(one.since),
            "until": _stamp(one.until),
            "signed_by": one.signer,
            "level": one.level.value,
            "code": one.code,
        }
        for one in walk.links
    ]
    return {
        "use": walk.use.value,
        "whose": walk.whose,
        "what": walk.what,
        "level": walk.level.value,
        "code": walk.code,
        "until": _stamp(walk.until),
        "links": links,
    }


def _stamp(moment: int | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
