"""What the cards must say, recomputed from the raw LO3 person lists and nothing else.

A second reading of the register, written apart from the issuer: `persoonslijsten-lo3.json` holds
the element values as they came, so a fault in the conversion or in a card shows as a difference.
"""

import json
from functools import cache
from typing import Any

from support.register import FOLDER

Row = dict[str, str]


@cache
def lists() -> dict[str, dict[str, Any]]:
    read = json.loads((FOLDER / "persoonslijsten-lo3.json").read_text("utf-8"))
    return {one["burgerservicenummer"]: one for one in read["persoonslijsten"]}


@cache
def municipalities() -> dict[str, str]:
    read = json.loads((FOLDER / "landelijke-tabellen.json").read_text("utf-8"))
    return {row["code"]: row["omschrijving"] for row in read["gemeenten33"]}


def current(bsn: str, category: str) -> list[Row]:
    """The current row of each stack of a category."""
    return [stack[0] for stack in lists()[bsn].get(category, []) if stack]


def under(row: Row, group: str) -> bool:
    """Whether an element of this group may be under investigation (83.10, not ended)."""
    code = row.get("83.10")
    if not code or row.get("83.30"):
        return False
    return code[2:] in {"0000", "9999"} or code[2:4] == group


def partial(digits: str | None) -> str | None:
    """LO3 date as far as it is known."""
    if not digits or digits == "00000000":
        return None
    year, month, day = digits[:4], digits[4:6], digits[6:]
    if month == "00":
        return year
    return f"{year}-{month}" if day == "00" else f"{year}-{month}-{day}"


def names(bsn: str) -> dict[str, str]:
    (row,) = current(bsn, "01")
    if under(row, "02"):
        return {}
    found: dict[str, str] = {}
    if row.get("02.10"):
        found["given_name"] = row["02.10"]
    if row.get("02.40") and row["02.40"] != ".":
        prefix = row.get("02.30")
        surname = row["02.40"]
        if prefix:
            found["name_prefix"] = prefix
            surname = f"{prefix}{'' if prefix.endswith(chr(39)) else ' '}{surname}"
        found["family_name"] = surname
    return found


def birthdate(bsn: str) -> str | None:
    """Only a whole and undoubted one."""
    (row,) = current(bsn, "01")
    digits = row.get("03.10", "")
    if under(row, "03") or "00" in {digits[4:6], digits[6:]} or digits[:4] in {"", "0000"}:
        return None
    return partial(digits)


def sex(bsn: str) -> int | None:
    (row,) = current(bsn, "01")
    return None if under(row, "04") else {"M": 1, "V": 2}.get(row.get("04.10", ""))


def address(bsn: str) -> dict[str, Any] | None:
    """The card `woonadres` apart from dates; None when there is none to give."""
    (row,) = current(bsn, "08")
    doubted = row.get("83.10") and not row.get("83.30") and row["83.10"][2:4] != "14"
    if doubted or row.get("10.10") != "W" or "11.20" not in row or "13.10" in row:
        return None
    street = row.get("11.15") or row["11.10"]
    number = row["11.20"]
    if row.get("11.50"):
        number = f"{row['11.50']} {number}"
    members = {
        "street_address": street,
        "house_number": number,
        "house_letter": row.get("11.30"),
        "house_number_addition": row.get("11.40"),
        "postal_code": row.get("11.60"),
        "locality": row.get("11.70"),
        "country": "NL",
    }
    return {
        "address": {name: value for name, value in members.items() if value},
        "municipality_code": row["09.10"],
        "municipality": municipalities().get(row["09.10"]),
        "bag_adresseerbaar_object": row.get("11.80"),
        "bag_nummeraanduiding": row.get("11.90"),
    }


def nationality_codes(bsn: str) -> set[str]:
    """Nationalities that run: taken up and not ended."""
    rows = current(bsn, "04")
    return {
        row["05.10"]
        for row in rows
        if row.get("05.10", "0000") not in {"0000", "0499", "0500", "0002"} and "64.10" not in row
    }


def starts(bsn: str) -> list[str | None]:
    """The first day of each stay, newest first: incorrect rows out, same-day rows are one stay."""
    (stack,) = lists()[bsn]["08"]
    found: list[str | None] = []
    for row in stack:
        if row.get("84.10") == "O":
            continue
        day = row.get("10.30") or row.get("13.20")
        if not found or partial(day) != found[-1] or day is None:
            found.append(partial(day))
    return found
