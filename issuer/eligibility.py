"""Who gets cards: the first rule that matches, for any resident (domain.md 2.8)."""

from typing import Final

from issuer.brp.dates import day_of, has_reached
from issuer.representation import Relation
from issuer.sources import Cards, Desk, NoCards, PersonRecord, Route

OWN_REQUEST: Final = 16
"""From this age a resident asks for themselves (Wet BRP 2.55(5))."""

NON_RESIDENTS: Final = "1999"

_SUSPENDED: Final = {"O": "deceased", "E": "emigrated", "R": "non_resident"}


def eligible(record: PersonRecord, now: int) -> Route:
    """Cards, the desk, or no cards at all; the codes are keys of the texts, table `refusal`."""
    person = record.person
    if person.opschorting_bijhouding is not None:
        # M (ministerial decision), F (error) and "." leave nothing that can be vouched for.
        reason = person.opschorting_bijhouding.reden.code or ""
        return NoCards(_SUSPENDED.get(reason, "suspended"))
    if person.municipality_code == NON_RESIDENTS:
        return NoCards("non_resident")
    if record.handed_out:
        return Cards()
    speaker = record.represented
    old_enough = has_reached(person.geboorte.datum, OWN_REQUEST, day_of(now))
    if old_enough is None:
        return Desk("birth_date_unknown")
    if not old_enough:
        return Cards() if speaker is not None and speaker.speaks_for_minors else Desk("under_16")
    if person.indicatie_curatele_register and (
        speaker is None or speaker.relation is not Relation.CURATOR
    ):
        return Desk("curator")
    if "indicatieCurateleRegister" in person.doubts:
        return Desk("legal_capacity_under_investigation")
    if speaker is not None and not person.indicatie_curatele_register:
        # Nobody asks for someone who may ask themselves.
        return Desk("asks_themselves")
    return Cards()
