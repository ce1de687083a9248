"""The form of a decision: the outcome, the reason, and what the card will say."""

from dataclasses import dataclass
from typing import Final

from credential.strictjson import Json
from issuer import declared, dossier
from issuer.application import Outcome, Type
from issuer.config import Claim, Declared
from issuer.errors import DeskFault
from issuer.service import deciding
from issuer.service.casefiles import View
from issuer.service.office import Office
from issuer.web.desk.room import Entry
from issuer.web.desk.words import Words

CLAIM: Final = "claim-"
"""Before the name of a claim in the form."""


@dataclass(frozen=True, repr=False)
class Shown:
    """One field: what it is called, how it is asked, and its value."""

    name: str
    label: str
    type: str
    value: str
    required: bool
    most: int
    choices: tuple[str, ...]


def written(entry: Entry, name: str) -> dossier.Words | None:
    """What the clerk wrote to the resident, in Dutch and perhaps in English."""
    dutch, english = entry.form.one(name), entry.form.one(f"{name}_en")
    return dossier.Words(dutch, english) if dutch else None


def decide(
    office: Office, entry: Entry, found: View, *, clerk: str, now: int, municipality: str
) -> None:
    """Reads the form and decides, over exactly what this clerk saw."""
    try:
        outcome = Outcome(entry.form.one("outcome"))
    except ValueError:
        raise DeskFault("desk.no_outcome", "Wet BRP 2.60") from None
    if entry.form.one("sure") != "yes":
        raise DeskFault("desk.not_sure", "Wet BRP 2.60")
    version = entry.form.one("version")
    if version != str(found.version):
        raise DeskFault("application.changed", "Architecture, Issuer")
    claims: dict[str, Json] = {}
    if outcome is not Outcome.REFUSED:
        claims = {one.name: entry.form.one(f"{CLAIM}{one.name}") for one in _claims(office, found)}
    deciding.decide(
        office,
        found.application.file.case,
        outcome,
        reason=written(entry, "reason"),
        claims=claims or None,
        version=found.version,
        clerk=clerk,
        now=now,
        municipality=municipality,
    )


def declared_fields(office: Office, found: View, entry: Entry) -> list[tuple[str, object]]:
    """Label and value of what the resident declared, as it was asked."""
    wanted = _declared(office, found)
    asked = {} if wanted is None else {one.name: one for one in wanted.fields}
    shown: list[tuple[str, object]] = []
    for name, value in found.dossier.fields.items():
        field = asked.get(name)
        label = name if field is None else {"nl": field.nl, "en": field.en}[entry.language]
        shown.append((label, value))
    return shown


def claim_fields(office: Office, found: View, entry: Entry) -> list[Shown]:
    """What a card would say: as it was typed, else as the resident declared it."""
    start = deciding.proposed(office, found)
    words = Words(entry.language)
    shown = []
    for one in _claims(office, found):
        name = f"{CLAIM}{one.name}"
        value = entry.form.one(name) if name in entry.form else _text(start.get(one.name))
        shown.append(
            Shown(name, words.claim(one.name), one.type, value, one.required, one.most, one.choices)
        )
    return shown


def _claims(office: Office, found: View) -> tuple[Claim, ...]:
    wanted = _declared(office, found)
    return () if wanted is None else declared.claims_of(wanted)


def _declared(office: Office, found: View) -> Declared | None:
    if found.application.file.type is not Type.CARD:
        return None
    known = {one.kind: one for one in office.settings.declared}
    return known.get(found.application.file.kind)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
