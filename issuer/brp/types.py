"""What the register answers, decoded strictly by type; unknown members are let through unread.

No value here has a `repr`: a record may pass through a traceback or a log line unharmed.
"""

from typing import Any, Literal

import msgspec

from issuer.brp.dates import BrpDate, Personal

Marks = dict[str, Any]
"""An `inOnderzoek` group: member names under investigation, and since when."""


def marked(marks: Marks | None) -> frozenset[str]:
    """The names under investigation (Wet BRP 2.26)."""
    return frozenset(name for name, value in (marks or {}).items() if value is True)


class Coded(Personal, frozen=True):
    """A value of a national table; some tables lack the description."""

    code: str | None = None
    omschrijving: str | None = None


class Name(Personal, frozen=True):
    """Names as registered; any of them may be missing."""

    voornamen: str | None = None
    voorvoegsel: str | None = None
    geslachtsnaam: str | None = None
    voorletters: str | None = None
    in_onderzoek: Marks | None = None


class Birth(Personal, frozen=True):
    """Birth date, place and country as registered."""

    datum: BrpDate | None = None
    plaats: Coded | None = None
    land: Coded | None = None
    in_onderzoek: Marks | None = None


class AddressLines(Personal, frozen=True):
    """The members of an address at home or abroad."""

    officiele_straatnaam: str | None = None
    korte_straatnaam: str | None = None
    huisnummer: int | None = None
    huisletter: str | None = None
    huisnummertoevoeging: str | None = None
    aanduiding_bij_huisnummer: Coded | None = None
    postcode: str | None = None
    woonplaats: str | None = None
    locatiebeschrijving: str | None = None
    land: Coded | None = None
    in_onderzoek: Marks | None = None


class Residence(Personal, frozen=True):
    """Where someone is registered now."""

    type: Literal["Adres", "Locatie", "VerblijfplaatsBuitenland", "VerblijfplaatsOnbekend"]
    verblijfadres: AddressLines = msgspec.field(default_factory=AddressLines)
    functie_adres: Coded | None = None
    adresseerbaar_object_identificatie: str | None = None
    nummeraanduiding_identificatie: str | None = None
    datum_van: BrpDate | None = None
    indicatie_vastgesteld_verblijft_niet_op_adres: bool = False
    in_onderzoek: Marks | None = None

    @property
    def doubts(self) -> frozenset[str]:
        """Everything under investigation about this residence."""
        return marked(self.in_onderzoek) | marked(self.verblijfadres.in_onderzoek)


class Stay(Residence, frozen=True):
    """One row of the residence history."""

    datum_tot: BrpDate | None = None
    gemeente_van_inschrijving: Coded | None = None
    verblijft_niet_op_adres_vanaf: BrpDate | None = None

    @property
    def certain(self) -> bool:
        """Nothing about it is under investigation, and nobody found the person gone (089999)."""
        gone = self.indicatie_vastgesteld_verblijft_niet_op_adres
        return not (self.doubts or gone or self.verblijft_niet_op_adres_vanaf)


class Nationality(Personal, frozen=True):
    """One nationality, or the reason there is none."""

    type: Literal[
        "Nationaliteit",
        "BehandeldAlsNederlander",
        "VastgesteldNietNederlander",
        "Staatloos",
        "NationaliteitOnbekend",
    ]
    nationaliteit: Coded | None = None
    in_onderzoek: Marks | None = None


class ResidenceTitle(Personal, frozen=True):
    """A title under the Vreemdelingenwet 2000."""

    aanduiding: Coded | None = None
    datum_ingang: BrpDate | None = None
    datum_einde: BrpDate | None = None
    in_onderzoek: Marks | None = None


class Envelope(Personal, frozen=True):
    """The address as it stands on an envelope."""

    adresregel1: str | None = None
    adresregel2: str | None = None


class Child(Personal, frozen=True):
    """A child as it stands on the parent's own list."""

    burgerservicenummer: str | None = None
    geboorte: Birth | None = None


class Suspension(Personal, frozen=True):
    """Why the list is no longer kept up: death, emigration, non-resident, and the rest."""

    reden: Coded


class Person(Personal, frozen=True):
    """A person as the register answered; only what was asked is filled."""

    burgerservicenummer: str
    geheimhouding_persoonsgegevens: bool = False
    geslacht: Coded | None = None
    naam: Name = msgspec.field(default_factory=Name)
    geboorte: Birth = msgspec.field(default_factory=Birth)
    nationaliteiten: tuple[Nationality, ...] = ()
    verblijfplaats: Residence | None = None
    adressering: Envelope = msgspec.field(default_factory=Envelope)
    gemeente_van_inschrijving: Coded | None = None
    datum_inschrijving_in_gemeente: BrpDate | None = None
    indicatie_curatele_register: bool = False
    verblijfstitel: ResidenceTitle | None = None
    kinderen: tuple[Child, ...] = ()
    opschorting_bijhouding: Suspension | None = None
    in_onderzoek: Marks | None = None

    @property
    def municipality_code(self) -> str:
        """Register code of the own municipality; `1999` is the register of non-residents."""
        own = self.gemeente_van_inschrijving
        return (own.code or "") if own else ""

    @property
    def restricted(self) -> bool:
        """Asked that data is not passed to third parties (Wet BRP 2.59)."""
        return self.geheimhouding_persoonsgegevens

    @property
    def doubts(self) -> frozenset[str]:
        """The members of the person itself that are under investigation."""
        return marked(self.in_onderzoek)


class People(Personal, frozen=True):
    """The answer of `POST /personen`."""

    personen: tuple[Person, ...] = ()


class History(Personal, frozen=True):
    """The answer of `POST /verblijfplaatshistorie`, newest first."""

    verblijfplaatsen: tuple[Stay, ...] = ()
