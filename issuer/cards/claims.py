"""What each kind of card may say, in the order in which people read it (domain.md 2.6).

The scheme's type metadata says the same, and more; this is for an office that has no scheme.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_PERSON: Final = ("housing_pseudonym", "housing_pseudonym_previous")
_FRAME: Final = ("source", "reference_moment")

CLAIMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "persoonsgegevens": (
            "given_name",
            "family_name",
            "initials",
            "name_prefix",
            "birthdate",
            "age_over_18",
            "age_over_21",
            "aow_age_reached",
            "place_of_birth",
            "sex",
            *_PERSON,
            *_FRAME,
            "municipality_code",
        ),
        "woonadres": (
            "address",
            "municipality",
            "municipality_code",
            "resident_since",
            "bag_nummeraanduiding",
            "bag_adresseerbaar_object",
            *_PERSON,
            *_FRAME,
        ),
        "huishouden": (
            "persons_at_address",
            "adults",
            "minor_children_own",
            *_PERSON,
            *_FRAME,
            "municipality_code",
        ),
        "woongeschiedenis": (
            "stays",
            "residence_current_since",
            "years_at_address",
            "municipality_since",
            "region_since",
            *_PERSON,
            *_FRAME,
            "municipality_code",
        ),
        "verblijfsrecht": (
            "nationalities",
            "dutch_nationality",
            "housing_residence_right",
            "residence_right_until",
            *_PERSON,
            *_FRAME,
            "municipality_code",
        ),
        "kvk-inschrijving": (
            "kvk_number",
            "rsin",
            "name",
            "legal_form",
            "establishment_number",
            "main_activity",
            "representative_authorised",
            *_FRAME,
            "municipality_code",
        ),
        "bag-object": (
            "bag_nummeraanduiding",
            "bag_adresseerbaar_object",
            "address",
            "purposes_of_use",
            "floor_area",
            "construction_year",
            "object_status",
            "building_ids",
            *_FRAME,
            "municipality_code",
        ),
    }
)
