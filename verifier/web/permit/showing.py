"""What the cards said and what somebody wrote, in words for a page."""

from dataclasses import dataclass, field
from datetime import date

from credential import periods
from credential.names import Path, vct_of
from credential.strictjson import Json
from verifier import dates
from verifier.service.permit.casework import File
from verifier.service.permit.concept import BAG, KVK, Checked
from verifier.service.verifier import Verifier
from verifier.store.permits import Kept
from verifier.texts import Language, sentence
from verifier.web.labels import Labels

KILO = 1024


@dataclass(frozen=True)
class Card:
    """One card: where it is from, the day it is of, and what it says."""

    title: str
    source: str
    day: str
    lines: tuple[tuple[str, str], ...] = field(repr=False)


def cards(verifier: Verifier, lang: Language, checked: tuple[Checked, ...]) -> tuple[Card, ...]:
    """The company and the building, each value with its label of the scheme."""
    labels = Labels(verifier, lang)
    order = {KVK: 0, BAG: 1}
    found = sorted(checked, key=lambda one: order.get(one.query_id, len(order)))
    return tuple(
        Card(
            labels.card(vct_of(one.query_id)),
            one.source,
            day(one.day, lang),
            tuple(
                (labels.claim(vct_of(one.query_id), path), words(path, value, lang))
                for path, value in one.values
            ),
        )
        for one in found
    )


def day(text: str, lang: Language) -> str:
    """A day as it is read aloud; what is no day stays as it is."""
    try:
        return dates.for_people(periods.end_of(date.fromisoformat(text)), lang)
    except ValueError:
        return text


def words(path: Path, value: Json, lang: Language) -> str:
    """A value as it is read: an address on one line, yes or no, a list with commas."""
    if isinstance(value, bool):
        return sentence(lang, "permit.yes" if value else "permit.no")
    if isinstance(value, dict):
        return address(value) if path == ("address",) else ", ".join(map(str, value.values()))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def address(value: dict[str, Json]) -> str:
    """Street and number, then postal code and town."""
    street = [value.get("street_address"), _number(value)]
    town = [value.get("postal_code"), value.get("locality")]
    lines = (" ".join(str(part) for part in line if part) for line in (street, town))
    return ", ".join(line for line in lines if line)


def _number(value: dict[str, Json]) -> str:
    letters = "".join(str(value.get(one) or "") for one in ("house_number", "house_letter"))
    addition = value.get("house_number_addition")
    return f"{letters}-{addition}" if addition else letters


def size(found: Kept, lang: Language) -> str:
    """How large a file is."""
    kilobytes = -(-found.attachment.size // KILO)
    if kilobytes < KILO:
        return f"{kilobytes} kB"
    megabytes = f"{kilobytes / KILO:.1f}"
    return f"{megabytes.replace('.', ',') if lang == 'nl' else megabytes} MB"


def history(file: File, lang: Language) -> list[dict[str, str]]:
    """Every step: its day, its name, and what was said with it."""
    return [
        {
            "day": dates.for_people(step.at, lang),
            "state": sentence(lang, f"permit.state.{step.state.value}"),
            "said": "" if step.words is None else getattr(step.words, lang),
            "by": sentence(lang, f"permit.by.{'you' if step.by == 'applicant' else 'us'}"),
            "ruling": "" if step.ruling is None else sentence(lang, f"permit.ruling.{step.ruling}"),
        }
        for step in file.steps
    ]
