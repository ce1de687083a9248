"""What a wallet's grant says of its resident, asked again when it may have become another.

Only then: a refill of copies does not ask the register (Regie domain 1.4).
"""

import msgspec

from issuer.box import Box
from issuer.brp.errors import NotFound
from issuer.errors import NothingFound
from issuer.service import business
from issuer.service.lookup import look_up
from issuer.service.office import Municipality, Office
from issuer.sources import Occasion
from issuer.store import Grant

OFFICIAL = "refill"
PURPOSE = "card-renewal"


def due(grant: Grant, box: Box, now: int) -> bool:
    """Whether an event or time alone may have changed what the cards say."""
    return bool(grant.changed) or (box.ask_again_at is not None and now >= box.ask_again_at)


def renewed(
    office: Office, municipality: Municipality, grant: Grant, box: Box, now: int
) -> Box | None:
    """What the register says now; `None` when nothing can have changed.

    Of somebody who gets no cards any more nothing is left to give out, but the grant stays: with
    it the wallet finds out why. Raises a `BrpError` when the register gives no answer.
    """
    if not due(grant, box, now):
        return None
    kinds = frozenset(grant.kinds) - office.declared_kinds
    if box.entries:
        return business.renewed(office, municipality, box, kinds, now)
    try:
        found = look_up(
            office,
            box.bsn,
            kinds,
            occasion=Occasion(
                official=OFFICIAL,
                purpose=PURPOSE,
                municipality=None,
                represented=box.represented,
            ),
            now=now,
            municipality=municipality,
            held=True,
        )
    except (NotFound, NothingFound):
        return msgspec.structs.replace(box, claims={}, facts_at=now, ask_again_at=None, gone=True)
    return found.box
