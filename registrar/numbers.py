"""The numbers of an organisation: its OIN, and the identifier of certificates (EN 319 412-1).

An OIN has twenty positions: a prefix of eight that names a register, the number in that register,
and zeros (OIN-Stelsel 6, Logius).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

OIN: Final = re.compile(r"[0-9]{20}")
IDENTIFIER: Final = re.compile(r"[A-Z]{3}[A-Z]{2}-[A-Za-z0-9.]+")
COUNTRY: Final = re.compile(r"[A-Z]{2}")

Fault: TypeAlias = Literal["prefix", "test", "suffix", "rsin", "kvk"]

TEST_PREFIX: Final = "00000099"
_RSIN: Final = "00000001"
_KVK: Final = "00000003"
_PREFIX: Final = 8

# How many of the twelve positions after the prefix are the number; the others are zeros.
_LENGTHS: Final[Mapping[str, int | None]] = {
    _RSIN: 9,
    "00000002": 9,  # Fi-nummer
    _KVK: 8,
    "00000004": 9,  # SubOIN
    "00000006": 9,  # number given out by Logius itself
    "00000007": None,  # BRIN
    "00000008": None,  # organisations abroad
    "00000009": None,  # Dezi, providers of care
    "00000010": None,  # TRR-BD
    "00000011": None,  # Dezi, insurers of care
    TEST_PREFIX: None,
}
# The identifiers of legal persons, and the countries that are not their own.
_LEGAL: Final = frozenset({"VAT", "NTR", "PSD", "LEI", "EOR", "EXC"})
_ABROAD: Final = {"LEI": "XG", "VATGR": "EL"}
_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_ELEVEN: Final = 11
_KVK_DIGITS: Final = 8


@dataclass(frozen=True)
class Organisation:
    """The two numbers and the country a party states."""

    oin: str
    identifier: str
    country: str


def oin_faults(one: Organisation, *, development: bool) -> tuple[Fault, ...]:
    """What is wrong with an OIN of twenty digits; a made-up one is for a test scheme only."""
    prefix, rest = one.oin[:_PREFIX], one.oin[_PREFIX:]
    if prefix not in _LENGTHS:
        return ("prefix",)
    found: list[Fault] = []
    if prefix == TEST_PREFIX and not development:
        found.append("test")
    length = _LENGTHS[prefix]
    if length is not None and rest[length:].strip("0"):
        found.append("suffix")
    if prefix == _RSIN and not _passes_eleven(rest[:9]):
        found.append("rsin")
    if prefix == _KVK and one.identifier.startswith("NTRNL-"):
        same = one.identifier.removeprefix("NTRNL-") == rest[:_KVK_DIGITS]
        found += [] if same else ["kvk"]
    return tuple(found)


def identifier_is_right(one: Organisation) -> bool:
    """Whether it is a legal person of this country, with eight digits where it is a KvK number."""
    kind, country = one.identifier[:3], one.identifier[3:5]
    home = _ABROAD.get(kind) or _ABROAD.get(f"{kind}{one.country}") or one.country
    number = one.identifier[6:]
    if kind not in _LEGAL or country != home:
        return False
    return kind + country != "NTRNL" or (len(number) == _KVK_DIGITS and number.isdecimal())


def _passes_eleven(digits: str) -> bool:
    """The eleven-test of RSIN and BSN alike."""
    total = sum(int(one) * weight for one, weight in zip(digits, _WEIGHTS, strict=True))
    return total % _ELEVEN == 0 and bool(digits.strip("0"))
