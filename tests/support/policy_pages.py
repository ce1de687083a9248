"""The pages of a register in which something happened, to read and to look at."""

from dataclasses import replace
from functools import cache

from support.scheme import (
    GRIJPGRAAG,
    NOW,
    VOORBEELDSTAD,
    VOORBEELDWONEN,
    WALLETAANBIEDER,
    WESTHOVE,
    build,
    example_party,
)

from registrar import kinds, policypages
from registrar.life import Event, Step

DAY = 86_400
POLICY = {
    "urgentie": {
        "policy_uri": "https://regie.example/beleid",
        "policy_type": "parties",
        "description": "geregistreerde woningcorporaties.",
        "authorized_parties": [{"identifier": "NTRNL-90000001"}],
    }
}


@cache
def register():
    """One municipality went on in another, a corporation and a purpose are suspended."""
    scheme = build()
    scheme.succeed(WESTHOVE, [VOORBEELDSTAD], at=NOW - 30 * DAY)
    begun = Event(NOW - 400 * DAY, Step.ADMITTED)
    held = (begun, Event(NOW - 2 * DAY, Step.SUSPENDED), Event(NOW + 5 * DAY, Step.RESUMED))
    scheme.change(GRIJPGRAAG, steps=held)
    party = scheme.parties[VOORBEELDWONEN]
    first, second, *rest = party.services[0].intended_uses
    uses = (replace(first, category="inschrijven"), replace(second, steps=held[:2]), *rest)
    renamed = Event(NOW - 90 * DAY, Step.RENAMED, formerly="Woonstichting <Vroeger> & Zn")
    scheme.change(
        VOORBEELDWONEN,
        services=(replace(party.services[0], intended_uses=uses),),
        steps=(begun, renamed),
    )
    return scheme


def drawn(now=NOW, parties=None, types=None):
    """Every page by its path."""
    scheme = register()
    listed = [*scheme.parties.values(), example_party(WALLETAANBIEDER)]
    return policypages.pages(
        listed if parties is None else parties,
        kinds.standard().documents if types is None else types,
        scheme.authority.scheme,
        scheme.ledger,
        now=now,
        policies=POLICY,
    )
