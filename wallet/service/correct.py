"""Asking the municipality to correct what a card says: "Klopt dit niet?" (Wet BRP 2.58)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from credential.names import Path, path_text
from credential.strictjson import Json, Object, dumps
from wallet.attachments import Attachment, require
from wallet.errors import Usage
from wallet.fetch import Fetch
from wallet.service.cards import Held
from wallet.service.cases import Standing
from wallet.service.casework import Opening, require_text, submit
from wallet.service.session import open_session
from wallet.service.wallet import Wallet

if TYPE_CHECKING:
    from wallet.naming import Types

MOST_VALUE: Final = 500
MOST_CLAIMS: Final = 20
# Made of other data or by the municipality, not written down: there is nothing to correct in these.
_MADE: Final = frozenset(
    {
        *("housing_pseudonym", "housing_pseudonym_previous", "reference_moment", "source"),
        *("municipality_code", "disclosure_restricted", "age_over_18", "age_over_21"),
        *("aow_age_reached",),
    }
)
_REGISTER: Final = frozenset(
    {"persoonsgegevens", "woonadres", "huishouden", "woongeschiedenis", "verblijfsrecht"}
)
"""From the register the municipality keeps: of another register it is no source."""
_DUTCH_DATE: Final = re.compile(r"(?:(\d{1,2})[-/. ])?(?:(\d{1,2})[-/. ])?(\d{4})\Z")
_ISO_DATE: Final = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?\Z")
_YES: Final = frozenset({"ja", "j", "yes", "y"})
_NO: Final = frozenset({"nee", "n", "no"})


@dataclass(frozen=True)
class Attribute:
    """One item of data of a card; `held` is False where the card could have it and has not."""

    path: Path
    value: Json = field(repr=False)
    held: bool = True


@dataclass(frozen=True)
class Claimed:
    """What the resident says it should be; None: it should not be there."""

    attribute: Attribute
    value: Json = field(repr=False)

    def message(self) -> Object:
        """As it is sent; what the card does not have is not held."""
        held: Object = {"held": self.attribute.value} if self.attribute.held else {}
        return {"path": [*self.attribute.path], **held, "claimed": self.value}


def attributes(card: Held, types: "Types") -> tuple[Attribute, ...]:
    """Every item on the card in the order of the scheme, then what it could have and has not."""
    if card.card.kind not in _REGISTER:
        raise Usage("correct.not_here")
    known = types.get(card.card.vct)
    paths = () if known is None else tuple(claim.path for claim in known.claims)
    order = dict.fromkeys([*(path[0] for path in paths), *card.claims])
    found = [
        Attribute(path, value)
        for name in order
        if isinstance(name, str) and name in card.claims and name not in _MADE
        for path, value in leaves((name,), card.claims[name])
    ]
    there = {one.path[: len(path)] for one in found for path in paths}
    absent = [
        Attribute(path, None, held=False)
        for path in paths
        if path not in there
        and None not in path
        and path[0] not in _MADE
        and not any(len(other) > len(path) and other[: len(path)] == path for other in paths)
    ]
    return (*found, *absent)


def leaves(path: Path, value: Json) -> Iterator[tuple[Path, Json]]:
    """Every value with its path; a list of plain values is one value."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves((*path, name), part)
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for index, part in enumerate(value):
            yield from leaves((*path, index), part)
    else:
        yield path, value


def is_date(text: str) -> bool:
    """Whether this is a date as the register writes it, in full or in part."""
    return _ISO_DATE.match(text) is not None


def claim(attribute: Attribute, text: str) -> Claimed:
    """What was typed, in the form of what it replaces; without text it should not be there."""
    text = text.strip()
    if len(text) > MOST_VALUE:
        raise Usage("correct.value_size", limit=MOST_VALUE)
    value = _value(text, attribute.value) if text else None
    if value == attribute.value:
        raise Usage("correct.same")
    return Claimed(attribute, value)


def _value(text: str, before: Json) -> Json:
    match before:
        case bool():
            if text.lower() not in _YES | _NO:
                raise Usage("correct.yes_or_no")
            return text.lower() in _YES
        case int():
            if not text.isascii() or not text.isdecimal():
                raise Usage("correct.number")
            return int(text)
        case list():
            return [part.strip() for part in text.split(";") if part.strip()]
        case str() if is_date(before):
            return _date(text)
        case _:
            return text


def _date(text: str) -> str:
    """A date as the register writes it; of one that is not known in full, what is known."""
    if _ISO_DATE.match(text):
        parts = [int(part) for part in text.split("-")]
    else:
        found = _DUTCH_DATE.match(text)
        if found is None:
            raise Usage("correct.date")
        day, month, year = found.groups()
        # "04-1980" is a month and a year.
        parts = [int(part) for part in (year, *((month, day) if month else (day,))) if part]
    try:
        date(*[*parts, 1, 1][:3])
    except ValueError:
        raise Usage("correct.date") from None
    return "-".join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:])])


def send(
    wallet: Wallet,
    fetch: Fetch,
    card: Held,
    claims: Sequence[Claimed],
    explanation: str,
    attachments: tuple[Attachment, ...],
    *,
    now: int,
) -> Standing:
    """Asks the municipality that gave this card; on record, and then it is sent."""
    if not 0 < len(claims) <= MOST_CLAIMS:
        raise Usage("correct.nothing")
    require_text(explanation)
    session = open_session(wallet, fetch, card.card.issuer_oin, now=now)
    messages: list[Json] = [one.message() for one in claims]
    request: Object = {
        "type": "correction",
        "kind": card.card.kind,
        "claims": messages,
        "explanation": explanation,
        "attachments": [one.message() for one in require(attachments)],
    }
    opening = Opening(
        "correction",
        card.card.kind,
        tuple(path_text(one.attribute.path) for one in claims),
        len(attachments),
    )
    texts: Mapping[str, bytes] = {"claims": dumps({"claims": messages})}
    if explanation:
        texts = {**texts, "explanation": explanation.encode()}
    return submit(wallet, session, opening, request, texts=texts, now=now)
