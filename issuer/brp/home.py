"""Whether someone has a certain home address, and since when they live there (domain.md 2.4, 6)."""

from collections.abc import Sequence
from typing import Final

from issuer.brp.dates import BrpDate, full
from issuer.brp.types import Residence, Stay

HOME: Final = "W"
CORRESPONDENCE: Final = "B"
_ONLY_WHEN: Final = frozenset({"datumVan"})


def why_no_home(residence: Residence | None) -> str | None:
    """The refusal code when this is no certain home address; None when it is one."""
    if residence is None:
        return "address_unknown"
    match residence.type:
        case "VerblijfplaatsBuitenland":
            return "address_abroad"
        case "VerblijfplaatsOnbekend":
            return "address_unknown"
        case "Adres" | "Locatie":
            pass
    if residence.indicatie_vastgesteld_verblijft_niet_op_adres:
        return "not_at_address"
    # Only the moving date may be in doubt: then the address stands and the date is left out.
    if residence.doubts - _ONLY_WHEN:
        return "address_under_investigation"
    function = residence.functie_adres.code if residence.functie_adres else None
    if function == CORRESPONDENCE:
        return "correspondence_address"
    if function != HOME:
        return "address_unknown"
    return "location_only" if residence.type == "Locatie" else None


def is_home(residence: Residence | None) -> bool:
    """A certain place to live: an address, or a described place such as a caravan or boat."""
    return why_no_home(residence) in {None, "location_only"}


def same_place(one: Residence, other: Residence) -> bool:
    """The same house, whatever the municipality is called; a renumbered one by its BAG object."""
    mine, theirs = one.adresseerbaar_object_identificatie, other.adresseerbaar_object_identificatie
    return (mine is not None and mine == theirs) or _place(one) == _place(other)


def _place(residence: Residence) -> tuple[object, ...]:
    lines = residence.verblijfadres
    return (
        residence.type,
        lines.korte_straatnaam,
        lines.huisnummer,
        lines.huisletter,
        lines.huisnummertoevoeging,
        lines.postcode,
        lines.locatiebeschrijving,
    )


def home_since(stays: Sequence[Stay]) -> BrpDate | None:
    """When they came to live where they live now; newest stay first.

    A new row for the same house (technical correction, merger) does not restart the stay.
    """
    since = None
    newer: Stay | None = None
    for stay in stays:
        if not is_home(stay) or stay.verblijft_niet_op_adres_vanaf is not None:
            break
        if newer is not None and not continues(stay, newer):
            break
        if "datumVan" in stay.doubts:
            break
        since, newer = stay.datum_van, stay
    return since


def continues(older: Stay, newer: Stay) -> bool:
    """`newer` follows `older` without a gap, at the same place."""
    return follows(older, newer) and same_place(older, newer)


def follows(older: Stay, newer: Stay) -> bool:
    """`newer` begins on the very day `older` ends."""
    end, start = full(older.datum_tot), full(newer.datum_van)
    return end is not None and end == start
