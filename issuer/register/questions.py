"""Reading a question: every wrong parameter is named in one answer (domain.md 1.1 and 1.3)."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from credential.strictjson import Json, Object
from issuer.register.fields import LIMITED_PERSON, PERSON, Tree, exists, may_be_asked
from issuer.register.problems import Invalid, wrong_parameters

MAX_FIELDS: Final = 130
MAX_NUMBERS: Final = 20
_HIGHEST_NUMBER: Final = 99_999

BY_NUMBER: Final = "RaadpleegMetBurgerservicenummer"
AT_OBJECT: Final = "ZoekMetAdresseerbaarObjectIdentificatie"
AT_NUMBER: Final = "ZoekMetPostcodeEnHuisnummer"
AT_DESIGNATION: Final = "ZoekMetNummeraanduidingIdentificatie"
BY_NAME: Final = "ZoekMetGeslachtsnaamEnGeboortedatum"
ON_DAY: Final = "RaadpleegMetPeildatum"
IN_PERIOD: Final = "RaadpleegMetPeriode"

_REQUIRED: Final = ("required", "Parameter is verplicht.")
_BSN: Final = r"^[0-9]{9}$"
_LETTERS: Final = r"[a-zA-Z0-9À-ž \.\-\']"
_SURNAME: Final = rf"^{_LETTERS}{{1,200}}$|^{_LETTERS}{{3,199}}\*{{1}}$"
_GIVEN: Final = rf"^{_LETTERS}{{1,199}}\*{{0,1}}$"
_FIELD: Final = r"^[a-zA-Z0-9\._]{1,200}$"

_Check = Callable[[str, Json], list[Invalid]]


def _pattern(pattern: str) -> _Check:
    # `$` would let a line end through.
    compiled = re.compile(pattern.replace("$", r"\Z"), re.ASCII)

    def check(name: str, value: Json) -> list[Invalid]:
        if value is None or value == "":
            return [Invalid(name, *_REQUIRED)]
        if isinstance(value, str) and compiled.match(value):
            return []
        return [Invalid(name, "pattern", f"Waarde voldoet niet aan patroon {pattern}.")]

    return check


def _house_number(name: str, value: Json) -> list[Invalid]:
    if value is None or value == "":
        return [Invalid(name, *_REQUIRED)]
    text = str(value)
    if isinstance(value, (bool, float)) or not re.fullmatch(r"-?[0-9]{1,12}", text, re.ASCII):
        return [Invalid(name, "integer", "Waarde is geen geldig getal.")]
    if int(text) < 1:
        return [Invalid(name, "minimum", "Waarde is lager dan minimum 1.")]
    if int(text) > _HIGHEST_NUMBER:
        return [Invalid(name, "maximum", "Waarde is hoger dan maximum 99999.")]
    return []


def _boolean(name: str, value: Json) -> list[Invalid]:
    if isinstance(value, bool) or value in {"true", "false"}:
        return []
    return [Invalid(name, "boolean", "Waarde is geen boolean.")]


def _date(name: str, value: Json) -> list[Invalid]:
    if value is None or value == "":
        return [Invalid(name, *_REQUIRED)]
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
            date.fromisoformat(value)
            return []
    except ValueError:
        pass
    return [Invalid(name, "date", "Waarde is geen geldige datum.")]


def _list(name: str, value: Json, most: int) -> list[Invalid]:
    if value is None:
        return [Invalid(name, *_REQUIRED)]
    if not isinstance(value, list):
        return [Invalid(name, "array", "Parameter is geen array.")]
    if not value:
        return [Invalid(name, "minItems", "Array bevat minder dan 1 items.")]
    if len(value) > most:
        return [Invalid(name, "maxItems", f"Array bevat meer dan {most} items.")]
    return []


def _numbers(name: str, value: Json) -> list[Invalid]:
    invalid = _list(name, value, MAX_NUMBERS)
    if not invalid and isinstance(value, list):
        check = _pattern(_BSN)
        invalid = [one for i, bsn in enumerate(value) for one in check(f"{name}[{i}]", bsn)]
    return invalid


def _fields(tree: Tree) -> _Check:
    def one(name: str, value: Json) -> list[Invalid]:
        if value is None:
            return [Invalid(name, *_REQUIRED)]
        if not isinstance(value, str) or not re.fullmatch(_FIELD[1:-1], value, re.ASCII):
            return [Invalid(name, "pattern", f"Waarde voldoet niet aan patroon {_FIELD}.")]
        if not exists(value, tree):
            return [Invalid(name, "fields", "Parameter bevat een niet bestaande veldnaam.")]
        if not may_be_asked(value):
            return [Invalid(name, "fields", "Parameter bevat een niet toegestane veldnaam.")]
        return []

    def check(name: str, value: Json) -> list[Invalid]:
        invalid = _list(name, value, MAX_FIELDS)
        if not invalid and isinstance(value, list):
            invalid = [bad for i, field in enumerate(value) for bad in one(f"{name}[{i}]", field)]
        return invalid

    return check


_SEARCH: Final[dict[str, tuple[_Check, bool]]] = {
    "inclusiefOverledenPersonen": (_boolean, False),
    "gemeenteVanInschrijving": (_pattern(r"^[0-9]{4}$"), False),
    "fields": (_fields(LIMITED_PERSON), True),
}

PERSONEN: Final[dict[str, dict[str, tuple[_Check, bool]]]] = {
    BY_NUMBER: {
        "burgerservicenummer": (_numbers, True),
        "gemeenteVanInschrijving": (_pattern(r"^[0-9]{4}$"), False),
        "fields": (_fields(PERSON), True),
    },
    BY_NAME: {
        "geboortedatum": (_date, True),
        "geslachtsnaam": (_pattern(_SURNAME), True),
        "geslacht": (_pattern(r"^([Mm]|[Vv]|[Oo])$"), False),
        "voorvoegsel": (_pattern(r"^[a-zA-Z \']{1,10}$"), False),
        "voornamen": (_pattern(_GIVEN), False),
        **_SEARCH,
    },
    AT_NUMBER: {
        "postcode": (_pattern(r"^[1-9]{1}[0-9]{3}[ ]?[A-Za-z]{2}$"), True),
        "huisnummer": (_house_number, True),
        "huisletter": (_pattern(r"^[a-zA-Z]{1}$"), False),
        "huisnummertoevoeging": (_pattern(r"^[a-zA-Z0-9 \-]{1,4}$"), False),
        **_SEARCH,
    },
    AT_DESIGNATION: {
        "nummeraanduidingIdentificatie": (_pattern(r"^[0-9]{16}$"), True),
        **_SEARCH,
    },
    AT_OBJECT: {
        "adresseerbaarObjectIdentificatie": (_pattern(r"^[0-9]{16}$"), True),
        **_SEARCH,
    },
}
"""Parameters of each question about people: how to check them, and whether they must be there."""

HISTORIE: Final[dict[str, dict[str, tuple[_Check, bool]]]] = {
    ON_DAY: {"burgerservicenummer": (_pattern(_BSN), True), "peildatum": (_date, True)},
    IN_PERIOD: {
        "burgerservicenummer": (_pattern(_BSN), True),
        "datumTot": (_date, True),
        "datumVan": (_date, True),
    },
}
"""The same for the residence history."""


def check(body: Object, known: dict[str, dict[str, tuple[_Check, bool]]]) -> str:
    """The type of a correct question; raises one problem that names everything wrong."""
    kind = body.get("type")
    if kind is None:
        raise wrong_parameters([Invalid("type", *_REQUIRED)])
    if not isinstance(kind, str) or kind not in known:
        raise wrong_parameters([Invalid("type", "value", "Waarde is geen geldig zoek type.")])
    parameters = known[kind]
    invalid: list[Invalid] = []
    for name, (checker, required) in parameters.items():
        if required or name in body:
            invalid += checker(name, body.get(name))
    invalid += [
        Invalid(_printable(name), "unknownParam", "Parameter is niet verwacht.")
        for name in body
        if name != "type" and name not in parameters
    ]
    if not invalid and kind == IN_PERIOD and str(body["datumTot"]) <= str(body["datumVan"]):
        invalid = [Invalid("datumTot", "date", "datumTot moet na datumVan liggen.")]
    if invalid:
        raise wrong_parameters(invalid)
    return kind


def since(parameters: Mapping[str, str]) -> date | None:
    """The day from which changes are asked, if one is (BRP Update API)."""
    invalid = [
        Invalid(_printable(name), "unknownParam", "Parameter is niet verwacht.")
        for name in parameters
        if name != "vanaf"
    ]
    if "vanaf" in parameters:
        invalid += _date("vanaf", parameters["vanaf"])
    if invalid:
        raise wrong_parameters(invalid)
    return date.fromisoformat(parameters["vanaf"]) if "vanaf" in parameters else None


def _printable(name: str) -> str:
    """A parameter name as it may be said back: a stray value must not come back with it."""
    return name if re.fullmatch(r"[a-zA-Z]{1,40}", name) else "(onbekend)"
