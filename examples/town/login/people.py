"""Who can log in: the test persons of the register, and invented clerks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

YOUNG = 18
TODAY = (2026, 1, 1)  # the day the tags of the test persons were made on (brp/gevallen.json)
TAGS = {
    "minderjarig": ("jonger dan 18", "younger than 18"),
    "curatele": ("onder curatele", "under curatorship"),
    "briefadres": ("briefadres", "correspondence address"),
    "geheimhouding": ("geheimhouding", "restricted disclosure"),
    "overleden": ("overleden", "deceased"),
    "geemigreerd": ("verhuisd naar het buitenland", "moved abroad"),
    "in-onderzoek": ("gegevens in onderzoek", "data under investigation"),
    "verblijfstitel": ("verblijfstitel", "residence permit"),
}


@dataclass(frozen=True)
class Someone:
    """One choice on the page: what it shows, and what the ID token says."""

    key: str
    name: str
    born: tuple[str, str]
    """In Dutch and in English; empty for clerks."""
    notes: tuple[tuple[str, str], ...]
    place: str
    """The code of the municipality."""
    claims: dict[str, Any] = field(repr=False)

    def note(self, language: str) -> str:
        """What is special about this person."""
        return ", ".join(note[language == "en"] for note in self.notes)


def residents(folder: Path) -> list[Someone]:
    """The test persons, and the parents once more for each young child they may act for."""
    persons = json.loads((folder / "personen.json").read_text("utf-8"))["personen"]
    tags = json.loads((folder / "gevallen.json").read_text("utf-8"))["gevallen"]
    by_number = {person["burgerservicenummer"]: person for person in persons}
    found = []
    for number, person in by_number.items():
        found.append(_resident(person, tags.get(number, []), {"bsn": number}, ()))
        for child in person.get("kinderen", ()):
            other = by_number.get(child.get("burgerservicenummer", ""))
            if other is not None and _is_young(other):
                claims = {"bsn": number, "represented_bsn": other["burgerservicenummer"]}
                name = _name(other)
                note = (f"namens {name}, jonger dan 18", f"for {name}, younger than 18")
                found.append(_resident(person, [], claims, (note,)))
    return sorted(found, key=lambda one: (one.place, one.name.casefold(), len(one.claims), one.key))


def clerks(municipality: str) -> list[Someone]:
    """Invented clerks of one municipality; who decides does not audit."""
    staff = (
        ("anna-balie", "Anna van Balie", ["desk"], "balie", "desk"),
        ("bram-balie", "Bram Baliemans", ["desk"], "balie", "desk"),
        ("chris-besluit", "Chris de Besluiter", ["decision"], "besluiten", "decisions"),
        ("dina-beide", "Dina Allebei", ["desk", "decision"], "balie en besluiten", "both"),
        ("els-toezicht", "Els Toezichter", ["audit"], "toezicht", "audit"),
        ("finn-zonder", "Finn Zonderrol", [], "geen rol", "no role"),
    )
    return [
        Someone(
            key=_key(login, municipality),
            name=name,
            born=("", ""),
            notes=((dutch, english),),
            place=municipality,
            claims={"preferred_username": login, "roles": roles, "municipality": municipality},
        )
        for login, name, roles, dutch, english in staff
    ]


def employees() -> list[Someone]:
    """Invented employees of the corporation; who audits does nothing else."""
    staff = (
        ("gijs-balie", "Gijs van Kantoor", ["desk"], "balie", "desk"),
        ("hanna-verhuur", "Hanna Verhuur", ["register"], "inschrijvingen", "registrations"),
        ("ilse-privacy", "Ilse Privacy", ["privacy"], "privacy", "privacy"),
        ("joris-alles", "Joris Allerhande", ["desk", "register"], "twee rollen", "two roles"),
        ("kees-toezicht", "Kees Toezichter", ["audit"], "controle", "audit"),
        ("lot-zonder", "Lot Zonderrol", [], "geen rol", "no role"),
    )
    return [
        Someone(
            key=_key(login, "corporation"),
            name=name,
            born=("", ""),
            notes=((dutch, english),),
            place="",
            claims={"preferred_username": login, "roles": roles},
        )
        for login, name, roles, dutch, english in staff
    ]


def _resident(
    person: dict[str, Any],
    tags: list[str],
    claims: dict[str, Any],
    notes: tuple[tuple[str, str], ...],
) -> Someone:
    date = person.get("geboorte", {}).get("datum", {})
    return Someone(
        key=_key(*claims.values()),
        name=_name(person),
        born=(date.get("langFormaat", "?"), date.get("datum") or str(date.get("jaar", "?"))),
        notes=notes + tuple(words for tag, words in TAGS.items() if tag in tags),
        place=person.get("gemeenteVanInschrijving", {}).get("code", ""),
        claims=claims,
    )


def _key(*parts: str) -> str:
    """A name for a choice that holds no number; it is only ever sent in the body of a form."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:24]


def _name(person: dict[str, Any]) -> str:
    return person.get("naam", {}).get("volledigeNaam") or "(naam onbekend)"


def _is_young(person: dict[str, Any]) -> bool:
    date = person.get("geboorte", {}).get("datum", {}).get("datum")
    if date is None or "overlijden" in person or "opschortingBijhouding" in person:
        return False
    year, month, day = (int(part) for part in date.split("-"))
    return (year + YOUNG, month, day) > TODAY
