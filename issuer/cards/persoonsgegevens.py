"""`persoonsgegevens`: who someone is (domain.md 2.6). Names as in the EU and NL PID."""

from typing import Final

from credential.strictjson import Object
from issuer.brp.codes import alpha2, pension_age_reached
from issuer.brp.dates import full, has_reached
from issuer.brp.types import Name, Person, marked
from issuer.cards.draft import INCOMPLETE, UNDER_INVESTIGATION, Draft
from issuer.sources import PersonRecord, Refused

# ISO/IEC 5218, as the PID has it; "onbekend" (O) is not a claim.
_SEX: Final = {"M": 1, "V": 2}

AGES: Final = (18, 21)
_AGE_FLAGS: Final = (*(f"age_over_{age}" for age in AGES), "aow_age_reached")


def fill(record: PersonRecord, draft: Draft) -> Refused | None:
    """Names, birth and age as far as certain; refused when nothing says who this is."""
    person = record.person
    _names(person.naam, draft)
    _birth(person, draft)
    sex = _SEX.get((person.geslacht.code or "") if person.geslacht else "")
    draft.put_unless("geslacht" in person.doubts, "sex", sex)
    if draft.claims.keys() & {"given_name", "family_name", "birthdate"}:
        return None
    if draft.left_out:
        return Refused("person_under_investigation")
    return Refused("person_unknown")


def _names(name: Name, draft: Draft) -> None:
    doubts = marked(name.in_onderzoek)
    draft.put_unless("voornamen" in doubts, "given_name", name.voornamen)
    draft.put_unless(bool(doubts & {"voorletters", "voornamen"}), "initials", name.voorletters)
    # `voorvoegsel` belongs to the surname: a doubt about either is one about both.
    family_doubt = bool(doubts & {"geslachtsnaam", "voorvoegsel"})
    draft.put_unless(family_doubt, "family_name", family_name(name))
    draft.put_unless(family_doubt, "name_prefix", name.voorvoegsel)


def family_name(name: Name) -> str | None:
    """Prefix and surname in one, as the PID wants it; how someone is addressed plays no part."""
    if not name.geslachtsnaam:
        return None
    prefix = name.voorvoegsel
    if not prefix:
        return name.geslachtsnaam
    return prefix + ("" if prefix.endswith("'") else " ") + name.geslachtsnaam


def _birth(person: Person, draft: Draft) -> None:
    birth = person.geboorte
    doubts = marked(birth.in_onderzoek)
    if "datum" in doubts:
        for claim in ("birthdate", *_AGE_FLAGS):
            draft.leave_out(claim, UNDER_INVESTIGATION)
    else:
        day = full(birth.datum)
        if day is None:
            draft.leave_out("birthdate", INCOMPLETE)
        draft.put("birthdate", day.isoformat() if day else None)
        for age in AGES:
            draft.put(f"age_over_{age}", has_reached(birth.datum, age, draft.today))
        draft.put("aow_age_reached", pension_age_reached(birth.datum, draft.today))
    place: Object = {}
    if "plaats" not in doubts and birth.plaats and birth.plaats.omschrijving:
        place["locality"] = birth.plaats.omschrijving
    country = alpha2(birth.land.code) if birth.land else None
    if "land" not in doubts and country:
        place["country"] = country
    if doubts & {"plaats", "land"}:
        draft.leave_out("place_of_birth", UNDER_INVESTIGATION)
    draft.put("place_of_birth", place)
