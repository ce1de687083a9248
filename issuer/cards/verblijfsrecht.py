"""`verblijfsrecht`: nationality, and the right of residence that housing law asks for (2.6).

Huisvestingswet 2014 art. 10(2): Dutch, treated as Dutch, or lawful residence under Vw 2000
art. 8 a-e or l. Citizens of the Union usually have no title: their nationality is the ground.
"""

from dataclasses import dataclass
from datetime import date

from issuer.brp.codes import (
    DUTCH,
    ENDED_UNION_RIGHT,
    FREE_MOVEMENT,
    Right,
    alpha2,
    title_gives_housing_right,
)
from issuer.brp.dates import earliest, latest, text
from issuer.brp.types import Nationality, ResidenceTitle, marked
from issuer.cards.draft import UNDER_INVESTIGATION, Draft
from issuer.sources import PersonRecord, Refused


@dataclass(frozen=True)
class _Ground:
    right: Right
    reason: str = ""
    until: str | None = None


def fill(record: PersonRecord, draft: Draft) -> Refused | None:
    """The right as far as the register shows it, and the nationalities.

    `false` only when the register shows a title that gives no such right: no current title is no
    statement about someone's right (Wet BRP 3.15), and the desk can look further.
    """
    nationalities = record.person.nationaliteiten
    _nationalities(nationalities, draft)
    ground = _ground(nationalities, record.person.verblijfstitel, draft.today)
    if ground.right != "unclear":
        draft.put("housing_residence_right", ground.right == "yes")
        draft.put("residence_right_until", ground.until)
    elif draft.claims:
        draft.leave_out("housing_residence_right", ground.reason)
    else:
        return Refused(ground.reason)
    return None


def _ground(
    nationalities: tuple[Nationality, ...], title: ResidenceTitle | None, today: date
) -> _Ground:
    certain = [one for one in nationalities if not _doubtful(one)]
    codes = {one.nationaliteit.code for one in certain if one.nationaliteit}
    if DUTCH in codes or any(one.type == "BehandeldAlsNederlander" for one in certain):
        return _Ground("yes")
    code = _code_in_force(title, today)
    if title is not None and marked(title.in_onderzoek):
        return _Ground("unclear", "residence_title_under_investigation")
    if any(alpha2(code) in FREE_MOVEMENT for code in codes) and code != ENDED_UNION_RIGHT:
        return _Ground("yes")
    if code is not None and title is not None:
        right = title_gives_housing_right(code)
        until = text(title.datum_einde) if right == "yes" else None
        return _Ground(right, "residence_title_unclear", until)
    if len(certain) < len(nationalities):
        return _Ground("unclear", "nationality_under_investigation")
    if not certain or any(one.type == "NationaliteitOnbekend" for one in certain):
        return _Ground("unclear", "nationality_unknown")
    return _Ground("unclear", "residence_right_not_shown")


def _code_in_force(title: ResidenceTitle | None, today: date) -> str | None:
    """The code of a title that certainly runs today (it ends on `datumEinde`, domain.md 1.2)."""
    if title is None or title.aanduiding is None:
        return None
    begins, ends = latest(title.datum_ingang), earliest(title.datum_einde)
    if begins is not None and begins > today:
        return None
    if title.datum_einde is not None and (ends is None or ends <= today):
        return None
    return title.aanduiding.code


def _nationalities(nationalities: tuple[Nationality, ...], draft: Draft) -> None:
    codes = [one.nationaliteit.code for one in nationalities if one.nationaliteit]
    # A list with one of them missing would say something that is not so.
    doubtful = any(_doubtful(one) for one in nationalities)
    countries = [alpha2(code) for code in codes]
    if doubtful:
        draft.leave_out("nationalities", UNDER_INVESTIGATION)
    elif None in countries:
        draft.leave_out("nationalities", "nationality_without_country")
    else:
        draft.put("nationalities", [country for country in countries if country])
    if any(one.nationaliteit and one.nationaliteit.code == DUTCH for one in nationalities):
        draft.put_unless(doubtful, "dutch_nationality", True)
    elif any(one.type == "NationaliteitOnbekend" for one in nationalities) or not nationalities:
        draft.leave_out("dutch_nationality", "nationality_unknown")
    else:
        draft.put_unless(doubtful, "dutch_nationality", False)


def _doubtful(one: Nationality) -> bool:
    return bool(marked(one.in_onderzoek) & {"nationaliteit", "type"})
