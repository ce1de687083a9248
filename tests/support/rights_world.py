"""Towns for the tests of rights: one whose organisation takes no requests, one that tells a lot."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from support.scheme import VOORBEELDWONEN, TestScheme, build, example_party
from support.verifier_simulator import VerifierSimulator
from support.wallet_world import World, world

from registrar.parties import Contact

DAY = 86_400
MONTH_END = 31 * DAY + DAY
"""A month after the first of January, with the last day itself."""

HELD: dict[str, Any] = {
    "received": "2026-01-01T00:00:00Z",
    "profile": "inschrijven",
    "purpose": {"nl": "Inschrijven als woningzoekende", "en": "Registering you", "basis": []},
    "values": [["person", ["age_over_18"], True], ["person", ["given_name"], "Anna Maria"]],
    "registration": {
        "number": "W-1",
        "since": "2026-01-01T00:00:00Z",
        "contact": {"email": "a@b.c"},
    },
    "retention": {"nl": "tot twee jaar na het einde", "en": "until two years after", "starts": "x"},
    "processing": [
        {
            "time": "2026-01-01T00:00:05Z",
            "activity": "sign_up",
            "name": {"nl": "Inschrijven", "en": "Signing up"},
            "purpose": {"nl": "Inschrijving als woningzoekende", "en": "Registration"},
            "role": "system",
            "trace": "0" * 32,
        },
        {
            "time": "2026-01-02T09:00:00Z",
            "activity": "staff_view",
            "name": {"nl": "Bekeken", "en": "Viewed"},
            "purpose": {"nl": "Vraag beantwoorden", "en": "Answering a question"},
            "role": "klantcontact",
            "trace": "0" * 32,
        },
    ],
}


def without_endpoint(home: Path, *, contact: Contact | None = None, **parts: Any) -> World:
    """A corporation that wallets cannot ask: a mail address, a number, a page."""
    scheme = build(names=("gemeente-voorbeeldstad", "gemeente-westhove"))
    party = example_party(VOORBEELDWONEN)
    reach = contact or Contact(None, "privacy@voorbeeldwonen.example", "+31201234567")
    services = tuple(
        replace(
            service,
            intended_uses=tuple(replace(use, rights=reach) for use in service.intended_uses),
        )
        for service in party.services
    )
    scheme.add(replace(party, services=services))
    scheme.publish()
    return world(home, scheme=scheme, **parts)


def supervised(scheme: TestScheme, contact: Contact) -> TestScheme:
    """The corporation under an authority that is reached another way."""
    party = example_party(VOORBEELDWONEN)
    scheme.add(replace(party, authority=replace(party.authority, contact=contact)))
    scheme.publish()
    return scheme


__all__ = ["DAY", "HELD", "MONTH_END", "VerifierSimulator", "supervised", "without_endpoint"]
