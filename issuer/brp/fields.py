"""Which members of the register each kind of card needs, and no others (ARCHITECTURE.md)."""

from typing import Final

ALWAYS: Final = (
    "burgerservicenummer",
    "geboorte.datum",
    "gemeenteVanInschrijving",
    "indicatieCurateleRegister",
)
"""To know whom the answer is about, whose resident it is, and who may get cards (domain.md 2.8)."""

PER_KIND: Final[dict[str, tuple[str, ...]]] = {
    "persoonsgegevens": (
        "geboorte.land",
        "geboorte.plaats",
        "geslacht",
        "naam.geslachtsnaam",
        "naam.voorletters",
        "naam.voornamen",
        "naam.voorvoegsel",
    ),
    "woonadres": (
        "verblijfplaats.adresseerbaarObjectIdentificatie",
        "verblijfplaats.datumVan",
        "verblijfplaats.functieAdres",
        "verblijfplaats.nummeraanduidingIdentificatie",
        "verblijfplaats.verblijfadres.aanduidingBijHuisnummer",
        "verblijfplaats.verblijfadres.huisletter",
        "verblijfplaats.verblijfadres.huisnummer",
        "verblijfplaats.verblijfadres.huisnummertoevoeging",
        "verblijfplaats.verblijfadres.korteStraatnaam",
        "verblijfplaats.verblijfadres.officieleStraatnaam",
        "verblijfplaats.verblijfadres.postcode",
        "verblijfplaats.verblijfadres.woonplaats",
    ),
    "huishouden": (
        "kinderen.burgerservicenummer",
        "kinderen.geboorte.datum",
        "verblijfplaats.adresseerbaarObjectIdentificatie",
        "verblijfplaats.functieAdres",
        "verblijfplaats.verblijfadres.huisletter",
        "verblijfplaats.verblijfadres.huisnummer",
        "verblijfplaats.verblijfadres.huisnummertoevoeging",
        "verblijfplaats.verblijfadres.postcode",
    ),
    "woongeschiedenis": ("datumInschrijvingInGemeente",),
    "verblijfsrecht": (
        "nationaliteiten.nationaliteit",
        "verblijfstitel.aanduiding",
        "verblijfstitel.datumEinde",
        "verblijfstitel.datumIngang",
    ),
}

AT_THE_ADDRESS: Final = ("burgerservicenummer", "geboorte.datum")
"""Of each person found at the address: enough to count, no more (domain.md 2.8)."""

PERSONAL_KINDS: Final = frozenset(PER_KIND)


def fields_for(kinds: frozenset[str]) -> tuple[str, ...]:
    """The `fields` of one question about a resident, sorted, for exactly these kinds."""
    wanted = set(ALWAYS)
    for kind in kinds & PERSONAL_KINDS:
        wanted.update(PER_KIND[kind])
    return tuple(sorted(wanted))
