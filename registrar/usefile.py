"""One purpose as a file states it: why, on what ground, how long, with whom, and which claims."""

import re
from collections.abc import Mapping
from typing import Final

from credential.names import Path
from credential.periods import is_period
from registrar.members import SERVICE_ID, contact, kind, local, steps
from registrar.party import STARTS, Claim, IntendedUse, LegalBasis, Retention
from registrar.sheet import Key, Section, Sheet

_GDPR: Final = re.compile(r"6\.1\.[a-f]|9\.2\.[a-j]")
_INDEX: Final = re.compile(r"[0-9]{1,6}")
_CATEGORY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def intended_use(found: Section, kinds: Mapping[str, str]) -> IntendedUse:
    """The purpose of this table."""
    return _use(found, found.matching("id", SERVICE_ID, "party.use_id"), kinds)


def apart(sheet: Sheet, key: Key, name: str, kinds: Mapping[str, str]) -> IntendedUse:
    """The purpose of a file of its own, which is called after it."""
    found = sheet.root(key)
    sheet.mark(key, ())
    if found.text_or("id", name) != name or not SERVICE_ID.fullmatch(name):
        found.fault("party.use_id", "id", name)
    return _use(found, name, kinds)


def path(text: str) -> Path:
    """The claims path of `address.postal_code` or `stays.*.municipality`."""
    return tuple(
        None if part == "*" else int(part) if _INDEX.fullmatch(part) else part
        for part in text.split(".")
    )


def _use(found: Section, name: str, kinds: Mapping[str, str]) -> IntendedUse:
    return IntendedUse(
        id=name,
        purpose=local(found, "purpose"),
        privacy_policy=found.text("privacy_policy"),
        legal_basis=tuple(_basis(one) for one in found.sections("legal_basis")),
        retention=_retention(found.section("retention")) if "retention" in found else None,
        recipients=found.texts("recipients") if "recipients" in found else None,
        rights=contact(found.section("rights")) if "rights" in found else None,
        claims=tuple(
            claim for card in found.sections("card", "kind") for claim in _claims(card, kinds)
        ),
        steps=steps(found, None),
        category=(
            found.matching("category", _CATEGORY, "party.category") if "category" in found else None
        ),
    )


def _basis(found: Section) -> LegalBasis:
    law = local(found, "law") if "law" in found else None
    return LegalBasis(found.matching("gdpr", _GDPR, "party.gdpr"), law, found.optional("uri"))


def _retention(found: Section) -> Retention:
    starts, duration = found.text("starts"), found.text("duration")
    if starts and starts not in STARTS:
        found.fault("party.starts", "starts", starts)
    if duration and not is_period(duration):
        found.fault("party.duration", "duration", duration)
    return Retention(duration, starts, local(found, "text"))


def _claims(card: Section, kinds: Mapping[str, str]) -> list[Claim]:
    known = kind(card, "kind", card.text("kind"), kinds)
    asked = [
        Claim(known, path(text), required)
        for member, required in (("required", True), ("optional", False))
        for text in card.texts(member)
    ]
    if not asked:
        card.fault("party.card_empty", "kind", card.text("kind"))
    # A kind that does not exist was named already; its claims would only be named once more.
    return [claim for claim in asked if claim.kind]
