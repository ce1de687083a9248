"""`woongeschiedenis`: where someone lived and since when, without streets (domain.md 2.6)."""

from collections.abc import Sequence

from credential.strictjson import Json, Object
from issuer.brp.codes import all_within, alpha2, present_codes
from issuer.brp.dates import BrpDate, full, latest, text, whole_years
from issuer.brp.home import follows, home_since, is_home, same_place
from issuer.brp.types import Stay
from issuer.cards.draft import UNDER_INVESTIGATION, Draft, Rules
from issuer.sources import PersonRecord, Refused

_SINCE = ("residence_current_since", "years_at_address")


def fill(record: PersonRecord, draft: Draft) -> Refused | None:
    """The stays and what follows from them; a stay under investigation is left out."""
    stays = record.stays
    if not stays:
        return Refused("history_empty")
    _stays(stays, draft)
    _home(stays, draft)
    _municipality(record, stays, draft)
    _region(record, stays, draft)
    return None


def _stays(stays: Sequence[Stay], draft: Draft) -> None:
    listed: list[Json] = []
    newer_is_certain = True
    for stay in stays:
        if stay.certain:
            listed.append(_stay(stay, newer_is_certain))
        newer_is_certain = stay.certain
    draft.put("stays", [stay for stay in listed if stay])
    if len(listed) < len(stays):
        draft.leave_out("stays", UNDER_INVESTIGATION)


def _stay(stay: Stay, end_is_certain: bool) -> Object:
    own = stay.gemeente_van_inschrijving
    abroad = stay.type == "VerblijfplaatsBuitenland"
    land = stay.verblijfadres.land
    members = {
        "municipality": own.omschrijving if own and not abroad else None,
        # One stay ends where the next begins: a doubtful beginning is a doubtful end.
        "from": text(stay.datum_van),
        "until": text(stay.datum_tot) if end_is_certain else None,
        "country": alpha2(land.code) if abroad and land else None,
    }
    return {name: value for name, value in members.items() if value}


def _home(stays: Sequence[Stay], draft: Draft) -> None:
    if not stays[0].certain or not is_home(stays[0]):
        for claim in _SINCE:
            draft.leave_out(claim, "no_home_address" if stays[0].certain else UNDER_INVESTIGATION)
        return
    since = home_since(stays)
    draft.put("residence_current_since", text(since))
    start = latest(since)
    draft.put("years_at_address", whole_years(start, draft.today) if start else None)


def _municipality(record: PersonRecord, stays: Sequence[Stay], draft: Draft) -> None:
    person = record.person
    if person.doubts & {"gemeenteVanInschrijving", "datumInschrijvingInGemeente"}:
        draft.leave_out("municipality_since", UNDER_INVESTIGATION)
        return
    registered = person.datum_inschrijving_in_gemeente
    merged = _since_before_merger(person.municipality_code, registered, stays, draft.rules)
    draft.put("municipality_since", text(merged or registered))


def _since_before_merger(
    code: str, registered: BrpDate | None, stays: Sequence[Stay], rules: Rules
) -> BrpDate | None:
    """Since when in the municipality that merged into this one on the day of registration.

    Only when the row changed on the very day the old municipality ended: then the ground under
    the house changed name, nobody moved. Of one that was split the house must be the same too.
    """
    since: BrpDate | None = None
    newer: Stay | None = None
    for stay in stays:
        if newer is not None:
            own = _code(stay)
            merger = rules.merged_into(own) if own else None
            if not (stay.certain and newer.certain and follows(stay, newer)) or own is None:
                break
            if own != code:
                if merger is None or merger[1] != full(newer.datum_van) or code not in merger[0]:
                    break
                if len(merger[0]) > 1 and not same_place(stay, newer):
                    # On the day of a split a mover may land in another part of it.
                    break
                code, since = own, stay.datum_van
            elif since is not None:
                since = stay.datum_van
            elif full(newer.datum_van) == full(registered):
                break
        newer = stay
    return since


def _region(record: PersonRecord, stays: Sequence[Stay], draft: Draft) -> None:
    region = draft.rules.region
    if not region:
        return
    if "gemeenteVanInschrijving" in record.person.doubts:
        draft.leave_out("region_since", UNDER_INVESTIGATION)
        return
    draft.put("region_since", text(_run(stays, region)))


def _run(stays: Sequence[Stay], region: frozenset[str]) -> BrpDate | None:
    """The start of the unbroken and undoubted run of stays in the region, counted from today.

    A house that is in it now was in it before, whatever part of a split it lies in.
    """
    since: BrpDate | None = None
    newer: Stay | None = None
    for stay in stays:
        code = _code(stay)
        if not stay.certain or code is None:
            break
        if newer is not None and not follows(stay, newer):
            break
        if not (all_within(code, region) or (newer is not None and _same_ground(stay, newer))):
            break
        since, newer = stay.datum_van, stay
    return since


def _same_ground(older: Stay, newer: Stay) -> bool:
    """The same house, in a municipality that became this one."""
    before, after = _code(older), _code(newer)
    known = before is not None and after in present_codes(before)
    return known and same_place(older, newer)


def _code(stay: Stay) -> str | None:
    own = stay.gemeente_van_inschrijving
    return own.code if own and stay.type in {"Adres", "Locatie"} else None
