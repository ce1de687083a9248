"""Every field path the API knows, and which of them may be asked (domain.md 1.1 and 1.3)."""

from typing import Any, Final

Tree = dict[str, Any]

_DATE: Final[Tree] = dict.fromkeys(("type", "datum", "jaar", "maand", "onbekend", "langFormaat"))
_TABLE: Final[Tree] = dict.fromkeys(("code", "omschrijving"))
_INVESTIGATED: Final = "inOnderzoek"


def _group(plain: str = "", tables: str = "", dates: str = "", **groups: Tree) -> Tree:
    """A group with plain members, table values, dates and its own note of investigation."""
    tree: Tree = dict.fromkeys(plain.split())
    tree.update(dict.fromkeys(tables.split(), _TABLE))
    tree.update(dict.fromkeys(dates.split(), _DATE))
    tree.update(groups)
    return tree


_TITLE: Final = _group("code omschrijving soort")
_NAME: Final = _group(
    "voornamen voorvoegsel geslachtsnaam voorletters", adellijkeTitelPredicaat=_TITLE
)
_OWN_NAME: Final = {**_NAME, **_group("volledigeNaam", "aanduidingNaamgebruik")}
_LIMITED_NAME: Final = {**_NAME, **_group("volledigeNaam")}
_BIRTH: Final = _group("", "plaats land", "datum")
_LINES: Final = _group("adresregel1 adresregel2 adresregel3", "land")
_LINES_MARKED: Final = {**_LINES, "indicatieVastgesteldVerblijftNietOpAdres": None}
_ADDRESS: Final = _group(
    "officieleStraatnaam korteStraatnaam huisnummer huisletter huisnummertoevoeging postcode"
    " woonplaats locatiebeschrijving",
    "aanduidingBijHuisnummer",
)
_RESIDENCE: Final = _group(
    "type adresseerbaarObjectIdentificatie nummeraanduidingIdentificatie"
    " indicatieVastgesteldVerblijftNietOpAdres",
    "functieAdres",
    "datumVan datumIngangGeldigheid",
)
_AUTOMATIC: Final = _group(
    "geheimhoudingPersoonsgegevens",
    opschortingBijhouding=_group("", "reden", "datum"),
    rni=_group("omschrijvingVerdrag categorie", "deelnemer"),
    verificatie=_group("omschrijving", "", "datum"),
)

PERSON: Final[Tree] = {
    **_group(
        "aNummer burgerservicenummer leeftijd indicatieCurateleRegister",
        "geslacht gemeenteVanInschrijving indicatieGezagMinderjarige",
        "datumEersteInschrijvingGBA datumInschrijvingInGemeente",
        uitsluitingKiesrecht=_group("uitgeslotenVanKiesrecht", "", "einddatum"),
        europeesKiesrecht=_group("", "aanduiding", "einddatumUitsluiting"),
        naam=_OWN_NAME,
        nationaliteiten=_group("type", "nationaliteit redenOpname", "datumIngangGeldigheid"),
        geboorte=_BIRTH,
        overlijden=_BIRTH,
        verblijfplaats={
            **_RESIDENCE,
            "verblijfadres": {**_ADDRESS, **_group("regel1 regel2 regel3", "land")},
        },
        verblijfplaatsBinnenland={**_RESIDENCE, "verblijfadres": _ADDRESS},
        immigratie=_group(
            "vanuitVerblijfplaatsOnbekend indicatieVestigingVanuitBuitenland",
            "landVanwaarIngeschreven",
            "datumVestigingInNederland",
        ),
        adressering={
            **_LINES_MARKED,
            **_group("aanhef gebruikInLopendeTekst", aanschrijfwijze=_group("naam aanspreekvorm")),
        },
        adresseringBinnenland=_group(
            "adresregel1 adresregel2 indicatieVastgesteldVerblijftNietOpAdres"
        ),
        gezag={},
        verblijfstitel=_group("", "aanduiding", "datumIngang datumEinde"),
        kinderen=_group("burgerservicenummer", naam=_NAME, geboorte=_BIRTH),
        ouders=_group(
            "burgerservicenummer ouderAanduiding",
            "geslacht",
            "datumIngangFamilierechtelijkeBetrekking",
            naam=_NAME,
            geboorte=_BIRTH,
        ),
        partners=_group(
            "burgerservicenummer",
            "geslacht soortVerbintenis",
            naam=_NAME,
            geboorte=_BIRTH,
            aangaanHuwelijkPartnerschap=_BIRTH,
            ontbindingHuwelijkPartnerschap=_group("", "", "datum"),
        ),
    ),
    **_AUTOMATIC,
}
"""What may be asked of someone looked up by number."""

LIMITED_PERSON: Final[Tree] = {
    **_group(
        "burgerservicenummer leeftijd",
        "geslacht",
        naam=_LIMITED_NAME,
        geboorte=_group("", "", "datum"),
        adressering=_LINES_MARKED,
        adresseringBinnenland=_group(
            "adresregel1 adresregel2 indicatieVastgesteldVerblijftNietOpAdres"
        ),
        gezag={},
    ),
    **_AUTOMATIC,
}
"""What may be asked of people found by a search."""

_NEVER_ASKED: Final = frozenset(
    {
        *_AUTOMATIC,
        _INVESTIGATED,
        "indicatieVastgesteldVerblijftNietOpAdres",
    }
)


def exists(path: str, tree: Tree) -> bool:
    """Whether the path names a member; everything may be under investigation."""
    here: Any = tree
    for part in path.split("."):
        if part == _INVESTIGATED:
            return True
        if not isinstance(here, dict) or part not in here:
            return False
        here = here[part]
    return True


def may_be_asked(path: str) -> bool:
    """Whether it is not one of the members that come by themselves."""
    return _NEVER_ASKED.isdisjoint(path.split("."))


def whole(path: str) -> tuple[str, ...]:
    """The member to deliver: part of a date or table value brings all of it."""
    parts = tuple(path.split("."))
    here: Any = PERSON
    for depth, part in enumerate(parts):
        here = here.get(part) if isinstance(here, dict) else None
        if here is _DATE or here is _TABLE or here is _TITLE:
            return parts[: depth + 1]
    return parts
