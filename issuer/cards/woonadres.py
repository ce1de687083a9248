"""`woonadres`: where someone lives (domain.md 2.6); only a certain home address is an address."""

from credential.strictjson import Object
from issuer.brp.dates import text
from issuer.brp.home import home_since, why_no_home
from issuer.brp.types import AddressLines
from issuer.cards.draft import UNDER_INVESTIGATION, Draft
from issuer.sources import PersonRecord, Refused


def fill(record: PersonRecord, draft: Draft) -> Refused | None:
    """The address and since when; refused with the reason when there is no certain one."""
    residence = record.person.verblijfplaats
    why_not = why_no_home(residence)
    if why_not is not None or residence is None:
        return Refused(why_not or "address_unknown")
    if "gemeenteVanInschrijving" in record.person.doubts:
        return Refused("address_under_investigation")
    draft.put("address", address(residence.verblijfadres))
    municipality = record.person.gemeente_van_inschrijving
    draft.put("municipality", municipality.omschrijving if municipality else None)
    draft.put("bag_nummeraanduiding", residence.nummeraanduiding_identificatie)
    draft.put("bag_adresseerbaar_object", residence.adresseerbaar_object_identificatie)
    if "datumVan" in residence.doubts:
        draft.leave_out("resident_since", UNDER_INVESTIGATION)
    else:
        draft.put("resident_since", text(home_since(record.stays or ())))
    return None


def address(lines: AddressLines) -> Object:
    """The address in the members of the PID; the town is left out where the register has none."""
    number = str(lines.huisnummer) if lines.huisnummer is not None else None
    designation = lines.aanduiding_bij_huisnummer
    if number and designation and designation.code:
        # "to" (opposite) and "by" (near): without it the number points at another house.
        number = f"{designation.code} {number}"
    members = {
        "street_address": lines.officiele_straatnaam or lines.korte_straatnaam,
        "house_number": number,
        "house_letter": lines.huisletter,
        "house_number_addition": lines.huisnummertoevoeging,
        "postal_code": lines.postcode,
        "locality": lines.woonplaats,
        "country": "NL",
    }
    return {name: value for name, value in members.items() if value}
